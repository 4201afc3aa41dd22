"""`sekisho scan …`: installing, status, and what a server's scan found, for people and scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sekisho.cli import main
from sekisho.domain.scans import ScanMark, Severity
from sekisho.scanners import Installation
from tests.faces.house import House, build
from tests.faces.scanned import a_finding, marked, scanned
from tests.faces.serving import serving
from tests.fakes.scanners import FakeScanner

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build(tmp_path, scanner=FakeScanner())


@pytest.fixture
def ask(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Ask]:
    token = tmp_path / "token"
    token.write_text(house.token(), encoding="utf-8")
    token.chmod(0o600)
    monkeypatch.setenv("SEKISHO_TOKEN_FILE", str(token))
    with serving(house) as url:
        monkeypatch.setenv("SEKISHO_URL", url)

        def call(*words: str) -> tuple[int, str, str]:
            code = main(["scan", *words])
            said = capsys.readouterr()
            return code, said.out, said.err

        yield call


def test_show_lists_what_was_found_worst_first(house: House, ask: Ask):
    run = house.planned(text='resource "terraform_data" "a" {\n  input = "weak plain"\n}\n')
    code, out, err = ask("show", run.id)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "checkov 3.3.30: 1 high, 1 low; 0 suppressed"
    assert out.index("CKV_DATA_1") < out.index("CKV_DATA_2")
    assert "terraform_data.a" in out
    assert "main.tf:1-3" in out


def test_show_gives_every_page_and_only_the_severities_asked_for(house: House, ask: Ask):
    many = [a_finding(f"CKV_{n:03}", f"aws_x.n{n:03}") for n in range(230)]
    low = [a_finding("CKV_LOW", severity=Severity.LOW)]
    run = scanned(house, house.planned(), *many, *low)
    code, out, _ = ask("show", run.id, "--json")
    told = json.loads(out)
    assert code == 0
    assert [row["check"] for row in told["findings"]] == [f.check for f in (*many, *low)]
    assert told["left_out"] == 0
    code, out, _ = ask("show", run.id, "--json", "--severity", "low", "--severity", "medium")
    assert [row["check"] for row in json.loads(out)["findings"]] == ["CKV_LOW"]


@pytest.mark.parametrize("problem", ["scanner_missing", "scanner_failed"])
def test_show_says_why_there_is_no_scan_and_how_to_get_one(house: House, ask: Ask, problem: str):
    run = house.planned()
    marked(house, run, ScanMark("", "", house.clock.now(), problem=problem))
    code, out, err = ask("show", run.id)
    assert code != 0
    assert out == ""
    assert "scan_unknown" in err
    assert problem in err
    assert "sekisho scan setup" in err


def test_a_severity_that_is_none_is_refused(house: House, ask: Ask):
    run = house.planned()
    code, out, err = ask("show", run.id, "--severity", "huge")
    assert code == 2
    assert out == ""
    assert "huge" in err


def test_status_without_a_scanner_says_how_to_get_one(ask: Ask, tmp_path: Path):
    for words in ((), ("--json",)):
        code, out, err = ask("status", "--data-dir", str(tmp_path / "empty"), *words)
        assert code != 0
        assert out == ""
        assert "scanner_missing" in err
        assert "sekisho scan setup" in err


def test_an_installation_that_was_broken_off_is_none(ask: Ask, tmp_path: Path):
    place = Installation(tmp_path / "scanners" / "checkov").place
    place.mkdir(parents=True)
    (place / "pyvenv.cfg").write_text("", encoding="utf-8")
    code, _, err = ask("status", "--data-dir", str(tmp_path))
    assert code != 0
    assert "scanner_missing" in err


@pytest.mark.long
def test_setup_from_a_folder_without_the_files_says_what_pip_said(ask: Ask, tmp_path: Path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    words = ("setup", "--data-dir", str(tmp_path), "--wheels", str(wheels))
    code, out, err = ask(*words)
    assert code != 0
    assert out == ""
    assert "scanner_setup_failed" in err
    assert "--wheels" in err
    assert ask("status", "--data-dir", str(tmp_path))[0] != 0, "what is half there is not used"


@pytest.mark.long
def test_what_setup_installed_is_found_by_status(ask: Ask, installed_data: Path):
    code, out, _ = ask("status", "--data-dir", str(installed_data), "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["scanner"], told["version"]) == ("checkov", "3.3.30")
    assert Path(told["place"]).is_dir()
