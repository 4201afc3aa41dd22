"""The scan of a plan: asked for where it is wanted, kept apart from the run, read again."""

import contextlib
import hashlib
import io
from collections.abc import Callable
from datetime import date

from sekisho.domain.errors import ScanUnknown, SekishoError, StoreTampered
from sekisho.domain.runs import Run
from sekisho.domain.scans import (
    MOST_FINDINGS,
    Scan,
    ScanMark,
    When,
    mark_of,
    scan_bytes,
    scan_of,
    suppress,
)
from sekisho.domain.workspaces import Workspace
from sekisho.engine.judging import plan_of
from sekisho.engine.parts import Parts
from sekisho.ports import ScanOrder

_MISSING = "scanner_missing"
_LARGEST = 16 * 1024**2


def scan_of_plan(
    parts: Parts, run: Run, workspace: Workspace, order: Callable[[], ScanOrder]
) -> ScanMark | None:
    """Scan what lies on a desk and keep what was found; None where nobody wants that.

    A scan that fails never fails the plan: the rules that want one say so.
    """
    scanner, wanted = parts.scanner, _wanted(workspace)
    version = scanner.version() if scanner else ""
    if not version and not wanted:
        return None
    now = parts.clock.now()
    if scanner is None or not version:
        return ScanMark("", "", now, problem=_MISSING)
    if workspace.scanning.when is When.RULES and not wanted:
        return None
    try:
        found = scanner.scan(order())
    except SekishoError as error:
        parts.journal.event("scan.failed", run_id=run.id, error=error)
        return ScanMark("", version, now, problem=error.code)
    every = suppress(found.findings, workspace.scanning.suppressions)
    kept = every[:MOST_FINDINGS]
    scan = Scan(found.tool, found.version, now, kept, cut=len(every) - len(kept))
    blob = f"runs/{run.id}/{run.attempts}/scan"
    parts.store.blobs.put(blob, io.BytesIO(scan_bytes(scan)))
    return mark_of(scan, every, now.date(), blob)


class Scans:
    """Reads what scans found."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def of_run(self, run_id: str) -> tuple[ScanMark, Scan]:
        """Return what a run keeps of its scan, and the findings.

        Raises:
            RunUnknown, PlanMissing
            ScanUnknown: nothing was scanned.
            StoreTampered: they are not those that were sealed, or gone.
        """
        mark = plan_of(self._parts.store.runs.get(run_id)).scan
        if mark is None or mark.problem:
            why = mark.problem if mark else "none was wanted"
            raise ScanUnknown(run_id=run_id, problem=why)
        try:
            with contextlib.closing(self._parts.store.blobs.open(mark.blob)) as blob:
                raw = blob.read(_LARGEST)
        except (KeyError, ValueError):
            raise StoreTampered(what=mark.blob) from None
        if f"sha256:{hashlib.sha256(raw).hexdigest()}" != mark.digest:
            raise StoreTampered(what=mark.blob)
        return mark, scan_of(raw)

    def today(self) -> date:
        """Return the day by which suppressions hold or are over."""
        return self._parts.clock.now().date()

    def version(self) -> str:
        """Return the version of the scanner that is installed here; empty where none is."""
        return self._parts.scanner.version() if self._parts.scanner else ""


def _wanted(workspace: Workspace) -> bool:
    rules = any(rule.require.scan for rule in workspace.rules)
    return rules or workspace.scanning.when is When.ALWAYS
