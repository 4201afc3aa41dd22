"""Scans in the domain and in the engine: joining, suppressing, counting, judging, keeping."""

import dataclasses
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.errors import ScannerFailed, ScanUnknown, StoreTampered
from sekisho.domain.rules import Require, Rule
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.scans import (
    CONFIGURATION,
    MOST_FINDINGS,
    PLAN,
    Scan,
    ScanFinding,
    Scanning,
    Severity,
    Suppression,
    When,
    bare,
    exceeds,
    joined,
    mark_of,
    scan_bytes,
    scan_of,
    suppress,
)
from sekisho.domain.workspaces import Workspace
from tests.fakes.world import World, main

DAY = date(2026, 12, 1)
WEAK = main("weak")
PLAIN = main("plain")


def finding(check: str = "CKV_1", address: str = "a_b.c", **more: object) -> ScanFinding:
    made = ScanFinding(check, "Ensure", Severity.HIGH, "terraform", address, "main.tf", 1, 3)
    return dataclasses.replace(made, **more)


def planned(check: str = "CKV_1", address: str = "a_b.c") -> ScanFinding:
    return ScanFinding(check, "Ensure", Severity.HIGH, "terraform_plan", address, found_in=(PLAN,))


# --- the domain ---------------------------------------------------------------------------------


def test_what_both_halves_found_is_one_finding_of_the_plan_with_file_and_line():
    (found,) = joined([finding()], [planned()])
    assert (found.framework, found.file, found.line) == ("terraform_plan", "main.tf", 1)
    assert found.found_in == (CONFIGURATION, PLAN)


@pytest.mark.parametrize("written", ["a_b.c", 'a_b.c["x"]'])
def test_every_instance_of_a_block_is_placed_where_the_block_is(written: str):
    keys = ['a_b.c["x"]', 'a_b.c["y"]']
    found = joined([finding(address=written)], [planned(address=key) for key in keys])
    assert [(f.address, f.line, f.found_in) for f in found] == [
        (key, 1, (CONFIGURATION, PLAN)) for key in keys
    ]


def test_a_block_and_its_override_are_both_told():
    override = finding(file="z_override.tf", line=7)
    found = joined([finding(), override], [planned()])
    assert {(f.file, f.line) for f in found} == {("main.tf", 1), ("z_override.tf", 7)}


def test_what_only_one_half_found_stays_as_it_is():
    alone = finding("CKV_2"), planned("CKV_3")
    assert set(joined(alone[:1], alone[1:])) == set(alone)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ('module.m["a.b[0]"].a_b.c[3]', "module.m.a_b.c"),
        ('a_b.c["x\\"]y"]', "a_b.c"),
        ("a_b.c", "a_b.c"),
    ],
)
def test_an_address_without_its_keys_is_that_of_its_block(address: str, wanted: str):
    assert bare(address) == wanted


SUPPRESSED = Suppression("CKV_*", 'a_b.c["x"]', "known", DAY)


@pytest.mark.parametrize(
    ("check", "address", "covered"),
    [
        ("CKV_1", 'a_b.c["x"]', True),
        ("ckv_1", 'a_b.c["x"]', False),
        ("CKV_1", "a_b.c", False),
        ("CKV_1", "a_b.cx", False),  # a bracket is itself, no class of characters
    ],
)
def test_a_suppression_covers_what_its_patterns_say(check: str, address: str, covered: bool):
    assert SUPPRESSED.covers(finding(check, address)) is covered


def test_a_finding_without_an_address_is_suppressed_by_its_file():
    by = Suppression("*", "keys/*", "test keys", DAY)
    assert by.covers(finding(address="", file="keys/a.yaml"))
    assert not by.covers(finding(address="a_b.c", file="keys/a.yaml"))


def test_of_two_suppressions_the_longer_holds():
    short = dataclasses.replace(SUPPRESSED, check="CKV_1", resource="*", reason="short")
    longer = dataclasses.replace(short, reason="longer", expires=date(2027, 1, 1))
    (found,) = suppress([finding()], [longer, short])
    assert (found.suppressed, found.until) == ("longer", date(2027, 1, 1))


def test_the_last_day_of_a_suppression_still_counts_and_the_next_does_not():
    (held,) = suppress([finding()], [dataclasses.replace(SUPPRESSED, resource="*")])
    assert not held.counts_on(DAY)
    assert held.counts_on(date(2026, 12, 2))
    mark = mark_of(Scan("checkov", "3", datetime.now(UTC), (held,)), [held], DAY, "blob")
    assert (mark.outcome(DAY), mark.outcome(date(2026, 12, 2))) == ("clean", "high")
    assert mark.suppressed == 1


def test_one_that_had_ended_when_the_scan_was_made_suppresses_nothing():
    (held,) = suppress([finding()], [dataclasses.replace(SUPPRESSED, resource="*")])
    later = date(2027, 1, 1)
    mark = mark_of(Scan("checkov", "3", datetime.now(UTC), (held,)), [held], later, "blob")
    assert mark.counts == {"high": 1}
    assert mark.suppressed == 0


def test_what_is_sealed_changes_with_each_count_and_with_every_suppression():
    base = mark_of(Scan("c", "3", datetime.now(UTC), ()), [], DAY, "blob")
    (held,) = suppress([finding()], [dataclasses.replace(SUPPRESSED, resource="*")])
    marks = [
        base,
        dataclasses.replace(base, counts={"low": 1}),
        dataclasses.replace(base, counts={"high": 1}),
        dataclasses.replace(base, digest="sha256:0"),
        dataclasses.replace(base, problem="scanner_missing"),
        mark_of(Scan("c", "3", datetime.now(UTC), (held,)), [held], DAY, "blob"),
    ]
    assert len({str(mark.canonical()) for mark in marks}) == len(marks)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FINDINGS = st.builds(
    ScanFinding,
    check=TEXT,
    name=TEXT,
    severity=st.sampled_from(list(Severity)),
    framework=TEXT,
    address=TEXT,
    file=TEXT,
    line=st.integers(0, 9),
    last_line=st.integers(0, 9),
    keys=st.lists(TEXT, max_size=2).map(tuple),
    guideline=TEXT,
    found_in=st.sampled_from([(CONFIGURATION,), (PLAN,), (CONFIGURATION, PLAN)]),
    skip=TEXT,
    suppressed=TEXT,
    until=st.none() | st.dates(),
)


@given(st.lists(FINDINGS, max_size=4).map(tuple), st.integers(0, 3))
def test_a_scan_is_read_as_it_was_written(findings: tuple[ScanFinding, ...], cut: int):
    scan = Scan("checkov", "3.3.30", datetime(2026, 12, 1, tzinfo=UTC), findings, cut)
    assert scan_of(scan_bytes(scan)) == scan


@given(st.lists(FINDINGS, max_size=6), st.lists(FINDINGS, max_size=6))
def test_no_check_and_no_place_is_lost_by_joining(one: list[ScanFinding], two: list[ScanFinding]):
    found = joined(one, two)
    assert {f.check for f in found} == {f.check for f in (*one, *two)}
    placed = {(f.check, f.file, f.line) for f in found}
    assert {(f.check, f.file, f.line) for f in one} <= placed
    assert {(f.check, f.address) for f in two} <= {(f.check, f.address) for f in found}


@pytest.mark.parametrize("word", ["", "HIGH", "findings", "none"])
def test_a_word_that_nobody_knows_is_worse_than_any(word: str):
    assert exceeds(word, "critical")


# --- the engine ---------------------------------------------------------------------------------


def world_with(at_most: str | None = "medium", *by: Suppression, when: str = "installed") -> World:
    scan = Require(silent=True, scan=True, scan_at_most=at_most or "", suppressions=by)
    rules = (Rule("safe", scan), Rule("people", Require(approvals=1, self_approval=True)))
    workspace = Workspace(
        "dev", rules=rules if at_most is not None else rules[1:], scanning=Scanning(When(when), by)
    )
    world = World(workspace)
    world.scanner.installed = "3.3.30"
    return world


def unmet(world: World, run: Run) -> set[str]:
    return {u.code for u in world.engine.gate.check(run.id).unmet}


def test_a_plan_with_a_finding_that_the_rule_does_not_take_is_blocked_and_says_so():
    world = world_with()
    run = world.planned(WEAK)
    assert run.status is RunStatus.BLOCKED
    assert run.problem
    assert run.problem.code == "scan_failed"
    assert "scan_run" in str(run.problem.text.render("en"))
    assert "scan_run" in str(run.problem.text.render("ja"))


def test_a_plan_with_milder_findings_goes_its_way():
    world = world_with()
    run = world.planned(PLAIN)
    assert run.status is RunStatus.AWAITING_APPROVAL
    assert run.plan
    assert run.plan.scan
    assert run.plan.scan.outcome(DAY) == "low"
    assert world.applied(PLAIN).status is RunStatus.APPLIED


def test_a_suppressed_finding_counts_again_once_it_is_over_also_for_an_approved_plan():
    today = World().clock.now().date()
    world = world_with("medium", Suppression("CKV_DATA_1", "terraform_data.*", "known", today))
    run = world.approved(WEAK)
    assert unmet(world, run) == set()

    world.clock.advance(86_400 - 60 * 60)  # the plan itself is good for a day
    assert world.clock.now().date() > today
    assert "scan_failed" in unmet(world, run)
    assert world.planned(WEAK).status is RunStatus.BLOCKED


def test_without_a_scanner_a_rule_that_wants_a_scan_blocks_and_says_how_to_get_one():
    world = world_with()
    world.scanner.installed = ""
    run = world.planned(PLAIN)
    assert run.status is RunStatus.BLOCKED
    assert run.problem
    assert run.problem.code == "scan_missing"
    with pytest.raises(ScanUnknown) as caught:
        world.engine.scans.of_run(run.id)
    assert "scanner_missing" in str(caught.value)
    assert "sekisho scan setup" in str(caught.value)


def test_a_scan_that_failed_is_no_scan_and_never_fails_the_plan():
    for at_most, wanted in (("high", RunStatus.BLOCKED), (None, RunStatus.AWAITING_APPROVAL)):
        world = world_with(at_most)
        world.scanner.error = ScannerFailed(problem="its process ended")
        run = world.planned(PLAIN)
        assert run.status is wanted
        assert run.plan
        assert run.plan.scan
        assert run.plan.scan.problem == "scanner_failed"
        assert any("scan.failed" in str(e) for e in world.journal.__dict__.values())


@pytest.mark.parametrize(
    ("when", "at_most", "installed", "scanned", "marked"),
    [
        ("installed", None, "3", 1, True),
        ("installed", None, "", 0, False),
        ("always", None, "3", 1, True),
        ("always", None, "", 0, True),
        ("rules", None, "3", 0, False),
        ("rules", "high", "3", 1, True),
        ("rules", "high", "", 0, True),
    ],
)
def test_who_wants_a_scan_decides_whether_one_is_made(
    when: str, at_most: str | None, installed: str, scanned: int, marked: bool
):
    world = world_with(at_most, when=when)
    world.scanner.installed = installed
    run = world.planned(PLAIN)
    assert world.scanner.scans == scanned
    assert run.plan
    assert (run.plan.scan is not None) is marked


def test_the_worst_findings_are_kept_and_all_are_counted():
    world = world_with(None)
    names = [f"n{i:03}" for i in range(MOST_FINDINGS + 20)]
    files = {**main("plain", *names), "weak.tf": main("weak", "zz")["main.tf"]}
    run = world.planned(files)
    mark, scan = world.engine.scans.of_run(run.id)
    assert mark.counts == {"low": MOST_FINDINGS + 20, "high": 1}
    assert len(scan.findings) == MOST_FINDINGS
    assert scan.cut == 21
    assert scan.findings[0].address == "terraform_data.zz"


def test_findings_that_were_edited_are_not_shown_and_the_audit_names_a_blob_that_is_gone():
    world = world_with(None)
    run = world.planned(WEAK)
    mark, _ = world.engine.scans.of_run(run.id)
    blobs = world.store.blobs
    with blobs.open(mark.blob) as kept:
        raw = kept.read()
    blobs.remove(mark.blob)
    faults = [f.reason for f in world.engine.audits.verify().faults]
    assert faults == [f"names a blob that is gone: {mark.blob}"]
    with pytest.raises(StoreTampered):
        world.engine.scans.of_run(run.id)

    blobs.put(mark.blob, io.BytesIO(raw.replace(b"CKV_DATA_1", b"CKV_DATA_9")))
    with pytest.raises(StoreTampered):
        world.engine.scans.of_run(run.id)


def test_smaller_counts_in_the_store_break_the_seal():
    world = world_with("high")
    run = world.approved(WEAK)
    assert run.plan
    assert run.plan.scan
    lighter = dataclasses.replace(run.plan.scan, counts={})
    edited = dataclasses.replace(run, plan=dataclasses.replace(run.plan, scan=lighter))
    world.store.runs._runs[run.id] = edited
    ended = world.apply(run)
    assert ended.status is not RunStatus.APPLIED
    assert ended.problem
    assert ended.problem.code == "seal_broken"


def test_what_was_scanned_is_forgotten_with_its_run():
    world = world_with(None)
    world.applied(PLAIN)
    assert any(n.endswith("/scan") for n in world.store.blobs.names("runs/"))
    world.clock.advance(91 * 86_400)
    assert world.engine.retention.sweep() == 1
    assert not list(world.store.blobs.names("runs/"))
