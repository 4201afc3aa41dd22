"""The engine's other nouns: configurations, states, retention, audits, logs."""

import dataclasses
import io
import json
import tarfile
from typing import Any

import pytest

from sekisho.domain.approvals import Approval
from sekisho.domain.configurations import Limits as Caps
from sekisho.domain.errors import (
    AddressUnknown,
    ArgumentsInvalid,
    ConfigurationInvalid,
    ConfigurationUnknown,
    PlanMissing,
    RunUnknown,
    SourceRefused,
    StateMissing,
    UploadUnknown,
    WorkspaceUnknown,
)
from sekisho.domain.leases import WorkerLease
from sekisho.domain.logs import LogLine
from sekisho.domain.runs import RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.engine.phases import run_steps
from sekisho.engine.planning import PlanPhase, plan, seal
from sekisho.engine.plans import PlanOrder
from sekisho.engine.watching import Listener, RunWatch
from sekisho.ports import Finished, RunQuery
from tests.fakes.desks import tar_of
from tests.fakes.terraform import PROCESS
from tests.fakes.world import AGENT, NOBODY, PERSON, TWO, World, main

S = RunStatus
DAYS_91 = 91 * 24 * 3600


# --- configurations -------------------------------------------------------------------------------


def an_archive(files: dict[str, str]) -> io.BytesIO:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    whole.seek(0)
    return whole


def test_the_same_content_has_one_digest_however_it_comes_in():
    world = World()
    inline = world.engine.configurations.from_inline("dev", main(), AGENT)
    upload, secret = world.engine.configurations.open_upload("dev", PERSON)

    uploaded = world.engine.configurations.receive(secret, an_archive(main()))

    assert inline.digest == uploaded.digest
    assert world.store.uploads.result(upload.key_digest) == inline.digest
    kept = world.engine.configurations.get(inline.digest)
    assert (kept.source, kept.created_by) == ("inline", AGENT)
    assert len(world.store.blobs.names("configurations/")) == 1
    with (
        world.engine.configurations.content(inline.digest) as content,
        tarfile.open(fileobj=content) as tar,
    ):
        assert tar.getnames() == ["main.tf"]
    assert world.audit() == ["configuration.create"] * 2
    assert world.facts("configuration.create")["digest"] == inline.digest


def test_an_upload_address_is_good_once():
    world = World()
    _, secret = world.engine.configurations.open_upload("dev", AGENT)
    world.engine.configurations.receive(secret, an_archive(main()))

    with pytest.raises(UploadUnknown):
        world.engine.configurations.receive(secret, an_archive(main()))
    with pytest.raises(UploadUnknown):
        world.engine.configurations.receive("guessed", an_archive(main()))


def test_an_upload_address_expires():
    world = World()
    _, secret = world.engine.configurations.open_upload("dev", AGENT)

    world.clock.advance(15 * 60)
    with pytest.raises(UploadUnknown):
        world.engine.configurations.receive(secret, an_archive(main()))

    assert world.store.configurations.all() == ()


def test_an_address_whose_workspace_takes_no_uploads_any_more_is_refused():
    world = World()
    _, secret = world.engine.configurations.open_upload("dev", AGENT)
    world.catalog.change("dev", sources=("inline",))

    with pytest.raises(SourceRefused):
        world.engine.configurations.receive(secret, an_archive(main()))


def test_a_workspace_takes_only_the_sources_that_the_operator_allows(tmp_path: Any):
    (tmp_path / "main.tf").write_text(main()["main.tf"], encoding="utf-8")
    world = World(Workspace("fixed", folder=str(tmp_path), sources=("folder",)))
    configurations = world.engine.configurations

    for refused in (
        lambda: configurations.from_inline("fixed", main("2"), AGENT),
        lambda: configurations.open_upload("fixed", AGENT),
    ):
        with pytest.raises(SourceRefused) as caught:
            refused()
        assert caught.value.facts["allowed"] == "folder"
    with pytest.raises(WorkspaceUnknown):
        configurations.from_inline("nowhere", main(), AGENT)
    digest = configurations.from_folder("fixed", AGENT).digest
    assert world.engine.plans.create(PlanOrder("fixed", digest), AGENT).source == "folder"


def test_content_that_came_in_elsewhere_does_not_slip_past_the_sources(tmp_path: Any):
    (tmp_path / "main.tf").write_text(main("1")["main.tf"], encoding="utf-8")
    world = World(
        Workspace("fixed", folder=str(tmp_path), sources=("folder",)),
        Workspace("other-folder", folder=str(tmp_path), sources=("folder",)),
        Workspace("open"),
    )
    evil = world.configuration(main("evil"), "open")
    same = world.configuration(main("1"), "open")

    for digest in (evil, same):
        with pytest.raises(SourceRefused):
            world.engine.plans.create(PlanOrder("fixed", digest), AGENT)
    world.engine.configurations.from_folder("fixed", AGENT)

    assert world.engine.plans.create(PlanOrder("fixed", same), AGENT).status is S.PLAN_QUEUED
    with pytest.raises(SourceRefused):
        world.engine.plans.create(PlanOrder("other-folder", same), AGENT)


def test_what_was_sent_for_one_workspace_may_be_planned_in_another_that_takes_such():
    world = World()
    digest = world.configuration(main(), "dev")

    run = world.engine.plans.create(PlanOrder("other", digest), AGENT)
    world.worker.turn()

    assert world.run(run).status is S.AWAITING_APPROVAL


def test_unknown_configurations_are_unknown_everywhere():
    world = World()

    for look in (world.engine.configurations.get, world.engine.configurations.content):
        with pytest.raises(ConfigurationUnknown):
            look("sha256:0")
    with pytest.raises(ConfigurationUnknown):
        world.engine.configurations.validate("dev", "sha256:0")


def test_a_configuration_whose_content_is_gone_says_so_when_it_is_planned():
    world = World()
    run = world.asked()
    (name,) = world.store.blobs.names("configurations/")
    world.store.blobs.remove(name)

    world.worker.turn()

    problem = world.run(run).problem
    assert problem
    assert problem.code == "configuration_unknown"


def test_validate_gives_the_problems_and_format_gives_the_files():
    world = World()
    good = world.configuration(main())
    bad = world.configuration({"main.tf": 'resource "x" "y" {'})

    assert world.engine.configurations.validate("dev", good) == ()
    (problem,) = world.engine.configurations.validate("dev", bad)
    assert (problem.file, problem.line) == ("main.tf", 1)
    assert world.engine.configurations.format({"a.tf": "x   = 1"}) == {"a.tf": "x = 1"}
    world.terraform.validate = lambda order, watch: Finished(code=1)
    with pytest.raises(ConfigurationInvalid):
        world.engine.configurations.validate("dev", good)


def test_caps_are_those_of_the_domain():
    assert Caps().inline_bytes == 256 * 1024


# --- workspaces, states, readings -----------------------------------------------------------------


def test_workspaces_are_listed_by_name_with_what_happened_to_them():
    world = World()
    world.engine.workspaces.lock("other", PERSON, "holidays")

    views = world.engine.workspaces.list()

    assert [(v.declared.name, v.record.free()) for v in views] == [("dev", True), ("other", False)]
    assert world.engine.workspaces.get("other").record.lock == views[1].record.lock
    with pytest.raises(WorkspaceUnknown):
        world.engine.workspaces.get("nowhere")
    with pytest.raises(WorkspaceUnknown):
        world.engine.workspaces.lock("nowhere", PERSON, "x")
    with pytest.raises(ArgumentsInvalid):
        world.engine.workspaces.lock("dev", PERSON, " ")


def test_states_know_what_they_hold_and_what_they_do_not():
    world = World()
    with pytest.raises(StateMissing):
        world.engine.states.list("dev")
    with pytest.raises(WorkspaceUnknown):
        world.engine.states.list("nowhere")
    run = world.applied(main("1", "a", "b", output="42"))

    view = world.engine.states.list("dev")

    assert (view.run_id, str(view.position)) == (run.id, "lineage-dev#1")
    assert world.engine.states.get("dev", "terraform_data.b").name == "b"
    assert world.engine.states.output("dev", "answer").value == "42"
    with pytest.raises(AddressUnknown):
        world.engine.states.get("dev", "terraform_data.z")
    with pytest.raises(AddressUnknown):
        world.engine.states.output("dev", "question")


def test_a_plan_is_read_once_there_is_one():
    world = World()
    run = world.asked()
    with pytest.raises(PlanMissing):
        world.engine.plans.reading(run.id)
    world.worker.turn()

    assert [c.address for c in world.engine.plans.reading(run.id).changes] == ["terraform_data.a"]
    world.store.readings.remove(run.id)
    with pytest.raises(PlanMissing):
        world.engine.plans.reading(run.id)
    with pytest.raises(RunUnknown):
        world.engine.runs.log("run_x")


# --- retention ------------------------------------------------------------------------------------


def test_what_is_over_and_old_is_forgotten_and_the_audit_remembers():
    world = World()
    applied = world.applied(main("1"))
    old = world.engine.runs.cancel(world.asked(main("2")).id, AGENT)
    world.engine.configurations.open_upload("dev", AGENT)
    world.clock.advance(DAYS_91)
    fresh = world.engine.runs.cancel(world.asked(main("3")).id, AGENT)

    assert world.engine.retention.sweep() == 2

    assert [r.id for r in world.engine.runs.list(RunQuery()).items] == [fresh.id]
    state = world.record().state
    assert state
    assert world.store.blobs.names("runs/") == ()
    assert world.store.blobs.names("states/") == (state.blob,), "no state is forgotten"
    assert world.engine.runs.list(RunQuery()).items[0].configuration in {
        c.digest for c in world.store.configurations.all()
    }
    assert len(world.store.configurations.all()) == 1
    assert len(world.store.blobs.names("configurations/")) == 1
    assert len(world.store.blobs.names("origins/")) == 1
    assert world.store.logs.read(applied.id).lines == ()
    assert world.audit().count("run.forget") == 2
    assert world.audit().count("configuration.forget") == 2
    assert world.audit(old)[0] == "run.create"
    assert world.engine.audits.verify().faults == ()


def test_what_waits_or_holds_a_workspace_is_never_forgotten():
    world = World(Workspace("dev"), Workspace("other", rules=(NOBODY,)))
    waiting = world.planned(main("1"))
    world.twist("apply", apply=lambda *_: 1 / 0)
    doubtful = world.apply(world.planned(main("2"), "other"))
    assert doubtful.status is S.INTERRUPTED
    world.clock.advance(DAYS_91)

    assert world.engine.retention.sweep() == 0
    world.engine.workspaces.unlock("other", PERSON)
    world.clock.advance(DAYS_91)
    assert world.engine.retention.sweep() == 1

    assert [r.id for r in world.engine.runs.list(RunQuery()).items] == [waiting.id]


# --- the audit ------------------------------------------------------------------------------------


def forged(world: World, run_id: str, action: str, **facts: Any) -> None:
    run = world.engine.runs.get(run_id)
    world.store.audit.append(world.parts.entry(world.clock.now(), action, AGENT, run, **facts))


def test_verify_finds_an_apply_without_the_approvals_its_rules_required():
    world = World(Workspace("dev", rules=(TWO,)))
    run = world.approve(world.planned(), "suzuki")
    assert run.plan
    forged(world, run.id, "run.apply")
    forged(world, run.id, "run.apply_start", seal=run.plan.seal.seal.digest)

    report = world.engine.audits.verify()

    assert report.applies == 1
    assert {f.sequence for f in report.faults} == {report.records}
    assert [f.reason.split(" that ")[0] for f in report.faults] == [
        "had 1 of 2 approvals",
        "had 1 of 2 approvals by others",
    ]


def test_verify_does_not_count_who_asked_nor_approvals_of_another_seal():
    world = World()
    run = world.planned()
    assert run.plan
    digest = run.plan.seal.seal.digest
    forged(world, run.id, "run.approve", seal=digest)
    other = dataclasses.replace(AGENT, person="suzuki")
    entry = world.parts.entry(world.clock.now(), "run.approve", other, run, seal="sha256:other")
    world.store.audit.append(entry)
    forged(world, run.id, "run.apply")
    forged(world, run.id, "run.apply_start", seal=digest)

    (fault,) = world.engine.audits.verify().faults

    assert fault.reason == "had 0 of 1 approvals by others that its rules required"


def test_verify_finds_an_apply_of_another_seal_and_one_that_happened_twice():
    world = World()
    run = world.applied()
    assert run.plan
    forged(world, run.id, "run.apply_start", seal=run.plan.seal.seal.digest)
    forged(world, world.planned(main("2")).id, "run.apply_start", seal="sha256:other")

    reasons = [f.reason for f in world.engine.audits.verify().faults]

    assert reasons[0] == "applies a run that was applied before"
    assert reasons[1] == "applies a seal that no plan of the run had"


def test_verify_finds_what_was_edited_and_counts_what_it_saw():
    world = World()
    assert world.engine.audits.verify().head == ""
    assert world.engine.audits.head() == 0
    world.applied()
    records = world.store.audit._records
    head = records[-1].digest
    records[2] = dataclasses.replace(records[2], previous="0" * 64)

    report = world.engine.audits.verify()

    assert (report.records, report.applies, report.head) == (len(records), 1, head)
    assert [f.sequence for f in report.faults] == [3, 3]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 9])
def test_the_head_of_the_audit_is_found_in_a_few_small_reads(count: int):
    world = World()
    for i in range(count):
        world.store.audit.append(world.parts.about(world.clock.now(), f"test.{i}", AGENT, None))

    assert world.engine.audits.head() == count
    assert [r.sequence for r in world.engine.audits.list(after=count - 1)] == [count]


def test_an_approval_signs_who_when_what_and_why():
    world = World()
    approval = world.approved().approvals[0]
    body = json.loads(approval.canonical())

    assert world.keys.verify(approval.canonical(), approval.signature, approval.key_id)
    assert body["by"] == {"person": "terminal", "via": "console", "proof": "terminal_code"}
    assert (body["comment"], body["seal"]) == ("looks right", approval.seal)
    for change in ({"comment": ""}, {"seal": "x"}, {"run_id": "x"}, {"by": AGENT}):
        other: Approval = dataclasses.replace(approval, **change)
        assert not world.keys.verify(other.canonical(), other.signature, other.key_id)


# --- logs -----------------------------------------------------------------------------------------


def a_watch(world: World) -> tuple[RunWatch, str]:
    run = world.asked()
    lease = WorkerLease("wrk", 1, world.clock.now())
    return RunWatch(world.parts, run, lease, lambda: False), run.id


def a_line(world: World, text: str) -> LogLine:
    return LogLine(world.clock.now(), "plan", "step", "info", text)


def test_lines_are_written_in_batches_of_fifty():
    world = World()
    watch, run_id = a_watch(world)
    for i in range(49):
        watch.line(a_line(world, str(i)))
    assert world.engine.runs.log(run_id).lines == ()

    watch.line(a_line(world, "49"))
    watch.line(a_line(world, "50"))

    assert [x.text for x in world.engine.runs.log(run_id).lines] == [str(i) for i in range(50)]
    watch.flush()
    page = world.engine.runs.log(run_id, after=50)
    assert ([x.text for x in page.lines], page.cursor) == (["50"], 51)


def test_a_line_is_never_more_than_a_moment_behind():
    world = World()
    watch, run_id = a_watch(world)
    watch.line(a_line(world, "first"))
    world.clock.advance(0.3)
    assert watch.stopping() is False
    assert len(world.engine.runs.log(run_id).lines) == 1

    watch.note("plan", "second")
    assert watch.stopping() is False
    world.clock.advance(0.3)
    watch.line(a_line(world, "third"))

    assert [x.text for x in world.engine.runs.log(run_id).lines] == ["first", "second", "third"]


def test_nobody_stops_a_command_that_belongs_to_no_run():
    world = World()
    listener = Listener()
    listener.started(PROCESS)
    listener.line(a_line(world, "x"))

    assert listener.stopping() is False


# --- phases ---------------------------------------------------------------------------------------


def a_phase(world: World) -> PlanPhase:
    run = world.asked()
    lease = WorkerLease("wrk", 1, world.clock.now())
    watch = RunWatch(world.parts, run, lease, lambda: False)
    return PlanPhase(world.parts, run, lease, Workspace("dev"), watch)


def test_steps_that_come_to_no_end_or_in_the_wrong_order_are_a_bug_of_ours():
    world = World()
    phase = a_phase(world)

    ends = [run_steps(phase, [("nothing", lambda _: None)])]
    ends.append(run_steps(phase, [("plan", plan)]))
    ends.append(run_steps(phase, [("seal", seal)]))

    assert [(e.status, e.problem and e.problem.code) for e in ends] == [(S.ERRORED, "internal")] * 3
    assert len(world.journal.named("step.failed")) == 2


def test_a_tar_of_the_fakes_is_read_by_the_fake_terraform():
    with tarfile.open(fileobj=tar_of(main())) as tar:
        assert tar.getnames() == ["main.tf"]
