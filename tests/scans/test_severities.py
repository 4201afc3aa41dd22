"""Our own severities: every row is one, and is about a check that there is."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from sekisho.domain.scans import Severity
from sekisho.scanners import Installation
from sekisho.scanners.mapping import UNREAD, severity_of

TABLE: dict[str, Any] = json.loads(
    files("sekisho.scanners").joinpath("severities.json").read_bytes()
)
CHECK = re.compile(r"\bCKV2?_[A-Z0-9]+_\d+\b")


def test_every_row_is_a_severity_and_none_only_repeats_the_default():
    Severity(TABLE["default"])
    assert set(TABLE["frameworks"].values()) <= set(Severity)
    assert set(TABLE["checks"].values()) <= set(Severity) - {TABLE["default"]}
    assert all(CHECK.fullmatch(check) or check == UNREAD for check in TABLE["checks"])


@pytest.mark.parametrize(
    ("check", "framework", "wanted"),
    [
        ("CKV_AWS_17", "terraform", "critical"),
        ("CKV_AWS_17", "terraform_plan", "critical"),
        ("CKV_AWS_24", "terraform", "high"),
        ("CKV_AWS_18", "terraform", "low"),
        ("CKV_AWS_21", "terraform", "medium"),
        ("CKV_AWS_99999", "terraform", "medium"),
        ("CKV_SECRET_2", "secrets", "critical"),
        ("CKV_SECRET_99999", "secrets", "critical"),
        ("SOMETHING_NEW", "a_framework_nobody_knows", "medium"),
        (UNREAD, "sekisho", "high"),
    ],
)
def test_a_check_has_its_severity_or_its_frameworks_or_the_default(
    check: str, framework: str, wanted: str
):
    assert severity_of(check, framework) == wanted


@pytest.mark.long
def test_every_check_that_is_named_is_one_of_checkov(installed: Installation):
    package = next(installed.place.glob("lib*/**/site-packages/checkov"))
    known = set[str]()
    for path in package.rglob("*"):
        if path.suffix in {".py", ".yaml", ".json"} and path.is_file():
            known |= set(CHECK.findall(path.read_text(encoding="utf-8", errors="replace")))
    assert len(known) > 1000
    assert TABLE["checks"].keys() - known == {UNREAD}
