"""What a plan asks of AWS: actions of IAM by service, roles that are passed, what is unknown."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import ActionCall, CodeRun, ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.session_policies.iam import KINDS
from sekisho.domain.session_policies.needs import BY_HAND, BY_SERVICE, BY_TYPE, CLASSES, Need
from sekisho.domain.session_policies.roles import OWN_ROLES, PASSED_TO
from sekisho.domain.session_policies.services import FREE, OPAQUE, is_aws, service_of
from sekisho.domain.session_policies.verbs import VERBS


class Gap(StrEnum):
    """Why a policy does not cover something."""

    OTHER_PROVIDER = "other_provider"
    """Not a type of the AWS provider: IAM may have nothing to do with it."""
    UNMAPPED = "unmapped"
    """A type whose service is not in our table."""
    OPAQUE = "opaque"
    """What it makes is in no plan: a stack, a product."""
    UNKNOWN_ACTION = "unknown_action"
    """A newer Terraform does something with it that we do not know."""
    CODE = "code"
    """A program or an action of the provider: it may call anything."""


@dataclasses.dataclass(frozen=True, order=True)
class Uncovered:
    """Something that a policy does not cover. `name`: a type, or the kind of code."""

    name: str
    gap: Gap
    count: int = 1


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a plan asks of AWS. `reads` and `writes`: actions of IAM, `service:Verb*`.

    `passed`: service principals that roles are passed to; `made`: those whose own role is made.
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    uncovered: tuple[Uncovered, ...] = ()

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it is about."""
        return tuple(sorted({a.partition(":")[0] for a in self.reads | self.writes}))


_NEEDS: dict[Action, tuple[Need, ...]] = {
    Action.NO_OP: (),
    Action.FORGET: (),
    Action.READ: (Need.READ,),
    Action.CREATE: (Need.READ, Need.CREATE),
    Action.UPDATE: (Need.READ, Need.UPDATE),
    Action.DELETE: (Need.READ, Need.DELETE),
    Action.REPLACE: (Need.READ, Need.CREATE, Need.DELETE),
}


def asked_of(plan: PlanReading) -> Asked:
    """Derive what the apply of a plan asks of AWS, from types and actions alone.

    Drift and deferred changes are not applied; what only moves or is let go of calls nobody.
    """
    wanted: set[tuple[str, Need]] = set()
    gaps: Counter[tuple[str, Gap]] = Counter()
    for change in plan.changes:
        needs = _needs(change)
        gap = _gap(change, needs)
        if gap:
            gaps[change.type, gap] += 1
        elif needs:
            wanted |= {(change.type, need) for need in needs}
    gaps.update(_code(plan.code, plan.actions))
    return _gathered(wanted, gaps)


def _needs(change: ResourceChange) -> tuple[Need, ...]:
    needs = _NEEDS.get(change.action, ())
    if "forget" in change.actions:  # the old object is let go of, not deleted
        needs = tuple(n for n in needs if n is not Need.DELETE)
    return needs or ((Need.READ,) if change.importing else ())


def _gap(change: ResourceChange, needs: tuple[Need, ...]) -> Gap | None:
    """Say why a change is not covered; None: it is, or there is nothing to cover."""
    if change.action not in _NEEDS:
        return Gap.UNKNOWN_ACTION
    if not needs or change.type in FREE:
        return None
    if not is_aws(change.type):
        return Gap.OTHER_PROVIDER
    if change.type in OPAQUE:
        return Gap.OPAQUE
    service = service_of(change.type)
    known = change.type in KINDS if service == "iam" and needs != (Need.READ,) else bool(service)
    return None if known else Gap.UNMAPPED


def _code(code: Iterable[CodeRun], calls: Iterable[ActionCall]) -> Iterable[tuple[str, Gap]]:
    """Name what runs programs; a call of an action stands in both lists of a plan."""
    found = {(c.address, f"{c.kind} {c.detail}".strip()) for c in code if c.kind != "action"}
    found |= {(c.address, c.type or "action") for c in calls}
    return ((name, Gap.CODE) for _, name in found)


def _gathered(wanted: Iterable[tuple[str, Need]], gaps: Counter[tuple[str, Gap]]) -> Asked:
    reads: set[str] = set()
    writes: set[str] = set()
    passed: set[str] = set()
    made: set[str] = set()
    for type_, need in wanted:
        (reads if need is Need.READ else writes).update(_actions(type_, need))
        if need in (Need.CREATE, Need.UPDATE):
            passed.update(PASSED_TO.get(type_, ()))
        if need is Need.CREATE:
            made.update(_made_by(service_of(type_) or ""))
    # An action that a write names and that only looks is a read: it never counts as a reason to
    # widen a service.
    looks = {a for a in writes if _looks(a)}
    return Asked(
        reads=frozenset(reads | looks),
        writes=frozenset(writes - looks),
        passed=frozenset(passed),
        made=frozenset(made),
        uncovered=tuple(sorted(Uncovered(*key, n) for key, n in gaps.items())),
    )


def _looks(action: str) -> bool:
    return action.partition(":")[2].startswith(("Get", "List", "Describe"))


def _made_by(service: str) -> list[str]:
    return [f"{name}.amazonaws.com" for name in OWN_ROLES.get(service, "").split()]


@functools.lru_cache(maxsize=4096)
def _actions(type_: str, need: Need) -> frozenset[str]:
    """Return the actions that one type needs for one thing that is done to it."""
    service = service_of(type_)
    if service is None or type_ in FREE:
        return frozenset()
    own = BY_HAND.get(service)
    if own:
        found = {f"{service}:{action}" for action in own.get(need, "").split()}
    else:
        found = {f"{service}:{_pattern(v)}" for v in VERBS[service].split() if v in CLASSES[need]}
    tables = (BY_SERVICE.get(service, {}), BY_TYPE.get(type_, {}), KINDS.get(type_, {}))
    return frozenset(found.union(*(said.get(need, "").split() for said in tables)))


def _pattern(verb: str) -> str:
    """Write a verb as a pattern; API Gateway's are the methods of HTTP, and whole."""
    return verb if verb.isupper() else f"{verb}*"
