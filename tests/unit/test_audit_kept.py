"""Holding what is kept against the audit: what sound rows alone would not tell."""

import dataclasses

import pytest

from sekisho.domain.audit import AuditEntry
from sekisho.domain.runs import Run
from tests.fakes.world import AGENT, World, main


def named(world: World) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fault in world.engine.audits.verify().faults:
        found.setdefault(fault.where or str(fault.sequence), []).append(fault.reason)
    return found


def put(world: World, run: Run) -> None:
    """Let the store hold this, as a hand would that knows how to make its rows sound."""
    world.store.runs._runs[run.id] = run


@pytest.fixture
def world() -> World:
    return World()


def test_a_run_that_is_gone_without_being_forgotten_is_named(world: World):
    run = world.applied()
    del world.store.runs._runs[run.id]

    assert named(world) == {
        f"run {run.id}": ["the run is gone, and the audit does not tell that it was forgotten"]
    }


def test_a_run_that_was_forgotten_is_not_missed(world: World):
    world.applied()
    world.clock.advance(91 * 86400)

    assert world.engine.retention.sweep() == 1
    assert named(world) == {}


def test_a_run_that_the_audit_does_not_know_is_named(world: World):
    run = world.planned()
    put(world, dataclasses.replace(run, id="run_forged"))

    assert named(world) == {"run run_forged": ["the audit does not know this run"]}


def test_an_approval_that_no_person_gave_is_named_twice(world: World):
    run = world.approved()
    forged = dataclasses.replace(run.approvals[0], by=AGENT)
    put(world, dataclasses.replace(run, approvals=(*run.approvals, forged)))

    assert named(world)[f"run {run.id}"] == [
        "an approval by sato is not signed by this server",
        "the audit does not know of an approval by sato",
    ]


def test_an_approval_that_was_signed_and_never_recorded_is_named(world: World):
    run = world.approved()
    bare = dataclasses.replace(run.approvals[0], by=AGENT)
    signed = dataclasses.replace(bare, signature=world.keys.sign(bare.canonical()))
    put(world, dataclasses.replace(run, approvals=(*run.approvals, signed)))

    assert named(world)[f"run {run.id}"] == ["the audit does not know of an approval by sato"]


def test_a_seal_that_was_edited_is_named(world: World):
    run = world.approved()
    assert run.plan
    seal = dataclasses.replace(run.plan.seal.seal, target={"account": "999999999999"})
    signed = dataclasses.replace(run.plan.seal, seal=seal)
    put(world, dataclasses.replace(run, plan=dataclasses.replace(run.plan, seal=signed)))

    reasons = named(world)[f"run {run.id}"]
    assert "the seal of its plan is not signed by this server" in reasons
    assert "its plan has another seal than the audit tells" in reasons


def test_a_plan_of_another_run_in_its_place_is_named(world: World):
    mine, other = world.approved(), world.approved(main("2"))
    put(world, dataclasses.replace(mine, plan=other.plan))

    reasons = named(world)[f"run {mine.id}"]
    assert "its plan has another seal than the audit tells" in reasons


def test_an_older_run_and_an_older_workspace_are_named_with_their_versions(world: World):
    before, record = world.approved(), world.record()
    after = world.apply(before)
    put(world, before)
    world.store.workspaces.records["dev"] = record

    found = named(world)

    assert f"knows version {after.version}" in found[f"run {before.id}"][0]
    assert f"this is {record.version}" in found["workspace dev"][0]


@pytest.mark.parametrize("kind", ["runs/", "configurations/", "states/"])
def test_a_file_that_is_needed_and_gone_is_named_by_who_needs_it(world: World, kind: str):
    run = world.applied()
    for name in world.store.blobs.names(kind):
        world.store.blobs.remove(name)

    found = named(world)

    wanted = "workspace dev" if kind == "states/" else f"run {run.id}"
    assert any("names a blob that is gone" in reason for reason in found[wanted])


def test_an_apply_that_nobody_asked_for_or_that_never_began_is_named(world: World):
    run = world.approved()
    assert run.plan
    seal = run.plan.seal.seal.digest

    def tell(action: str) -> int:
        entry = AuditEntry(world.clock.now(), action, AGENT, "dev", run.id, {"seal": seal})
        return world.store.audit.append(entry).sequence

    ended, began = tell("run.applied"), tell("run.apply_start")

    assert named(world) == {
        str(ended): ["ends an apply that never began"],
        str(began): ["begins an apply that nobody asked for"],
    }
