"""The audit as it is shown."""

from datetime import datetime

from pydantic import Field

from sekisho.domain.audit import AuditFault, AuditRecord
from sekisho.engine.audits import AuditPart, AuditReport
from sekisho.views.callers import CallerView
from sekisho.views.view import View, moment, shown

_MOST_FAULTS = 100


class AuditRecordView(View):
    """One record of the chain."""

    sequence: int
    at: datetime
    action: str
    caller: CallerView
    workspace: str | None = None
    run_id: str | None = None
    facts: dict[str, str | int | bool | None]
    previous: str
    digest: str

    @classmethod
    def of(cls, record: AuditRecord) -> "AuditRecordView":
        """Show a record."""
        entry = record.entry
        facts = {k: shown(v) if isinstance(v, str) else v for k, v in entry.facts.items()}
        return cls(
            sequence=record.sequence,
            at=entry.at,
            action=entry.action,
            caller=CallerView.of(entry.caller),
            workspace=entry.workspace,
            run_id=entry.run_id,
            facts=facts,
            previous=record.previous,
            digest=record.digest,
        )

    def words(self) -> str:
        """Say it in one line."""
        about = self.run_id or self.workspace or "-"
        return f"{self.sequence} {moment(self.at)} {self.action} {about} by {self.caller.words()}"


class AuditPage(View):
    """Records above a sequence number; ask again with `cursor` for those that follow."""

    records: list[AuditRecordView]
    cursor: int | None = None

    @classmethod
    def of(cls, part: AuditPart) -> "AuditPage":
        """Show some records."""
        return cls(records=[AuditRecordView.of(r) for r in part.records], cursor=part.cursor)

    def words(self) -> str:
        """List them."""
        return "\n".join(r.words() for r in self.records)


class AuditFaultView(View):
    """What does not hold: a record of the audit, or what `where` names (`sequence` is 0 then)."""

    sequence: int
    reason: str
    where: str = ""

    def words(self) -> str:
        """Say it in one line."""
        return f"{self.where or self.sequence}: {self.reason}"


class AuditReportView(View):
    """What verifying the audit found.

    `overdue`: overrides that nobody else looked at in time; no fault, and work that is due.
    """

    sound: bool
    records: int
    applies: int
    head: str
    rows: int
    blobs: int
    checkpoints: int
    faults: list[AuditFaultView]
    faults_in_all: int
    overdue: list[AuditFaultView] = Field(default_factory=list[AuditFaultView])

    @classmethod
    def of(cls, report: AuditReport) -> "AuditReportView":
        """Show a report."""
        return cls(
            sound=not report.faults,
            records=report.records,
            applies=report.applies,
            head=report.head,
            rows=report.rows,
            blobs=report.blobs,
            checkpoints=report.checkpoints,
            faults=_faults(report.faults),
            faults_in_all=len(report.faults),
            overdue=_faults(report.overdue),
        )

    def words(self) -> str:
        """Say whether it holds."""
        head = f"{self.records} records, {self.applies} applies: "
        head += "sound" if self.sound else f"{self.faults_in_all} fault(s)"
        late = [f"- to be looked at: {f.words()}" for f in self.overdue]
        return "\n".join([head, *[f"- {f.words()}" for f in self.faults], *late])


def _faults(found: tuple[AuditFault, ...]) -> list[AuditFaultView]:
    return [
        AuditFaultView(sequence=f.sequence, reason=shown(f.reason), where=shown(f.where))
        for f in found[:_MOST_FAULTS]
    ]
