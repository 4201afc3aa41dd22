"""The session policy of an apply on every face: whole where it fits, and never in anybody's way."""

from __future__ import annotations

import dataclasses
import json

import pytest
from mcp.server import MCPServer

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plans import PlanOptions
from sekisho.domain.reasons import Reason
from sekisho.domain.rules import Match, Require, Rule
from sekisho.domain.runs import RunStatus
from sekisho.domain.session_policies import LIMIT
from sekisho.views.budgets import size
from sekisho.views.plan_explanations import GateSaid, whole_explained
from sekisho.views.plan_sections import PlanFacts
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


def test_where_rules_alarms_and_notes_leave_no_room_the_advice_goes_and_it_is_said(house: House):
    run = house.planned()
    alarm = Reason("state_lost", (("creates", "倉" * 900), ("had", "庫" * 900)))
    long = "a.*-" * 100
    every = Match(
        types=(long,), actions=(long,), requesters=(long,), requester_groups=(long,),
        sources=(long,), modes=(long,), clients=(long,), changes_over=5, destroys_over=5,
    )  # fmt: skip
    wants = Require(
        groups=(long,), change_id=long, protected=True, rollback=True, intent=True, scan=True
    )
    rules = tuple(Rule(f"{long}{n}", wants, every) for n in range(2))
    made_of = a_reading(*made(*MANY, action=Action.REPLACE), alarms=(alarm,) * 9, extra=(long,) * 3)
    targeted = dataclasses.replace(
        run, change_id=long, options=PlanOptions(targets=(long,) * 3, replace=(long,) * 3)
    )
    view = whole_explained(PlanFacts(targeted, made_of), GateSaid(rules))
    assert view.session_policy is None
    assert any("No room here for the session policy" in note for note in view.notes)
    assert len(view.rules) == len(view.alarms) == 2
    assert size(view) <= DETAIL
    brief = whole_explained(PlanFacts(run, made_of), GateSaid())
    assert brief.session_policy
    assert not any("No room here" in note for note in brief.notes)


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
