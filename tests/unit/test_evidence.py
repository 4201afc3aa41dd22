"""Evidence files: what holds, what does not, and that no leaf can be changed unnoticed."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.domain.errors import EvidenceInvalid, RunUnknown
from sekisho.engine.evidence_checks import Finding, check_evidence, read_evidence
from sekisho.identity.keys import FileKeys
from sekisho.identity.public_keys import holds
from tests.attacks.tampering import other
from tests.fakes.folders import FolderWorld
from tests.fakes.world import main

Body = dict[str, Any]
Path_ = tuple[Any, ...]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FolderWorld]:
    world = FolderWorld(tmp_path_factory.mktemp("evidence"))
    yield world
    world.store.close()


@pytest.fixture(scope="module")
def evidence(world: FolderWorld) -> Body:
    run = world.applied(main("1", output="x"), message="月次の変更 😀", change_id="CHG-2026-0001")
    return json.loads(json.dumps(world.engine.evidences.of(run.id), ensure_ascii=False))


def checked(body: Body, key: str | None = None) -> tuple[Finding, ...]:
    return check_evidence(read_evidence(json.dumps(body).encode()), holds, key)


def sound(body: Body, key: str | None = None) -> bool:
    try:
        return all(f.holds for f in checked(body, key))
    except EvidenceInvalid:
        return False


def leaves(value: Any, at: Path_ = ()) -> list[Path_]:
    if isinstance(value, dict):
        return [p for name, inner in value.items() for p in leaves(inner, (*at, name))]
    if isinstance(value, list):
        return [p for n, inner in enumerate(value) for p in leaves(inner, (*at, n))]
    return [at]


def changed(body: Body, at: Path_, value: Any) -> Body:
    body = copy.deepcopy(body)
    inner: Any = body
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = value
    return body


def leaf(body: Body, at: Path_) -> Any:
    for step in at:
        body = body[step]
    return body


def test_evidence_holds_with_the_server_s_key_and_with_none(evidence: Body, world: FolderWorld):
    names = [f.name for f in checked(evidence)]

    assert names == ["key", "file", "seal", "approval", "records", "checkpoint", "apply"]
    assert sound(evidence)
    assert sound(evidence, world.keys.public())
    assert evidence["run"]["message"] == "月次の変更 😀"
    assert evidence["run"]["status"] == "applied"


def test_every_leaf_that_is_changed_is_found(evidence: Body, world: FolderWorld):
    paths = leaves(evidence)
    assert len(paths) > 100

    for at in paths:
        was = leaf(evidence, at)
        for value in (not was if isinstance(was, bool) else other(was), None if was else 1):
            assert not sound(changed(evidence, at, value)), at
            assert not sound(changed(evidence, at, value), world.keys.public()), at


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_a_leaf_becomes_it_is_found(evidence: Body, data: st.DataObject):
    at = data.draw(st.sampled_from(leaves(evidence)))
    value = data.draw(st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))
    was = leaf(evidence, at)

    same = value == was and type(value) is type(was)
    assert sound(changed(evidence, at, value)) is same


@pytest.mark.parametrize("part", ["seal", "approvals", "records", "checkpoint", "run", "key"])
def test_a_part_that_is_left_out_is_found(evidence: Body, part: str):
    assert not sound({k: v for k, v in evidence.items() if k != part})
    assert not sound(evidence | {part: None})


@pytest.mark.parametrize("list_", ["approvals", "records"])
def test_an_item_that_is_left_out_or_comes_twice_is_found(evidence: Body, list_: str):
    items = evidence[list_]
    for n in range(len(items)):
        assert not sound(evidence | {list_: items[:n] + items[n + 1 :]})
        assert not sound(evidence | {list_: [*items, items[n]]})


def test_what_another_server_signed_does_not_hold_under_the_key_that_is_trusted(
    evidence: Body, world: FolderWorld, tmp_path: Path
):
    impostor = FileKeys(tmp_path)
    from sekisho.engine.evidence import signed_bytes

    forged = changed(evidence, ("run", "message"), "something else")
    forged["key"] = {"id": impostor.key_id, "public": impostor.public()}
    forged["signature"] = impostor.sign(signed_bytes(forged))

    found = {f.name: f.holds for f in checked(forged)}
    assert found["file"] is True
    assert found["seal"] is False, "the seal and the approvals are still signed by the server"
    assert found["approval"] is False
    trusted = checked(forged, world.keys.public())
    assert {f.name: f.holds for f in trusted}["key"] is False
    assert {f.name: f.holds for f in trusted}["file"] is False


def test_evidence_of_a_run_that_waits_says_what_is_known_so_far(world: FolderWorld):
    run = world.planned(main("2"))

    body = world.engine.evidences.of(run.id)

    assert sound(body)
    assert body["approvals"] == []
    assert "apply" not in [f.name for f in checked(body)]
    with pytest.raises(RunUnknown):
        world.engine.evidences.of("run_none")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        "証跡".encode(),
        b'{"kind": "sekisho evidence", "version": 2}',
        b'{"kind": "sekisho evidence", "kind": "sekisho evidence", "version": 1}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_evidence_is_refused(raw: bytes):
    with pytest.raises(EvidenceInvalid):
        check_evidence(read_evidence(raw), holds)


def test_evidence_without_its_parts_is_refused():
    with pytest.raises(EvidenceInvalid):
        checked({"kind": "sekisho evidence", "version": 1})
