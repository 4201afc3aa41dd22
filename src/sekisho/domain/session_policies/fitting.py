"""A policy document within the limit of session policies: exact first, then wider, step by step.

The steps are the same for every plan, and so is their order: a plan that does less than another is
never allowed more. For that, a step is taken by what a policy *may* take at that step (a bound that
only grows with what a plan asks for), not by what the text happens to take.
"""

import bisect
import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from sekisho.domain.session_policies.deriving import Asked
from sekisho.domain.session_policies.needs import BY_HAND, CLASSES, NEVER_WIDENED, Need
from sekisho.domain.session_policies.verbs import VERBS

LIMIT = 2_048
"""Characters of plain text that a session policy may have: `Policy` of `AssumeRole`, AWS STS API
reference ("The plaintext that you use for both inline and managed session policies can't exceed
2,048 characters"). AWS also packs it, with session tags, into a binary form with a limit of its
own, which nobody can compute beforehand: `PackedPolicySize` of the answer tells how near it was."""

_CHANGES = CLASSES[Need.CREATE] | CLASSES[Need.UPDATE]


def _letters(service: str) -> str:
    """Return the letters with which only verbs begin that make or change something."""
    if service in NEVER_WIDENED or service in BY_HAND:
        return ""
    found: dict[str, bool] = {}
    for verb in VERBS[service].split():
        found[verb[0]] = found.get(verb[0], True) and verb in _CHANGES and not verb.isupper()
    return "".join(letter for letter, only in sorted(found.items()) if only)


_MERGED = {service: _letters(service) for service in VERBS}
_ORDER = sorted(
    (s for s in VERBS if s not in NEVER_WIDENED), key=lambda s: (-len(VERBS[s].split()), s)
)
"""Services in the order in which they are widened: those with the most verbs first."""


@dataclasses.dataclass(frozen=True)
class Widened:
    """What was allowed beyond what was asked for: `actions` of one service."""

    service: str
    actions: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Fitted:
    """A document, and what it took to make it fit."""

    document: str
    widened: tuple[Widened, ...] = ()

    @property
    def fits(self) -> bool:
        """Say whether AWS takes it."""
        return len(self.document) <= LIMIT


def fitted(asked: Asked, limit: int = LIMIT) -> Fitted:
    """Write the narrowest document that is sure to fit; the widest where none is.

    The document of a plan that asks for nothing is empty.
    """
    if not asked.reads and not asked.writes:
        return Fitted("")
    own = _by_service(asked.writes)
    steps = [s for s in _ORDER if s in own]
    # Each step makes the bound smaller or leaves it, so the first that fits can be searched for.
    levels = range(len(steps) + 1)
    level = bisect.bisect_left(levels, x=True, key=lambda n: _bound(asked, own, n, steps) <= limit)
    wide = frozenset(steps[: max(level - 1, 0)])
    actions = _at(asked, own, level, wide)
    return Fitted(_written(asked, actions), _widened(own, actions))


def _by_service(actions: Iterable[str]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for action in actions:
        found[action.partition(":")[0]].add(action)
    return {service: frozenset(each) for service, each in found.items()}


def _merged(service: str, actions: Iterable[str]) -> set[str]:
    """Let verbs share a pattern by their first letter, where nothing else begins with it."""
    letters, start = _MERGED[service], len(service) + 1
    return {f"{a[: start + 1]}*" if a[start] in letters else a for a in actions}


def _writes(
    own: dict[str, frozenset[str]], level: int, wide: frozenset[str]
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for service, actions in own.items():
        if service in wide:
            found[service] = {f"{service}:*"}
        else:
            found[service] = _merged(service, actions) if level else set(actions)
    return found


def _at(
    asked: Asked, own: dict[str, frozenset[str]], level: int, wide: frozenset[str]
) -> list[str]:
    """Return the actions of a step, without those that another one of them covers."""
    writes = _writes(own, level, wide)
    found = set(asked.reads).union(*writes.values())
    by_service = _by_service(found)
    return sorted(
        action
        for actions in by_service.values()
        for action in actions
        if not any(other != action and fnmatchcase(action, other) for other in actions)
    )


def _bound(asked: Asked, own: dict[str, frozenset[str]], level: int, steps: list[str]) -> int:
    """Return the most characters that this plan, or one that does less, takes at a step."""
    wide = frozenset(steps[: max(level - 1, 0)])
    reads = _by_service(asked.reads)
    writes = _writes(own, level, wide)
    taken = len(_written(asked, []))
    for service in reads.keys() | writes.keys():
        looks = _taken(reads.get(service, ()))
        does = _taken(writes.get(service, ()))
        taken += max(looks, does) if service in wide else looks + does
    return taken


def _taken(actions: Iterable[str]) -> int:
    return sum(len(action) + 3 for action in actions)


def _widened(own: dict[str, frozenset[str]], actions: list[str]) -> tuple[Widened, ...]:
    """Say which patterns allow more verbs than were asked for."""
    found: list[Widened] = []
    kept = _by_service(actions)
    for service in sorted(own):
        wanted = own[service]
        new = kept.get(service, frozenset()) - wanted
        wider = sorted(a for a in new if _wider(a, service, wanted))
        found += [Widened(service, tuple(wider))] if wider else []
    return tuple(found)


def _wider(action: str, service: str, wanted: frozenset[str]) -> bool:
    """Say whether a pattern that steps made allows verbs that nobody asked for."""
    if action == f"{service}:*":
        return True
    start = len(service) + 1
    if len(action) != start + 2:
        return False
    verbs = (v for v in VERBS[service].split() if v[0] == action[start])
    return any(f"{service}:{v}*" not in wanted for v in verbs)


def _written(asked: Asked, actions: list[str]) -> str:
    """Write the document: what is done, roles that are passed, and roles that services make."""
    statements: list[dict[str, Any]] = [_allowed(actions)]
    if asked.passed:
        statements.append(_allowed(["iam:PassRole"], "iam:PassedToService", asked.passed))
    if asked.made:
        own = _allowed(["iam:CreateServiceLinkedRole"], "iam:AWSServiceName", asked.made)
        statements.append(own)
    document = {"Version": "2012-10-17", "Statement": statements}
    return json.dumps(document, separators=(",", ":"))


def _allowed(
    actions: list[str], key: str = "", values: frozenset[str] = frozenset()
) -> dict[str, Any]:
    said: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return said | ({"Condition": {"StringEquals": {key: sorted(values)}}} if key else {})
