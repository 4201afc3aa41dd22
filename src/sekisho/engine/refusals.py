"""Refused attempts at a decision or an apply: told in the audit too, which nobody can flood."""

import contextlib
from collections.abc import Generator

from sekisho.domain.callers import Caller
from sekisho.domain.errors import (
    Conflict,
    Refused,
    RunUnknown,
    SekishoError,
    StoreTampered,
    Unavailable,
)
from sekisho.domain.sessions import SignedIn
from sekisho.engine.memory import Told
from sekisho.engine.parts import Parts

NOBODY = Caller("nobody", "console", "none")
"""Who decides, as long as no proof said who it is."""


def attempting(who: SignedIn | None) -> Caller:
    """Return who tries something: who is signed in, else nobody."""
    return who.caller() if who else NOBODY


@contextlib.contextmanager
def audited(parts: Parts, told: Told, verb: str, run_id: str, caller: Caller) -> Generator[None]:
    """Do something; where it is refused, write into the audit who tried what, and why it was not.

    The refusal stands whether or not it could be written.
    """
    try:
        yield
    except (Conflict, Refused, StoreTampered) as error:
        tell(parts, told, verb, run_id, caller, error)
        raise


def tell(
    parts: Parts, told: Told, verb: str, run_id: str, caller: Caller, error: SekishoError
) -> None:
    """Write one refusal into the audit, unless the same was written lately.

    Of runs that do not exist nothing is written, and they take nobody's place.
    """
    now = parts.clock.now()
    key = (caller.person, verb, run_id, error.code)
    said = {"person": caller.person, "verb": verb, "run_id": run_id, "code": error.code}
    parts.journal.event("attempt.refused", **said)
    with contextlib.suppress(Unavailable, RunUnknown):
        run = parts.store.runs.get(run_id)
        if not told.is_news(key, now):
            return
        facts = {"verb": verb, "code": error.code}
        parts.store.audit.append(parts.entry(now, "run.refuse", caller, run, **facts))
