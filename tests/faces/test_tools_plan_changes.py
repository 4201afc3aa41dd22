"""The changes of a plan, listed by filters and read one at a time."""

from typing import Any

import pytest
from mcp.server import MCPServer

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import Note, Part, ResourceChange, Side, ValueChange
from sekisho.domain.plans import PlanReading
from tests.faces.house import House
from tests.faces.plan_answers import (
    DETAIL,
    Json,
    a_change,
    a_loss,
    a_reading,
    an_update,
    asked,
    refused,
    weighed,
)
from tests.fakes.readings import put_reading

pytestmark = pytest.mark.anyio


def mixed() -> PlanReading:
    """A plan with a little of everything."""
    return a_reading(
        *(an_update(n) for n in range(5)),
        a_loss(),
        a_change(1),
        a_change(2, Action.DELETE, Risk.DANGEROUS),
        drift=(an_update(9, part=Part.DRIFT),),
    )


async def test_what_deserves_a_look_comes_first_with_totals(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, mixed())
    text, page = await asked(server, "plan_changes", run_id=run.id)
    assert [row["risk"] for row in page["changes"]] == (
        ["irreversible", "dangerous", *["review"] * 5, "safe"]
    )
    assert page["risks"] == {"irreversible": 1, "dangerous": 1, "review": 5, "safe": 1}
    assert page["actions"] == {"replace": 1, "delete": 1, "update": 5, "create": 1}
    assert page["changes"][2]["alike"] == 5
    assert page["changes"][0]["values"] == 3
    assert "engine_version" in page["changes"][0]["why"]
    assert page["left_out"] == 0
    assert "IRREVERSIBLE #5 -/+ replace aws_db_instance.main[0]" in text


@pytest.mark.parametrize(
    ("filters", "refs"),
    [
        ({"action": ["delete", "replace"]}, ["#5", "#7"]),
        ({"risk": ["irreversible"]}, ["#5"]),
        ({"type": ["aws_iam_role"]}, ["#7", "#6"]),
        ({"module": "module.network"}, ["#7", "#6"]),
        ({"module": 'module.network["ap-northeast-1"]', "action": ["create"]}, ["#6"]),
        ({"module": "."}, ["#5", "#0", "#1", "#2", "#3", "#4"]),
        ({"text": "SERVICE_00001"}, ["#6"]),
        ({"text": "web[3]"}, ["#3"]),
        ({"part": "drift"}, ["#8"]),
        ({"part": "deferred"}, []),
        ({"type": ["no_such"]}, []),
    ],
)
async def test_a_filter_takes_what_it_says(
    house: House, server: MCPServer, filters: Json, refs: list[str]
):
    run = house.planned()
    put_reading(house.store, run.id, mixed())
    _, page = await asked(server, "plan_changes", run_id=run.id, **filters)
    assert [row["ref"] for row in page["changes"]] == refs
    assert page["total"] == len(refs)


async def test_a_filter_that_takes_nothing_names_what_there_is(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, mixed())
    text, page = await asked(server, "plan_changes", run_id=run.id, type=["aws_instnace"])
    assert page["in_plan"] == {"aws_instance": 5, "aws_iam_role": 2, "aws_db_instance": 1}
    assert "aws_instance (5)" in text


async def test_cursors_lead_through_every_change_once(house: House, server: MCPServer):
    run = house.planned()
    changes = [a_change(n) for n in range(90)]
    put_reading(house.store, run.id, a_reading(*changes, a_loss()))
    seen: list[str] = []
    cursor: int | None = 0
    while cursor is not None:
        text, page = await asked(server, "plan_changes", run_id=run.id, cursor=cursor, limit=200)
        assert weighed(text, page) <= DETAIL
        seen += [row["ref"] for row in page["changes"]]
        assert len(seen) + page["left_out"] == 91
        cursor = page.get("cursor")
    assert len(seen) == len(set(seen)) == 91
    assert seen[0] == "#90"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"action": ["explode"]}, "arguments_invalid"),
        ({"risk": "irreversible, safe"}, "arguments_invalid"),
        ({"part": "everything"}, "arguments_invalid"),
        ({"limit": 0}, "arguments_invalid"),
        ({"cursor": 99}, "cursor_invalid"),
        ({"run_id": "nobody"}, "run_unknown"),
    ],
)
async def test_wrong_filters_are_refused_with_a_code(
    house: House, server: MCPServer, arguments: Json, code: str
):
    run = house.planned()
    put_reading(house.store, run.id, mixed())
    error = await refused(server, "plan_changes", **({"run_id": run.id} | arguments))
    assert error["code"] == code


def noted() -> ResourceChange:
    """A change with one leaf of every kind."""
    policy = "line one\nline two\nline three\nline four\nold\nline six\n"
    return ResourceChange(
        "a.b", "a", "b", Action.UPDATE, ("update",), provider="registry/x/a", generated=True,
        extra=(("future_field", '{"x":1}'),),
        values=(
            ValueChange("name", "old", "new"),
            ValueChange("admin_password", "hunter2", "hunter3"),
            ValueChange("key", "(sensitive)", "(sensitive)", note=Note.SENSITIVE, mark="1f"),
            ValueChange("label", "(sensitive)", "(sensitive)", note=Note.SENSITIVITY),
            ValueChange("arn", "x", None, note=Note.UNKNOWN),
            ValueChange("was_null", None, "now"),
            ValueChange("will_be_null", "then", None),
            ValueChange("gone", "then", None, side=Side.BEFORE),
            ValueChange("came", None, "now", side=Side.AFTER),
            ValueChange("null_came", None, None, side=Side.AFTER),
            ValueChange("secret_wo", note=Note.WRITE_ONLY),
            ValueChange("json", '{"a":1}', '{ "a": 1 }', note=Note.SPACING),
            ValueChange("ids", ["a", "b"], ["b", "a"], note=Note.ORDER),
            ValueChange("policy", policy, policy.replace("old", "新しい")),
            ValueChange("token", "AKIAIOSFODNN7EXAMPLE", "\x1b[31mred\u202e\x07"),
            ValueChange("flag", False, True),
            ValueChange("count", 1, 2.5),
            ValueChange("tags", {"a": "x"}, {"a": "y"}),
        ),
    )  # fmt: skip


async def test_every_kind_of_leaf_says_what_it_is(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(noted()))
    text, diff = await asked(server, "plan_change", run_id=run.id, address="a.b")
    leaves = {row["path"]: row for row in diff["leaves"]}
    assert diff["total"] == len(leaves) == 18
    assert leaves["name"] == {"path": "name", "before": "old", "after": "new"}
    assert leaves["admin_password"] == {"path": "admin_password", "note": "sensitive, changed"}
    assert leaves["key"] == {"path": "key", "note": "sensitive, changed"}
    assert leaves["label"]["note"].startswith("sensitive, same value")
    assert leaves["arn"] == {"path": "arn", "before": "x", "note": "known after apply"}
    assert leaves["was_null"] == {"path": "was_null", "after": "now", "note": "null before"}
    assert leaves["will_be_null"]["note"] == "null after"
    assert leaves["gone"] == {"path": "gone", "before": "then", "note": "removed"}
    assert leaves["came"] == {"path": "came", "after": "now", "note": "added"}
    assert leaves["secret_wo"]["note"].startswith("write-only")
    assert "written differently" in leaves["json"]["note"]
    assert "another order" in leaves["ids"]["note"]
    assert leaves["policy"]["diff"].splitlines()[-4:-1] == [" line four", "-old", "+新しい"]
    assert leaves["token"]["before"] == "(sensitive)"
    assert leaves["token"]["after"] == "red"
    assert (leaves["flag"]["before"], leaves["flag"]["after"]) == (False, True)
    assert diff["extra"] == {"future_field": '{"x":1}'}
    for secret in ("hunter", "AKIA", "1f"):
        assert secret not in text


async def test_what_forces_a_replacement_leads_and_paths_choose(house: House, server: MCPServer):
    run = house.planned()
    values = (
        *(ValueChange(f"tags.k{n}", "a", "b") for n in range(30)),
        *(ValueChange(f"tags_all.k{n}", "a", "b") for n in range(30)),
        ValueChange("engine", "14", "16"),
    )
    put_reading(house.store, run.id, a_reading(a_loss(values=values, forced_by=("engine",))))
    _, diff = await asked(server, "plan_change", run_id=run.id, address="#0")
    assert diff["leaves"][0]["path"] == "engine"
    assert diff["forced_by"] == ["engine"]
    _, diff = await asked(server, "plan_change", run_id=run.id, address="#0", paths=["tags"])
    first = [leaf["path"] for leaf in diff["leaves"][:31]]
    assert {p.split(".")[0] for p in first[:30]} == {"tags"}
    assert first[30] == "engine"


@pytest.mark.long
async def test_a_huge_change_is_read_by_cursor_to_its_end(house: House, server: MCPServer):
    run = house.planned()
    values = tuple(ValueChange(f"v{n}.x", "x" * 5000, "y" * 5000) for n in range(300))
    change = ResourceChange("a.b", "a", "b", Action.UPDATE, ("update",), values=values)
    put_reading(house.store, run.id, a_reading(change))
    seen: list[str] = []
    cursor: int | None = 0
    while cursor is not None:
        text, diff = await asked(server, "plan_change", run_id=run.id, address="a.b", cursor=cursor)
        assert weighed(text, diff) <= DETAIL
        seen += [leaf["path"] for leaf in diff["leaves"]]
        assert len(seen) + sum(diff["left_out"].values()) == 300
        cursor = diff.get("cursor")
    assert len(seen) == len(set(seen)) == 300


async def test_much_that_is_unknown_is_one_line(house: House, server: MCPServer):
    run = house.planned()
    unknown = (ValueChange(f"out{n}", note=Note.UNKNOWN, side=Side.AFTER) for n in range(60))
    change = a_change(0)
    change = ResourceChange(
        "a.b", "a", "b", Action.CREATE, ("create",),
        values=(ValueChange("name", None, "n", side=Side.AFTER), *unknown),
    )  # fmt: skip
    put_reading(house.store, run.id, a_reading(change))
    text, diff = await asked(server, "plan_change", run_id=run.id, address="a.b")
    assert diff["leaves"] == [{"path": "name", "after": "n"}]
    assert diff["known_after_apply"][:2] == ["out0", "out1"]
    assert diff["known_after_apply"][-1] == "… 35 more"
    assert text.count("known after apply") == 1
    _, one = await asked(server, "plan_change", run_id=run.id, address="a.b", paths=["out59"])
    assert one["leaves"][0]["path"] == "out59"


async def test_the_objects_of_one_address_are_told_apart(house: House, server: MCPServer):
    run = house.planned()
    old = an_update(0, action=Action.DELETE, actions=("delete",), deposed="a1b2c3d4", diff="x")
    drifted = an_update(0, part=Part.DRIFT)
    put_reading(house.store, run.id, a_reading(old, an_update(0), drift=(drifted,)))
    _, diff = await asked(server, "plan_change", run_id=run.id, address="aws_instance.web[0]")
    assert diff["change"]["ref"] == "#1"
    assert any('address="#0"): deposed a1b2c3d4' in step for step in diff["next"])
    assert any('address="#2"): the drift' in step for step in diff["next"])
    text, diff = await asked(server, "plan_change", run_id=run.id, address="#0")
    assert diff["change"]["deposed"] == "a1b2c3d4"
    assert "deposed a1b2c3d4" in text
    _, diff = await asked(server, "plan_change", run_id=run.id, address="#2")
    assert diff["part"] == "drift"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("aws_instance.wbe[0]", "change_unknown"),
        ("#99", "change_unknown"),
        ("#-1", "change_unknown"),
        ("#٣", "change_unknown"),
        ("", "arguments_invalid"),
        ("x" * 2001, "arguments_invalid"),
        ("\x1b[31m\u202e", "change_unknown"),
    ],
)
async def test_an_address_that_the_plan_leaves_alone_is_refused(
    house: House, server: MCPServer, address: str, code: str
):
    run = house.planned()
    put_reading(house.store, run.id, mixed())
    error = await refused(server, "plan_change", run_id=run.id, address=address)
    assert error["code"] == code
    assert "\x1b" not in error["message"]
    if address.startswith("aws"):
        assert "aws_instance.web[0]" in error["next"]


async def test_a_cursor_beyond_the_last_value_is_refused(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, mixed())
    arguments: dict[str, Any] = {"run_id": run.id, "address": "#0", "cursor": 2}
    assert (await refused(server, "plan_change", **arguments))["code"] == "cursor_invalid"


@pytest.mark.parametrize(
    "value",
    [
        ValueChange("x", "a\n" * 3000, "a\n" * 3000 + "b"),
        ValueChange("x", "関所\n" * 900, "番所\n" * 900),
        ValueChange("x", {"k": ["v" * 900] * 99}, {"k": ["w" * 900] * 99}),
        ValueChange("x" * 9000, [["a"] * 99] * 99, None),
        ValueChange("x", "-----BEGIN RSA PRIVATE KEY-----\nabcd\n", "other\nthing\n"),
    ],
)
async def test_a_huge_value_stays_within_the_budget(
    house: House, server: MCPServer, value: ValueChange
):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(an_update(0, values=(value,))))
    text, diff = await asked(server, "plan_change", run_id=run.id, address="#0")
    assert weighed(text, diff) <= DETAIL
    assert "abcd" not in text
