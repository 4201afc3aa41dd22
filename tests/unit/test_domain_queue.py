"""The queue's decision, as properties over every queue there can be."""

import dataclasses
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.domain.leases import WorkspaceLease, WorkspaceLock
from sekisho.domain.queue import Slots, pick
from sekisho.domain.runs import ApplyRecord, Run, RunStatus
from sekisho.domain.workspaces import WorkspaceRecord
from tests.fakes.clock import START
from tests.fakes.values import SATO, a_run

quickly = settings(max_examples=40)
NAMES = ("a", "b", "c", "untouched")


@st.composite
def runs(draw: st.DrawFn) -> list[Run]:
    found: list[Run] = []
    for i in range(draw(st.integers(0, 8))):
        queued = START + timedelta(seconds=draw(st.integers(0, 5)))
        status = draw(st.sampled_from(RunStatus))
        apply = ApplyRecord(SATO, queued) if status is RunStatus.APPLY_QUEUED else None
        run = a_run(f"run_{i}", status=status, created_at=queued, apply=apply)
        found.append(dataclasses.replace(run, workspace=draw(st.sampled_from(NAMES))))
    return draw(st.permutations(found))


@st.composite
def workspaces(draw: st.DrawFn) -> dict[str, WorkspaceRecord]:
    lease, lock = WorkspaceLease("run_x", 1, START), WorkspaceLock("sato", "why", START)
    holds = st.sampled_from([(None, None), (lease, None), (None, lock), (lease, lock)])
    held = {n: draw(holds) for n in NAMES[:3]}
    return {n: WorkspaceRecord(n, lease=le, lock=lo) for n, (le, lo) in held.items()}


SLOTS = st.builds(Slots, plans=st.integers(0, 2), applies=st.integers(0, 2))


def applicable(queued: list[Run], held: dict[str, WorkspaceRecord]) -> list[Run]:
    free = [r for r in queued if r.workspace not in held or held[r.workspace].free()]
    return [r for r in free if r.status is RunStatus.APPLY_QUEUED]


def oldest(queued: list[Run]) -> Run:
    return min(queued, key=lambda r: (r.apply.queued_at if r.apply else r.created_at, r.id))


@quickly
@given(runs(), workspaces(), SLOTS)
def test_the_oldest_apply_that_can_start_is_next_then_the_oldest_plan(
    queued: list[Run], held: dict[str, WorkspaceRecord], slots: Slots
):
    applies = applicable(queued, held) if slots.applies else []
    plans = [r for r in queued if r.status is RunStatus.PLAN_QUEUED] if slots.plans else []

    wanted = oldest(applies) if applies else oldest(plans) if plans else None

    assert pick(queued, held, slots) == wanted


@quickly
@given(runs(), workspaces(), SLOTS)
def test_an_apply_is_never_picked_in_a_workspace_that_somebody_holds(
    queued: list[Run], held: dict[str, WorkspaceRecord], slots: Slots
):
    picked = pick(queued, held, slots)

    if picked and picked.status is RunStatus.APPLY_QUEUED:
        record = held.get(picked.workspace)
        assert slots.applies > 0
        assert record is None or (record.lease, record.lock) == (None, None)


@quickly
@given(runs(), workspaces(), st.integers(0, 2))
def test_a_plan_is_never_starved_by_applies_that_cannot_start(
    queued: list[Run], held: dict[str, WorkspaceRecord], applies: int
):
    plans = [r for r in queued if r.status is RunStatus.PLAN_QUEUED]
    picked = pick(queued, held, Slots(plans=1, applies=applies))

    if plans:
        assert picked is not None
    if plans and not applicable(queued, held):
        assert picked == oldest(plans), "a held workspace delays applies alone"


@quickly
@given(runs(), workspaces())
def test_nothing_is_picked_without_a_slot(queued: list[Run], held: dict[str, WorkspaceRecord]):
    assert pick(queued, held, Slots(0, 0)) is None
    for slots in (Slots(1, 0), Slots(0, 1)):
        picked = pick(queued, held, slots)
        kind = RunStatus.PLAN_QUEUED if slots.plans else RunStatus.APPLY_QUEUED
        assert picked is None or picked.status is kind


@quickly
@given(runs(), workspaces(), SLOTS, st.randoms(use_true_random=False))
def test_the_decision_does_not_depend_on_the_order_of_what_it_is_given(
    queued: list[Run], held: dict[str, WorkspaceRecord], slots: Slots, random: object
):
    shuffled = list(queued)
    random.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue]

    assert pick(shuffled, held, slots) == pick(queued, held, slots)
