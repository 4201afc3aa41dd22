"""Credentials of a phase: lent before Terraform begins, and given back whatever happens."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sekisho.domain.errors import CredentialsRefused
from sekisho.domain.inspections import Finding, FindingKind
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.targets import Target
from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.engine.worker import Worker
from sekisho.ports import Finished, ScanOrder
from tests.fakes.terraform import FakeDesk
from tests.fakes.world import World, main

SPOKE = Target(
    "spoke",
    region="ap-northeast-1",
    plan_role="arn:aws:iam::222222222222:role/plan",
    apply_role="arn:aws:iam::222222222222:role/apply",
    external_id="team-7f3a",
)
REFUSED = CredentialsRefused(role=SPOKE.plan_role, reason="AccessDenied")


@pytest.fixture
def world() -> World:
    return World(Workspace("dev", target=SPOKE), Workspace("other"))


def code(run: Run) -> str:
    return run.problem.code if run.problem else ""


def test_a_plan_is_lent_the_plan_role_and_an_apply_the_apply_role(world: World):
    run = world.applied()
    assert run.status is RunStatus.APPLIED
    assert [(x.phase, x.role) for x in world.lender.loans] == [
        ("plan", SPOKE.plan_role),
        ("apply", SPOKE.apply_role),
    ]
    assert [phase for phase, _lent in world.terraform.lent] == ["plan", "apply"]
    assert world.lender.out == 0
    assert {(x.run_id, x.person, x.via) for x in world.lender.loans} == {
        (run.id, "sato", "kiro/0.9")
    }


def test_a_target_without_roles_is_lent_nothing(world: World):
    assert world.applied(workspace="other").status is RunStatus.APPLIED
    assert world.lender.loans == []
    assert world.terraform.lent == []


def test_what_inspection_refuses_is_lent_nothing(world: World):
    found = Finding("main.tf", 1, FindingKind.PROVISIONER, "terraform_data.a", "local-exec")
    world.terraform.script.found = (found,)
    assert code(world.planned()) == "inspection_refused"
    assert world.lender.loans == []


def test_terraform_does_not_begin_where_the_role_is_refused(world: World):
    world.lender.roles.error = REFUSED
    run = world.planned()
    assert (run.status, code(run)) == (RunStatus.ERRORED, "credentials_refused")
    steps = [e["step"] for e in world.journal.named("step.begin")]
    assert steps == ["restore", "inspect", "lend"]
    assert world.terraform.rooms == {}, "the desk was closed"


def test_an_apply_whose_role_is_refused_has_not_begun(world: World):
    run = world.approved()
    world.lender.roles.error = REFUSED
    run = world.apply(run)
    assert (run.status, code(run)) == (RunStatus.ERRORED, "credentials_refused")
    assert world.record().free()
    assert [e["step"] for e in world.journal.named("step.begin")][-2:] == ["restore", "lend"]


def test_scanner_and_policies_work_without_credentials(world: World):
    out: list[int] = []

    def to_scan(desk: FakeDesk) -> ScanOrder:
        out.append(world.lender.out)
        return FakeDesk.to_scan(desk)

    world.twist("plan", to_scan=to_scan)
    world.scanner.installed = "3.3.30"
    world.planned()
    assert out == [0]
    assert world.scanner.scans == 1


@pytest.mark.parametrize("phase", ["plan", "apply"])
@pytest.mark.parametrize("ends", ["failed", "stopped", "raises"])
def test_the_loan_ends_however_the_phase_ends(world: World, phase: str, ends: str):
    def end(_desk: Any, _watch: Any) -> Finished:
        assert world.lender.out == 1
        if len(world.lender.loans) > 2:
            return Finished(code=1)  # a plan that was stopped is made again
        if ends == "raises":
            raise RuntimeError("boom")
        return Finished(code=1, stopped=ends == "stopped")

    world.twist(phase, **{phase: end})
    run = world.approved() if phase == "apply" else world.planned()
    if phase == "apply":
        run = world.apply(run)
    assert run.status not in {RunStatus.APPLIED, RunStatus.AWAITING_APPROVAL}
    assert world.lender.out == 0
    assert world.lender.loans[-1].phase == phase


def test_a_server_that_cannot_lend_says_how_it_could(world: World):
    parts = dataclasses.replace(world.parts, lender=None)
    world.engine, world.worker = Engine.of(parts, open_=True), Worker(parts)
    assert code(world.planned()) == "aws_missing"


def test_the_seal_knows_the_roles_and_no_external_id_or_token(world: World):
    run = world.planned(main("x"))
    assert run.plan is not None
    sealed = run.plan.seal.seal
    assert sealed.target["plan_role"] == SPOKE.plan_role
    assert sealed.target["external_id"]
    lent = world.terraform.lent[0][1]
    for secret in ("team-7f3a", lent.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]):
        assert secret.encode() not in sealed.canonical()


@pytest.mark.parametrize(
    "change", [{"external_id": "other"}, {"apply_role": "arn:aws:iam::222222222222:role/root"}]
)
def test_a_target_that_changed_after_the_approval_voids_it(world: World, change: dict[str, str]):
    run = world.approved()
    world.catalog.change("dev", target=dataclasses.replace(SPOKE, **change))
    run = world.apply(run)
    assert (run.status, code(run)) == (RunStatus.ERRORED, "seal_broken")
    assert [x.phase for x in world.lender.loans] == ["plan"], "a role that nobody approved was lent"
    assert world.record().free()
