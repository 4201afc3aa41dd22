"""Inspection at work: three looks at a configuration, each by the policy of its workspace.

Before `init`, at the files; after it, at what was installed; and after the plan, at what the plan
itself says it would run, whatever hid it from the first two.
"""

from collections.abc import Iterable

from sekisho.domain.inspection_texts import said, step
from sekisho.domain.inspections import Finding, FindingKind, Judged
from sekisho.domain.plan_changes import CodeKind
from sekisho.domain.plans import PlanReading
from sekisho.domain.problems import problem_found
from sekisho.domain.runs import RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.engine.phases import End
from sekisho.engine.watching import RunWatch

_CODE = {
    CodeKind.PROVISIONER: FindingKind.PROVISIONER,
    CodeKind.EXTERNAL: FindingKind.EXTERNAL_DATA,
    CodeKind.ACTION: FindingKind.ACTION,
}


def weighed(workspace: Workspace, findings: Iterable[Finding]) -> Judged:
    """Sort findings by what the operator says of them."""
    return workspace.inspection.sorted_out(findings)


def in_plan(reading: PlanReading) -> tuple[Finding, ...]:
    """Return what a plan says it would run."""
    return tuple(Finding("plan", 0, _CODE[c.kind], c.address, c.detail) for c in reading.code)


def end_of(found: Judged) -> End | None:
    """Say how a look ends the phase, if it does."""
    return End(RunStatus.BLOCKED, problem_found(found.refused)) if found.refused else None


def tell(found: Judged, watch: RunWatch) -> None:
    """Write findings into the log of the run."""
    for level, findings in (("error", found.refused), ("warn", found.warned)):
        for finding in findings:
            text = f"[{finding.kind}] {said(finding).en}"
            watch.found(level, text, file=finding.file, line=finding.line, detail=step(finding).en)
