"""Scans as they are shown: what was found, worst first, where, and how to put it right."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from sekisho.domain.errors import CursorInvalid
from sekisho.domain.runs import Run
from sekisho.domain.scans import ScanFinding, Severity
from sekisho.engine.engine import Engine
from sekisho.views.budgets import DETAIL_TOKENS, MARGIN, brief, size, views_within
from sekisho.views.view import View, moment, one_line

SeverityName = Literal["low", "medium", "high", "critical"]
_KEYS = 3


class FindingRow(View):
    """One finding. `place` is a resource or a file, `change` the `#…` of its row in the plan.

    `ignored`: it does not count; `held` says why, and until when, or why the files asked in vain to
    skip it.
    """

    severity: str
    check: str
    name: str
    place: str
    change: str | None = None
    file: str | None = None
    found_in: str
    fix: str
    guideline: str | None = None
    ignored: bool = False
    held: str | None = None

    @classmethod
    def of(cls, finding: ScanFinding, today: date, change: str = "") -> "FindingRow":
        """Show a finding."""
        name = brief(finding.name, 200)
        return cls(
            severity=str(finding.severity),
            check=one_line(finding.check, 60),
            name=name,
            place=brief(finding.address or finding.file, 160),
            change=change or None,
            file=lines_of(finding) or None,
            found_in="+".join(finding.found_in),
            fix=_fix(finding),
            guideline=one_line(finding.guideline, 200) or None,
            ignored=not finding.counts_on(today),
            held=_held(finding, today) or None,
        )

    def words(self) -> str:
        """Say it in two lines."""
        where = " ".join(filter(None, (self.change, self.place)))
        found = ", ".join(filter(None, (self.file, self.found_in)))
        loud = f"{self.severity}, does not count:" if self.ignored else self.severity.upper()
        said = f"  {loud} {self.check} {where} ({found}): {self.name}"
        said += f" [{self.held}]" if self.held else ""
        return f"{said}\n      fix: {self.fix}"


class ScanPage(View):
    """What a scan found, filtered; `counts` is of everything that counts today, by severity.

    `total` is what the filter takes, `kept` what is there to be shown of all findings.
    """

    run_id: str
    status: str
    scanner: str
    at: datetime
    counts: dict[str, int]
    suppressed: int
    total: int
    findings: list[FindingRow]
    left_out: int
    cursor: int | None = None
    not_kept: int = 0
    next: list[str] = Field(default_factory=list[str])

    def words(self) -> str:
        """List the rows under their counts."""
        tally = ", ".join(f"{n} {name}" for name, n in self.counts.items()) or "nothing that counts"
        head = f"Scan of run {self.run_id} ({self.status}), {self.scanner}, {moment(self.at)}: "
        head += f"{tally}; {self.suppressed} suppressed. {self.total} taken"
        lines = [head, *[row.words() for row in self.findings]]
        if self.cursor is not None:
            lines += [f"  … {self.left_out} more, from cursor {self.cursor}"]
        if self.not_kept:
            lines += [f"  {self.not_kept} milder findings were counted and not kept."]
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


def scan_shown(
    engine: Engine,
    run_id: str,
    severities: Iterable[SeverityName] = (),
    start: int = 0,
    limit: int = 50,
) -> ScanPage:
    """Show findings of these severities (none: of all), from a place on, as far as they fit.

    Raises:
        RunUnknown, PlanMissing, ScanUnknown: there is nothing to show.
        CursorInvalid: there is no such place.
    """
    run, (mark, scan) = engine.runs.get(run_id), engine.scans.of_run(run_id)
    today, wanted = engine.scans.today(), set(map(Severity, severities)) or set(Severity)
    found = [f for f in scan.findings if f.severity in wanted]
    if start and start >= len(found):
        raise CursorInvalid
    numbers = numbers_of(engine, run_id)
    counts = mark.counts_on(today)
    rows = [FindingRow.of(f, today, numbers.get(f.address, "")) for f in found[start:][:limit]]
    empty = ScanPage(
        run_id=run.id,
        status=str(run.status),
        scanner=one_line(f"{mark.tool} {mark.version}", 60),
        at=mark.at,
        counts=counts,
        suppressed=sum(h.count for h in mark.held if today <= h.until),
        total=len(found),
        findings=[],
        left_out=len(found),
        cursor=start,
        not_kept=scan.cut,
        next=_next(run, counts),
    )
    kept = views_within(rows, DETAIL_TOKENS - MARGIN - size(empty), least=1)
    end = start + len(kept)
    more = {"left_out": len(found) - end, "cursor": end if end < len(found) else None}
    return empty.model_copy(update={"findings": kept, **more})


def numbers_of(engine: Engine, run_id: str) -> Mapping[str, str]:
    """Return the `#…` of each change of a plan, by its address."""
    rows = engine.plans.reading(run_id).changes
    return {row.address: f"#{row.number}" for row in rows if not row.deposed}


def _next(run: Run, counts: Mapping[str, int]) -> list[str]:
    here = f'run_id="{run.id}"'
    if not counts:
        return [f"plan_get({here}): read what would change"]
    again = f'plan_create(workspace="{run.workspace}", …)'
    return [
        f"Correct the files as the fixes say, then {again}",
        "What must stay as it is, the operator suppresses in sekisho.yaml, with reason and expiry",
    ]


def lines_of(finding: ScanFinding) -> str:
    """Say where in the files it is."""
    if not finding.file:
        return ""
    name = brief(finding.file, 120)
    if finding.line <= 0:
        return name
    last = f"-{finding.last_line}" if finding.last_line > finding.line else ""
    return f"{name}:{finding.line}{last}"


def _fix(finding: ScanFinding) -> str:
    keys = ", ".join(brief(key, 60) for key in finding.keys[:_KEYS])
    what = f"Set {keys}" if keys else "Change it"
    where = f" in {lines_of(finding)}" if finding.file else ""
    return f"{what}{where} so that this holds: {brief(finding.name, 120)}"


def _held(finding: ScanFinding, today: date) -> str:
    if finding.until and finding.counts_on(today):
        return f"suppressed until {finding.until}, which is over: it counts"
    if finding.until:
        return f"suppressed until {finding.until}: {brief(finding.suppressed, 120)}"
    if finding.skip:
        return f"the files ask to skip it ({brief(finding.skip, 80)}): it counts all the same"
    return ""
