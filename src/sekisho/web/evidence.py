"""The evidence of one run, for paper: who asked, what was planned, who decided, what came of it."""

import json
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from sekisho.domain.audit import AuditRecord
from sekisho.domain.errors import PlanMissing
from sekisho.domain.gate import Verdict
from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import FINAL, Run
from sekisho.domain.text import Text
from sekisho.engine.engine import Engine
from sekisho.engine.workspaces import WorkspaceView
from sekisho.views.plan_facts import contained_said
from sekisho.views.plan_warnings import warnings_of
from sekisho.web.decisions import gate_lines, overrides_said, said_before
from sekisho.web.plan_diffs import LEAVES, Diff, Room, diff_of_outputs
from sekisho.web.plans import Danger, Listing, Tile, dangers_of, every_change, tiles
from sekisho.web.reviews import deadline_of, verdict_of, workspace_of
from sekisho.web.visits import Console, Page, Visit

_RECORDS = 500
_CHANGES = 200
"""Different changes that are printed; the rest is counted."""
_ROOM = 300_000


@dataclass(frozen=True)
class PlanPaper:
    """What is printed of a plan."""

    reading: PlanReading
    tiles: tuple[Tile, ...]
    warnings: tuple[Text, ...]
    dangers: tuple[Danger, ...]
    changes: Listing
    outputs: Diff

    @property
    def printed(self) -> int:
        """How many resources the printed changes are about."""
        return sum(e.count for e in self.changes.entries)


@dataclass(frozen=True)
class Evidence:
    """Everything about one decision. `more_records`: the audit holds more than is printed."""

    run: Run
    workspace: WorkspaceView | None
    verdict: Verdict | None
    deadline: datetime | None
    plan: PlanPaper | None
    records: tuple[AuditRecord, ...]
    more_records: bool
    final: bool


def evidence_of(engine: Engine, run_id: str) -> Evidence:
    """Gather the evidence. Raises RunUnknown."""
    run = engine.runs.get(run_id)
    workspace = workspace_of(engine, run)
    records = engine.audits.list(0, _RECORDS + 1, run.id)
    return Evidence(
        run=run,
        workspace=workspace,
        verdict=verdict_of(engine, run) if workspace else None,
        deadline=deadline_of(run, workspace),
        plan=_paper(engine, run, declared=workspace is not None),
        records=records[:_RECORDS],
        more_records=len(records) > _RECORDS,
        final=run.status in FINAL,
    )


def _paper(engine: Engine, run: Run, *, declared: bool) -> PlanPaper | None:
    try:
        reading = engine.plans.reading(run.id)
    except PlanMissing:
        return None
    return PlanPaper(
        reading=reading,
        tiles=tiles(reading),
        warnings=warnings_of(run, reading, declared=declared),
        dangers=dangers_of(reading),
        changes=every_change(engine, run.id, reading, _CHANGES),
        outputs=diff_of_outputs(reading.outputs, Room(_ROOM), LEAVES),
    )


def _show(console: Console, visit: Visit) -> Response:
    evidence = evidence_of(console.engine, visit.path("run_id"))
    run = evidence.run
    return console.render(
        visit,
        "evidence.html",
        evidence=evidence,
        run=run,
        gate=gate_lines(evidence.verdict, visit, run),
        said=said_before(run, visit.language),
        contained=contained_said(run, visit.language),
        overrides_said=overrides_said(console.engine, run, visit.language),
    )


def _file(console: Console, visit: Visit) -> Response:
    """Answer the evidence file, to be kept and checked without this server."""
    body = console.engine.evidences.of(visit.path("run_id"))
    response = Response(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    response.headers["content-type"] = "application/json"
    name = "".join(c for c in body["run"]["id"] if c.isascii() and (c.isalnum() or c in "-_"))
    response.headers["content-disposition"] = f'attachment; filename="evidence-{name}.json"'
    return response


PAGES = (
    Page("/runs/{run_id}/evidence", _show),
    Page("/runs/{run_id}/evidence.json", _file, data=True),
)
