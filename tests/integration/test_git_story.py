"""Configurations from Git on their way to an apply, over a real Git server."""

from __future__ import annotations

import dataclasses
import io
import tarfile
from pathlib import Path

import pytest

from sekisho.domain.errors import ApprovalUncounted, ArgumentsInvalid, PlanOver, SourceRefused
from sekisho.domain.git import GitCommit
from sekisho.domain.origins import Origin
from sekisho.domain.rules import Require, Rule
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.engine.plans import PlanOrder
from sekisho.engine.worker import Worker
from sekisho.sources import LocalSources
from sekisho.views.orders import PlanAsk
from sekisho.views.runs import RunView
from tests.fakes.git_server import GitServer, Repository
from tests.fakes.world import AGENT, World, main

S = RunStatus
TOKEN = "glpat-0123456789abcdef"


class House:
    """A world whose workspace `prod` takes Git, and uploads and inline files for planning."""

    def __init__(self, folder: Path, server: GitServer, **more: object) -> None:
        self.server = server
        server.close_to("x-access-token", TOKEN)
        source = server.source(token=TOKEN)
        prod = Workspace(
            "prod", sources=("inline", "upload", "git"), plan_only=("inline", "upload"), git=source
        )
        free = Workspace("free", sources=("inline",))
        self.world = World(dataclasses.replace(prod, **more), free)
        self.world.parts = dataclasses.replace(
            self.world.parts, sources=LocalSources(folder / "spool")
        )
        self.world.engine = Engine.of(self.world.parts, open_=True)
        self.world.worker = Worker(self.world.parts)

    def asked(self, **ask: object) -> Run:
        asked = PlanAsk.model_validate({"workspace": "prod"} | ask)
        return asked.start(self.world.engine, AGENT)

    def planned(self, **ask: object) -> Run:
        run = self.asked(**ask)
        self.world.worker.turn()
        return self.world.run(run)


@pytest.fixture
def server(tmp_path: Path):
    with GitServer(tmp_path) as serving:
        yield serving


@pytest.fixture
def repo(server: GitServer) -> Repository:
    return server.repository()


@pytest.fixture
def house(tmp_path: Path, server: GitServer, repo: Repository) -> House:
    repo.commit({**main("1")})
    return House(tmp_path, server)


def reason(run: Run) -> str:
    assert run.status is S.BLOCKED
    assert run.problem is not None
    assert run.problem.code == "plan_only"
    assert "git_ref" in run.problem.step.en
    assert "git_ref" in run.problem.step.ja
    return run.problem.text.en


def test_a_commit_of_the_declared_ref_is_planned_approved_and_applied(house: House):
    run = house.planned(git_ref="default")

    assert run.status is S.AWAITING_APPROVAL
    assert run.commit is not None
    assert (run.commit.ref, run.commit.protected) == ("main", True)
    world = house.world
    assert world.apply(world.approve(run)).status is S.APPLIED
    for action in ("configuration.create", "run.create"):
        facts = world.facts(action)
        assert facts["commit"] == run.commit.commit
        assert (facts["url"], facts["ref"]) == (house.server.source().url, "main")
    told = str([r.entry for r in world.engine.audits.all()]) + RunView.of(run).model_dump_json()
    assert TOKEN not in told
    assert run.commit.commit in RunView.of(run).words()


@pytest.mark.parametrize("ref", ["feature", "refs/heads/feature", "v9"])
def test_another_branch_or_tag_is_planned_and_ends_blocked(
    house: House, repo: Repository, ref: str
):
    commit = repo.commit(main("2"), "refs/heads/feature")
    repo.tag("v9", commit)

    run = house.planned(git_ref=ref)
    assert "is not on main" in reason(run)
    assert run.plan is not None
    assert "plan only" in RunView.of(run).words()


def test_a_commit_id_counts_where_it_is_in_the_history_of_the_declared_ref(
    house: House, repo: Repository
):
    first = repo.commit(main("1"))
    second = repo.commit(main("2"), parent=first)
    stray = repo.commit(main("3"), "refs/heads/stray", parent=second)

    for commit in (first, second):
        assert house.planned(git_ref=commit).status is S.AWAITING_APPROVAL
    assert "is not on main" in reason(house.planned(git_ref=stray))


def test_an_upload_of_the_same_content_does_not_become_a_commit(house: House):
    from_git = house.planned(git_ref="default")
    uploaded = house.planned(files=main("1"))

    assert uploaded.configuration == from_git.configuration
    assert "inline files may be planned" in reason(uploaded)


def test_a_digest_of_what_git_brought_is_planned_and_never_applied(house: House):
    digest = house.asked(git_ref="default").configuration
    house.world.worker.turn()

    run = house.planned(configuration=digest)
    assert (run.source, run.commit) == ("git", None)
    assert "named a digest" in reason(run)


def test_a_digest_that_was_uploaded_and_is_in_git_counts_as_the_upload(house: House):
    digest = house.world.engine.configurations.from_inline("prod", main("1"), AGENT).digest
    house.asked(git_ref="default")

    assert "inline files" in reason(house.planned(configuration=digest))


def test_an_order_that_claims_a_commit_which_nobody_fetched_is_refused(
    house: House, repo: Repository
):
    other = repo.commit(main("2"), "refs/heads/feature")
    engine, source = house.world.engine, house.server.source()
    digest = engine.configurations.from_git("prod", "feature", AGENT).digest
    claim = GitCommit(source.url, "feature", other, "", protected=True, declared="main")

    for origin in (Origin("git", claim), Origin("folder"), Origin("upload")):
        with pytest.raises(SourceRefused):
            engine.plans.create(PlanOrder("prod", digest, origin=origin), AGENT)


def test_the_way_in_is_sealed_and_looked_at_again_before_the_apply(house: House):
    world = house.world
    approved = world.approve(house.planned(git_ref="default"))
    uploaded = dataclasses.replace(approved, source="inline", commit=None)
    assert approved.plan is not None
    assert approved.plan.seal.seal.origin.startswith("git https://localhost")

    forged = dataclasses.replace(world.queued_in(uploaded), source="folder")
    world.catalog.change("prod", sources=("folder", "git"))
    world.store.runs._runs[forged.id] = forged
    world.worker.turn()
    ended = world.run(approved)
    assert ended.status is S.ERRORED
    assert ended.problem is not None
    assert ended.problem.code == "seal_broken"
    assert "origin" in ended.problem.text.en


def test_a_waiting_plan_ends_when_the_operator_makes_its_way_plan_only(house: House):
    world = house.world
    world.catalog.change("free", plan_only=())
    run = house.planned(workspace="free", files=main("1"))
    assert run.status is S.AWAITING_APPROVAL
    approved = world.approve(run)

    world.catalog.change("free", plan_only=("inline",))
    with pytest.raises(PlanOver):
        world.engine.applies.start(approved.id, AGENT)
    world.engine.gate.sweep()
    assert world.run(run).status is S.STALE


def test_an_operator_who_moves_the_ref_voids_what_came_from_the_old_one(house: House):
    world = house.world
    run = world.approve(house.planned(git_ref="default"))

    world.catalog.change("prod", git=house.server.source(token=TOKEN, ref="release"))
    with pytest.raises(PlanOver):
        world.engine.applies.start(run.id, AGENT)


def test_a_workspace_without_git_refuses_it(house: House):
    with pytest.raises(SourceRefused):
        house.asked(workspace="free", git_ref="default")
    with pytest.raises(ArgumentsInvalid):
        house.asked(git_ref="default", files=main("1"))


def test_the_example_has_one_digest_from_git_from_an_upload_inline_and_from_its_folder(
    house: House, repo: Repository, repository: Path, tmp_path: Path
):
    hello = repository / "examples/hello"
    files = {p.name: p.read_bytes() for p in hello.iterdir() if p.is_file()}
    repo.commit({f"examples/hello/{name}": content for name, content in files.items()})
    world = house.world
    declared = house.server.source(token=TOKEN, path="examples/hello")
    world.catalog.change(
        "prod", git=declared, sources=("git", "inline", "upload", "folder"), folder=str(hello)
    )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(hello, arcname=".")
    packed.seek(0)

    configurations = world.engine.configurations
    _upload, secret = configurations.open_upload("prod", AGENT)
    runs = [
        house.planned(git_ref="default"),
        house.planned(folder=True),
        house.planned(files={name: content.decode() for name, content in files.items()}),
        house.planned(configuration=configurations.receive(secret, packed).digest),
    ]
    assert len({run.configuration for run in runs}) == 1
    assert {run.source for run in runs} == {"git", "folder", "inline"}


@pytest.mark.parametrize(("by_author", "counts"), [(False, False), (True, True)])
def test_the_author_of_the_commit_does_not_count_as_an_approver_unless_a_rule_says_so(
    tmp_path: Path, server: GitServer, repo: Repository, by_author: bool, counts: bool
):
    repo.commit({**main("1")})
    rule = Rule("others", Require(author_approval=by_author))
    house = House(tmp_path, server, rules=(rule,))
    run = house.planned(git_ref="default")
    assert run.commit is not None
    assert run.commit.author == "sato@example.jp"

    author = "Sato@Example.jp"  # the agent asked as `sato`: another name
    if counts:
        assert house.world.approve(run, author).status is S.APPROVED
    else:
        with pytest.raises(ApprovalUncounted):
            house.world.approve(run, author)
        assert house.world.approve(run, "suzuki@example.jp").status is S.APPROVED
