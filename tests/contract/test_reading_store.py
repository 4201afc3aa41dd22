"""What every store promises about readings of plans and states."""

import dataclasses

from sekisho.domain.plans import Action, PlanCounts, PlanReading, ResourceChange, Risk, ValueChange
from sekisho.domain.states import Output, StateIndex, StatePosition, StateResource
from sekisho.ports import Store
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
    runs_code=("data.external.x",),
)
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
    store.readings.put_plan("run_000001", READING)

    found = store.readings.plan("run_000001")

    assert found == READING
    assert found is not None
    assert [(c.index, type(c.index)) for c in found.changes] == [
        ("一", str),
        (1, int),
        (None, type(None)),
    ]


def test_a_state_index_is_read_back_exactly(store: Store):
    store.readings.put_state(WORKSPACE, INDEX)

    found = store.readings.state(WORKSPACE)

    assert found == INDEX
    assert repr(found) == repr(INDEX)


def test_a_newer_reading_takes_the_place_of_the_older(store: Store):
    newer = dataclasses.replace(READING, terraform_version="1.12.0")
    newest = dataclasses.replace(INDEX, position=StatePosition("系統", 5))
    store.readings.put_plan("run_000001", READING)
    store.readings.put_state(WORKSPACE, INDEX)
    assert store.readings.plan("run_000001") == READING
    assert store.readings.state(WORKSPACE) == INDEX

    store.readings.put_plan("run_000001", newer)
    store.readings.put_state(WORKSPACE, newest)

    assert store.readings.plan("run_000001") == newer
    assert store.readings.state(WORKSPACE) == newest


def test_forgetting_a_run_keeps_the_state(store: Store):
    store.readings.put_plan("run_000001", READING)
    store.readings.put_plan("run_000002", READING)
    store.readings.put_state("run_000001", INDEX)

    store.readings.remove("run_000001")
    store.readings.remove("run_000001")

    assert store.readings.plan("run_000001") is None
    assert store.readings.plan("run_000002") == READING
    assert store.readings.state("run_000001") == INDEX


def test_readings_are_not_among_the_blobs(store: Store):
    store.readings.put_plan("run_000001", READING)
    store.readings.put_state(WORKSPACE, INDEX)

    assert store.blobs.names() == ()


def test_readings_of_many_runs_are_not_mistaken_for_each_other(store: Store):
    readings = {
        f"run_{n:06}": dataclasses.replace(READING, terraform_version=f"1.11.{n}") for n in range(9)
    }
    for run_id, reading in readings.items():
        store.readings.put_plan(run_id, reading)

    for _ in range(2):
        for run_id, reading in readings.items():
            assert store.readings.plan(run_id) == reading
            assert store.readings.plan(run_id) == reading
    store.readings.remove("run_000008")

    assert store.readings.plan("run_000008") is None
