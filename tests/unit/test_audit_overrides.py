"""What the audit proves of overrides: what was rightly passed holds, everything else is named."""

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.audit import AuditEntry, Fact
from sekisho.domain.callers import Caller
from sekisho.domain.rules import Level, Require, Rule
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.windows import Freeze, parse_period
from sekisho.engine.evidence import signed_bytes
from sekisho.engine.evidence_checks import Finding, check_evidence, read_evidence
from tests.fakes.world import AGENT
from tests.unit.test_engine_overrides import GLASS, HARD, SOFT, TWO, Scene

BOSS = Caller("suzuki", "console", "terminal_code", groups=("all",))
OTHER = Caller("tanaka", "console", "terminal_code", groups=("all",))


def named(scene: Scene) -> list[str]:
    return [f.reason for f in scene.world.engine.audits.verify().faults]


def tell(scene: Scene, action: str, by: Caller = BOSS, **facts: Fact) -> None:
    """Write a record that the engine never would: what a broken server tells."""
    at = scene.world.clock.now()
    due = (at + timedelta(days=3)).isoformat()
    told: dict[str, Fact] = {"seal": scene.seal, "reason": "障害", "roles": '[["all"]]', "due": due}
    told |= facts
    scene.world.store.audit.append(AuditEntry(at, action, by, "dev", scene.run.id, told))


def applied(scene: Scene) -> Run:
    """Apply as the agent of somebody who may: groups come with the caller."""
    by = dataclasses.replace(AGENT, groups=("all",))
    scene.world.engine.applies.start(scene.run.id, by)
    scene.world.worker.turn()
    return scene.world.run(scene.run)


def begin(scene: Scene) -> None:
    """Tell of an apply, as if nobody had asked the gate."""
    for action in ("run.apply", "run.apply_start"):
        tell(scene, action, AGENT)


def checked(scene: Scene) -> list[Finding]:
    body = scene.world.engine.evidences.of(scene.run.id)
    return found(scene, json.loads(json.dumps(body)))


def found(scene: Scene, body: dict[str, Any]) -> list[Finding]:
    """Check a file with the keys of the world, which sign and verify with one secret."""
    keys = scene.world.keys
    raw = json.dumps(body, ensure_ascii=False).encode()
    verify = lambda _key, message, signature: keys.verify(message, signature, keys.key_id)  # noqa: E731
    return list(check_evidence(read_evidence(raw), verify))


@pytest.mark.parametrize("kind", [SOFT, GLASS])
def test_an_apply_whose_rules_were_rightly_passed_holds(kind: Any):
    scene = Scene(TWO)
    scene.give(kind)

    assert applied(scene).status is RunStatus.APPLIED
    assert named(scene) == []
    findings = checked(scene)
    assert [f.name for f in findings if not f.holds] == []
    assert [f.name for f in findings] == [
        *("key", "file", "seal", "override", "records", "checkpoint", "apply")
    ]


def test_the_rules_that_nobody_passed_still_want_their_people():
    scene = Scene(TWO, HARD)
    scene.give(SOFT)
    begin(scene)

    assert named(scene) == [
        "had 0 of 1 approvals that its rules required",
        "had 0 of 1 approvals by others that its rules required",
    ]


def test_what_a_second_override_leaves_is_what_both_leave():
    begins = Freeze("sale", "Asia/Tokyo", parse_period("2026-04-01 20:00", "2026-04-02"))
    frozen = Rule("frozen", Require(approvals=0, freezes=(begins,), silent=True), level=Level.SOFT)
    scene = Scene(TWO, frozen)
    scene.give(SOFT)
    scene.world.clock.advance(timedelta(hours=3).total_seconds())
    assert not scene.world.engine.gate.check(scene.run.id).open
    scene.give(SOFT)

    assert scene.world.facts("run.override")["rules"] == "frozen"
    assert applied(scene).status is RunStatus.APPLIED
    assert named(scene) == []


def test_who_could_pass_a_rule_is_told_with_it():
    scene = Scene(dataclasses.replace(TWO, overriders=("leads", "all")))
    scene.give(SOFT)

    assert scene.world.facts("run.override")["roles"] == '[["all"], ["all", "leads"]]'


@pytest.mark.parametrize(
    "roles", ['[["leads"]]', '[["all"], ["leads"]]', "[]", "[[]]", "[1]", "{}", "", None, 7]
)
def test_an_override_by_somebody_without_the_role_is_named(roles: Fact):
    scene = Scene(TWO)
    tell(scene, "run.override", roles=roles)

    assert named(scene)[0] == "suzuki was in no group that could pass these rules"


def test_an_override_of_another_seal_is_named_and_passes_nothing():
    scene = Scene(TWO)
    other = Scene(TWO)
    tell(scene, "run.break_glass", seal=f"{other.seal}0")
    begin(scene)

    assert named(scene)[:3] == [
        "passes rules of a seal that no plan of the run had",
        "had 0 of 2 approvals that its rules required",
        "had 0 of 2 approvals by others that its rules required",
    ]


def test_an_override_after_the_apply_makes_it_no_better():
    scene = Scene(TWO)
    begin(scene)
    tell(scene, "run.override")

    assert named(scene)[:3] == [
        "had 0 of 2 approvals that its rules required",
        "had 0 of 2 approvals by others that its rules required",
        "passes rules of a run that was applied before",
    ]


def test_an_override_without_a_reason_is_named():
    scene = Scene(TWO)
    tell(scene, "run.override", reason=" ")

    assert named(scene)[0] == "passes rules without a reason"


def test_an_override_that_the_run_has_and_the_audit_does_not_know_is_named():
    scene = Scene(TWO)
    run = scene.give(SOFT)
    world = scene.world
    mine = dataclasses.replace(run.overrides[0], reason="別の理由")
    signed = dataclasses.replace(mine, signature=world.keys.sign(mine.canonical()))
    world.store.runs._runs[run.id] = dataclasses.replace(run, overrides=(mine,))

    assert named(scene) == [
        "an override by suzuki is not signed by this server",
        "the audit does not know of an override by suzuki",
        "lacks an override by suzuki that the audit tells of",
    ]
    world.store.runs._runs[run.id] = dataclasses.replace(run, overrides=(signed,))
    assert len(named(scene)) == 2


def test_an_override_that_was_taken_out_of_its_run_is_named():
    scene = Scene(TWO)
    run = scene.give(GLASS)
    scene.world.store.runs._runs[run.id] = dataclasses.replace(run, overrides=())

    assert named(scene) == ["lacks an override by suzuki that the audit tells of"]


def test_an_override_that_nobody_else_looked_at_in_time_is_told_and_is_no_fault():
    scene = Scene(TWO)
    scene.give(GLASS)
    applied(scene)
    assert scene.world.engine.audits.verify().overdue == ()
    scene.world.clock.advance(timedelta(days=4).total_seconds())

    report = scene.world.engine.audits.verify()
    (late,) = report.overdue
    assert report.faults == ()
    assert "suzuki" in late.said.ja
    assert scene.run.id in late.reason
    notes = [f for f in checked(scene) if f.note]
    assert [(f.name, f.holds) for f in notes] == [("follow_up", True)]

    scene.follow_up("tanaka")
    assert scene.world.engine.audits.verify().overdue == ()
    assert not [f for f in checked(scene) if f.note or not f.holds]


@pytest.mark.parametrize("by", [BOSS, AGENT, dataclasses.replace(BOSS, person="ＳＵＺＵＫＩ")])
def test_a_follow_up_by_who_gave_it_or_asked_for_the_run_is_named(by: Caller):
    scene = Scene(TWO)
    scene.give(SOFT)
    tell(scene, "run.follow_up", by)

    (said,) = named(scene)
    assert said.endswith("gave the override or asked for the run, and looked at it alone")


def test_a_follow_up_of_what_nobody_gave_is_named():
    scene = Scene(TWO)
    tell(scene, "run.follow_up", OTHER)

    assert named(scene) == ["looks at an override that nobody gave, or that was looked at before"]


def test_one_person_by_two_names_is_one_approval():
    scene = Scene(TWO)
    for name in ("suzuki", "suzuki-k"):
        by = dataclasses.replace(BOSS, person=name, subject="https://id.example|1")
        tell(scene, "run.approve", by)
    begin(scene)

    assert "had 1 of 2 approvals that its rules required" in named(scene)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("passed", "reason"), "定期作業"),
        (("passed", "kind"), "override"),
        (("passed", "by", "person"), "kato"),
        (("passed", "seal"), "sha256:other"),
        (("passed", "run_id"), "run_other"),
        (("followed",), "kato"),
    ],
)
def test_an_override_that_was_edited_in_a_signed_evidence_file_is_found(
    at: tuple[str, ...], value: str
):
    scene = Scene(TWO)
    scene.give(GLASS)
    scene.follow_up("tanaka")
    body = json.loads(json.dumps(scene.world.engine.evidences.of(scene.run.id)))
    inner = body["overrides"][0]
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = value
    # Even signed anew, as a whole: the decision has a signature of its own, and records of it.
    body["signature"] = scene.world.keys.sign(signed_bytes(body))

    assert {f.name for f in found(scene, body) if not f.holds} <= {"override", "records"}
    assert any(not f.holds for f in found(scene, body))


def test_a_file_without_the_record_of_its_override_does_not_hold():
    scene = Scene(TWO)
    scene.give(SOFT)
    applied(scene)
    body = json.loads(json.dumps(scene.world.engine.evidences.of(scene.run.id)))
    body["records"] = [r for r in body["records"] if r["action"] != "run.override"]
    body["signature"] = scene.world.keys.sign(signed_bytes(body))

    said = {f.name for f in found(scene, body) if not f.holds}
    assert said == {"records", "apply"}
