"""Scans on every face: the tool, the API, SARIF and the console; with and without a scanner."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from mcp.server import MCPServer

from sekisho.domain.actions import Action
from sekisho.domain.runs import Run
from sekisho.domain.scans import ScanMark, Severity
from tests.faces.consoles import a_review, change, rich_reading
from tests.faces.house import House, build
from tests.faces.plan_answers import DETAIL, Json, asked, refused, weighed
from tests.faces.scanned import a_finding, marked, scanned
from tests.faces.test_console import BOTH, page
from tests.fakes.scanners import FakeScanner

pytestmark = pytest.mark.anyio

SARIF = "application/sarif+json"
WEAK = 'resource "terraform_data" "a" {\n  input = "weak"\n}\n'
BOTH_KINDS = WEAK + 'resource "terraform_data" "b" {\n  input = "plain"\n}\n'
SECRET = "AKIA" + "QWERTYUIOP234567"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build(tmp_path, scanner=FakeScanner())


# --- agents -------------------------------------------------------------------------------------


async def test_an_agent_reads_what_was_found_worst_first_with_how_to_fix_it(
    house: House, server: MCPServer
):
    run = house.planned("network", BOTH_KINDS)
    text, told = await asked(server, "scan_run", run_id=run.id)
    assert told["counts"] == {"high": 1, "low": 1}
    first, second = told["findings"]
    assert (first["check"], first["severity"], first["ignored"]) == ("CKV_DATA_1", "high", False)
    assert second["severity"] == "low"
    assert first["place"] == "terraform_data.a"
    assert re.fullmatch(r"#\d+", first["change"]), "the row of the plan that it stands at"
    assert first["file"] == "main.tf:1-3"
    assert "main.tf:1-3" in first["fix"]
    assert "HIGH CKV_DATA_1" in text


async def test_findings_are_filtered_and_paged_and_none_is_lost(house: House, server: MCPServer):
    many = [a_finding(f"CKV_{n:03}", f"aws_x.n{n:03}") for n in range(120)]
    many += [a_finding("CKV_LOW", severity=Severity.LOW)]
    run = scanned(house, house.planned(), *many)
    seen, cursor = list[str](), 0
    for _ in range(200):
        text, told = await asked(server, "scan_run", run_id=run.id, cursor=cursor)
        assert weighed(text, told) <= DETAIL
        seen += [row["check"] for row in told["findings"]]
        assert len(seen) + told["left_out"] == 121
        cursor = told.get("cursor")
        if cursor is None:
            break
    assert seen == [f.check for f in many]
    _, low = await asked(server, "scan_run", run_id=run.id, severity=["low"])
    assert [row["check"] for row in low["findings"]] == ["CKV_LOW"]
    assert low["counts"] == {"critical": 120, "low": 1}, "everything that counts, whatever is asked"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"run_id": "run-nobody"}, "run_unknown"),
        ({"severity": ["huge"]}, "arguments_invalid"),
        ({"severity": "high"}, "arguments_invalid"),
        ({"cursor": 99}, "cursor_invalid"),
        ({"cursor": -1}, "arguments_invalid"),
        ({"limit": 0}, "arguments_invalid"),
        ({"framework": "secrets"}, "arguments_invalid"),
    ],
)
async def test_what_does_not_fit_is_refused(
    house: House, server: MCPServer, arguments: Json, code: str
):
    run = house.planned("network", WEAK)
    error = await refused(server, "scan_run", **({"run_id": run.id} | arguments))
    assert error["code"] == code


async def test_of_a_run_without_a_plan_there_is_no_scan(house: House, server: MCPServer):
    broken = house.planned("network", 'resource "terraform_data" "a" {\n')
    assert (await refused(server, "scan_run", run_id=broken.id))["code"] == "plan_missing"


@pytest.mark.parametrize("problem", ["scanner_missing", "scanner_failed", ""])
async def test_where_nothing_was_scanned_the_tool_says_why_and_how_to_get_a_scan(
    house: House, server: MCPServer, problem: str
):
    run = house.planned()
    if problem:
        marked(house, run, ScanMark("", "", house.clock.now(), problem=problem))
    else:
        assert run.plan
        plain = dataclasses.replace(run, plan=dataclasses.replace(run.plan, scan=None))
        house.store.runs._runs[run.id] = plain
    error = await refused(server, "scan_run", run_id=run.id)
    assert error["code"] == "scan_unknown"
    assert (problem or "none was wanted") in json.dumps(error)
    assert "sekisho scan setup" in json.dumps(error)


async def test_a_suppressed_finding_says_why_and_until_when_and_counts_once_it_is_over(
    house: House, server: MCPServer
):
    today = house.clock.now().date()
    run = scanned(house, house.planned(), a_finding(suppressed="known", until=today))
    _, told = await asked(server, "scan_run", run_id=run.id)
    assert (told["counts"], told["suppressed"]) == ({}, 1)
    (row,) = told["findings"]
    assert row["ignored"] is True
    assert row["held"] == f"suppressed until {today}: known"

    house.clock.advance(timedelta(days=1).total_seconds())
    _, told = await asked(server, "scan_run", run_id=run.id)
    assert (told["counts"], told["suppressed"]) == ({"critical": 1}, 0)
    assert told["findings"][0]["held"] == f"suppressed until {today}, which is over: it counts"


async def test_what_the_files_ask_to_skip_counts_all_the_same(house: House, server: MCPServer):
    text = WEAK.replace("  input", "  # checkov:skip=CKV_DATA_1:nobody will see\n  input")
    run = house.planned("network", text)
    _, told = await asked(server, "scan_run", run_id=run.id)
    assert told["counts"] == {"high": 1}
    assert "nobody will see" in told["findings"][0]["held"]


async def test_text_of_a_scan_is_inert_and_short_wherever_it_is_shown(
    house: House, server: MCPServer, api: httpx2.Client
):
    hostile = "\x1b[31mred\u202e<script>alert(1)</script>" + "x" * 5000
    finding = a_finding(
        hostile, hostile, name=hostile, file=hostile, keys=(hostile,), skip=f"{SECRET} {hostile}"
    )
    run = scanned(house, house.planned(), finding)
    text, told = await asked(server, "scan_run", run_id=run.id)
    sarif = api.get(f"/runs/{run.id}/scan.sarif").text
    html = page(house, f"/runs/{run.id}")
    assert not html.all("script", src=""), "no script of a finding"
    for shown in (text, json.dumps(told, ensure_ascii=False), sarif, html.text):
        assert "\x1b" not in shown
        assert "\\u001b" not in shown
        assert "\u202e" not in shown
        assert "x" * 1500 not in shown
        assert SECRET not in shown


# --- programs -----------------------------------------------------------------------------------


async def test_the_api_answers_what_the_tool_answers(
    house: House, server: MCPServer, api: httpx2.Client
):
    run = house.planned("network", BOTH_KINDS)
    for query in ({}, {"severity": ["high"]}, {"severity": ["low", "critical"]}, {"limit": 1}):
        answer = api.get(f"/runs/{run.id}/scan", params=query)
        assert answer.status_code == 200, answer.text
        _, told = await asked(server, "scan_run", run_id=run.id, **query)
        assert {k: v for k, v in answer.json().items() if v is not None} == told


@pytest.mark.parametrize("path", ["scan", "scan.sarif"])
async def test_the_api_refuses_in_both_languages(house: House, api: httpx2.Client, path: str):
    missing = api.get(f"/runs/run-nobody/{path}")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "run_unknown")
    run = house.planned()
    marked(house, run, ScanMark("", "", house.clock.now(), problem="scanner_missing"))
    for language in ("en", "ja"):
        answer = api.get(f"/runs/{run.id}/{path}", headers={"accept-language": language})
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "scan_unknown"
        assert "sekisho scan setup" in answer.text
    assert api.get(f"/runs/{run.id}/{path}?severity=huge").status_code == 400


RESULT = {"ruleId", "level", "message", "properties", "locations", "suppressions"}


def checked_sarif(text: str) -> dict[str, Any]:
    """Hold a log against the parts of SARIF 2.1.0's schema that it uses; return its one run."""
    log: dict[str, Any] = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].startswith("https://")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    rules = {rule["id"]: rule for rule in driver["rules"]}
    assert len(rules) == len(driver["rules"]), "every rule once"
    for rule in rules.values():
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
        assert 0 <= float(rule["properties"]["security-severity"]) <= 10
    for result in run["results"]:
        assert result.keys() <= RESULT
        assert result["ruleId"] in rules
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        for location in result.get("locations", ()):
            assert location.keys() <= {"physicalLocation", "logicalLocations"}
            place = location.get("physicalLocation")
            if place:
                uri = place["artifactLocation"]["uri"]
                assert not uri.startswith("/")
                assert uri.isascii()
                region = place.get("region", {"startLine": 1, "endLine": 1})
                assert 1 <= region["startLine"] <= region["endLine"]
        for held in result.get("suppressions", ()):
            assert held["kind"] in {"inSource", "external"}
            assert held["status"] in {"accepted", "underReview", "rejected"}
    return run


async def test_sarif_has_a_rule_for_each_check_and_a_result_for_each_finding(
    house: House, api: httpx2.Client
):
    findings = [
        a_finding(suppressed="known", until=date(2999, 1, 1)),
        a_finding(address='aws_s3_bucket.b["x"]'),
        a_finding("CKV_LOW", severity=Severity.LOW, line=0, last_line=0, address=""),
        a_finding("CKV_MED", severity=Severity.MEDIUM, file="構成/主 な.tf"),
        a_finding("CKV_PLAN", severity=Severity.HIGH, file="", line=0, last_line=0),
    ]
    run = scanned(house, house.planned(), *findings)
    answer = api.get(f"/runs/{run.id}/scan.sarif")
    assert answer.headers["content-type"].startswith(SARIF)
    log = checked_sarif(answer.text)
    assert log["tool"]["driver"]["name"] == "checkov"
    assert log["tool"]["driver"]["version"] == "3.3.30"
    assert {rule["id"] for rule in log["tool"]["driver"]["rules"]} == {f.check for f in findings}
    results = log["results"]
    assert [r["ruleId"] for r in results] == [f.check for f in findings]
    assert [r["level"] for r in results] == ["error", "error", "note", "warning", "error"]
    assert "known" in results[0]["suppressions"][0]["justification"]
    assert [len(r.get("suppressions", ())) for r in results] == [1, 0, 0, 0, 0]
    (place,) = results[1]["locations"]
    assert place["physicalLocation"]["region"] == {"startLine": 3, "endLine": 9}
    assert place["logicalLocations"][0]["fullyQualifiedName"] == 'aws_s3_bucket.b["x"]'
    assert unquote(results[3]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == (
        "構成/主 な.tf"
    )
    assert "physicalLocation" not in results[4]["locations"][0]


async def test_a_suppression_that_is_over_is_none_in_sarif(house: House, api: httpx2.Client):
    today = house.clock.now().date()
    run = scanned(house, house.planned(), a_finding(suppressed="known", until=today))
    path = f"/runs/{run.id}/scan.sarif"
    assert checked_sarif(api.get(path).text)["results"][0]["suppressions"]
    house.clock.advance(86_400)
    assert "suppressions" not in checked_sarif(api.get(path).text)["results"][0]


async def test_sarif_of_a_clean_scan_has_no_results(house: House, api: httpx2.Client):
    run = house.planned()
    assert checked_sarif(api.get(f"/runs/{run.id}/scan.sarif").text)["results"] == []


# --- people -------------------------------------------------------------------------------------


def reviewed(house: House) -> Run:
    bucket = change("aws_s3_bucket.a", Action.CREATE)
    run = a_review(house, reading=rich_reading((bucket,)))
    today = house.clock.now().date()
    return scanned(
        house,
        run,
        a_finding(),
        a_finding("CKV_HELD", suppressed="既知の指摘", until=today),
        a_finding("CKV_SKIP", severity=Severity.LOW, skip="later", keys=()),
    )


@BOTH
def test_the_review_page_shows_findings_with_severity_resource_and_how_to_fix(
    house: House, language: str
):
    run = reviewed(house)
    html = page(house, f"/runs/{run.id}", language)
    words = {
        "en": ("Security scan", "critical", "set acl in main.tf:3-9", "Suppressed until"),
        "ja": (
            "セキュリティスキャン",
            "緊急",
            "main.tf:3-9 の acl を要件どおりに設定する",
            "まで抑止中",
        ),
    }[language]
    for word in (*words, "CKV_AWS_17", "Ensure it is not public", "既知の指摘", "later"):
        assert word in html.text, word
    assert any("#changes" in a.get("href", "") for a in html.all("a"))
    assert [a for a in html.all("a") if a.get("href") == "#scan"]


def test_many_findings_are_folded_and_those_beyond_are_counted(house: House):
    many = [a_finding(f"CKV_{n:03}", f"aws_x.n{n:03}") for n in range(230)]
    run = scanned(house, a_review(house), *many)
    html = page(house, f"/runs/{run.id}")
    assert html.text.count("CKV_") == 100
    assert "130 milder findings" in html.text
    assert "90 more" in html.text


def test_a_finding_that_counts_again_is_told_so_on_the_page(house: House):
    run = reviewed(house)
    assert "it counts again" not in page(house, f"/runs/{run.id}").text
    house.clock.advance(86_400)
    assert "it counts again" in page(house, f"/runs/{run.id}").text


@BOTH
def test_without_a_scan_the_page_says_why_and_how_to_get_one(house: House, language: str):
    run = a_review(house)
    assert "sekisho scan setup" not in page(house, f"/runs/{run.id}", language).text
    marked(house, run, ScanMark("", "", house.clock.now(), problem="scanner_missing"))
    html = page(house, f"/runs/{run.id}", language)
    assert "sekisho scan setup" in html.text
    assert "scanner_missing" in html.text


def test_findings_that_were_edited_or_lost_leave_the_page_standing(house: House):
    run = reviewed(house)
    blob = f"runs/{run.id}/1/scan"
    house.store.blobs.remove(blob)
    assert page(house, f"/runs/{run.id}").all("h2", id="scan")


@BOTH
def test_a_plan_warns_of_what_is_high_or_critical_and_not_of_the_rest(house: House, language: str):
    loud = scanned(house, a_review(house), a_finding())
    quiet = scanned(house, a_review(house), a_finding(severity=Severity.MEDIUM))
    word = {
        "en": "The security scan found: 1 critical",
        "ja": "セキュリティスキャンの指摘: 1 critical",
    }
    assert word[language] in page(house, f"/runs/{loud.id}", language).text
    assert word[language].partition(":")[0] + ":" not in (
        page(house, f"/runs/{quiet.id}", language).text
    )
