"""A real plan, scanned by Checkov on its way to the gate: what people and agents are told of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.domain.runs import RunStatus
from sekisho.domain.scans import Severity
from sekisho.views.scans import FindingRow, scan_shown
from tests.attacks.planted import Garden
from tests.attacks.searching import Body, Search, told
from tests.providers.make_mirror import Mirror
from tests.scans.stacks import Station, files_of

pytestmark = [pytest.mark.long, pytest.mark.mirror, pytest.mark.timeout(300)]

RULES = {
    "rules": [{"name": "nothing-critical", "require": {"scan": {"max_severity": "high"}}}],
    "scan": {
        "suppressions": [
            {
                "check": "CKV_AWS_27",
                "resource": "aws_sqs_queue.*",
                "reason": "nothing in it is worth it",
                "expires": "2999-12-31",
            }
        ]
    },
}


@pytest.fixture(scope="module")
def station(
    installed_data: Path, provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Station]:
    place = tmp_path_factory.mktemp("scans") / "data"
    made = Station(place, provider_mirror, installed_data, RULES)
    yield made
    made.close()


def rows_of(station: Station, run_id: str) -> list[FindingRow]:
    engine, cursor, rows = station.app.engine, 0, list[FindingRow]()
    for _ in range(100):
        page = scan_shown(engine, run_id, start=cursor)
        rows += page.findings
        if page.cursor is None:
            return rows
        cursor = page.cursor
    raise AssertionError("no end of pages")


def test_findings_of_a_real_plan_stand_at_its_changes_and_in_its_files(station: Station):
    run = station.plan(files_of("store"))
    changes = {c.address: f"#{c.number}" for c in station.app.engine.plans.reading(run.id).changes}
    rows = {(row.check, row.place): row for row in rows_of(station, run.id)}

    public = rows["CKV_AWS_17", "aws_db_instance.orders"]
    assert (public.severity, public.ignored) == ("critical", False)
    assert public.change == changes["aws_db_instance.orders"]
    assert public.found_in == "configuration+plan"
    assert public.file == "main.tf:17-27"
    assert public.fix.startswith("Set publicly_accessible in main.tf:17-27 so that this holds")

    # One block of a module, called for each of two names: two resources, at the same lines.
    for name in ("events", "orders"):
        address = f'module.bucket["{name}"].aws_s3_bucket.this'
        bucket = rows["CKV2_AWS_6", address]
        assert bucket.change == changes[address]
        assert bucket.file == "modules/bucket/main.tf:5-11"

    late = rows["CKV_AWS_27", "aws_sqs_queue.late"]
    assert late.ignored
    assert late.held == "suppressed until 2999-12-31: nothing in it is worth it"


def test_the_rule_holds_a_plan_with_a_critical_finding_and_lets_one_without_go_on(
    station: Station,
):
    blocked = station.plan(files_of("store"))
    assert blocked.status is RunStatus.BLOCKED
    assert blocked.problem
    assert blocked.problem.code == "scan_failed"

    files = files_of("store")
    files["main.tf"] = files["main.tf"].replace(
        "publicly_accessible = true", "publicly_accessible = false"
    )
    corrected = station.plan(files)
    assert corrected.status is not RunStatus.BLOCKED
    assert corrected.plan
    assert corrected.plan.scan
    assert corrected.plan.scan.counts_on(station.app.engine.scans.today())["high"] > 3


def test_what_a_value_settles_is_found_in_the_plan_alone(station: Station):
    """The configuration alone does not say whether the group is open: its variable does."""
    files = files_of("web")
    _, scan = station.app.engine.scans.of_run(station.plan(files).id)
    (ssh,) = [f for f in scan.findings if f.check == "CKV_AWS_24"]
    assert ssh.address == "aws_security_group.web"
    assert ssh.severity is Severity.HIGH
    closed = dict(files)
    closed["main.tf"] = closed["main.tf"].replace(
        '"0.0.0.0/0"]\n}\n\nres', '"10.0.0.0/8"]\n}\n\nres'
    )
    assert closed != files
    _, scan = station.app.engine.scans.of_run(station.plan(closed).id)
    assert not [f for f in scan.findings if f.check == "CKV_AWS_24"]


def test_no_secret_gets_out_by_a_scan(station: Station):
    garden, files = Garden(20261128), files_of("store")
    password = garden.plant("a sensitive variable", "password")
    files["main.tf"] = files["main.tf"].replace("not-in-any-finding-4711", password)
    files["keys.yaml"] = (
        f"aws_access_key_id: {garden.plant('an id in a file', 'aws_id')}\n"
        f"aws_secret_access_key: {garden.plant('a key in a file', 'aws')}\n"
    )
    files["more.tf"] = (
        'resource "aws_iam_user" "named_by_a_secret" {\n'
        '  for_each = { (nonsensitive(var.password)) = 1 }\n  name = "x"\n}\n'
        'resource "aws_ssm_parameter" "one" {\n'
        '  name = "/one"\n  type = "String"\n'
        f"  value = {garden.quoted('a value in a file', 'key')}\n"
        f"  #checkov:skip=CKV2_AWS_34:because {password}\n}}\n"
    )
    run = station.plan(files)
    mark, scan = station.app.engine.scans.of_run(run.id)
    secrets = [f for f in scan.findings if f.framework == "secrets"]
    assert {f.file for f in secrets} >= {"keys.yaml"}
    assert {f.severity for f in secrets} == {Severity.CRITICAL}
    assert any(f.skip for f in scan.findings)
    kept = [Body("scan", f.check, repr(f).encode()) for f in scan.findings]
    kept += [Body("mark", "", repr(dataclasses.asdict(mark)).encode())]
    kept += [Body("view", r.check, r.model_dump_json().encode()) for r in rows_of(station, run.id)]
    leaks = Search(garden).leaks(kept)
    assert not leaks, told(leaks)
