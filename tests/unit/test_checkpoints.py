"""Checkpoints: when they are made, what they say, and what verifying makes of them."""

import dataclasses
import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.checkpoints import Checkpoint, read_checkpoint
from sekisho.domain.errors import DiskFull
from sekisho.engine.audit_anchors import pasted
from sekisho.engine.checkpoints import Checkpoints
from sekisho.ports import Anchored, Limits
from tests.fakes.clock import START
from tests.fakes.keys import FakeKeys
from tests.fakes.world import PERSON, World, failing, main


def kept(world: World) -> list[Checkpoint]:
    return [read_checkpoint(a.line) for a in world.anchors.all()]


def reasons(world: World, anchors: Iterable[Anchored] = ()) -> list[str]:
    return [f.reason for f in world.engine.audits.verify(anchors=anchors).faults]


def test_one_is_made_after_each_apply_in_the_log_and_outside_of_it():
    world = World()
    world.applied()

    (checkpoint,) = kept(world)
    last = world.store.audit.last()
    assert last
    assert (checkpoint.sequence, checkpoint.digest) == (last.sequence, last.digest)
    assert world.keys.verify(checkpoint.canonical(), checkpoint.signature, checkpoint.key_id)
    (event,) = world.journal.named("audit.checkpoint")
    assert read_checkpoint(str(event["checkpoint"])) == checkpoint
    assert world.engine.audits.verify().checkpoints == 1


def test_one_is_made_after_so_many_records_and_after_so_long():
    world = World(limits=Limits(checkpoint_records=5, checkpoint_every=600))
    for n in range(2):
        world.engine.workspaces.lock("dev", PERSON, f"{n}")
        world.engine.workspaces.unlock("dev", PERSON)
    world.pass_time(30)
    assert kept(world) == []

    world.engine.workspaces.lock("dev", PERSON, "five")
    world.pass_time(10)
    assert [c.sequence for c in kept(world)] == [5]

    world.engine.workspaces.unlock("dev", PERSON)
    world.pass_time(500, step=10)
    assert len(kept(world)) == 1
    world.pass_time(200, step=10)
    assert [c.sequence for c in kept(world)] == [5, 6]
    world.pass_time(2000, step=100)
    assert len(kept(world)) == 2, "nothing new was recorded"


def test_one_is_made_when_the_server_stops():
    world = World()
    world.engine.workspaces.lock("dev", PERSON, "x")

    world.worker.drain()

    assert [c.sequence for c in kept(world)] == [1]


def test_an_anchor_that_is_away_stops_no_work_and_is_told():
    world = World()
    failing(world.anchors, "keep", DiskFull())

    assert world.applied().status == "applied"

    assert world.journal.named("audit.checkpoint")
    (event,) = world.journal.named("audit.anchor_failed")
    assert "room" in str(event["warning"])


def test_an_empty_audit_has_no_checkpoint():
    world = World()

    assert Checkpoints(world.parts).take() is None
    assert Checkpoints(world.parts).take_if_due() is None


def test_a_cut_tail_is_named_with_what_is_missing():
    world = World()
    world.applied()
    del world.store.audit._records[-2:]

    found = [r for r in reasons(world) if "ahead of the audit" in r]

    assert len(found) == 1
    assert f"ends with {world.engine.audits.head()}" in found[0]


def test_a_checkpoint_pasted_from_a_log_finds_what_the_folder_lost():
    world = World()
    world.applied()
    (event,) = world.journal.named("audit.checkpoint")
    line = str(event["checkpoint"])
    world.anchors._lines.clear()
    del world.store.audit._records[-1:]
    as_json = json.dumps({"event": "audit.checkpoint", "checkpoint": line}, ensure_ascii=False)
    as_text = f"09:00:00 info    audit.checkpoint sequence=9 checkpoint={line}"
    other = "09:00:00 info    worker.start worker_id=wrk_1"

    for log in (as_json, as_text, line):
        given = list(pasted("server.log", [other, log, ""]))
        assert [a.name for a in given] == ["server.log:2"]
        assert any("ahead of the audit" in r for r in reasons(world, given))


@pytest.mark.parametrize("field", ["sequence", "digest", "generation", "at", "key_id", "signature"])
def test_a_forged_checkpoint_is_named(field: str):
    world = World()
    world.applied()
    (checkpoint,) = kept(world)
    value = getattr(checkpoint, field)
    if field == "at":
        forged = dataclasses.replace(checkpoint, at=START)
    else:
        new = value + 1 if isinstance(value, int) else "0" * len(value)
        forged = dataclasses.replace(checkpoint, **{field: new})

    assert any("forged" in r for r in reasons(world, [Anchored("x", forged.line())]))


def test_a_checkpoint_of_another_server_is_named():
    world = World()
    world.applied()
    (checkpoint,) = kept(world)
    stranger = FakeKeys(b"stranger")
    bare = dataclasses.replace(checkpoint, key_id=stranger.key_id)
    forged = dataclasses.replace(bare, signature=stranger.sign(bare.canonical()))

    assert any("forged" in r for r in reasons(world, [Anchored("x", forged.line())]))


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", "null", "1", '"checkpoint"', '{"checkpoint": 1}', "[" * 100_000]
)
def test_what_is_no_checkpoint_is_named_and_harmless(line: str):
    world = World()
    world.applied()

    assert reasons(world, [Anchored("x", line)]) == ["is no checkpoint"]


def test_rows_of_an_earlier_day_are_named_by_the_count_of_writes():
    world = World()
    world.applied()
    (checkpoint,) = kept(world)
    ahead = dataclasses.replace(checkpoint, generation=10**6)
    ahead = dataclasses.replace(ahead, signature=world.keys.sign(ahead.canonical()))

    assert any("writes of the store" in r for r in reasons(world, [Anchored("x", ahead.line())]))


@given(st.text() | st.binary().map(lambda b: b.decode("utf-8", "replace")))
def test_no_line_makes_reading_a_checkpoint_fail_otherwise(line: str):
    with pytest.raises(ValueError, match="not a checkpoint"):
        read_checkpoint(line)


def test_later_applies_are_proved_by_what_came_before():
    world = World()
    world.applied(main("1"))
    world.applied(main("2"))

    assert world.engine.audits.verify().faults == ()
    assert [c.sequence for c in kept(world)] == sorted(c.sequence for c in kept(world))
