"""The log as server-sent events: lines as they come, going on, and every way to end."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from sekisho.domain.logs import LogLine
from sekisho.web.api import streams
from tests.faces.house import House
from tests.faces.serving import serving

SSE = {"Accept": "text/event-stream"}


class Event:
    def __init__(self, text: str) -> None:
        fields = dict(row.split(": ", 1) for row in text.splitlines() if ": " in row)
        self.kind = fields.get("event", "")
        self.id = fields.get("id", "")
        self.data: dict[str, Any] = json.loads(fields.get("data", "{}"))


def events(answer: httpx2.Response) -> Iterator[Event]:
    held = ""
    for chunk in answer.iter_text():
        *whole, held = (held + chunk).split("\n\n")
        yield from (Event(text) for text in whole if "event: " in text)


def client(house: House, url: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {house.token()}"}
    return httpx2.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30)


@pytest.fixture
def api(house: House) -> Iterator[httpx2.Client]:
    with serving(house) as url, client(house, url) as made:
        yield made


def test_a_settled_run_streams_its_whole_log_and_ends(house: House, api: httpx2.Client):
    run = house.applied()
    kept = api.get(f"/runs/{run.id}/log").json()
    with api.stream("GET", f"/runs/{run.id}/log", headers=SSE) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-store"
        found = list(events(answer))
    lines = [e for e in found if e.kind == "line"]
    assert [e.data for e in lines] == kept["lines"]
    assert [e.id for e in lines] == [str(n) for n in range(1, len(lines) + 1)]
    assert [e.data["status"] for e in found if e.kind == "status"] == ["applied"]
    assert found[-1].kind == "end"
    assert found[-1].data == {"run_id": run.id, "status": "applied", "cursor": kept["cursor"]}


def test_a_client_goes_on_after_the_last_event_that_it_has(house: House, api: httpx2.Client):
    run = house.applied()
    more = [LogLine(house.clock.now(), "apply", "step", "info", f"line {n}") for n in range(450)]
    house.store.logs.append(run.id, more)
    with api.stream("GET", f"/runs/{run.id}/log", headers=SSE) as answer:
        whole = [e for e in events(answer) if e.kind == "line"]
    headers = SSE | {"Last-Event-ID": whole[2].id}
    with api.stream("GET", f"/runs/{run.id}/log", headers=headers) as answer:
        rest = [e for e in events(answer) if e.kind == "line"]
    assert [e.id for e in rest] == [e.id for e in whole[3:]]
    assert len(rest) > 400
    wrong = api.get(f"/runs/{run.id}/log", headers=SSE | {"Last-Event-ID": "x"})
    assert wrong.json()["error"]["code"] == "cursor_invalid"


def waiting(house: House, api: httpx2.Client) -> str:
    body = {"workspace": "network", "files": {"main.tf": 'resource "terraform_data" "a" {}'}}
    return api.post("/runs", json=body).raise_for_status().json()["id"]


def test_lines_and_statuses_come_while_a_run_is_at_work(house: House, api: httpx2.Client):
    run_id = waiting(house, api)
    with api.stream("GET", f"/runs/{run_id}/log", headers=SSE) as answer:
        coming = events(answer)
        assert next(coming).data["status"] == "plan_queued"
        worker = threading.Thread(target=house.work)
        worker.start()
        found = list(coming)
        worker.join(20)
    assert any(e.kind == "line" for e in found)
    assert [e.data["status"] for e in found if e.kind == "status"][-1] == "awaiting_approval"
    assert found[-1].kind == "end"


def test_a_silent_stream_sends_comments(
    house: House, api: httpx2.Client, monkeypatch: pytest.MonkeyPatch
):
    assert streams.HEARTBEAT <= 15
    monkeypatch.setattr(streams, "HEARTBEAT", 0.2)
    run_id = waiting(house, api)
    with api.stream("GET", f"/runs/{run_id}/log", headers=SSE) as answer:
        said = ""
        for chunk in answer.iter_text():
            said += chunk
            if ": waiting" in said:
                break
    assert ": waiting" in said


def test_streams_are_so_many_and_one_that_is_left_makes_room(house: House, api: httpx2.Client):
    run_id = waiting(house, api)
    path = f"/runs/{run_id}/log"
    with api.stream("GET", path, headers=SSE), api.stream("GET", path, headers=SSE):
        refused = api.get(path, headers=SSE)
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert refused.json()["error"]["code"] == "streams_too_many"
        assert api.get(path).status_code == 200, "pages are read as before"
    found: list[int] = []
    while 200 not in found and len(found) < 100:
        with api.stream("GET", path, headers=SSE) as answer:
            found.append(answer.status_code)
    assert found[-1] == 200, "those that went away made room"


def test_a_server_that_drains_ends_its_streams(house: House):
    stopping = threading.Event()
    with serving(house, draining=stopping.is_set) as url, client(house, url) as api:
        run_id = waiting(house, api)
        with api.stream("GET", f"/runs/{run_id}/log", headers=SSE) as answer:
            coming = events(answer)
            assert next(coming).kind == "status"
            stopping.set()
            assert [e.kind for e in coming] == []


def test_what_is_wrong_is_said_before_a_stream_begins(house: House, api: httpx2.Client):
    missing = api.get("/runs/none/log", headers=SSE)
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "run_unknown")
    nobody = httpx2.get(f"{api.base_url}runs/none/log", headers=SSE)
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "credential_needed")


def test_a_run_that_is_forgotten_meanwhile_ends_its_stream_with_the_error(
    house: House, api: httpx2.Client
):
    run_id = waiting(house, api)
    with api.stream("GET", f"/runs/{run_id}/log", headers=SSE) as answer:
        coming = events(answer)
        assert next(coming).kind == "status"
        house.store.runs.remove(run_id)
        last = list(coming)[-1]
    assert last.kind == "problem"
    assert last.data["error"]["code"] == "run_unknown"
