"""A plan of any size is told within its budget, most important first, and nothing is lost."""

import json
import re
from typing import Any

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp_types import TextContent

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import CodeKind, CodeRun, ResourceChange, ValueChange
from sekisho.domain.plans import PlanCounts, PlanReading, count
from sekisho.domain.states import NO_STATE
from sekisho.views.plan_line import plan_line
from tests.faces.house import CONSOLE, House
from tests.fakes.readings import put_reading

pytestmark = pytest.mark.anyio

SUMMARY, DETAIL = 1500, 4000


def tokens(text: str) -> int:
    """An estimate of its own: words by fours, other signs in runs by twos, Japanese by one.

    Held against o200k_base and cl100k_base on these very answers: it counts 20 to 35 % more.
    """
    words = sum((len(w) + 3) // 4 for w in re.findall(r"[A-Za-z0-9]+", text))
    signs = sum((len(s) + 1) // 2 for s in re.findall(r"[^\sA-Za-z0-9\u0080-\U0010ffff]+", text))
    return words + signs + len(re.findall(r"[\u0080-\U0010ffff]", text))


def a_change(n: int, action: Action = Action.CREATE, risk: Risk = Risk.SAFE) -> ResourceChange:
    address = f'module.network["ap-northeast-1"].aws_iam_role.service_{n:05}'
    return ResourceChange(
        address=address,
        type="aws_iam_role",
        name=f"service_{n:05}",
        action=action,
        actions=("delete", "create") if action is Action.REPLACE else (str(action),),
        risk=risk,
        forced_by=("assume_role_policy",) if action is Action.REPLACE else (),
        values=tuple(ValueChange(f"tags.key{i}", "old" * 20, "new" * 20) for i in range(30)),
    )


def a_reading(size: int, **changes: Any) -> PlanReading:
    """A plan in which the dangerous changes come last, as the alphabet may have it."""
    kinds = [(Action.CREATE, Risk.SAFE)] * max(size - 3, 1)
    kinds += [(Action.REPLACE, Risk.DANGEROUS)] * (size - len(kinds))
    rows = tuple(a_change(n, action, risk) for n, (action, risk) in enumerate(kinds))
    whole = {
        "counts": count(rows, 2, 0, 0),
        "changes": rows,
        "outputs": (ValueChange("site"), ValueChange("端点")),
        "position": NO_STATE,
        "terraform_version": "1.11.4",
        "code": tuple(
            CodeRun(f"data.external.probe_{n}", CodeKind.EXTERNAL) for n in range(min(size, 30))
        ),
    }
    return PlanReading(**(whole | changes))


async def plan_get(server: MCPServer, run_id: str, **more: Any) -> tuple[str, dict[str, Any]]:
    async with Client(server) as client:
        result = await client.call_tool("plan_get", {"run_id": run_id, **more})
    assert not result.is_error, result
    assert isinstance(result.content[0], TextContent)
    assert result.structured_content
    return result.content[0].text, result.structured_content


@pytest.mark.parametrize("size", [1, 150, 10_000])
async def test_a_summary_keeps_its_budget_at_any_size(house: House, server: MCPServer, size: int):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(size))
    text, plan = await plan_get(server, run.id)
    whole = text + json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    assert tokens(whole) <= SUMMARY
    assert plan["total"] == size
    assert len(plan["changes"]) + plan["left_out"] == size
    assert len(plan["changes"]) >= min(size, 8)
    assert plan["summary"] in text
    assert f"{CONSOLE}/runs/{run.id}" in text


async def test_code_comes_first_then_what_is_dangerous(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(150))
    text, plan = await plan_get(server, run.id)
    assert [c["action"] for c in plan["changes"][:3]] == ["replace"] * 3
    assert plan["changes"][0]["why"] == "assume_role_policy"
    assert text.index("Code that will run") < text.index("DANGEROUS") < text.index("  + module")
    assert plan["groups"][0] == {"action": "create", "type": "aws_iam_role", "count": 147}


async def test_details_lead_through_every_change_once(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(40))
    _, plan = await plan_get(server, run.id, details=True)
    seen: list[str] = []
    while True:
        whole = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
        assert tokens(whole) <= DETAIL
        seen += [d["address"] for d in plan["details"]]
        if "cursor" not in plan:
            break
        text, plan = await plan_get(server, run.id, cursor=plan["cursor"])
        assert tokens(text) <= DETAIL
    assert len(seen) == len(set(seen)) == 40


async def test_one_change_is_shown_leaf_by_leaf(house: House, server: MCPServer):
    run = house.planned()
    change = ResourceChange(
        "a.b", "a", "b", Action.UPDATE, ("update",),
        values=(
            ValueChange("name", "old", "new"),
            ValueChange("admin_password", "hunter2", "hunter3"),
            ValueChange("key", note="sensitive"),
            ValueChange("arn", "x", None, note="unknown"),
            ValueChange("token", "AKIAIOSFODNN7EXAMPLE", "\x1b[31mred\u202e\x07"),
        ),
    )  # fmt: skip
    put_reading(house.store, run.id, a_reading(1, changes=(change,)))
    text, plan = await plan_get(server, run.id, address="a.b")
    leaves = {row["path"]: row for row in plan["details"][0]["leaves"]}
    assert leaves["name"] == {"path": "name", "before": "old", "after": "new"}
    assert leaves["admin_password"] == {"path": "admin_password", "note": "sensitive"}
    assert leaves["arn"]["note"] == "unknown"
    assert leaves["token"]["before"] == "(sensitive)"
    assert leaves["token"]["after"] == "red"
    assert "hunter" not in text
    assert "(known after apply)" in text


async def test_a_huge_change_is_cut_and_says_so(house: House, server: MCPServer):
    run = house.planned()
    values = tuple(ValueChange(f"v{n}", "x" * 5000, "y" * 5000) for n in range(2000))
    change = ResourceChange("a.b", "a", "b", Action.UPDATE, ("update",), values=values)
    put_reading(house.store, run.id, a_reading(1, changes=(change,)))
    text, plan = await plan_get(server, run.id, address="a.b")
    assert tokens(text + json.dumps(plan)) <= DETAIL
    detail = plan["details"][0]
    assert len(detail["leaves"]) + detail["leaves_left_out"] == 2000


async def test_an_address_that_the_plan_leaves_alone_is_refused(house: House, server: MCPServer):
    run = house.planned()
    async with Client(server) as client:
        result = await client.call_tool("plan_get", {"run_id": run.id, "address": "no.such"})
        beyond = await client.call_tool("plan_get", {"run_id": run.id, "cursor": 99})
    assert result.is_error
    assert (result.meta or {})["sekisho/error"]["code"] == "address_unknown"
    assert (beyond.meta or {})["sekisho/error"]["code"] == "cursor_invalid"


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        (PlanCounts(add=1), "Plan: 1 to add, 0 to change, 0 to destroy."),
        (
            PlanCounts(add=1, destroy=1, importing=1, forget=1),
            "Plan: 1 to import, 1 to add, 0 to change, 1 to destroy.",
        ),
        (PlanCounts(move=1), "Plan: 0 to add, 0 to change, 0 to destroy."),
        (
            PlanCounts(add=1, actions=2),
            "Plan: 1 to add, 0 to change, 0 to destroy. Actions: 2 to invoke.",
        ),
        (PlanCounts(), "No changes. Your infrastructure matches the configuration."),
        (PlanCounts(outputs=2), "No resources change; 2 output(s) do."),
    ],
)
async def test_the_plan_line_is_terraforms_own(counts: PlanCounts, line: str):
    assert plan_line(counts) == line
