"""Taking up a newer operator's file while we run; one that is wrong is refused as a whole."""

import re

from sekisho.domain.callers import SYSTEM
from sekisho.domain.declarations import News
from sekisho.domain.errors import SekishoError
from sekisho.engine.parts import Parts
from sekisho.ports import Declarations

_LINE = re.compile(r"line (\d+):")
_RESTART = "these sections wait for the next start of this process"


class Reloads:
    """Looks at the file, tells the audit and the log, and lets the newer one hold.

    `process`: which command this is, for the records; each process looks for itself.
    """

    def __init__(self, parts: Parts, file: Declarations, process: str) -> None:
        self._parts = parts
        self._file = file
        self._process = process

    def look(self, *, asked: bool = False) -> News | None:
        """Look once. `asked`: somebody wants to know, and is told that nothing is new, too."""
        found = self._file.look(asked=asked)
        if found is None:
            return None
        news, take = found
        if news.outcome == "loaded":
            # Recorded first: nothing is judged by rules that the audit does not know of.
            self._record("config.load", news, {**news.changes, "restart": ",".join(news.restart)})
            take()
            self._parts.bell.ring()
        self._tell(news)
        if news.error is not None:
            self._record("config.refuse", news, {"code": news.error.code, **_line(news.error)})
        return news

    def _record(self, action: str, news: News, facts: dict[str, str | int]) -> None:
        parts = self._parts
        told = {"digest": news.digest, "process": self._process, **facts}
        parts.store.audit.append(parts.about(parts.clock.now(), action, SYSTEM, None, **told))

    def _tell(self, news: News) -> None:
        event = self._parts.journal.event
        if news.error is not None:
            facts: dict[str, object] = {"code": news.error.code, **_line(news.error)}
            warning = f"the file before stays in force. {news.error.message()}"
            event("config.refused", warning=warning, digest=news.digest, **facts)
            return
        event(f"config.{news.outcome}", digest=news.digest, **news.changes)
        if news.restart:
            event("config.needs_restart", warning=_RESTART, sections=", ".join(news.restart))


def _line(error: SekishoError) -> dict[str, int]:
    """Return the line of the first problem, where the error tells one."""
    found = _LINE.search(str(error.facts.get("problem", "")))
    return {"line": int(found.group(1))} if found else {}
