"""The log of a run: followed by its cursor, looked through, or read from its end."""

import json

import pytest
from mcp.server import MCPServer

from tests.faces.house import House
from tests.faces.plan_answers import DETAIL, Json, asked, refused, weighed
from tests.fakes.values import a_line

pytestmark = pytest.mark.anyio


def written(house: House, count: int = 300) -> str:
    """A run with a log; every tenth line is an error."""
    run = house.planned()
    house.store.logs.remove(run.id)
    house.store.logs.append(
        run.id,
        [
            a_line(
                f"line {n}",
                phase="plan" if n < count // 2 else "apply",
                level="error" if n % 10 == 0 else "info",
                address="",
                detail="詳しい説明" if n % 100 == 0 else "",
            )
            for n in range(count)
        ],
    )
    return run.id


def texts(log: Json) -> list[str]:
    return [row["text"] for row in log["lines"]]


@pytest.mark.parametrize(
    ("filters", "first", "matched"),
    [
        ({"level": "error"}, "line 0", 30),
        ({"phase": "apply", "level": "warn"}, "line 150", 15),
        ({"grep": "LINE 29"}, "line 29", 11),
        ({"grep": "詳しい"}, "line 0", 3),
        ({"grep": "line.*"}, None, 0),
        ({"grep": "no such line"}, None, 0),
    ],
)
async def test_lines_are_found_and_counted(
    house: House, server: MCPServer, filters: Json, first: str | None, matched: int
):
    run_id = written(house)
    text, log = await asked(server, "run_log", run_id=run_id, **filters)
    assert log["matched"] == matched
    assert log["searched"] == 300
    assert (texts(log) or [None])[0] == first
    assert f"{matched} of 300 lines fit" in text


async def test_a_filter_is_followed_by_its_cursor(house: House, server: MCPServer):
    run_id = written(house)
    seen: list[str] = []
    cursor, more = 0, True
    while more:
        _, log = await asked(
            server, "run_log", run_id=run_id, level="error", limit=7, cursor=cursor
        )
        seen += texts(log)
        cursor, more = log["cursor"], log["more"]
    assert seen == [f"line {n}" for n in range(0, 300, 10)]
    house.store.logs.append(run_id, [a_line("late", level="error")])
    _, log = await asked(server, "run_log", run_id=run_id, level="error", cursor=cursor)
    assert texts(log) == ["late"]


async def test_the_end_is_read_at_once_and_followed(house: House, server: MCPServer):
    run_id = written(house)
    text, log = await asked(server, "run_log", run_id=run_id, tail=5)
    assert texts(log) == [f"line {n}" for n in range(295, 300)]
    assert log["earlier"] == 295
    assert "295 earlier lines" in text
    assert not log["more"]
    house.store.logs.append(run_id, [a_line("late")])
    _, log = await asked(server, "run_log", run_id=run_id, cursor=log["cursor"])
    assert texts(log) == ["late"]
    _, log = await asked(server, "run_log", run_id=run_id, tail=2, level="error")
    assert texts(log) == ["line 280", "line 290"]


async def test_what_finds_no_room_is_counted_and_the_end_is_kept(house: House, server: MCPServer):
    run = house.planned()
    lines = [a_line(f"{n} " + "長い行 " * 150, detail="x" * 2000) for n in range(200)]
    house.store.logs.append(run.id, lines)
    text, log = await asked(server, "run_log", run_id=run.id, tail=200)
    assert weighed(text, log) <= DETAIL
    assert texts(log)[-1].startswith("199 ")
    total = house.engine.runs.log(run.id, 0, 10_000).cursor
    assert log["earlier"] == total - len(log["lines"])
    text, log = await asked(server, "run_log", run_id=run.id, grep="長い", limit=200)
    assert weighed(text, log) <= DETAIL
    assert log["more"]
    assert log["matched"] == 200


@pytest.mark.parametrize(
    "arguments",
    [
        {"level": "loud"},
        {"phase": "lunch"},
        {"tail": -1},
        {"tail": 201},
        {"grep": "x" * 201},
        {"limit": 0},
    ],
)
async def test_wrong_filters_are_refused(house: House, server: MCPServer, arguments: Json):
    run_id = written(house, 1)
    assert (await refused(server, "run_log", run_id=run_id, **arguments))["code"] == (
        "arguments_invalid"
    )


async def test_an_empty_log_says_so(house: House, server: MCPServer):
    run_id = written(house, 0)
    text, log = await asked(server, "run_log", run_id=run_id, tail=10)
    assert log["lines"] == []
    assert "(nothing new)" in text
    assert json.dumps(log)
