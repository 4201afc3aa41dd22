"""The engine: one object per noun, all over the same parts. This is all that a face is given."""

import dataclasses
from typing import Any

from sekisho.domain.callers import POWERS, Caller, Power
from sekisho.engine.access_reviews import AccessReviews
from sekisho.engine.applies import Applies
from sekisho.engine.approvals import Approvals
from sekisho.engine.audits import Audits
from sekisho.engine.callers import Callers
from sekisho.engine.closing import Closure
from sekisho.engine.configurations import Configurations
from sekisho.engine.console_refusals import ConsoleRefusals
from sekisho.engine.evidence import Evidences
from sekisho.engine.gate import Gate
from sekisho.engine.overrides import Overrides
from sekisho.engine.parts import Parts
from sekisho.engine.passkeys import Passkeys
from sekisho.engine.people import People
from sekisho.engine.plans import Plans
from sekisho.engine.pushes import Pushes
from sekisho.engine.retention import Retention
from sekisho.engine.runs import Runs
from sekisho.engine.scanning import Scans
from sekisho.engine.sessions import Sessions
from sekisho.engine.sign_ins import SignIns
from sekisho.engine.states import States
from sekisho.engine.stops import Stops
from sekisho.engine.tokens import Tokens
from sekisho.engine.workspaces import Workspaces


@dataclasses.dataclass(frozen=True)
class Engine:
    """What the product does, by noun."""

    workspaces: Workspaces
    configurations: Configurations
    pushes: Pushes
    plans: Plans
    runs: Runs
    gate: Gate
    approvals: Approvals
    overrides: Overrides
    applies: Applies
    states: States
    stops: Stops
    audits: Audits
    evidences: Evidences
    scans: Scans
    callers: Callers
    tokens: Tokens
    sessions: Sessions
    passkeys: Passkeys
    sign_ins: SignIns
    refusals: ConsoleRefusals
    people: People
    retention: Retention
    access_reviews: AccessReviews
    closed: Closure | None
    """Why this server takes no runs."""
    _parts: Parts = dataclasses.field(repr=False)

    @staticmethod
    def of(parts: Parts, *, open_: bool, bare: tuple[Power, ...] = POWERS) -> "Engine":
        """Build every noun over `parts`.

        `open_` lets callers in without a credential, who then may do `bare`.
        """
        callers = Callers(parts, open_=open_, bare=bare)
        sessions, refusals = Sessions(parts, callers.people), ConsoleRefusals(parts)
        return Engine(
            **_of_workspaces(parts),
            callers=callers,
            tokens=Tokens(parts),
            sessions=sessions,
            passkeys=Passkeys(parts),
            sign_ins=SignIns(parts, sessions, refusals),
            refusals=refusals,
            people=callers.people,
            retention=Retention(parts),
            access_reviews=AccessReviews(parts),
            closed=parts.closed,
            _parts=parts,
        )

    def seen_by(self, caller: Caller) -> "Engine":
        """Return the engine as a caller may see it: what they may not read is unknown to it.

        Whatever answers somebody asks this one. Of people, of sign-ins and of the server itself
        nothing is kept from whoever is let in.
        """
        parts = self._parts.seen_by(caller)
        if parts is self._parts:
            return self
        return dataclasses.replace(self, **_of_workspaces(parts), _parts=parts)


def _of_workspaces(parts: Parts) -> dict[str, Any]:
    """Build the nouns that tell of workspaces and runs."""
    return {
        "workspaces": Workspaces(parts),
        "configurations": Configurations(parts),
        "pushes": Pushes(parts, Configurations(parts)),
        "plans": Plans(parts),
        "runs": Runs(parts),
        "gate": Gate(parts),
        "approvals": Approvals(parts),
        "overrides": Overrides(parts),
        "applies": Applies(parts),
        "states": States(parts),
        "stops": Stops(parts),
        "audits": Audits(parts),
        "evidences": Evidences(parts),
        "scans": Scans(parts),
    }
