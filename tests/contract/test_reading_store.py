"""What every store promises about readings of plans and states."""

import dataclasses

import pytest

from sekisho.domain.actions import Action, Risk
from sekisho.domain.errors import ConfigurationInvalid
from sekisho.domain.plan_changes import CodeKind, CodeRun, Keep, ResourceChange, ValueChange
from sekisho.domain.plans import PlanCounts, PlanReading
from sekisho.domain.states import Output, StateIndex, StatePosition, StateResource
from sekisho.ports import Store
from tests.fakes.readings import handed, put_reading
from tests.fakes.values import WORKSPACE

JSON = {"一覧": [1, 2.5, -0.0, True, None, "文字", {"深い": [[]]}], "large": 2**80, "empty": {}}
READING = PlanReading(
    counts=PlanCounts(add=1, outputs=1),
    changes=(
        ResourceChange(
            address='aws_s3_bucket.倉庫["一"]',
            type="aws_s3_bucket",
            name="倉庫",
            action=Action.REPLACE,
            actions=("delete", "create"),
            index="一",
            forced_by=("bucket",),
            values=(
                ValueChange("tags.名", JSON, None),
                ValueChange("password", "(sensitive)", "(sensitive)", "sensitive"),
            ),
            risk=Risk.DANGEROUS,
        ),
        ResourceChange("a.b[1]", "a", "b", Action.CREATE, ("create",), index=1),
        ResourceChange("a.c", "a", "c", Action.CREATE, ("create",), index=None),
    ),
    outputs=(ValueChange("url", None, "https://例え.jp"),),
    position=StatePosition("系統", 3),
    terraform_version="1.11.4",
    code=(CodeRun("data.external.x", CodeKind.EXTERNAL),),
)
ROWS = handed(READING, lambda change: None)
INDEX = StateIndex(
    position=StatePosition("系統", 4),
    terraform_version="1.11.4",
    resources=(StateResource("a.b", "a", "b", "registry/x", values={"値": JSON}),),
    outputs=(Output("url", JSON), Output("key", "(sensitive)", sensitive=True)),
)


def test_nothing_was_read_at_first(store: Store):
    assert store.readings.plan("run_000001") is None
    assert store.readings.state(WORKSPACE) is None


def test_a_plan_reading_is_read_back_exactly(store: Store):
    put_reading(store, "run_000001", READING)

    found = store.readings.plan("run_000001")

    assert found == ROWS
    assert found is not None
    assert [(c.index, type(c.index)) for c in found.changes] == [
        ("一", str),
        (1, int),
        (None, type(None)),
    ]
    assert repr(found) == repr(ROWS)


def test_rows_hold_no_values_and_changes_come_whole_by_number(store: Store):
    kept = put_reading(store, "run_000001", READING)

    assert [c.leaves for c in kept.changes] == [2, 0, 0]
    assert not any(c.values or c.references or c.extra for c in kept.changes)
    last, first = store.readings.changes("run_000001", [2, 0])
    assert first.values == READING.changes[0].values
    assert (first.number, last.number) == (0, 2)
    assert store.readings.changes("run_000001", []) == ()
    for wrong in ([3], [-1], [0, 99]):
        with pytest.raises(KeyError):
            store.readings.changes("run_000001", wrong)
    with pytest.raises(KeyError):
        store.readings.changes("run_000002", [0])


def large(size: int, text: str) -> PlanReading:
    values = tuple(ValueChange(f"tags.{n}", "古" * 100, text * 100) for n in range(10))
    changes = tuple(
        ResourceChange(f"a.b[{n}]", "a", "b", Action.UPDATE, ("update",), index=n, values=values)
        for n in range(size)
    )
    return dataclasses.replace(READING, changes=changes[:-2], drift=changes[-2:])


def test_a_large_plan_is_kept_and_found_change_by_change(store: Store):
    plan = large(400, "新")
    put_reading(store, "run_000001", plan)

    wanted = [399, 0, 201, 200, 398, 7]
    found = store.readings.changes("run_000001", wanted)
    assert [c.index for c in found] == wanted
    assert {c.values for c in found} == {plan.changes[0].values}
    again = store.readings.changes("run_000001", range(400))
    assert [c.number for c in again] == list(range(400))


def test_a_reading_that_fails_on_the_way_leaves_what_was_there(store: Store):
    before = put_reading(store, "run_000001", large(300, "前"))

    def breaks(keep: Keep) -> PlanReading:
        handed(large(300, "後"), keep)
        raise ConfigurationInvalid(problem="half a plan")

    with pytest.raises(ConfigurationInvalid):
        store.readings.put_plan("run_000001", breaks)

    assert store.readings.plan("run_000001") == before
    assert store.readings.changes("run_000001", [3])[0].values[0].after == "前" * 100


def test_a_newer_large_reading_leaves_nothing_of_the_older(store: Store):
    put_reading(store, "run_000001", large(300, "前"))
    put_reading(store, "run_000001", large(2, "後"))

    assert [c.values[0].after for c in store.readings.changes("run_000001", [0, 1])] == [
        "後" * 100
    ] * 2
    with pytest.raises(KeyError):
        store.readings.changes("run_000001", [2])


def test_a_state_index_is_read_back_exactly(store: Store):
    store.readings.put_state(WORKSPACE, INDEX)

    found = store.readings.state(WORKSPACE)

    assert found == INDEX
    assert repr(found) == repr(INDEX)


def test_a_newer_reading_takes_the_place_of_the_older(store: Store):
    newer = dataclasses.replace(READING, terraform_version="1.12.0")
    newest = dataclasses.replace(INDEX, position=StatePosition("系統", 5))
    put_reading(store, "run_000001", READING)
    store.readings.put_state(WORKSPACE, INDEX)
    assert store.readings.plan("run_000001") == ROWS
    assert store.readings.state(WORKSPACE) == INDEX

    kept = put_reading(store, "run_000001", newer)
    store.readings.put_state(WORKSPACE, newest)

    assert store.readings.plan("run_000001") == kept
    assert store.readings.state(WORKSPACE) == newest


def test_forgetting_a_run_keeps_the_state(store: Store):
    put_reading(store, "run_000001", READING)
    put_reading(store, "run_000002", READING)
    store.readings.put_state("run_000001", INDEX)

    store.readings.remove("run_000001")
    store.readings.remove("run_000001")

    assert store.readings.plan("run_000001") is None
    assert store.readings.plan("run_000002") == ROWS
    assert store.readings.state("run_000001") == INDEX


def test_readings_are_not_among_the_blobs(store: Store):
    put_reading(store, "run_000001", READING)
    store.readings.put_state(WORKSPACE, INDEX)

    assert store.blobs.names() == ()


def test_readings_of_many_runs_are_not_mistaken_for_each_other(store: Store):
    readings = {
        f"run_{n:06}": dataclasses.replace(READING, terraform_version=f"1.11.{n}") for n in range(9)
    }
    for run_id, reading in readings.items():
        readings[run_id] = put_reading(store, run_id, reading)

    for _ in range(2):
        for run_id, reading in readings.items():
            assert store.readings.plan(run_id) == reading
            assert store.readings.plan(run_id) == reading
    store.readings.remove("run_000008")

    assert store.readings.plan("run_000008") is None
