"""For five stacks, a server's plan has the findings of Checkov's own command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.domain.scans import CONFIGURATION, PLAN, ScanFinding, bare
from sekisho.scanners import Installation
from tests.providers.make_mirror import Mirror
from tests.scans.by_hand import ByHand, Found
from tests.scans.stacks import NAMES, Station, files_of

pytestmark = [pytest.mark.long, pytest.mark.mirror, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def station(
    installed_data: Path, provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Station]:
    made = Station(tmp_path_factory.mktemp("scans") / "data", provider_mirror, installed_data)
    yield made
    made.close()


def test_there_are_five_stacks():
    assert len(NAMES) == 5


@pytest.mark.parametrize("name", NAMES)
def test_a_servers_scan_finds_what_the_command_line_finds(
    name: str, station: Station, installed: Installation, tmp_path: Path
):
    files = files_of(name)
    _mark, scan = station.app.engine.scans.of_run(station.plan(files).id)
    assert not scan.cut
    (tmp_path / "files").mkdir()
    hand = ByHand(installed.python, station.mirror, tmp_path / "files")
    hand.write(files)

    configuration, plan = hand.of_configuration(), hand.of_plan(tmp_path)
    assert len(plan) > 4, "there is something to be found"
    assert of_plan(scan.findings) == plan
    theirs = {(check, bare(resource), *rest) for _, check, resource, *rest in configuration}
    assert {place(f) for f in scan.findings if CONFIGURATION in f.found_in} == theirs


def of_plan(findings: tuple[ScanFinding, ...]) -> set[Found]:
    planned = [f for f in findings if PLAN in f.found_in]
    return {(f.framework, f.check, f.address, "", 0, 0) for f in planned}


def place(finding: ScanFinding) -> tuple[str, str, str, int, int]:
    address = bare(finding.address)
    return finding.check, address, finding.file, finding.line, finding.last_line
