"""The session policy of an apply on every face: whole where it fits, and never in anybody's way."""

from __future__ import annotations

import json

import pytest
from mcp.server import MCPServer

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.reasons import Reason
from sekisho.domain.runs import RunStatus
from sekisho.domain.session_policies import LIMIT
from tests.faces.consoles import a_review, change, rich_reading
from tests.faces.house import House
from tests.faces.plan_answers import DETAIL, a_reading, asked, weighed
from tests.faces.test_console import BOTH, page
from tests.fakes.readings import put_reading

TITLES = {"en": "Session policy for the apply", "ja": "適用のセッションポリシー"}
MANY = (
    *("aws_instance", "aws_lb", "aws_db_instance", "aws_ecs_service", "aws_lambda_function"),
    *("aws_sqs_queue", "aws_sns_topic", "aws_eks_cluster", "aws_iam_role"),
    *("aws_elasticache_cluster", "aws_secretsmanager_secret"),
)


def made(*types: str, action: Action = Action.CREATE) -> tuple[ResourceChange, ...]:
    """A change of each type."""
    return tuple(change(f"{t}.x", action) for t in types)


@pytest.mark.anyio
async def test_a_plan_is_explained_with_the_policy_that_its_apply_needs(
    house: House, server: MCPServer
):
    run = house.planned()
    put_reading(house.store, run.id, a_reading(*made("aws_sqs_queue", "random_id")))
    text, said = await asked(server, "plan_explain", run_id=run.id)
    policy = said["session_policy"]
    (statement,) = json.loads(policy["document"])["Statement"]
    assert "sqs:Create*" in statement["Action"]
    assert policy["document"] in text
    assert (policy["characters"], policy["limit"]) == (len(policy["document"]), LIMIT)
    assert policy["not_covered"] == ["random_id × 1: another provider"]
    assert "enforced nowhere" in policy["note"]


@pytest.mark.anyio
async def test_no_policy_is_told_of_one_change_of_other_clouds_or_of_an_ended_run(
    house: House, server: MCPServer
):
    run, ended = house.planned(), house.applied()
    put_reading(house.store, run.id, a_reading(*made("aws_sqs_queue")))
    _, said = await asked(server, "plan_explain", run_id=run.id, address="#0")
    assert "session_policy" not in said
    put_reading(house.store, ended.id, a_reading(*made("aws_sqs_queue")))
    _, said = await asked(server, "plan_explain", run_id=ended.id)
    assert "session_policy" not in said
    put_reading(house.store, run.id, a_reading(*made("google_storage_bucket", "random_id")))
    _, said = await asked(server, "plan_explain", run_id=run.id)
    assert "session_policy" not in said


@pytest.mark.anyio
async def test_a_long_policy_leaves_the_answer_within_its_budget(house: House, server: MCPServer):
    run = house.planned()
    plan = a_reading(*made(*MANY, action=Action.REPLACE), *made(*(f"x_{n}" for n in range(90))))
    put_reading(house.store, run.id, plan)
    text, said = await asked(server, "plan_explain", run_id=run.id)
    assert weighed(text, said) <= DETAIL
    assert json.loads(said["session_policy"]["document"])
    assert said["session_policy"]["widened"]


@pytest.mark.anyio
async def test_where_there_is_no_room_the_advice_goes_first_and_says_so(
    house: House, server: MCPServer
):
    run = house.planned()
    alarms = tuple(
        Reason("state_lost", (("creates", "倉" * 900), ("had", "庫" * 900))) for _ in "ab"
    )
    changes = tuple(
        change(f"{t}.{'倉庫' * 200}", Action.UPDATE, why=(Reason("forced_by", (("paths", n),)),))
        for t, n in zip(MANY, "abcdefghijk", strict=True)
    )
    put_reading(house.store, run.id, a_reading(*changes, alarms=(alarm,) * 9))
    text, said = await asked(server, "plan_explain", run_id=run.id)
    assert weighed(text, said) <= DETAIL
    told = said.get("session_policy"); print("TOLD", bool(told), weighed(text, said), len(said["reasons"]))
    assert bool(told) != any("No room here for the session policy" in n for n in said["notes"])


@pytest.mark.anyio
async def test_what_fits_into_no_policy_is_said_in_words(house: House, server: MCPServer):
    run = house.planned()
    many = "acm-pca batch ce dax dlm dms drs eks fis fms fsx glue ivs lex mq oam rds rum sns ssm"
    types = [f"aws_{name.replace('-', '')}_x" for name in many.split()]
    more = "backup budgets cloudtrail connect detective kendra macie2 medialive pipes quicksight"
    more += " rekognition scheduler schemas shield signer swf synthetics transfer xray workspaces"
    more += " servicediscovery networkmanager globalaccelerator imagebuilder applicationinsights"
    more += " storagegateway elastictranscoder lakeformation internetmonitor codeconnections"
    types += [f"aws_{name}_x" for name in more.split()]
    put_reading(house.store, run.id, a_reading(*made(*types, action=Action.READ)))
    _, said = await asked(server, "plan_explain", run_id=run.id)
    policy = said["session_policy"]
    assert policy["document"] == ""
    assert policy["characters"] > LIMIT
    assert "2048 at most" in policy["note"]


@BOTH
def test_the_review_page_has_the_policy_folded_and_ready_to_be_copied(house: House, language: str):
    run = a_review(house, reading=rich_reading(made("aws_sqs_queue", "random_id")))
    html = page(house, f"/runs/{run.id}", language)
    assert TITLES[language] in html.text
    assert '"sqs:Create*"' in html.text
    assert "random_id × 1" in html.text
    assert html.text.count("2012-10-17") == 2, "in one line, and to read"


def test_the_page_of_an_ended_run_has_no_policy(house: House):
    run = a_review(house, RunStatus.APPLIED, reading=rich_reading(made("aws_sqs_queue")))
    assert TITLES["en"] not in page(house, f"/runs/{run.id}").text
