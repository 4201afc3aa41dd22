"""Who asked for a run, as far as that is known by now."""

import dataclasses

from sekisho.domain.callers import Caller
from sekisho.domain.runs import Run
from sekisho.engine.parts import Parts


def requester_of(parts: Parts, run: Run) -> Caller:
    """Return who asked for a run, by their subject where their name has become somebody's since.

    A key is made for a name; whose name that is shows when they first sign in. Who is then renamed
    is still who asked. Call it before a write, never in it.
    """
    asked = run.requested_by
    known = None if asked.subject else parts.store.people.named(asked.person)
    return dataclasses.replace(asked, subject=known.subject) if known else asked
