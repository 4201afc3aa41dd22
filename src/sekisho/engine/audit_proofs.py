"""Proving from the audit alone that each apply had what its rules required.

A proof looks at one record in the light of what the audit told of its run before, and returns what
does not hold. To prove more, let `Told.note` remember what the audit says and add a proof to
`APPLY_PROOFS`; nothing else has to know.
"""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime

from sekisho.domain.approval_places import same_person
from sekisho.domain.audit import RUN_VERSION, AuditFault, AuditRecord, fault
from sekisho.domain.callers import Caller
from sekisho.domain.text import Text
from sekisho.engine.audit_overrides import Passed, number

_OTHER_SEAL = Text(
    "applies a seal that no plan of the run had", "この実行の計画にない封印を適用しています"
)
_AGAIN = Text("applies a run that was applied before", "すでに適用された実行を再び適用しています")
_TOO_FEW = Text(
    "had {given} of {needed} {who} that its rules required",
    "ルールが求める{who} {needed} 件のうち {given} 件しかありません",
)
_APPROVALS = Text("approvals", "承認")
_BY_OTHERS = Text("approvals by others", "本人以外の承認")
_UNASKED = Text("begins an apply that nobody asked for", "誰も依頼していない適用を開始しています")
_NOT_BEGUN = Text("ends an apply that never began", "開始されていない適用を終了しています")


@dataclasses.dataclass
class Told:
    """What the audit has told of one run so far."""

    created: bool = False
    requester: Caller | None = None
    seal: str = ""
    needed: int = 0
    needed_of_others: int = 0
    asked: bool = False
    applied: bool = False
    forgotten: bool = False
    version: int | None = None
    approved: dict[str, dict[str, AuditRecord]] = dataclasses.field(
        default_factory=dict[str, dict[str, AuditRecord]]
    )
    """Seal → person → the record of their approval."""
    passed: Passed = dataclasses.field(default_factory=Passed)

    def given(self, seal: str) -> dict[str, AuditRecord]:
        """Return who approved this very seal."""
        return self.approved.get(seal, {})

    def note(self, record: AuditRecord) -> None:
        """Remember what a record tells."""
        entry, facts = record.entry, record.entry.facts
        version = facts.get(RUN_VERSION)
        if isinstance(version, int):
            self.version = max(version, self.version or 0)
        self.passed.note(record)
        match entry.action:
            case "run.create":
                self.created, self.requester = True, entry.caller
            case "run.plan":
                self.seal, self.needed = str(facts.get("seal", "")), number(facts.get("needed"))
                self.needed_of_others = number(facts.get("needed_of_others"))
            case "run.approve":
                given = self.approved.setdefault(str(facts.get("seal")), {})
                given.setdefault(entry.caller.person, record)
            case "run.apply":
                self.asked = True
            case "run.apply_start":
                self.applied = True
            case "run.forget":
                self.forgotten = True
            case _:
                pass

    def wants(self, seal: str) -> tuple[int, int]:
        """Return how many people are needed, and how many beside the requester.

        By all rules, or by those that nobody passed for this very seal.
        """
        last = self.passed.last(seal)
        if last is None:
            return self.needed, self.needed_of_others
        return last.needs("needed"), last.needs("needed_of_others")


Proof = Callable[[Told, AuditRecord], Iterator[Text]]


def _same_seal(told: Told, record: AuditRecord) -> Iterator[Text]:
    """What is applied is what was planned."""
    if _seal(record) != told.seal:
        yield _OTHER_SEAL


def _once(told: Told, _record: AuditRecord) -> Iterator[Text]:
    """An approval is used once."""
    if told.applied:
        yield _AGAIN


def _enough(told: Told, record: AuditRecord) -> Iterator[Text]:
    """Enough people were behind it, and enough of them were not the one who asked.

    They approved before it: by their place in the chain, for clocks are put back.
    """
    seal = _seal(record)
    people = _people(told, seal)
    others = [p for p in people if told.requester is None or not same_person(p, told.requester)]
    needed, needed_of_others = told.wants(seal)
    for these, wanted, who in (
        (people, needed, _APPROVALS),
        (others, needed_of_others, _BY_OTHERS),
    ):
        if len(these) < wanted:
            yield _TOO_FEW.fill({"given": len(these), "needed": wanted, "who": who})


def _people(told: Told, seal: str) -> list[Caller]:
    """Return the distinct people who approved a seal: renamed, somebody is still one of them."""
    found: list[Caller] = []
    for record in told.given(seal).values():
        if not any(same_person(record.entry.caller, other) for other in found):
            found.append(record.entry.caller)
    return found


def _asked(told: Told, _record: AuditRecord) -> Iterator[Text]:
    """Somebody asked for the apply: an approval alone never starts one."""
    if not told.asked:
        yield _UNASKED


APPLY_PROOFS: tuple[Proof, ...] = (_same_seal, _once, _enough, _asked)
"""What must hold when an apply begins."""


class Proofs:
    """Walks the audit, record by record, and remembers what it told of each run."""

    def __init__(self) -> None:
        self.runs: dict[str, Told] = {}
        self.applies = 0

    def see(self, record: AuditRecord) -> list[AuditFault]:
        """Look at the next record; return what does not hold."""
        entry = record.entry
        if entry.run_id is None:
            return []
        told = self.runs.setdefault(entry.run_id, Told())
        said: list[Text] = []
        if entry.action == "run.apply_start":
            self.applies += 1
            said = [text for proof in APPLY_PROOFS for text in proof(told, record)]
        elif entry.action == "run.applied" and not told.applied:
            said = [_NOT_BEGUN]
        said += told.passed.proofs(record, told.seal, told.requester, applied=told.applied)
        told.note(record)
        return [fault(record.sequence, text) for text in said]

    def overdue(self, now: datetime) -> list[AuditFault]:
        """Name what was passed and nobody else looked at in time."""
        late = (fault for told in self.runs.values() for fault in told.passed.overdue(now))
        return sorted(late, key=lambda found: found.sequence)


def _seal(record: AuditRecord) -> str:
    return str(record.entry.facts.get("seal", ""))
