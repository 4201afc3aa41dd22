"""What every scanner keeps: the fake of the quick suites, and Checkov itself."""

import os
import signal
from pathlib import Path

import pytest

from sekisho.domain.errors import ScannerFailed, ScannerMissing
from sekisho.domain.scans import ScanFinding, Severity
from sekisho.ports import Scanner, ScanOrder
from sekisho.scanners import Checkov, Installation
from tests.fakes.scanners import FakeScanner

BUCKET = """resource "aws_s3_bucket" "b" {
  bucket = "x"
  acl    = "public-read"
}
"""


@pytest.fixture(params=["fake", pytest.param("checkov", marks=pytest.mark.long)])
def scanner(request: pytest.FixtureRequest) -> Scanner:
    fake = request.param == "fake"
    made: Scanner = FakeScanner() if fake else request.getfixturevalue("checkov")
    return made


def scanned(scanner: Scanner, folder: Path, **files: str) -> dict[str, ScanFinding]:
    for name, text in files.items():
        (folder / f"{name}.tf").write_text(text, encoding="utf-8")
    return {f.check: f for f in scanner.scan(ScanOrder(str(folder))).findings}


def test_a_finding_has_its_place_and_our_severity(scanner: Scanner, tmp_path: Path):
    found = scanned(scanner, tmp_path, main=BUCKET)["CKV_AWS_20"]
    assert found.severity is Severity.CRITICAL
    assert (found.address, found.file, found.line, found.last_line) == (
        "aws_s3_bucket.b",
        "main.tf",
        1,
        4,
    )
    assert found.found_in == ("configuration",)


def test_what_the_configuration_asks_to_skip_is_found_all_the_same(
    scanner: Scanner, tmp_path: Path
):
    text = BUCKET.replace("bucket = ", "#checkov:skip=CKV_AWS_20:for a while\n  bucket = ")
    found = scanned(scanner, tmp_path, main=text)["CKV_AWS_20"]
    assert found.skip == "for a while"


def test_a_file_that_cannot_be_read_is_a_finding(scanner: Scanner, tmp_path: Path):
    found = scanned(scanner, tmp_path, main=BUCKET, broken='resource "x" "y" {\n')
    assert found["SEKISHO_UNREAD"].severity is Severity.HIGH
    assert found["SEKISHO_UNREAD"].file == "broken.tf"
    assert "CKV_AWS_20" in found


def test_findings_come_worst_first(scanner: Scanner, tmp_path: Path):
    ranks = [f.severity.rank for f in scanned(scanner, tmp_path, main=BUCKET).values()]
    assert len(ranks) > 1
    assert ranks == sorted(ranks, reverse=True)


def test_nothing_is_found_in_nothing(scanner: Scanner, tmp_path: Path):
    assert scanned(scanner, tmp_path) == {}


def test_without_checkov_its_version_is_empty_and_a_scan_says_so(tmp_path: Path):
    checkov = Checkov(Installation(tmp_path / "nowhere"))
    assert checkov.version() == ""
    with pytest.raises(ScannerMissing):
        checkov.scan(ScanOrder(str(tmp_path)))


def pid_of(checkov: Checkov) -> int | None:
    return checkov._child.pid if checkov._child else None


@pytest.mark.long
def test_a_worker_that_died_is_started_again(installed: Installation, tmp_path: Path):
    checkov = Checkov(installed)
    try:
        assert scanned(checkov, tmp_path, main=BUCKET)
        first = pid_of(checkov)
        assert first
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        assert scanned(checkov, tmp_path, main=BUCKET)
        assert pid_of(checkov) not in (None, first)
    finally:
        checkov.close()


@pytest.mark.long
def test_a_worker_that_is_late_is_ended(installed: Installation, tmp_path: Path):
    checkov = Checkov(installed, scan_within=0.001)
    try:
        with pytest.raises(ScannerFailed, match="no answer within"):
            scanned(checkov, tmp_path, main=BUCKET * 50)
        assert pid_of(checkov) is None
    finally:
        checkov.close()


@pytest.mark.long
def test_the_worker_knows_nothing_of_the_environment(
    installed: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-from-it")
    checkov = Checkov(installed)
    try:
        scanned(checkov, tmp_path, main=BUCKET)
        environ = Path(f"/proc/{pid_of(checkov)}/environ")
        if not environ.exists():
            pytest.skip("no /proc here")
        assert b"hidden-from-it" not in environ.read_bytes()
        assert (environ.parent / "oom_score_adj").read_text("ascii").strip() == "1000"
        assert os.environb[b"AWS_SECRET_ACCESS_KEY"] == b"hidden-from-it"
    finally:
        checkov.close()
