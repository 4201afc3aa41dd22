"""Why a plan or a change is as it is, what would avoid it, and how it differs from another plan."""

import pytest
from mcp.server import MCPServer

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import (
    CodeKind,
    CodeRun,
    Note,
    ResourceChange,
    Side,
    ValueChange,
)
from sekisho.domain.reasons import Reason
from tests.faces.house import House
from tests.faces.plan_answers import (
    DETAIL,
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


async def test_a_plan_is_explained_by_its_reasons_and_its_rules(house: House, server: MCPServer):
    run = house.planned()
    put_reading(
        house.store,
        run.id,
        a_reading(
            *(an_update(n) for n in range(9)),
            a_loss(0),
            a_loss(1),
            alarms=(Reason("state_lost", (("creates", "2"), ("had", "3"))),),
        ),
    )
    text, said = await asked(server, "plan_explain", run_id=run.id)
    assert said["risk"] == "irreversible"
    forced = next(r for r in said["reasons"] if "engine_version" in r["text"])
    assert (forced["changes"], forced["ref"]) == (2, "#9")
    (rule,) = said["rules"]
    assert (rule["name"], rule["level"], rule["approvals"]) == ("default", "hard", 1)
    assert "1 person(s) approve: anybody who may approve." in rule["said"]
    assert "Not met, nothing is applied." in text
    assert [u["rule"] for u in said["unmet"]] == ["default"]
    assert "ALARM" in text
    assert "the requester may not approve" in text


async def test_a_replacement_names_what_forces_it_where_that_comes_from_and_how_to_avoid_it(
    house: House, server: MCPServer
):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(a_loss()))
    text, said = await asked(server, "plan_explain", run_id=run.id, address="#0")
    assert said["forced_by"] == [
        {
            "path": "engine_version",
            "leaves": [{"path": "engine_version", "before": "14.1", "after": "16.0"}],
            "set_from": ["var.engine", "local.versions"],
        }
    ]
    assert said["avoid"] == ['Keep engine_version as it is: "14.1".']
    assert said["unmet"][0]["code"] == "approval_missing"
    assert "set from var.engine, local.versions" in text


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (a_loss(reason="replace_by_request", forced_by=()), "without it in replace"),
        (a_loss(reason="replace_because_tainted", forced_by=()), "untaint"),
        (a_loss(reason="replace_by_triggers", forced_by=()), "replace_triggered_by"),
        (
            a_loss(forced_by=("arn",), references=(("arn", ("aws_kms_key.k",)),)),
            "made from (aws_kms_key.k)",
        ),
        (a_loss(forced_by=("password",)), "Keep password as it is."),
        (a_loss(forced_by=("a", "b")), "each is enough alone"),
        (
            a_loss(action=Action.DELETE, actions=("delete",), forced_by=(),
                   reason="delete_because_no_resource_config"),
            "removed block",
        ),
        (
            a_loss(action=Action.DELETE, actions=("delete",), forced_by=(),
                   reason="delete_because_each_key"),
            "Keep its key",
        ),
    ],
)  # fmt: skip
async def test_what_would_avoid_a_change_is_said_where_it_is_known(
    house: House, server: MCPServer, change: ResourceChange, hint: str
):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(change))
    _, said = await asked(server, "plan_explain", run_id=run.id, address="#0")
    assert any(hint in line for line in said["avoid"]), said["avoid"]
    assert "hunter" not in str(said)


def test_nothing_is_advised_where_nothing_is_known():
    from sekisho.views.plan_advice import advice
    from tests.fakes.values import a_run

    assert advice(a_run(), an_update(0), None) == []


def half(n: int, action: Action, **more: str) -> ResourceChange:
    """What goes, or what comes, of a bucket."""
    gone = action is Action.DELETE
    held = {"bucket": f"b{n}", "acl": "private", "region": "東京", "owner": "x", "env": "p"} | more
    side = Side.BEFORE if gone else Side.AFTER
    values = [
        ValueChange(k, v if gone else None, None if gone else v, side=side) for k, v in held.items()
    ]
    values += [ValueChange("id", "i-1", side=side)] if gone else []
    values += [] if gone else [ValueChange("id", note=Note.UNKNOWN, side=side)]
    name = f"{'old' if gone else 'new'}_{n}"
    return ResourceChange(
        f"aws_s3_bucket.{name}", "aws_s3_bucket", name, action, (str(action),),
        reason="delete_because_no_resource_config" if gone else "",
        risk=Risk.IRREVERSIBLE if gone else Risk.SAFE, values=tuple(values),
    )  # fmt: skip


async def test_a_rename_is_found_from_both_halves(house: House, server: MCPServer):
    run = house.planned()
    plan = a_reading(
        *(half(n, Action.DELETE) for n in range(3)),
        *(half(n, Action.CREATE) for n in range(3)),
    )
    put_reading(house.store, run.id, plan)
    _, gone = await asked(server, "plan_explain", run_id=run.id, address="aws_s3_bucket.old_1")
    assert gone["renamed"]["address"] == "aws_s3_bucket.new_1"
    assert "5 of 5" in gone["avoid"][0]
    assert "from = aws_s3_bucket.old_1  to = aws_s3_bucket.new_1".replace("  ", " ") in (
        gone["avoid"][0].replace("  ", " ")
    )
    _, new = await asked(server, "plan_explain", run_id=run.id, address="aws_s3_bucket.new_1")
    assert new["renamed"]["address"] == "aws_s3_bucket.old_1"


async def test_what_is_not_alike_is_no_rename(house: House, server: MCPServer):
    run = house.planned()
    other = half(9, Action.CREATE, acl="public", region="大阪", owner="y")
    put_reading(house.store, run.id, a_reading(half(1, Action.DELETE), other))
    _, said = await asked(server, "plan_explain", run_id=run.id, address="#0")
    assert "renamed" not in said


async def test_a_rename_is_looked_for_among_a_few_of_thousands(house: House, server: MCPServer):
    run = house.planned()
    plan = a_reading(half(77, Action.DELETE), *(half(n, Action.CREATE) for n in range(2_000)))
    put_reading(house.store, run.id, plan)
    text, said = await asked(server, "plan_explain", run_id=run.id, address="#0")
    assert said["renamed"]["address"] == "aws_s3_bucket.new_77"
    assert weighed(text, said) <= DETAIL


async def test_an_unknown_address_is_refused_with_near_ones(house: House, server: MCPServer):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(a_loss()))
    error = await refused(server, "plan_explain", run_id=run.id, address="aws_db_instance.man[0]")
    assert error["code"] == "change_unknown"
    assert "aws_db_instance.main[0]" in error["next"]


async def test_an_ended_run_is_explained_without_its_gate(house: House, server: MCPServer):
    run = house.applied()
    _, said = await asked(server, "plan_explain", run_id=run.id)
    assert said["unmet"] == []
    assert said["rules"] == []


async def test_two_plans_are_compared_by_what_they_do(house: House, server: MCPServer):
    first, second = house.planned(), house.planned()
    kept = [an_update(n) for n in range(4)]
    put_reading(house.store, first.id, a_reading(*kept, a_loss(0), a_change(1)))
    put_reading(
        house.store,
        second.id,
        a_reading(
            *kept,
            a_loss(0, values=(ValueChange("engine_version", "14.1", "17"),), risk=Risk.DANGEROUS),
            a_change(2),
            code=(CodeRun("data.external.new", CodeKind.EXTERNAL),),
            outputs=(ValueChange("site", "a", "b"),),
        ),
    )
    text, said = await asked(server, "plan_compare", run_id=second.id, with_run=first.id)
    assert said["equal"] is False
    assert said["counts"] == {"new": 1, "different": 1, "gone": 1, "the same": 4}
    assert said["new"][0]["address"].endswith("service_00002")
    assert said["gone"][0]["address"].endswith("service_00001")
    different = said["different"][0]
    assert different["risk_before"] == "irreversible"
    assert different["paths"] == ["engine_version", "arn", "password"]
    assert said["about"] == [
        "New code that will run: data.external.new (external)",
        "An output changes otherwise: site",
    ]
    assert "not equal" in text


async def test_equal_plans_are_said_to_be_equal(house: House, server: MCPServer):
    first, second = house.planned(), house.planned()
    for run in (first, second):
        put_reading(house.store, run.id, a_reading(a_loss(), a_change(1)))
    text, said = await asked(server, "plan_compare", run_id=second.id, with_run=first.id)
    assert said["equal"] is True
    assert "both do the same to the letter" in text
    assert said["counts"]["the same"] == 2


async def test_without_a_name_it_is_compared_with_the_last_reviewed_plan(
    house: House, server: MCPServer
):
    elsewhere = house.planned("free")
    house.planned("network")
    lonely = house.planned("network")
    error = await refused(server, "plan_compare", run_id=lonely.id)
    assert error["code"] == "nothing_to_compare"
    first = house.approved("network")
    later = house.planned("network")
    _, said = await asked(server, "plan_compare", run_id=later.id)
    assert said["with_run"] == first.id
    error = await refused(server, "plan_compare", run_id=later.id, with_run=elsewhere.id)
    assert error["code"] == "runs_apart"
    error = await refused(server, "plan_compare", run_id=later.id, with_run="nobody")
    assert error["code"] == "run_unknown"


async def test_a_comparison_of_large_plans_stays_within_its_budget(house: House, server: MCPServer):
    first, second = house.planned(), house.planned()
    put_reading(
        house.store, first.id, a_reading(*(an_update(n, diff=str(n)) for n in range(3_000)))
    )
    put_reading(
        house.store,
        second.id,
        a_reading(
            *(an_update(n, address=f"a.{'倉庫' * 300}{n}") for n in range(1_000)),
            *(an_update(n, diff=f"x{n}") for n in range(1_000)),
            code=tuple(CodeRun("コード" * 99 + str(n), CodeKind.EXTERNAL) for n in range(99)),
        ),
    )
    text, said = await asked(server, "plan_compare", run_id=second.id, with_run=first.id)
    assert weighed(text, said) <= DETAIL
    left = said["not_shown"]
    assert left["new"] + len(said["new"]) == 1_000
    assert left["different"] + len(said["different"]) == 1_000
    assert left["gone"] + len(said["gone"]) == 2_000
    assert left["differences beside them"] + len(said["about"]) == 99
