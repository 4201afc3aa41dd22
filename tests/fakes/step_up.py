"""A step-up whose codes a test reads from a list instead of a terminal."""

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CodesTooMany, CodeWrong
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import Way
from sekisho.ports import Clock

Key = tuple[str, str, str]


class FakeStepUp:
    """`shown` holds every code ever given; `person` is who types it, whom a test may change."""

    def __init__(self, clock: Clock, person: str = "terminal") -> None:
        self.shown: list[str] = []
        self.person = person
        self.groups: tuple[str, ...] = ()
        self._clock = clock
        self._live: dict[Key, tuple[str, float, int]] = {}
        self._asked: list[tuple[str, float]] = []

    def begin(
        self,
        run_id: str,
        seal: str,
        decision: str,
        who: SignedIn | None = None,
        way: Way = "passkey",
    ) -> str:
        now = self._clock.monotonic()
        if sum(run == run_id and now - at < 60 for run, at in self._asked) >= 5:
            raise CodesTooMany
        self._asked.append((run_id, now))
        code = f"CODE{len(self.shown):04}"
        self.shown.append(code)
        self._live[run_id, seal, decision] = (code, now, 0)
        return ""

    def finish(
        self, run_id: str, seal: str, decision: str, proof: str, who: SignedIn | None = None
    ) -> Caller:
        key = (run_id, seal, decision)
        code, since, wrong = self._live.pop(key, ("", 0.0, 0))
        if not code or self._clock.monotonic() - since >= 300:
            raise CodeWrong
        if proof.strip().upper().replace("-", "").replace(" ", "") != code:
            if wrong < 4:
                self._live[key] = (code, since, wrong + 1)
            raise CodeWrong
        return Caller(self.person, "console", "terminal_code", groups=self.groups)
