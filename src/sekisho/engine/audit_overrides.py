"""Proving from the audit what was passed: by whom, for which seal, and who looked at it later."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime
from typing import cast

from sekisho.domain.approval_places import same_person
from sekisho.domain.audit import AuditFault, AuditRecord, Fact, fault
from sekisho.domain.callers import Caller
from sekisho.domain.overrides import OverrideKind
from sekisho.domain.text import Text

PASSES = frozenset(f"run.{kind}" for kind in OverrideKind)
"""Actions by which somebody passes rules."""
_OTHER_SEAL = Text(
    "passes rules of a seal that no plan of the run had",
    "この実行の計画にない封印のルールを例外承認しています",
)
_AFTER = Text(
    "passes rules of a run that was applied before", "すでに適用された実行を例外承認しています"
)
_NO_ROLE = Text(
    "{person} was in no group that could pass these rules",
    "{person} はこのルールを例外承認できるグループに属していません",
)
_NO_REASON = Text("passes rules without a reason", "理由のない例外承認です")
_UNGIVEN = Text(
    "looks at an override that nobody gave, or that was looked at before",
    "存在しないか確認済みの例外承認に対する事後確認です",
)
_OWN = Text(
    "{person} gave the override or asked for the run, and looked at it alone",
    "{person} が自分の例外承認または依頼を自分で事後確認しています",
)
_OVERDUE = Text(
    "nobody else looked at what {person} passed by {due} (run {run}, {kind})",
    "{person} の例外承認（実行 {run}、{kind}）が期限（{due}）までに事後確認されていません",
)


@dataclasses.dataclass
class Pass:
    """What one record told of rules that were passed; `followed`: somebody else looked at it."""

    record: AuditRecord
    followed: AuditRecord | None = None

    @property
    def seal(self) -> str:
        """The seal that it was about."""
        return str(self.record.entry.facts.get("seal", ""))

    @property
    def person(self) -> str:
        """Who gave it."""
        return self.record.entry.caller.person

    @property
    def kind(self) -> str:
        """How much was passed."""
        return self.record.entry.action.removeprefix("run.")

    @property
    def due(self) -> datetime | None:
        """Until when somebody else looks at it; None where the record does not say."""
        try:
            return datetime.fromisoformat(str(self.record.entry.facts.get("due")))
        except ValueError:
            return None

    def needs(self, name: str) -> int:
        """Return how many people the rest of the rules still wanted."""
        return number(self.record.entry.facts.get(name))

    def overdue(self, now: datetime) -> bool:
        """Say whether nobody looked at it in time. One without a date is told at once."""
        return self.followed is None and (self.due is None or now > self.due)


@dataclasses.dataclass
class Passed:
    """All that was passed in one run, oldest first."""

    given: list[Pass] = dataclasses.field(default_factory=list[Pass])

    def last(self, seal: str) -> Pass | None:
        """Return the newest about a seal; it tells what all of them left."""
        return next((p for p in reversed(self.given) if p.seal == seal), None)

    def waiting(self) -> Pass | None:
        """Return the one that a follow-up is about: the newest that waits."""
        return next((p for p in reversed(self.given) if p.followed is None), None)

    def note(self, record: AuditRecord) -> None:
        """Remember what a record tells."""
        if record.entry.action in PASSES:
            self.given.append(Pass(record))
        elif record.entry.action == "run.follow_up" and (waiting := self.waiting()):
            waiting.followed = record

    def proofs(
        self, record: AuditRecord, seal: str, requester: Caller | None, *, applied: bool
    ) -> Iterator[Text]:
        """Say what does not hold of a record that passes rules, or looks at that afterwards."""
        if record.entry.action in PASSES:
            yield from _given(record, seal, applied=applied)
        elif record.entry.action == "run.follow_up":
            yield from self._followed(record, requester)

    def _followed(self, record: AuditRecord, requester: Caller | None) -> Iterator[Text]:
        waiting, by = self.waiting(), record.entry.caller
        if waiting is None or waiting.seal != record.entry.facts.get("seal"):
            yield _UNGIVEN
            return
        theirs = [waiting.record.entry.caller, *([requester] if requester else [])]
        if any(same_person(by, other) for other in theirs):
            yield _OWN.fill({"person": by.person})

    def overdue(self, now: datetime) -> Iterator[AuditFault]:
        """Name what nobody else looked at in time: no fault of the audit, and work that is due."""
        for each in self.given:
            if each.overdue(now):
                facts = {"person": each.person, "kind": each.kind, "due": each.due or "-"}
                facts["run"] = each.record.entry.run_id or "-"
                yield fault(each.record.sequence, _OVERDUE, "", **facts)


def _given(record: AuditRecord, seal: str, *, applied: bool) -> Iterator[Text]:
    facts = record.entry.facts
    if facts.get("seal") != seal:
        yield _OTHER_SEAL
    if applied:
        yield _AFTER
    if not str(facts.get("reason") or "").strip():
        yield _NO_REASON
    groups = set(record.entry.caller.groups)
    if any(groups.isdisjoint(able) for able in _able(facts.get("roles"))):
        yield _NO_ROLE.fill({"person": record.entry.caller.person})


def _able(told: Fact) -> list[list[str]]:
    """Read which groups could do it: a person has to be in one of each list; nobody in none."""
    try:
        found: object = json.loads(str(told))
    except (ValueError, RecursionError):
        return [[]]
    lists = cast("list[object]", found) if isinstance(found, list) else [()]
    able = [[str(g) for g in cast("list[object]", x)] if isinstance(x, list) else [] for x in lists]
    return able or [[]]


def number(fact: Fact) -> int:
    """Read a fact that counts."""
    return int(fact or 0)
