"""Terraform's `-json` event stream → log lines, by an allow-list of types and of fields.

Never taken: output values, what provisioners print, source snippets and the values in them.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from sekisho.domain.logs import LogLine
from sekisho.terraform.redaction import Redactor

Json = dict[str, Any]

_MESSAGE_ALONE = frozenset({"version", "init_output", "change_summary"})
_CHANGES = frozenset({"planned_change", "resource_drift"})
_HOOKS = frozenset(
    {
        "refresh_start",
        "refresh_complete",
        "apply_start",
        "apply_progress",
        "apply_complete",
        "apply_errored",
        "ephemeral_op_start",
        "ephemeral_op_progress",
        "ephemeral_op_complete",
        "ephemeral_op_errored",
        "provision_start",
        "provision_complete",
        "provision_errored",
    }
)
_CHATTER = b'"type":"provision_progress"'
"""What a provisioner prints, a line an event, maybe millions: never taken, so not even parsed.

Inside of a string the quotes would be escaped.
"""
_QUIET_LEVELS = frozenset({"trace", "debug"})
_LEVELS = _QUIET_LEVELS | {"info", "warn", "error"}
_CAP = 64 * 1024 * 1024
_DETAIL_CAP = 4000
_SEQUENCES = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"^[╷│╵ ]+")
_NOTHING_NEW = "Terraform encountered problems during initialisation"

_LOCK_ID = re.compile(r"Lock Info:\s*ID:\s+(?P<id>[0-9a-f-]{36})")
_LOCK_FACT = re.compile(r"^\s*(Operation|Who|Created):[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
_STALE = ("Saved plan is stale", "Saved plan does not match the given state")
_UNLOCK = ("Error releasing the state lock", "Failed to unlock state", "Error unlocking")


class Listener:
    """Turns raw lines of one command into log lines, and remembers what decides its outcome."""

    def __init__(
        self,
        phase: str,
        clock: Callable[[], datetime],
        redactor: Redactor,
        give: Callable[[LogLine], None],
    ) -> None:
        self._phase, self._clock, self._redactor, self._give = phase, clock, redactor, give
        self._taken = 0
        self._errors: list[LogLine] = []
        self._plain: list[str] = []
        self.touched = False
        """An event about a resource was seen: the configuration was understood."""
        self.lock_holder = ""
        self.stale = False
        self.lock_left = False
        self._other_errors = False

    def line(self, raw: bytes) -> None:
        """Take one line of output."""
        if _CHATTER in raw:
            return
        event = _event(raw)
        before, self._taken = self._taken, self._taken + len(raw)
        if self._taken > _CAP and (event is None or event.get("type") != "diagnostic"):
            if before <= _CAP:
                self._say("step", "warn", "The log is over its cap: only problems are kept.")
            return
        if event is None:
            self._plain_line(raw)
        else:
            self._event_line(event)

    def errors(self, code: int) -> tuple[LogLine, ...]:
        """Return what went wrong, each problem once; never empty where `code` is an error."""
        unique = {(e.text, e.detail, e.file, e.line): e for e in self._errors}
        telling = [e for e in unique.values() if not e.text.startswith(_NOTHING_NEW)]
        if telling or code == 0:
            return tuple(telling)
        text = "\n".join(self._plain[-20:]) or f"Terraform ended with code {code} and said nothing."
        return (self.make("log", "error", self._redactor.text(text)),)

    def make(self, kind: str, level: str, text: str, **more: Any) -> LogLine:
        """Make a log line; `text` is redacted already."""
        return LogLine(self._clock(), self._phase, kind, level, text, **more)

    def diagnostic(self, found: Json) -> LogLine:
        """Make the line of a diagnostic object; gives nothing, remembers errors."""
        place = _object(found.get("range"))
        level = "error" if found.get("severity") == "error" else "warn"
        detail = str(found.get("detail") or "")
        line = self.make(
            "diagnostic",
            level,
            self._redactor.text(str(found.get("summary") or "")),
            address=self._redactor.text(str(found.get("address") or "")),
            detail=self._redactor.text(detail, _DETAIL_CAP),
            file=self._redactor.text(str(place.get("filename") or "")),
            line=_number(_object(place.get("start")).get("line")),
        )
        if level == "error":
            self._errors.append(line)
            self._other_errors |= not any(s in line.text for s in _UNLOCK)
        self._notice(f"{line.text}\n{detail}")
        return line

    def only_the_lock(self) -> bool:
        """Say whether all that went wrong is that the lock stayed: the work itself was done."""
        return self.lock_left and not self._other_errors

    def _say(self, kind: str, level: str, text: str, **more: Any) -> None:
        self._give(self.make(kind, level, text, **more))

    def _plain_line(self, raw: bytes) -> None:
        """Take a line that is no event: a crash, a warning of the CLI, an old version."""
        text = _SEQUENCES.sub("", raw.decode(errors="replace"))
        text = self._redactor.text(_FRAME.sub("", text).rstrip())
        if not text:
            return
        self._plain.append(text)
        del self._plain[:-200]
        self._notice("\n".join(self._plain[-30:]) if "Created:" in text else text)
        level = "error" if text.startswith(("Error:", "panic:")) else "info"
        if level == "error":
            self._errors.append(self.make("log", level, text))
            self._other_errors = True
        self._say("log", level, text)

    def _event_line(self, event: Json) -> None:
        kind, level = str(event.get("type") or ""), _level(event)
        text = self._redactor.text(str(event.get("@message") or ""))
        if kind == "diagnostic":
            self._give(self.diagnostic(_object(event.get("diagnostic"))))
        elif kind in _CHANGES or kind in _HOOKS:
            self.touched = True
            self._say(kind, level, text, address=self._address(event))
        elif kind == "outputs":
            self._say(kind, level, f"outputs: {len(_object(event.get('outputs')))} values")
        elif kind in _MESSAGE_ALONE or (kind == "log" and level not in _QUIET_LEVELS):
            self._say(kind, level, text)

    def _address(self, event: Json) -> str:
        holder = _object(event.get("change")) or _object(event.get("hook"))
        return self._redactor.text(str(_object(holder.get("resource")).get("addr") or ""))

    def _notice(self, text: str) -> None:
        if any(s in text for s in _STALE):
            self.stale = True
        if any(s in text for s in _UNLOCK):
            self.lock_left = True
        elif found := _LOCK_ID.search(text):
            facts = dict(_LOCK_FACT.findall(text))
            names = ("Who", "Operation", "Created")
            parts = [f"ID {found['id']}", *(f"{n} {facts[n]}" for n in names if n in facts)]
            self.lock_holder = self._redactor.text(" · ".join(parts))


def _event(raw: bytes) -> Json | None:
    if not raw.lstrip().startswith(b"{"):
        return None
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    return cast("Json", found) if isinstance(found, dict) and "@message" in found else None


def _level(event: Json) -> str:
    level = event.get("@level")
    return level if isinstance(level, str) and level in _LEVELS else "info"


def _object(value: Any) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
