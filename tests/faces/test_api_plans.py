"""Plans and logs over the API: what the tools tell, for scripts, to the letter."""

import httpx2
import pytest
from mcp.server import MCPServer

from tests.faces.house import House
from tests.faces.plan_answers import Json, a_change, a_loss, a_reading, an_update, asked
from tests.fakes.readings import put_reading

pytestmark = pytest.mark.anyio


def planned(house: House) -> str:
    run = house.planned()
    put_reading(
        house.store, run.id, a_reading(*(an_update(n) for n in range(3)), a_loss(), a_change(1))
    )
    return run.id


@pytest.mark.parametrize(
    ("path", "query", "tool", "arguments"),
    [
        ("plan", {}, "plan_get", {}),
        ("plan", {"section": "code"}, "plan_get", {"section": "code"}),
        ("plan/changes", {"risk": ["irreversible", "safe"]}, "plan_changes",
         {"risk": ["irreversible", "safe"]}),
        ("plan/changes", {"type": "aws_instance", "limit": 1}, "plan_changes",
         {"type": ["aws_instance"], "limit": 1}),
        ("plan/change", {"address": "aws_db_instance.main[0]"}, "plan_change",
         {"address": "aws_db_instance.main[0]"}),
        ("plan/change", {"address": "#3", "paths": ["arn"]}, "plan_change",
         {"address": "#3", "paths": ["arn"]}),
        ("plan/explanation", {}, "plan_explain", {}),
        ("plan/explanation", {"address": "#3"}, "plan_explain", {"address": "#3"}),
        ("log", {"tail": 2}, "run_log", {"tail": 2}),
        ("log", {"grep": "PLAN", "level": "info", "phase": "plan"}, "run_log",
         {"grep": "PLAN", "level": "info", "phase": "plan", "limit": 200}),
    ],
)  # fmt: skip
async def test_the_api_answers_what_the_tool_answers(  # noqa: PLR0917 (a row of a table)
    house: House,
    api: httpx2.Client,
    server: MCPServer,
    path: str,
    query: Json,
    tool: str,
    arguments: Json,
):
    run_id = planned(house)
    answer = api.get(f"/runs/{run_id}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    _, told = await asked(server, tool, run_id=run_id, **arguments)
    body = answer.json()
    assert {k: v for k, v in body.items() if k != "cursor"} == {
        k: v for k, v in told.items() if k != "cursor"
    }
    assert body.get("cursor") == told.get("cursor")
    again = api.get(
        f"/runs/{run_id}/{path}", params=query, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_two_plans_are_compared(house: House, api: httpx2.Client):
    first, second = planned(house), planned(house)
    answer = api.get(f"/runs/{second}/plan/comparison", params={"with_run": first})
    assert answer.json()["equal"] is True
    missing = api.get(f"/runs/{second}/plan/comparison")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "nothing_to_compare"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("plan?details=true", 400, "arguments_invalid"),
        ("plan?section=all", 400, "arguments_invalid"),
        ("plan/changes?risk=huge", 400, "arguments_invalid"),
        ("plan/change", 400, "arguments_invalid"),
        ("plan/change?address=no.such", 404, "change_unknown"),
        ("plan/explanation?address=%2399", 404, "change_unknown"),
        ("log?level=loud", 400, "arguments_invalid"),
        ("log?tail=201", 400, "arguments_invalid"),
    ],
)
async def test_what_does_not_fit_is_refused(
    house: House, api: httpx2.Client, path: str, status: int, code: str
):
    answer = api.get(f"/runs/{planned(house)}/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_stream_takes_no_filter(house: House, api: httpx2.Client):
    events = {"Accept": "text/event-stream"}
    answer = api.get(f"/runs/{planned(house)}/log?grep=x", headers=events)
    assert answer.json()["error"]["code"] == "arguments_invalid"
