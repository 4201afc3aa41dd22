"""The session policy of a plan: a document or the reason why there is none, and what it misses."""

import dataclasses

from sekisho.domain.plans import PlanReading
from sekisho.domain.session_policies.deriving import Uncovered, asked_of
from sekisho.domain.session_policies.fitting import LIMIT, Widened, fitted


@dataclasses.dataclass(frozen=True)
class SessionPolicy:
    """What the apply of a plan would need on AWS, as advice.

    `document` is IAM's JSON in one line; empty where the plan asks nothing of AWS, and where it
    `fits` into no session policy. `length`: how long it is, or would be at its shortest.
    """

    document: str
    length: int
    services: tuple[str, ...] = ()
    widened: tuple[Widened, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()

    @property
    def fits(self) -> bool:
        """Say whether AWS would take it."""
        return self.length <= LIMIT


def session_policy(plan: PlanReading) -> SessionPolicy:
    """Derive the session policy of a plan: always the same for the same types and actions."""
    asked = asked_of(plan)
    made = fitted(asked)
    return SessionPolicy(
        document=made.document if made.fits else "",
        length=len(made.document),
        services=asked.services,
        widened=made.widened if made.fits else (),
        uncovered=asked.uncovered,
    )
