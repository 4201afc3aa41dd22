"""What Checkov says, as our own findings: inert, without secrets, with our severities."""

import functools
import json
import os
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any, cast

from sekisho.domain.scans import CONFIGURATION, PLAN, ScanFinding, Severity, joined
from sekisho.domain.text import plain

UNREAD = "SEKISHO_UNREAD"
"""Checkov could not read a file: whatever is wrong in it would go unseen."""
_UNREAD_NAME = "Ensure every file can be read by the scanner"


def findings_of(
    answer: Mapping[str, Any], folder: str, clean: Callable[[str], str]
) -> tuple[ScanFinding, ...]:
    """Read an answer of the worker. Raises KeyError, TypeError or ValueError where it is none."""
    plan = answer.get(PLAN, {"findings": [], "unread": []})
    configuration = answer[CONFIGURATION]
    written = [*_half(configuration, CONFIGURATION, clean), *_unread(configuration, folder)]
    planned = [*_half(plan, PLAN, clean), *_unread(plan, "")]
    return joined(written, planned)


def _half(
    half: Mapping[str, Any], where: str, clean: Callable[[str], str]
) -> Iterator[ScanFinding]:
    for row in cast("list[dict[str, Any]]", half["findings"]):
        check, framework = plain(row["check"], 100), plain(row["framework"], 50)
        in_plan = where == PLAN
        resource = plain(clean(str(row["resource"])), 1000)
        terraform = framework.startswith("terraform")
        yield ScanFinding(
            check=check,
            name=plain(row["name"], 300),
            severity=severity_of(check, framework),
            framework=framework,
            address=resource if terraform else "",
            file="" if in_plan else plain(clean(str(row["file"]).lstrip("/")), 1000),
            line=0 if in_plan else int(row["line"]),
            last_line=0 if in_plan else int(row["last_line"]),
            keys=tuple(plain(clean(str(key)), 200) for key in row["keys"]),
            guideline=_link(str(row["guideline"])),
            found_in=(where,),
            skip=plain(clean(str(row["skip"])), 300),
        )


def _unread(half: Mapping[str, Any], folder: str) -> Iterator[ScanFinding]:
    for path in cast("list[str]", half["unread"]):
        name = os.path.relpath(path, folder) if folder else "plan"
        yield ScanFinding(
            UNREAD, _UNREAD_NAME, severity_of(UNREAD, ""), "sekisho", file=plain(name, 1000)
        )


def severity_of(check: str, framework: str) -> Severity:
    """Return how bad a finding is by our own table; Checkov keeps its own for its customers."""
    table = _severities()
    of_framework = table["frameworks"].get(framework, table["default"])
    return Severity(table["checks"].get(check, of_framework))


def _link(given: str) -> str:
    return plain(given, 500) if given.startswith("https://") else ""


@functools.cache
def _severities() -> dict[str, Any]:
    return json.loads(files("sekisho.scanners").joinpath("severities.json").read_bytes())
