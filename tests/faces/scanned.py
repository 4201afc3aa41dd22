"""A run with a scan, as a worker would have left it: for pages over readings that tests make."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

from sekisho.domain.changes import Change
from sekisho.domain.runs import Run
from sekisho.domain.scans import (
    CONFIGURATION,
    PLAN,
    Scan,
    ScanFinding,
    ScanMark,
    Severity,
    mark_of,
    scan_bytes,
)
from tests.faces.house import House
from tests.fakes.values import an_entry


def a_finding(
    check: str = "CKV_AWS_17", address: str = "aws_s3_bucket.a", **more: Any
) -> ScanFinding:
    found = ScanFinding(
        check,
        "Ensure it is not public",
        Severity.CRITICAL,
        "terraform_plan",
        address,
        "main.tf",
        3,
        9,
        keys=("acl",),
        found_in=(CONFIGURATION, PLAN),
    )
    return dataclasses.replace(found, **more)


def scanned(house: House, run: Run, *findings: ScanFinding) -> Run:
    """Give a run a scan that found this."""
    scan = Scan("checkov", "3.3.30", house.clock.now(), findings)
    blob = f"runs/{run.id}/1/scan"
    house.store.blobs.put(blob, io.BytesIO(scan_bytes(scan)))
    return marked(house, run, mark_of(scan, findings, house.clock.now().date(), blob))


def marked(house: House, run: Run, mark: ScanMark) -> Run:
    """Give a run what is kept of a scan."""
    assert run.plan
    plan = dataclasses.replace(run.plan, scan=mark)

    def change(now: Run, _record: Any) -> Change:
        return Change(run=dataclasses.replace(now, plan=plan), audit=(an_entry("run.scan", now),))

    house.store.runs.update(run.id, change)
    return house.store.runs.get(run.id)
