"""What rules say, wherever people and agents see them, and by which version a plan was judged."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from sekisho.domain.rules import Level, Match, Require, Rule, rules_version
from sekisho.domain.windows import Freeze, parse_period
from sekisho.engine.workspaces import WorkspaceView as Known
from sekisho.views.rule_words import rule_sentences
from sekisho.views.runs import RunView
from sekisho.views.view import tokens
from sekisho.views.workspaces import WorkspaceView
from tests.faces.consoles import browser
from tests.faces.house import House

NIGHT = Rule(
    "夜間",
    Require(approvals=2, groups=("leads",), change_id="^CHG-\\d+$", plan_age=timedelta(hours=8)),
    Match(modes=("destroy",)),
    Level.SOFT,
    ("board",),
)


def known(house: House, *rules: Rule) -> Known:
    found = house.engine.workspaces.get("network")
    return Known(dataclasses.replace(found.declared, rules=rules), found.record)


def test_a_rule_of_a_workspace_says_what_it_wants_and_its_level(house: House):
    view = WorkspaceView.of(known(house, NIGHT))
    (rule,) = view.rules
    assert rule.level == "soft"
    assert "2 person(s) approve: leads." in rule.said
    assert "Not met, board may override it, with a reason." in rule.said
    assert "Rule 夜間 (soft): About plans where the mode is destroy." in view.words()
    assert view.rules_version == rules_version([NIGHT])[7:19]


def test_many_rules_stay_within_a_budget_and_are_all_named(house: House):
    long = [
        dataclasses.replace(
            NIGHT,
            name=f"rule {n}",
            match=Match(types=tuple(f"aws_{'x' * 60}_{i}" for i in range(40))),
        )
        for n in range(20)
    ]
    view = WorkspaceView.of(known(house, *long))
    assert len(view.rules) == 20
    assert view.rules[0].said
    assert not view.rules[-1].said
    assert "rule 19 (soft): 2 approval(s), plan at most 8 h old" in view.words()
    assert tokens(view.words()) + tokens(view.model_dump_json()) < 4_000


def test_what_does_not_fit_is_counted_and_what_it_means_to_miss_it_is_kept():
    period = parse_period("12-28", "01-04")
    freezes = tuple(Freeze(f"f{n}", "Asia/Tokyo", period) for n in range(30))
    lines = rule_sentences(Rule("r", Require(freezes=freezes)))
    assert len(lines) == 12
    assert lines[-1] == "Not met, nothing is applied."
    assert lines[-2].startswith("… ")


def test_a_run_tells_by_which_rules_it_was_judged(house: House):
    run = house.planned()
    assert run.plan
    version = run.plan.seal.seal.rules[7:19]
    view = RunView.of(run)
    assert view.plan
    assert view.plan.rules == version
    assert f"version {version} of the rules" in view.words()
    with browser(house) as client:
        assert version in client.get(f"/runs/{run.id}").text
        assert run.plan.seal.seal.rules in client.get(f"/runs/{run.id}/evidence").text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "anybody who may approve"), ("ja", "1 名の承認（承認の権限を持つ人）")],
)
def test_the_page_of_a_workspace_says_its_rules(house: House, language: str, words: str):
    with browser(house, language) as client:
        page = client.get("/workspaces/network").text
    assert words in page
    assert rules_version(house.engine.workspaces.get("network").declared.rules)[7:19] in page
