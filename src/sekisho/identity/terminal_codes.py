"""The step-up of the loopback default: a one-time code that only the server's terminal shows.

It guards against mistakes and against an agent that drives the console through its person's
browser or shell; it does not guard against an agent that owns the machine.
"""

import dataclasses
import hashlib
import hmac
import threading
import unicodedata
from collections import deque
from collections.abc import Callable

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CodesTooMany, CodeWrong
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import Way
from sekisho.domain.text import plain
from sekisho.ports import Clock, Ids

VALID_FOR = 300.0
"""Seconds that a code lives, by the monotonic clock."""
TRIES = 5
"""Wrong tries after which a code is void."""
PER_RUN, IN_ALL = 5, 30
"""Codes a minute for one run, and for all: an agent must not flood the terminal."""
_MINUTE = 60.0

PERSON = Caller(person="terminal", via="console", proof="terminal_code")
"""Whoever reads the server's terminal: nobody signs in here, and the record says so."""

_Key = tuple[str, str, str]
"""A run, a seal and a decision: what a code is good for."""


@dataclasses.dataclass
class _Code:
    digest: bytes
    made_at: float
    wrong: int = 0


class TerminalCodes:
    """Prints codes through `show` and takes each back once; keeps nothing but their digests.

    `host_user` is whose terminal it is: told there, so that the reader knows who is meant.
    """

    def __init__(self, show: Callable[[str], None], clock: Clock, ids: Ids, host_user: str) -> None:
        self._show = show
        self._clock = clock
        self._ids = ids
        self._host_user = host_user
        self._salt = ids.secret().encode()
        self._codes: dict[_Key, _Code] = {}
        self._begun: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()

    def begin(
        self,
        run_id: str,
        seal: str,
        decision: str,
        who: SignedIn | None = None,  # noqa: ARG002 (nobody signs in here)
        way: Way = "passkey",  # noqa: ARG002 (there is one)
    ) -> str:
        """Show a new code for this decision; the one before it is void. Nothing is for a browser.

        Raises:
            CodesTooMany: too many were asked for in the last minute; the last one still counts.
        """
        code = self._ids.code()
        with self._lock:
            now = self._clock.monotonic()
            self._forget(now)
            self._count(run_id, now)
            self._show(_notice(run_id, seal, decision, (code, self._host_user)))
            self._codes[run_id, seal, decision] = _Code(self._digest(code), now)
        return ""

    def finish(
        self,
        run_id: str,
        seal: str,
        decision: str,
        proof: str,
        who: SignedIn | None = None,  # noqa: ARG002 (as above)
    ) -> Caller:
        """Take a code back, however it is spelled: case, width, spaces and dashes mean nothing.

        Raises:
            CodeWrong: it is not the code of this very decision, is used, void, or too old.
        """
        key = (run_id, seal, decision)
        given = self._digest(proof)
        with self._lock:
            self._forget(self._clock.monotonic())
            code = self._codes.get(key)
            if code is None:
                raise CodeWrong
            if hmac.compare_digest(code.digest, given):
                del self._codes[key]
                return PERSON
            code.wrong += 1
            if code.wrong >= TRIES:
                del self._codes[key]
            raise CodeWrong

    def _digest(self, code: str) -> bytes:
        return hmac.digest(self._salt, canonical(code).encode(errors="replace"), hashlib.sha256)

    def _forget(self, now: float) -> None:
        old = [key for key, code in self._codes.items() if now - code.made_at >= VALID_FOR]
        for key in old:
            del self._codes[key]
        while self._begun and now - self._begun[0][0] >= _MINUTE:
            self._begun.popleft()

    def _count(self, run_id: str, now: float) -> None:
        mine = sum(run == run_id for _, run in self._begun)
        if mine >= PER_RUN or len(self._begun) >= IN_ALL:
            raise CodesTooMany
        self._begun.append((now, run_id))


def canonical(code: str) -> str:
    """Return what was meant by a code as somebody typed it; of hostile lengths, the beginning."""
    wide = unicodedata.normalize("NFKC", code[:200]).upper()
    return "".join(c for c in wide if c.isalnum())


def spaced(code: str) -> str:
    """Write a code as people read it: XXXX-XXXX."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def short(seal: str) -> str:
    """Write the beginning of a seal's digest, as the review page shows it beside the code."""
    return seal.removeprefix("sha256:")[:12]


_WORDS = {
    "approve": ("APPROVE", "承認"),
    "reject": ("REJECT", "却下"),
    "override": ("OVERRIDE RULES", "例外承認"),
    "break_glass": ("BREAK THE GLASS", "緊急変更"),
    "follow_up": ("FOLLOW UP", "事後確認"),
}


def _notice(run_id: str, seal: str, decision: str, secret: tuple[str, str]) -> str:
    code, user = secret
    en, ja = _WORDS.get(decision, (decision, decision))
    rows = (
        "",
        "──── Sekisho 関所: one-time code / ワンタイムコード ────",
        f"  {_line(en)} run {_line(run_id)}  ({_line(ja)})",
        f"  seal / 封印    {_line(short(seal))}",
        f"  code / コード  {spaced(code)}",
        "  Valid 5 minutes, once. / 有効期間5分、1回限り。",
        f"  For {_line(user)}, on the review page, if you asked for it. Never give it to an agent.",
        "  ご自身が要求した場合のみレビュー画面に入力し、エージェントには渡さないでください。",
        "────────────────────────────────────────────────────────",
        "",
    )
    return "\n".join(rows)


def _line(text: str) -> str:
    return " ".join(plain(text, 120).split())
