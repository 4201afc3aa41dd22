"""Policies in Rego: what the operator wrote down about plans, and what each said of one.

A policy is a folder of `.rego` files. It comes with a rule of its name, so that a denial holds a
plan up by the level of the policy, and another text of the policy is another rule.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from sekisho.domain.groups import Group
from sekisho.domain.rules import Level, Require, Rule
from sekisho.domain.text import plain

MOST_KEPT = 20
"""Messages of a kind that are kept of a policy. All of them are counted."""
LONGEST = 300
"""Characters of a message."""
_LONGEST_PROBLEM = 500


@dataclasses.dataclass(frozen=True)
class RegoPolicy:
    """A policy that the operator declared: its files by name, as they were when read."""

    name: str
    files: tuple[tuple[str, str], ...]
    level: Level = Level.HARD
    overriders: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Return the digest over names and texts of its files."""
        body = json.dumps([self.name, self.files], ensure_ascii=False).encode()
        return f"sha256:{hashlib.sha256(body).hexdigest()}"

    def rule(self, age: timedelta, members: tuple[Group, ...] = ()) -> Rule:
        """Return the rule that a plan is denied nothing by it; `age`: how old plans may be.

        `members`: the groups that may override it.
        """
        require = Require(approvals=0, silent=True, plan_age=age, policy=self.digest)
        return Rule(
            self.name, require, level=self.level, overriders=self.overriders, members=members
        )


@dataclasses.dataclass(frozen=True)
class PolicyOutcome:
    """What a policy said of a plan; sealed with it.

    `denied` and `warned` are the first messages, `denials` and `warnings` count all of them.
    `problem`: why it could not be evaluated, and `code` which kind of why.
    """

    name: str
    digest: str
    level: Level
    denied: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    denials: int = 0
    warnings: int = 0
    code: str = ""
    problem: str = ""

    def canonical(self) -> list[Any]:
        """Return what is sealed of it."""
        counts = [self.denials, self.warnings]
        said = [list(self.denied), list(self.warned)]
        return [self.name, self.digest, str(self.level), counts, said, self.code, self.problem]


def outcome_of(
    policy: RegoPolicy,
    denied: Iterable[str],
    warned: Iterable[str],
    clean: Callable[[str], str],
) -> PolicyOutcome:
    """Return what a run keeps of what a policy said; `clean` takes secrets out of text."""
    denials, warnings = sorted(set(denied)), sorted(set(warned))
    return PolicyOutcome(
        name=policy.name,
        digest=policy.digest,
        level=policy.level,
        denied=_kept(denials, clean),
        warned=_kept(warnings, clean),
        denials=len(denials),
        warnings=len(warnings),
    )


def not_evaluated(policy: RegoPolicy, code: str, problem: str) -> PolicyOutcome:
    """Return what a run keeps of a policy that could not be evaluated."""
    said = plain(problem, cap=_LONGEST_PROBLEM) or code
    return PolicyOutcome(policy.name, policy.digest, policy.level, code=code, problem=said)


def _kept(messages: Sequence[str], clean: Callable[[str], str]) -> tuple[str, ...]:
    # Whole texts are cleaned: half a secret at a cut would be known by nobody.
    return tuple(plain(clean(text), cap=LONGEST) for text in messages[:MOST_KEPT])
