"""A scan as SARIF 2.1.0: for code hosts and other programs that show findings."""

import json
from datetime import date
from typing import Any
from urllib.parse import quote

from sekisho.domain.scans import Scan, ScanFinding, Severity
from sekisho.engine.engine import Engine
from sekisho.views.redaction import mask_all
from sekisho.views.view import one_line

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: ("error", "9.5"),
    Severity.HIGH: ("error", "8.0"),
    Severity.MEDIUM: ("warning", "5.5"),
    Severity.LOW: ("note", "3.0"),
}


def sarif_shown(engine: Engine, run_id: str) -> str:
    """Write a run's scan as SARIF. Raises RunUnknown, PlanMissing, ScanUnknown."""
    _mark, scan = engine.scans.of_run(run_id)
    return (
        json.dumps(mask_all(_log(scan, engine.scans.today())), ensure_ascii=False, indent=1) + "\n"
    )


def _log(scan: Scan, today: date) -> dict[str, Any]:
    rules = {f.check: f for f in reversed(scan.findings)}
    driver = {
        "name": one_line(scan.tool, 60),
        "version": one_line(scan.version, 60),
        "rules": [_rule(rules[check]) for check in sorted(rules)],
    }
    run = {"tool": {"driver": driver}, "results": [_result(f, today) for f in scan.findings]}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(finding: ScanFinding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": one_line(finding.check, 100),
        "shortDescription": {"text": one_line(finding.name, 300)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity][0]},
        "properties": {"security-severity": _LEVELS[finding.severity][1]},
    }
    return rule | ({"helpUri": finding.guideline} if finding.guideline else {})


def _result(finding: ScanFinding, today: date) -> dict[str, Any]:
    address = one_line(finding.address, 1000)
    place: dict[str, Any] = {}
    if finding.file:
        spot: dict[str, Any] = {"artifactLocation": {"uri": quote(one_line(finding.file, 1000))}}
        place["physicalLocation"] = spot
        if finding.line > 0:
            last = max(finding.last_line, finding.line)
            spot["region"] = {"startLine": finding.line, "endLine": last}
    if address:
        place["logicalLocations"] = [{"fullyQualifiedName": address, "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": one_line(finding.check, 100),
        "level": _LEVELS[finding.severity][0],
        "message": {"text": one_line(f"{finding.name} {address}", 1300)},
        "properties": {"foundIn": list(finding.found_in)},
    }
    if place:
        result["locations"] = [place]
    if not finding.counts_on(today):
        reason = f"{one_line(finding.suppressed, 500)} (until {finding.until})"
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": reason}
        ]
    return result
