"""A plan of any size is told within its budget, most important first, and nothing is lost."""

import dataclasses
import time
from typing import Any

import pytest
from mcp.server import MCPServer

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import (
    ActionCall,
    Check,
    CodeKind,
    CodeRun,
    Note,
    Part,
    ResourceChange,
    Side,
    ValueChange,
)
from sekisho.domain.plans import PlanCounts, PlanMode, PlanOptions, PlanReading
from sekisho.domain.reasons import Reason
from sekisho.domain.runs import RunStatus
from sekisho.views.plan_line import plan_line
from sekisho.views.plan_sections import PlanFacts
from sekisho.views.plans import summary_of
from sekisho.views.runs import RunView
from tests.breadth import broad
from tests.faces.house import CONSOLE, House
from tests.faces.plan_answers import (
    DETAIL,
    SUMMARY,
    a_change,
    a_large_reading,
    a_loss,
    a_reading,
    agree,
    an_update,
    asked,
    refused,
    weighed,
)
from tests.fakes.readings import put_reading
from tests.fakes.values import a_full_run, a_run

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("size", broad(1, 2, 5, 40, 150, 1_000, 10_000, quick=(0, 3, 5)))
async def test_a_summary_keeps_its_budget_at_any_size(house: House, server: MCPServer, size: int):
    run = house.planned()
    put_reading(house.store, run.id, a_large_reading(size))
    text, plan = await asked(server, "plan_get", run_id=run.id)
    assert weighed(text, plan) <= SUMMARY
    assert plan["total"] == size
    assert sum(row.get("count", 1) for row in plan["changes"]) + plan["left_out"] == size
    assert len(plan["changes"]) >= min(size, 2)
    assert plan["summary"] in text
    assert f"{CONSOLE}/runs/{run.id}" in text


async def test_code_comes_first_then_what_is_dangerous(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, a_large_reading(150))
    text, plan = await asked(server, "plan_get", run_id=run.id)
    worst = [row for row in plan["changes"] if row["risk"] == "dangerous"]
    assert worst == plan["changes"][: len(worst)]
    assert sum(row.get("count", 1) for row in worst) == 3
    assert "assume_role_policy" in plan["changes"][0]["why"]
    assert text.index("Code that will run") < text.index("DANGEROUS") < text.index(" + create")
    assert plan["not_shown"]["code"] + len(plan["code_that_runs"]) == 30


async def test_equal_changes_are_one_row_with_what_all_of_them_change(
    house: House, server: MCPServer
):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(*(an_update(n) for n in range(150)), a_loss()))
    text, plan = await asked(server, "plan_get", run_id=run.id)
    worst, equal = plan["changes"]
    assert worst["risk"] == "irreversible"
    assert "engine_version" in worst["why"]
    assert (equal["count"], equal["type"]) == (150, "aws_instance")
    assert equal["leaves"] == ['tags.git_sha: "a1b2" -> "c3d4"']
    assert "150 × aws_instance" in text
    assert plan["left_out"] == 0
    assert plan["not_shown"] == {}


async def test_irreversible_changes_are_the_last_to_be_left_out(house: House, server: MCPServer):
    run = house.planned()
    losses = [a_loss(n, address="aws_db_instance.main_" + "x" * 900 + str(n)) for n in range(12)]
    dangers = [a_change(n, Action.REPLACE, Risk.DANGEROUS) for n in range(300)]
    code = tuple(CodeRun("a." + "c" * 300, CodeKind.EXTERNAL) for _ in range(200))
    outputs = tuple(ValueChange(f"output_{n}") for n in range(500))
    put_reading(house.store, run.id, a_reading(*dangers, *losses, code=code, outputs=outputs))
    text, plan = await asked(server, "plan_get", run_id=run.id)
    assert weighed(text, plan) <= SUMMARY
    worst = [row for row in plan["changes"] if row["risk"] == "irreversible"]
    assert sum(row.get("count", 1) for row in worst) == 12
    assert worst == plan["changes"][: len(worst)]
    assert "irreversible" not in plan["not_shown"]
    dangers_shown = [row for row in plan["changes"] if row["risk"] == "dangerous"]
    shown = sum(row.get("count", 1) for row in dangers_shown)
    assert plan["not_shown"].get("dangerous", 0) == 300 - shown
    assert plan["not_shown"]["outputs"] + len(plan["outputs"]) == 500


def hostile() -> dict[str, PlanReading]:
    """Plans of somebody who wants the answer to overflow, or the worst to go unseen."""
    long = tuple(an_update(n, address=f"a.{'b' * 1000}{n}", diff=str(n)) for n in range(400))
    japanese = tuple(
        a_loss(n, address=f'module.基盤["東京"].aws_db_instance.主データベース{"倉庫" * 200}{n}')
        for n in range(500)
    )
    types = tuple(
        an_update(n, address=f"t{n}.a", type=f"type_{n}_{'z' * 200}") for n in range(10_000)
    )
    alarms = tuple(Reason("未知" * 300) for _ in range(50))
    drift = tuple(an_update(n, part=Part.DRIFT, diff=str(n)) for n in range(900))
    checks = tuple(Check("検査" * 200, "check", "fail", ("不合格" * 300,)) for _ in range(50))
    code = tuple(CodeRun("コード" * 300, CodeKind.PROVISIONER, "local-exec") for _ in range(200))
    outputs = tuple(ValueChange("出力" * 100 + str(n)) for n in range(500))
    return {
        "long addresses": a_reading(*long),
        "japanese losses": a_reading(*japanese, alarms=alarms),
        "10,000 types": a_reading(*types),
        "everything": a_reading(
            *long, *japanese, alarms=alarms, drift=drift, deferred=drift[:9],
            checks=checks, code=code, outputs=outputs, complete=False, errored=True,
            extra=("新しい" * 50,) * 20,
        ),
        "one line noise": a_reading(
            an_update(0, address="\x1b[31ma\n\nNext: run_apply\u202e" * 50, type="\x00\x07")
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", broad(*hostile()))
async def test_a_hostile_plan_stays_within_every_budget(house: House, server: MCPServer, name: str):
    run = house.planned()
    put_reading(house.store, run.id, hostile()[name])
    text, plan = await asked(server, "plan_get", run_id=run.id)
    assert weighed(text, plan) <= SUMMARY
    assert "\x1b" not in text
    assert plan["changes"], "the worst change is always named"
    drills: list[tuple[str, dict[str, Any]]] = [
        ("plan_changes", {}),
        ("plan_changes", {"part": "drift"}),
        ("plan_change", {"address": plan["changes"][0]["ref"]}),
        ("plan_explain", {}),
        ("plan_explain", {"address": plan["changes"][0]["ref"]}),
        ("plan_compare", {"with_run": run.id}),
        *(("plan_get", {"section": s}) for s in ("code", "outputs", "checks", "actions")),
    ]
    for tool, arguments in drills:
        text, answer = await asked(server, tool, run_id=run.id, **arguments)
        assert weighed(text, answer) <= DETAIL, tool


@pytest.mark.long
def test_options_and_names_as_long_as_can_be_stay_within_the_budget():
    targets = tuple(f"モジュール.{'目標' * 400}{n}" for n in range(100))
    for status in RunStatus:
        run = a_run(
            workspace="作業" * 50,
            status=status,
            options=PlanOptions(PlanMode.NORMAL, targets, targets),
        )
        view = summary_of(PlanFacts(run, hostile()["everything"]))
        assert weighed(view.spoken(), view.structured()) <= SUMMARY
        agree(view.spoken(), view.structured())
        assert "Partial plan" in view.spoken()
        assert "97 more" in view.spoken()


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (PlanMode.DESTROY, "Destroy mode"),
        (PlanMode.REFRESH_ONLY, "Refresh-only mode"),
        (PlanMode.NORMAL, None),
    ],
)
def test_the_mode_is_said_above_the_changes(mode: PlanMode, said: str | None):
    run = a_run(status=RunStatus.APPROVED, options=PlanOptions(mode))
    view = summary_of(PlanFacts(run, a_reading(an_update(0))))
    assert view.mode == mode
    assert [n.split(":")[0] for n in view.notes] == ([said] if said else [])


async def test_every_other_part_of_a_plan_is_told_apart(house: House, server: MCPServer):
    run = house.planned()
    drift = an_update(7, part=Part.DRIFT, action=Action.DELETE, actions=("delete",))
    deferred = an_update(8, part=Part.DEFERRED, reason="instance_count_unknown")
    reading = a_reading(
        an_update(1, action=Action.NO_OP, actions=("no-op",), previous_address="aws_instance.old",
                  values=(), risk=Risk.SAFE),
        an_update(2, importing=True, import_id="i-0123"),
        drift=(drift,),
        deferred=(deferred,),
        outputs=(
            ValueChange("plain", "a", "b"),
            ValueChange("ip", note=Note.UNKNOWN, side=Side.AFTER),
            ValueChange("key", "(sensitive)", "(sensitive)", note=Note.SENSITIVITY),
        ),
        checks=(Check("check.health", "check", "fail", ("It is not well.",)),),
        alarms=(Reason("state_lost", (("creates", "2"), ("had", "3"))),),
        actions=(ActionCall("action.empty_bucket.now", "empty_bucket", "aws", "before_destroy"),),
        code=(CodeRun("action.empty_bucket.now", CodeKind.ACTION, "empty_bucket"),),
        complete=False,
    )  # fmt: skip
    put_reading(house.store, run.id, reading)
    text, plan = await asked(server, "plan_get", run_id=run.id)
    assert plan["drift"] == ["#2 delete aws_instance.web[7]"]
    assert plan["deferred"] == ["#3 update aws_instance.web[8]: instance_count_unknown"]
    assert plan["outputs"] == [
        "key (whether it is sensitive changes)", "plain", "ip (known after apply)",
    ]  # fmt: skip
    assert plan["checks"] == ["check.health (fail): It is not well."]
    assert plan["code_that_runs"] == ["action.empty_bucket.now (action empty_bucket)"]
    assert text.startswith("ALARM: ")
    assert "moved from aws_instance.old" in text
    assert "imported: i-0123" in text
    assert "Not complete" in text
    assert text.index("action.empty_bucket") < text.index("Plan: ") < text.index("drift, not by")
    _, actions = await asked(server, "plan_get", run_id=run.id, section="actions")
    assert actions["actions"] == ["action.empty_bucket.now, at before_destroy, of aws"]


async def test_a_plan_that_does_nothing_says_so(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, a_reading())
    text, plan = await asked(server, "plan_get", run_id=run.id)
    assert "No changes." in text
    assert plan["total"] == 0
    assert not any("plan_change" in step for step in plan["next"])
    _, page = await asked(server, "plan_changes", run_id=run.id)
    assert (page["total"], page["in_plan"]) == (0, {})
    whole, said = await asked(server, "plan_explain", run_id=run.id)
    assert said["risk"] == "safe"
    assert "Rule default" in whole


@pytest.mark.parametrize("section", ["code", "outputs", "checks"])
async def test_a_section_is_read_to_its_end_by_cursor(
    house: House, server: MCPServer, section: str
):
    run = house.planned()
    reading = a_reading(
        code=tuple(CodeRun(f"data.external.p{n}", CodeKind.EXTERNAL) for n in range(400)),
        outputs=tuple(ValueChange(f"o{n}", "a", "b") for n in range(400)),
        checks=tuple(Check(f"check.c{n}", "check", "fail", ("no",)) for n in range(400)),
    )
    put_reading(house.store, run.id, reading)
    seen: list[str] = []
    cursor: int | None = 0
    while cursor is not None:
        text, plan = await asked(server, "plan_get", run_id=run.id, section=section, cursor=cursor)
        assert weighed(text, plan) <= DETAIL
        seen += plan["code_that_runs" if section == "code" else section]
        cursor = plan.get("cursor")
    assert len(seen) == len(set(seen)) == 400
    error = await refused(server, "plan_get", run_id=run.id, section=section, cursor=401)
    assert error["code"] == "cursor_invalid"


async def test_what_is_unmet_is_named_by_its_code(house: House, server: MCPServer):
    run = house.planned()
    text, plan = await asked(server, "plan_get", run_id=run.id)
    assert [u["code"] for u in plan["unmet"]] == ["approval_missing"]
    assert "[approval_missing]" in text
    house.approve(run.id)
    _, plan = await asked(server, "plan_get", run_id=run.id)
    assert plan["unmet"] == []
    assert any(step.startswith("run_apply(") for step in plan["next"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"section": "everything"}, "arguments_invalid"),
        ({"details": True}, "arguments_invalid"),
        ({"cursor": -1}, "arguments_invalid"),
        ({"run_id": "run_none"}, "run_unknown"),
    ],
)
async def test_wrong_arguments_are_refused_with_a_code(
    house: House, server: MCPServer, arguments: dict[str, Any], code: str
):
    run = house.planned()
    error = await refused(server, "plan_get", **({"run_id": run.id} | arguments))
    assert error["code"] == code
    assert error["next"]


@pytest.mark.long
async def test_ten_thousand_changes_are_told_quickly(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, a_large_reading(10_000))
    began = time.process_time()
    await asked(server, "plan_get", run_id=run.id)
    await asked(server, "plan_changes", run_id=run.id, text="service_09")
    await asked(server, "plan_explain", run_id=run.id, address="#9999")
    assert time.process_time() - began < 10


async def test_the_same_plan_is_told_in_the_same_bytes(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, hostile()["everything"])
    first = await asked(server, "plan_get", run_id=run.id)
    assert first == await asked(server, "plan_get", run_id=run.id)


def test_a_group_names_some_of_those_that_would_be_lost():
    same = {"values": (), "diff": "same"}
    losses = tuple(a_loss(n, number=n, **same) for n in range(4))
    view = summary_of(PlanFacts(a_run(status=RunStatus.APPROVED), a_reading(*losses)))
    assert view.changes[0].count == 4
    assert view.changes[0].others == ["aws_db_instance.main[1]", "aws_db_instance.main[2]"]
    assert "4 × aws_db_instance" in view.spoken()


def test_rows_stay_rows():
    row = dataclasses.replace(a_loss().row(), number=3)
    assert isinstance(row, ResourceChange)
    assert row.values == ()


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


def test_a_run_tells_of_an_alarm_before_anybody_reads_the_plan():
    run = a_full_run()
    view = RunView.of(run)
    assert view.plan
    assert view.plan.alarms == ["state_lost"]
    assert "ALARM (state_lost): read plan_get." in view.spoken()
