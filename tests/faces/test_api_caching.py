"""ETags, cursors and HEAD: what was seen before is not sent again, and moves nothing else."""

import re

import httpx2
import pytest

from sekisho.domain.runs import RunStatus
from tests.faces.house import House


def test_a_run_that_has_not_changed_is_not_sent_again(house: House, api: httpx2.Client):
    run = house.planned()
    first = api.get(f"/runs/{run.id}")
    assert re.fullmatch(r'"\d+-[0-9a-f]{24}"', first.headers["etag"])
    assert first.headers["cache-control"] == "private, no-cache"
    seen = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    again = api.get(f"/runs/{run.id}", headers=seen, params={"wait": 1})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    house.engine.runs.discard(run.id, run.requested_by)
    moved = api.get(f"/runs/{run.id}", headers=seen)
    assert moved.status_code == 200
    assert moved.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", ["/runs", "/workspaces", "/workspaces/network", "/audit"])
def test_lists_and_single_things_have_tags(house: House, api: httpx2.Client, path: str):
    house.planned()
    first = api.get(path)
    again = api.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize("verb", ["apply", "cancel", "discard"])
def test_a_verb_holds_to_what_its_caller_last_saw(house: House, api: httpx2.Client, verb: str):
    run = house.planned()
    before = api.get(f"/runs/{run.id}").headers["etag"]
    house.approve(run.id)
    refused = api.post(f"/runs/{run.id}/{verb}", headers={"If-Match": before})
    assert refused.status_code == 412
    assert refused.json()["error"]["code"] == "run_changed"
    assert house.engine.runs.get(run.id).status is RunStatus.APPROVED
    now = api.get(f"/runs/{run.id}").headers["etag"]
    done = api.post(f"/runs/{run.id}/{verb}", headers={"If-Match": f'"x", {now}'})
    assert done.status_code == 200
    assert done.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("given", ['W/"1-000000000000000000000000"', '"x"', "nonsense", '""', ""])
def test_a_tag_that_is_none_of_ours_holds_for_no_version(
    house: House, api: httpx2.Client, given: str
):
    run = house.planned()
    refused = api.post(f"/runs/{run.id}/cancel", headers={"If-Match": given})
    assert refused.status_code == 412
    done = api.post(f"/runs/{run.id}/cancel", headers={"If-Match": "*"})
    assert done.status_code == 200


def test_head_answers_as_get_without_a_body(house: House, api: httpx2.Client):
    run = house.planned()
    for path in ("/runs", f"/runs/{run.id}", f"/runs/{run.id}/log", "/openapi.json"):
        head, got = api.head(path), api.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == got.headers["etag"]
        assert head.headers["content-length"] == got.headers["content-length"]
    streamed = api.head(f"/runs/{run.id}/log", headers={"Accept": "text/event-stream"})
    assert streamed.headers["content-type"] == "application/json"
    assert api.head("/runs/none").status_code == 404


@pytest.mark.parametrize("path", ["/runs", "/workspaces", "/audit"])
def test_pages_end_with_a_cursor_that_is_null(house: House, api: httpx2.Client, path: str):
    house.planned()
    house.planned()
    seen, cursor = [], ""
    for _ in range(30):
        page = api.get(path, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += next(v for v in page.values() if isinstance(v, list))
        cursor = page["cursor"]
        if cursor is None:
            break
    whole = api.get(path).json()
    assert whole["cursor"] is None
    assert seen == next(v for v in whole.values() if isinstance(v, list))


@pytest.mark.parametrize(
    ("path", "cursor"),
    [
        ("/runs", "no such thing"),
        ("/runs", "run-" + "x" * 100),
        ("/audit", "-1"),
        ("/audit", "x"),
        ("/audit", "9" * 30),
        ("/workspaces", "x" * 101),
        ("/workspaces/network/state", "x"),
        ("/workspaces/network/state", "1000"),
        ("/runs/RUN/plan", "1000"),
        ("/runs/RUN/plan", "x"),
        ("/runs/RUN/plan/changes", "2"),
        ("/runs/RUN/log", "x"),
        ("/runs/RUN/log", "1.0"),
    ],
)
def test_a_cursor_that_was_never_given_is_refused(
    house: House, api: httpx2.Client, path: str, cursor: str
):
    run = house.applied()
    answer = api.get(path.replace("RUN", run.id), params={"cursor": cursor})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "cursor_invalid"
