"""State in S3, on moto: plans, applies, and locks that somebody else holds."""

from __future__ import annotations

import http.client
import http.server
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.states import NO_STATE
from sekisho.domain.targets import S3Backend, StateLock, Target
from sekisho.domain.workspaces import Workspace
from tests.breadth import broad
from tests.fakes.desks import Bench, Listening, local
from tests.integration.moto import KEYS, REGION, Moto, serving
from tests.integration.relay import standing_before

BUCKET, TABLE = "team-state", "team-locks"
FILES = {"main.tf": 'resource "terraform_data" "a" {\n  input = "秘"\n}\n'}


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with serving() as server:
        yield server


@pytest.fixture
def aws(moto: Moto) -> str:
    return moto.url


@pytest.fixture
def s3(moto: Moto) -> Iterator[Any]:
    moto.reset()
    moto.make_backend(BUCKET, TABLE)
    with moto.client("s3") as client:
        yield client


def bench_on(aws: str, folder: Path, lock: StateLock = "lockfile", **changes: object) -> Bench:
    backend = S3Backend(
        bucket=BUCKET,
        key='環境/"${prod}".tfstate',
        region=REGION,
        lock=lock,
        dynamodb_table=TABLE,
        endpoints={"s3": aws, "dynamodb": aws},
        use_path_style=True,
    )
    target = Target("hub", region=REGION, environment=KEYS)
    return Bench(local(folder, **changes), Workspace("w", backend=backend, target=target))


@pytest.mark.parametrize("lock", broad("lockfile", "dynamodb", "both", quick=(2,)))
def test_a_plan_is_applied_to_s3_with_each_lock(aws: str, s3, tmp_path: Path, lock: StateLock):
    bench = bench_on(aws, tmp_path, lock)
    planned = bench.planned(FILES)
    assert planned.reading.position == NO_STATE
    desk = planned.desk()
    assert desk.init(Listening()).ok
    assert desk.fingerprints() == planned.fingerprints
    assert desk.position() == NO_STATE
    watch = Listening()
    finished = desk.apply(watch)
    assert finished.ok, watch.text()
    assert not finished.lock_left
    state = desk.read_state()
    assert state is not None
    assert [r.address for r in state.index.resources] == ["terraform_data.a"]
    assert desk.position() == state.index.position
    desk.close()
    held = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [o["Key"] for o in held] == ['環境/"${prod}".tfstate']
    again = bench.planned(FILES).reading
    assert again.changes == ()
    assert again.position == state.index.position


def test_an_outsider_who_holds_the_lock_is_named(aws: str, s3, tmp_path: Path):
    bench = bench_on(aws, tmp_path)
    planned = bench.planned(FILES)
    info = {
        "ID": "0b1c2d3e-aaaa-bbbb-cccc-1234567890ab",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "sato@laptop",
        "Version": "1.11.4",
        "Created": "2026-01-02T03:04:05.678Z",
        "Path": f"{BUCKET}/x",
    }
    s3.put_object(
        Bucket=BUCKET, Key='環境/"${prod}".tfstate.tflock', Body=json.dumps(info).encode()
    )
    assert bench.planned(FILES).reading.counts.add == 1, "planning takes no lock"
    desk = planned.desk()
    assert desk.init(Listening()).ok
    finished = desk.apply(Listening())
    assert not finished.ok
    for fact in (info["ID"], info["Who"], "OperationTypeApply", "2026-01-02"):
        assert fact in finished.lock_holder
    assert not finished.stale
    assert desk.read_state() is None
    desk.close()


def test_a_state_that_somebody_else_moved_makes_the_plan_stale(aws: str, s3, tmp_path: Path):
    bench = bench_on(aws, tmp_path / "a")
    bench.applied(FILES)
    old = bench.planned({"main.tf": FILES["main.tf"].replace("秘", "密")})
    other = bench_on(aws, tmp_path / "b")
    other.applied({"main.tf": ""})
    desk = old.desk()
    assert desk.init(Listening()).ok
    assert desk.position() != old.reading.position
    finished = desk.apply(Listening())
    assert finished.stale
    assert not finished.ok
    desk.close()


def test_an_apply_installs_again_where_the_warm_slot_is_gone(aws: str, s3, tmp_path: Path):
    bench = bench_on(aws, tmp_path / "a")
    planned = bench.planned(FILES)
    elsewhere = bench_on(aws, tmp_path / "b")
    planned._bench = elsewhere
    desk = planned.desk()
    assert desk.init(Listening()).ok
    assert desk.fingerprints() == planned.fingerprints
    assert desk.apply(Listening()).ok
    desk.close()


def test_a_backend_that_is_away_is_said_and_nothing_is_applied(aws: str, s3, tmp_path: Path):
    bench = bench_on(aws, tmp_path)
    planned = bench.planned(FILES)
    s3.delete_bucket(Bucket=BUCKET)
    desk = planned.desk()
    assert desk.init(Listening()).ok
    with pytest.raises(StoreUnavailable):
        desk.position()
    assert not desk.apply(Listening()).ok
    desk.close()


def test_no_credential_is_in_the_bundle_or_the_fingerprints(aws: str, s3, tmp_path: Path):
    planned = bench_on(aws, tmp_path).planned(FILES)
    for secret in KEYS.values():
        assert secret.encode() not in planned.bundle
        assert secret not in repr(planned.fingerprints)


@pytest.fixture
def guarded(aws: str):
    """Stand before moto and refuse what `refused` names, as a role without that right would."""
    refused: set[tuple[str, str]] = set()

    def look(asked: http.server.BaseHTTPRequestHandler, _body: bytes) -> bytes | None:
        ending = asked.path.partition("?")[0].rpartition(".")[2]
        wrong = (asked.command, ending) in refused
        return b"<Error><Code>AccessDenied</Code></Error>" if wrong else None

    with standing_before(aws, look) as url:
        yield url, refused


def test_a_lock_left_behind_after_a_good_apply_is_its_own_outcome(s3, guarded, tmp_path: Path):
    address, refused = guarded
    refused.add(("DELETE", "tflock"))
    planned = bench_on(address, tmp_path).planned(FILES)
    desk = planned.desk()
    assert desk.init(Listening()).ok
    finished = desk.apply(Listening())
    assert finished.lock_left, finished
    assert finished.ok, finished
    state = desk.read_state()
    assert state is not None
    assert [r.address for r in state.index.resources] == ["terraform_data.a"]
    desk.close()


def test_a_state_that_cannot_be_written_is_kept_for_a_person(s3, guarded, tmp_path: Path):
    address, refused = guarded
    bench = bench_on(address, tmp_path)
    planned = bench.planned(FILES)
    order = planned.order()
    desk = bench.terraform.open(order)
    assert desk.init(Listening()).ok
    refused.add(("PUT", "tfstate"))
    finished = desk.apply(Listening())
    assert not finished.ok
    unsaved = desk.unsaved_state()
    assert unsaved is not None
    assert [r["name"] for r in json.loads(unsaved)["resources"]] == ["a"]
    assert bench.terraform.rescue(order.run_id) == unsaved
    desk.close()
    assert bench.terraform.rescue(order.run_id) is None
