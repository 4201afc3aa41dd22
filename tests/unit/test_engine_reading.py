"""The engine as a caller may see it: what they may not read is unknown, and no list has it."""

import dataclasses
import io
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from sekisho.domain.access import ACTS, EVERYTHING, Access, Grant
from sekisho.domain.callers import Caller
from sekisho.domain.configurations import File
from sekisho.domain.errors import (
    AccessMissing,
    PlansWaiting,
    QuotaSpent,
    RunUnknown,
    SekishoError,
    ServerStopped,
    WorkspaceUnknown,
)
from sekisho.domain.logs import LogFilter
from sekisho.domain.naming import pick
from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.engine.plans import PlanOrder
from sekisho.engine.tokens import HOST
from sekisho.ports import Limits, RunQuery
from tests.fakes.values import an_entry
from tests.fakes.world import AGENT, FakeCatalog, World, main

READER = dataclasses.replace(AGENT, groups=("readers",))
KEEPER = dataclasses.replace(AGENT, groups=("keepers",))
OUTSIDER = dataclasses.replace(AGENT, groups=())
ACCESS = Access(
    (
        Grant("readers", frozenset(ACTS), ("dev",)),
        Grant("keepers", frozenset({"read"})),
    )
)
PERSONAL = {
    *("callers", "tokens", "sessions", "passkeys", "sign_ins", "refusals", "people"),
    # Of these faces use nothing.
    *("retention", "closed", "access_reviews"),
}
"""What of the engine tells nothing of workspaces and runs."""


@pytest.fixture
def world() -> World:
    return World()


def seen_by(world: World, caller: Caller) -> Engine:
    """Let access begin to count, after whatever was done before, and narrow the engine."""
    world.catalog.declared_access = ACCESS
    return world.engine.seen_by(caller)


def test_every_noun_is_made_anew_or_known_to_tell_nothing_of_workspaces(world: World):
    theirs = seen_by(world, READER)
    names = {field.name for field in dataclasses.fields(Engine)} - {"_parts"}
    same = {name for name in names if getattr(theirs, name) is getattr(world.engine, name)}
    assert same == PERSONAL


def test_from_whom_nothing_is_kept_works_with_the_engine_itself(world: World):
    local = Caller("root@localhost", "cli", "token")
    for caller in (KEEPER, HOST, local):
        assert seen_by(world, caller) is world.engine
    world.catalog.declared_access = EVERYTHING
    assert world.engine.seen_by(OUTSIDER) is world.engine


Ask = Callable[[Engine, str, str], Any]
"""Asks an engine of a run and a workspace."""
SEAL = "sha256:x"
OF_RUNS: dict[str, Ask] = {
    "get": lambda e, run, _: e.runs.get(run),
    "log": lambda e, run, _: e.runs.log(run),
    "find_lines": lambda e, run, _: e.runs.find_lines(run, LogFilter()),
    "last_lines": lambda e, run, _: e.runs.last_lines(run, LogFilter(), 1),
    "cancel": lambda e, run, _: e.runs.cancel(run, READER),
    "discard": lambda e, run, _: e.runs.discard(run, READER),
    "reading": lambda e, run, _: e.plans.reading(run),
    "changes": lambda e, run, _: e.plans.changes(run, [0]),
    "compare": lambda e, run, _: e.plans.compare(run, run),
    "reviewed_before": lambda e, run, _: e.plans.reviewed_before(run),
    "check": lambda e, run, _: e.gate.check(run),
    "link": lambda e, run, _: e.approvals.link(run),
    "ask": lambda e, run, _: e.approvals.ask(run, "approve"),
    "approve": lambda e, run, _: e.approvals.approve(run, SEAL, "x"),
    "start": lambda e, run, _: e.applies.start(run, READER),
    "of": lambda e, run, _: e.evidences.of(run),
}
OF_WORKSPACES: dict[str, Ask] = {
    "get": lambda e, _, name: e.workspaces.get(name),
    "lock": lambda e, _, name: e.workspaces.lock(name, READER, "why"),
    "unlock": lambda e, _, name: e.workspaces.unlock(name, READER, "why"),
    "list": lambda e, _, name: e.runs.list(RunQuery(workspace=name)),
    "state": lambda e, _, name: e.states.list(name),
    "resource": lambda e, _, name: e.states.get(name, "a.b"),
    "output": lambda e, _, name: e.states.output(name, "a"),
    "inline": lambda e, _, name: e.configurations.from_inline(name, main(), READER),
    "upload": lambda e, _, name: e.configurations.open_upload(name, READER),
    "check_upload": lambda e, _, name: e.configurations.check_upload(name),
    "validate": lambda e, _, name: e.configurations.validate(name, SEAL),
    "push": lambda e, _, name: e.pushes.begin(name, [File("a.tf", 1, "a" * 64)], READER),
    "plan": lambda e, _, name: e.plans.create(PlanOrder(name, SEAL), READER),
}


def refused(engine: Engine, ask: Ask, run: str, name: str) -> SekishoError | None:
    try:
        ask(engine, run, name)
    except SekishoError as error:
        return error
    return None


@pytest.mark.parametrize("ask", OF_RUNS.values(), ids=OF_RUNS)
def test_a_run_that_may_not_be_read_is_unknown_and_stays_as_it_is(world: World, ask: Ask):
    run = world.planned(workspace="other")
    before, told = world.run(run), len(world.audit())
    theirs = seen_by(world, READER)
    error = refused(theirs, ask, run.id, "")
    assert isinstance(error, RunUnknown)
    assert error.facts == {"run_id": run.id}
    assert isinstance(refused(theirs, ask, "run_x", ""), RunUnknown)
    assert (world.run(run), len(world.audit())) == (before, told)


@pytest.mark.parametrize("ask", OF_WORKSPACES.values(), ids=OF_WORKSPACES)
def test_a_workspace_that_may_not_be_read_is_unknown_and_not_offered(world: World, ask: Ask):
    world.applied(workspace="other")
    told = len(world.audit())
    theirs = seen_by(world, READER)
    errors = [refused(theirs, ask, "", name) for name in ("other", "never")]
    known = [e and e.facts for e in errors]
    assert known == [{"name": "other", "near": "dev"}, {"name": "never", "near": "dev"}]
    assert all(isinstance(error, WorkspaceUnknown) for error in errors)
    assert len(world.audit()) == told


def test_comparing_asks_for_both_runs(world: World):
    mine, theirs = world.planned(workspace="dev"), world.planned(workspace="other")
    engine = seen_by(world, READER)
    for pair in ((mine.id, theirs.id), (theirs.id, mine.id)):
        with pytest.raises(RunUnknown) as caught:
            engine.plans.compare(*pair)
        assert caught.value.facts == {"run_id": theirs.id}


def test_pages_of_runs_are_full_of_what_may_be_read(world: World):
    made = [world.planned(workspace=name).id for name in ["dev", "other", "other"] * 4]
    mine = made[::3][::-1]
    engine = seen_by(world, READER)
    found: list[str] = []
    query = RunQuery(limit=3)
    for size in (3, 1):
        page = engine.runs.list(query)
        assert len(page.items) == size
        found += [run.id for run in page.items]
        query = dataclasses.replace(query, cursor=page.cursor)
    assert (found, query.cursor) == (mine, None)
    assert engine.runs.list(RunQuery(limit=4)).cursor is None


def test_runs_of_a_workspace_that_is_declared_no_more_are_read_as_before(world: World):
    run = world.planned(workspace="dev")
    del world.catalog.workspaces["dev"]
    engine = seen_by(world, READER)
    assert engine.runs.get(run.id).id == run.id
    assert [r.id for r in engine.runs.list(RunQuery()).items] == [run.id]
    assert seen_by(world, OUTSIDER).runs.list(RunQuery()).items == ()


def test_workspaces_are_listed_without_those_that_may_not_be_read(world: World):
    world.applied(workspace="other")
    assert [v.declared.name for v in seen_by(world, READER).workspaces.list()] == ["dev"]
    assert seen_by(world, OUTSIDER).workspaces.list() == ()


def fill(world: World, shape: str) -> None:
    """Write a record for each letter: `d` about dev, `o` about other, `s` about the server."""
    for letter in shape:
        name = {"d": "dev", "o": "other", "s": None}[letter]
        entry = dataclasses.replace(an_entry("x.y"), workspace=name)
        world.store.audit.append(entry)


SHAPE = "o" * 7 + "d" + "o" * 1200 + "ds" + "o" * 600 + "d" + "o" * 3


def walked(world: World, caller: Caller, limit: int) -> tuple[list[str | None], list[str | None]]:
    """Read the audit by pages, up and down; return what each record was about."""
    audits = seen_by(world, caller).audits
    up, cursor = list[str | None](), 0
    for _ in range(5000):
        part = audits.part(cursor, limit)
        up += [r.entry.workspace for r in part.records]
        assert len(part.records) <= limit
        if part.cursor is None:
            break
        cursor = part.cursor
    down, below = list[str | None](), None
    for _ in range(5000):
        part = audits.below(below, limit)
        down += [r.entry.workspace for r in part.records]
        assert len(part.records) <= limit
        if part.cursor is None:
            return up, down
        below = part.cursor
    raise AssertionError("the audit has no end")


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_the_audit_pass_over_what_may_not_be_read(world: World, limit: int):
    fill(world, SHAPE)
    expected = ["dev", "dev", None, "dev"]
    assert walked(world, READER, limit) == (expected, expected[::-1])
    assert walked(world, OUTSIDER, limit) == ([], [])
    everything = [{"o": "other", "d": "dev", "s": None}[letter] for letter in SHAPE]
    if limit == 100:
        assert walked(world, KEEPER, limit) == (everything, everything[::-1])
    engine = seen_by(world, READER)
    assert [r.entry.workspace for r in engine.audits.all()] == expected
    assert [r.entry.workspace for r in engine.audits.list(0, 2)] == expected[:2]


def test_a_long_stretch_that_may_not_be_read_ends_no_list(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sekisho.engine.audits._LOOKED_AT", 500)
    fill(world, SHAPE)
    audits = seen_by(world, READER).audits
    first = audits.part(0, 10)
    assert ([r.entry.workspace for r in first.records], first.cursor) == (["dev"], 500)
    second = audits.part(500, 10)
    assert (second.records, second.cursor) == ((), 1000)
    expected = ["dev", "dev", None, "dev"]
    assert walked(world, READER, 10) == (expected, expected[::-1])


def test_the_records_of_a_run_are_for_whoever_may_read_it(world: World):
    run = world.planned(workspace="other")
    assert seen_by(world, KEEPER).audits.list(0, 100, run.id)
    for caller in (READER, OUTSIDER):
        audits = seen_by(world, caller).audits
        assert audits.list(0, 100, run.id) == ()
        assert audits.part(0, 100, run.id).records == ()


def test_proving_the_whole_audit_is_for_whoever_may_read_everything(world: World):
    world.planned(workspace="other")
    assert seen_by(world, KEEPER).audits.verify().faults == ()
    with pytest.raises(AccessMissing) as caught:
        seen_by(world, READER).audits.verify()
    assert "other" not in str(caught.value.facts)


def test_evidence_is_gathered_for_whoever_may_read_the_run(world: World):
    mine, theirs = world.planned(workspace="dev"), world.planned(workspace="other")
    engine = seen_by(world, READER)
    body = engine.evidences.of(mine.id)
    assert body["records"]
    assert body["checkpoint"]
    assert theirs.id not in str(body)


def test_figures_count_what_somebody_may_read_no_more():
    capped = World(limits=Limits(plans_per_hour=2, plans_waiting=100))
    for _ in range(2):
        capped.planned(workspace="other")
    digest = capped.configuration()
    with pytest.raises(QuotaSpent):
        seen_by(capped, READER).plans.create(PlanOrder("dev", digest), READER)
    queue = World(limits=Limits(plans_waiting=1))
    queue.asked(workspace="other")
    digest = queue.configuration()
    with pytest.raises(PlansWaiting):
        seen_by(queue, READER).plans.create(PlanOrder("dev", digest), READER)


def test_stopping_everything_takes_operating_everywhere_not_just_where_one_reads(world: World):
    # READER operates in every workspace that they see; there is another one.
    with pytest.raises(AccessMissing) as caught:
        seen_by(world, READER).stops.stop(READER, "why")
    assert "other" not in str(caught.value.facts)
    assert world.engine.stops.get() is None


def test_a_stop_holds_for_whoever_sees_a_part(world: World):
    world.engine.stops.stop(HOST, "why")
    digest = world.configuration()
    with pytest.raises(ServerStopped):
        seen_by(world, READER).plans.create(PlanOrder("dev", digest), READER)


def test_refusals_are_told_once_whoever_sees_how_much(world: World):
    run = world.planned(workspace="dev")
    for _ in range(3):
        with pytest.raises(SekishoError):
            seen_by(world, READER).applies.start(run.id, READER)
    told = [r.entry for r in world.engine.audits.all() if r.entry.action == "run.refuse"]
    assert len(told) == 1


def test_what_an_upload_address_brings_is_its_owners(world: World):
    uploads = seen_by(world, READER).configurations
    _, secret = uploads.open_upload("dev", READER)
    world.catalog.declared_access = Access(())
    with pytest.raises(WorkspaceUnknown):
        world.engine.configurations.receive(secret, io.BytesIO(b""))


class Unicode(FakeCatalog):
    """A catalog that takes names in either form of Unicode, as those of files do."""

    def get(self, name: str) -> Workspace:
        return pick(self.workspaces, name)


def test_a_name_in_another_form_of_unicode_is_the_same_workspace_with_the_same_access():
    name, typed = "ガレージ", unicodedata.normalize("NFD", "ガレージ")
    world = World(Workspace(name), Workspace("dev"))
    world.catalog = Unicode(*world.catalog.all())
    world.catalog.declared_access = Access(
        (
            Grant("readers", frozenset({"read"}), ("ガ*",)),
            Grant("keepers", frozenset(ACTS), (name,)),
            Grant("others", frozenset(ACTS), (typed, "dev")),
        )
    )
    world.parts = dataclasses.replace(world.parts, catalog=world.catalog)
    engine = Engine.of(world.parts, open_=True)
    engine.seen_by(KEEPER).workspaces.lock(typed, KEEPER, "why")
    assert world.store.workspaces.all().keys() == {name}
    view = engine.seen_by(READER).workspaces.get(typed)
    assert (view.declared.name, view.record.lock and view.record.lock.reason) == (name, "why")
    assert engine.seen_by(READER).runs.list(RunQuery(workspace=typed)).items == ()
    other = dataclasses.replace(READER, groups=("others",))
    with pytest.raises(WorkspaceUnknown):
        engine.seen_by(other).workspaces.get(typed)
    engine.seen_by(KEEPER).workspaces.unlock(typed, KEEPER)
    assert engine.workspaces.get(name).record.lock is None
