"""Groups, rules and access of `sekisho.yaml`: what they mean, and every mistake with its line."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from sekisho.catalog import FileCatalog, OperatorFile, Usual, json_schema, read_operator_file
from sekisho.catalog.documents import read_document
from sekisho.catalog.rules_section import ActionWord, LevelWord, ModeWord, RiskWord
from sekisho.domain.access import EVERYTHING, Grant
from sekisho.domain.actions import Action, Risk
from sekisho.domain.change_patterns import pattern_problem
from sekisho.domain.errors import OperatorFileInvalid
from sekisho.domain.groups import Group, Member
from sekisho.domain.plan_traits import Kind, PlanTraits
from sekisho.domain.plans import PlanMode
from sekisho.domain.rules import (
    DEFAULT_RULES,
    Level,
    Match,
    PlanFacts,
    Require,
    Rule,
    about,
    rules_version,
)
from sekisho.domain.windows import Freeze, Hours, MonthEnds, Window, Yearly, parse_days

HEAD = """\
version: 1
targets: {spoke: {region: ap-northeast-1}}
workspaces:
  net-prod: {labels: {env: prod}, target: spoke}
  net-stg: {labels: {env: stg}}
  play: {}
groups:
  infra-team: [{claim: groups, value: infra}, sato@example.jp]
  service-owners: [suzuki@example.jp]
"""

Read = Callable[[str], OperatorFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str) -> OperatorFile:
        path = tmp_path / "sekisho.yaml"
        path.write_text(text, encoding="utf-8")
        return read_operator_file(path, {})

    return read_text


def problems(read: Read, more: str) -> list[str]:
    """Read the head and more; return what is wrong."""
    with pytest.raises(OperatorFileInvalid) as refusal:
        read(HEAD + more)
    return str(refusal.value.facts["problem"]).splitlines()


def rules(read: Read, more: str, workspace: str = "net-prod") -> tuple[Rule, ...]:
    return FileCatalog(read(HEAD + more)).get(workspace).rules


def test_groups_are_people_by_name_and_by_claim(read: Read):
    assert FileCatalog(read(HEAD)).groups() == (
        Group("infra-team", (Member(claim="groups", value="infra"), Member("sato@example.jp"))),
        Group("service-owners", (Member("suzuki@example.jp"),)),
    )


def test_without_access_everything_is_granted_and_with_it_nothing_else_than_it_says(read: Read):
    assert FileCatalog(read(HEAD)).access() == EVERYTHING
    more = 'access: [{group: infra-team, allow: [read, plan], workspaces: ["net-*"]}]'
    access = FileCatalog(read(HEAD + more)).access()

    assert access.grants == (Grant("infra-team", frozenset({"read", "plan"}), ("net-*",)),)
    assert access.acts(("infra-team",), "net-prod") == {"read", "plan"}
    assert not access.acts(("infra-team",), "play")
    assert not access.acts(("service-owners",), "net-prod")
    assert not access.acts((), "net-prod"), "the person of the loopback default has no group"


def test_a_whole_rule_means_what_it_says(read: Read):
    more = r"""
rules:
  - name: production
    match:
      {labels: {env: [prod, stg]}, workspaces: net-*, risk: review, risk_at_most: dangerous,
       types: aws_*, actions: [delete, replace], changes_over: 3, destroys_over: 0,
       requesters: [infra-team, Tanaka], sources: [git], modes: [normal], clients: [Claude*]}
    require:
      approvals: {count: 2, add: 1, from: [service-owners], self: true, author: true}
      change_id: '^CHG-\d{4}-\d{4}$'
      window: {tz: Asia/Tokyo, days: [mon, tue, wed, thu], hours: 22:00-26:00, except: jp_holidays}
      freezes:
        - {name: 年末年始, from: 12-28, to: 01-04}
        - {name: 月末, tz: Asia/Seoul, month_end: 2, month_start: 1}
      plan_age: 8h
      source: protected
      rollback: true
      scan: clean
      intent: true
    level: soft
    override_by: infra-team
"""
    (rule,) = rules(read, more)
    groups = FileCatalog(read(HEAD)).groups()
    weekdays = parse_days("mon-thu")

    assert rule == Rule(
        name="production",
        level=Level.SOFT,
        overriders=("infra-team",),
        members=groups,
        match=Match(
            risk=Risk.REVIEW,
            risk_at_most=Risk.DANGEROUS,
            types=("aws_*",),
            actions=("delete", "replace"),
            changes_over=3,
            destroys_over=0,
            requesters=("Tanaka",),
            requester_groups=("infra-team",),
            sources=("git",),
            modes=("normal",),
            clients=("claude*",),
        ),
        require=Require(
            approvals=2,
            more=1,
            groups=("service-owners",),
            self_approval=True,
            author_approval=True,
            change_id=r"^CHG-\d{4}-\d{4}$",
            window=Window("Asia/Tokyo", weekdays, Hours(22 * 60, 26 * 60), "jp_holidays"),
            freezes=(
                Freeze("年末年始", "Asia/Tokyo", Yearly((12, 28), (1, 4))),
                Freeze("月末", "Asia/Seoul", MonthEnds(last=2, first=1)),
            ),
            plan_age=timedelta(hours=8),
            protected=True,
            rollback=True,
            scan=True,
            intent=True,
        ),
    )
    assert rules(read, more, "net-stg") == (rule,)
    assert rules(read, more, "play") == DEFAULT_RULES, "a rule for others is none for this one"


def test_a_rule_is_for_the_workspaces_that_its_words_fit_together(read: Read):
    more = """
rules:
  - {name: all, require: {approvals: 1}}
  - {name: prod, match: {labels: {env: prod}}, require: {approvals: 2}}
  - {name: spoke, match: {targets: spoke}, require: {rollback: true}}
  - {name: local, match: {targets: local, workspaces: [net-*]}, require: {intent: true}}
"""
    found = {
        name: [r.name for r in rules(read, more, name)] for name in ("net-prod", "net-stg", "play")
    }
    assert found == {
        "net-prod": ["all", "prod", "spoke"],
        "net-stg": ["all", "local"],
        "play": ["all"],
    }


def test_approvals_that_are_left_out_free_nobody(read: Read):
    (silent,) = rules(read, "rules: [{name: a, require: {change_id: CHG}}]")
    (free,) = rules(read, "rules: [{name: a, require: {approvals: 0}}]")
    plan = PlanFacts("sato", "git")

    assert (silent.require.silent, silent.require.approvals) == (True, 0)
    assert about([silent], plan) == (silent, *DEFAULT_RULES)
    assert about([free], plan) == (free,)


def test_another_member_of_a_group_is_another_version_of_the_rules(read: Read):
    more = "rules: [{name: a, require: {approvals: {count: 1, from: [service-owners]}}}]"
    before = rules_version(rules(read, more))
    head = HEAD.replace("suzuki@", "mallory@")
    after = rules_version(FileCatalog(read(head + more)).get("net-prod").rules)
    unrelated = HEAD.replace("sato@", "tanaka@")

    assert before != after
    assert before == rules_version(FileCatalog(read(unrelated + more)).get("net-prod").rules)


def test_a_person_who_is_called_like_a_group_is_not_in_it(read: Read):
    more = "rules: [{name: a, match: {requesters: [infra-team]}, require: {approvals: 0}}]"
    found = rules(read, more)

    assert about(found, PlanFacts("infra-team", "git")) == DEFAULT_RULES
    assert about(found, PlanFacts("sato", "git", groups=("infra-team",))) == found


def test_how_old_a_plan_may_be_is_the_settings_where_a_rule_says_nothing(tmp_path: Path):
    path = tmp_path / "sekisho.yaml"
    path.write_text(HEAD + "rules: [{name: a, require: {approvals: 2}}]", encoding="utf-8")
    usual = (Rule("default", Require(plan_age=timedelta(hours=3))),)

    file = read_operator_file(path, {}, Usual(usual))
    assert file.workspaces[0].rules[0].require.plan_age == timedelta(hours=3)


@pytest.mark.parametrize(
    ("given", "age"),
    [("30m", timedelta(minutes=30)), ("8h", timedelta(hours=8)), ("2d", timedelta(days=2))],
)
def test_durations(read: Read, given: str, age: timedelta):
    (rule,) = rules(read, f"rules: [{{name: a, require: {{plan_age: {given}}}}}]")
    assert rule.require.plan_age == age


def one(require: str, more: str = "") -> str:
    return f"rules:\n  - name: a\n    {more or 'level: hard'}\n    require: {require}\n"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("groups_: {}", "line 10: groups_: unknown key; did you mean `groups`?"),
        (one("{aprovals: 1}"), "line 13: rules.0.require.aprovals: unknown key; did you mean `app"),
        (one("{approvals: {form: [x]}}"), "unknown key; did you mean `from`?"),
        (one("{approvals: 1}", "macth: {}"), "line 12: rules.0.macth: unknown key; did you mean"),
        (one("{approvals: 1}", "match: {risk: hihg}"), "line 12: rules.0.match.risk: "),
        (one("{approvals: {count: 1, from: [service-owner]}}"),
         "line 13: rules.0.require.approvals.from.0: there is no group 'service-owner'; did you"),
        (one("{approvals: 1}", "override_by: [infra]\n    level: soft"), "no group 'infra'"),
        (one("{approvals: 1}", "override_by: [infra-team]"), "goes with level: soft"),
        (one("{approvals: 1}", "match: {requesters: [infra-taem]}"), "mean `infra-team`?"),
        ("access: [{group: nobody, allow: [read]}]", "line 10: access.0.group: there is no group"),
        ("access: [{group: infra-team, allow: [aprove]}]", "line 10: access.0.allow.0: "),
        ("access: []", "at least one is needed"),
        (one("{approvals: 1}", "match: {labels: {evn: prod}}"),
         "line 12: rules.0.match.labels.evn: no workspace has this label; did you mean `env`?"),
        (one("{approvals: 1}", "match: {labels: {env: [prod, stgg]}}"),
         "rules.0.match.labels.env.1: no workspace has env: stgg; did you mean `stg`?"),
        (one("{approvals: 1}", "match: {workspaces: [net-prd]}"), "did you mean `net-prod`?"),
        (one("{approvals: 1}", "match: {targets: [spok]}"), "did you mean `spoke`?"),
        (one("{approvals: 1}", "match: {labels: {env: prod}, targets: local}"),
         "line 12: rules.0.match: the rule is about no workspace"),
        (one("{approvals: 1}") + "  - {name: A, require: {intent: true}}",
         "line 14: rules.1.name: there is a rule 'A' already"),
        ("rules: [{name: default, require: {approvals: 0}}]", "the server's own rule"),
        (one("{}"), "something is needed"),
        (one("{rollback: false}"), "something is needed"),
        (one("{approvals: {count: 0, from: [infra-team]}}"), "nobody needs to approve"),
        (one("{approvals: -1}"), "rules.0.require.approvals.count"),
        (one("{approvals: true}"), "rules.0.require.approvals"),
        (one("{approvals: 99}"), "rules.0.require.approvals.count"),
        (one("{change_id: '['}"), "line 13: rules.0.require.change_id: this is no regular expr"),
        (one("{change_id: '(a+)+'}"), "could be tried in too many ways"),
        (one("{window: {hours: 22:00-26:00}}"), "rules.0.require.window.tz: this key is needed"),
        (one("{window: {tz: JST}}"), "did you mean Asia/Tokyo?"),
        (one("{window: {tz: UTC, days: []}}"), "there must be one at least"),
        (one("{window: {tz: UTC, days: [moon]}}"), "'moon' is no day of the week"),
        (one("{window: {tz: UTC, hours: 22:00-02:00}}"), "across midnight write 22:00-26:00"),
        (one("{freezes: [{name: x, from: 12-28, to: 01-04}]}"), "a freeze needs tz"),
        (one("{freezes: [{name: x, tz: UTC, from: 12-28}]}"), "from and to are needed"),
        (one("{freezes: [{name: x, tz: UTC, from: 12-32, to: 01-04}]}"), "12-32 is no day"),
        (one("{freezes: [{name: x, tz: UTC, month_end: 40}]}"), "month_end"),
        (one("{plan_age: 8}"), "a duration is needed, like 30m, 8h or 2d"),
        (one("{plan_age: 0h}"), "a duration is needed"),
        (one("{plan_age: 90d}"), "30 days old at most"),
        (one("{source: protcted}"), "'protected' is needed"),
        (one("{approvals: 1}", "match: {risk: irreversible, risk_at_most: safe}"), "no risk is"),
    ],
)  # fmt: skip
def test_every_mistake_is_told_with_its_line(read: Read, more: str, expected: str):
    assert any(expected in line for line in problems(read, more)), problems(read, more)


@pytest.mark.parametrize(
    ("members", "expected"),
    [("[]", "at least one"), ("['']", "name of a person"), ("[{claim: x}]", "go together"),
     ("[7]", "line 5"), ('["a\\u202eb"]', "name of a person"),
     ("[{claim: x, value: y, person: z}]", "is needed"), ("[{clam: x}]", "did you mean `claim`")],
)  # fmt: skip
def test_groups_that_cannot_be_meant(read: Read, members: str, expected: str):
    text = f"version: 1\nworkspaces: {{a: }}\ngroups:\n  b: [x]\n  g: {members}\n"
    with pytest.raises(OperatorFileInvalid) as refusal:
        read(text)
    assert expected in str(refusal.value.facts["problem"])


@pytest.mark.parametrize(
    "pattern",
    [r"^CHG-\d{4}-\d{4}$", r"(CHG|INC)-\d+", r"(?:\d{1,3}-){0,2}\d+", r"CHG[-_]\d{1,8}", "a{",
     r"(?i)chg-\d+", r"[A-Z]{2,10}-\d+", r"[]x]+\(", "変更-[0-9]+"],
)  # fmt: skip
def test_patterns_of_change_numbers_that_people_use_are_taken(pattern: str):
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "(a*)*", "((a{1,9}){1,9}){1,9}{0,1}", r"(\d+|a)+", "(.*)(.*)(.*)(.*)x",
     r"(a+){,}b", "(?x)a", "(a)(?(1)b|c)", "x" * 400, "(", r"(a?b?){20}c", "(?:a+)*+b"],
)  # fmt: skip
def test_patterns_that_could_take_years_are_not_taken(pattern: str):
    assert pattern_problem(pattern)


@pytest.mark.parametrize("pattern", [r".*.*x", r"(?:\w{1,9}){0,2}\w+x", r"(a|aa|aaa){1,8}b"])
def test_what_is_taken_is_soon_judged(pattern: str):
    import re

    assert pattern_problem(pattern) is None
    started = time.monotonic()
    assert not re.fullmatch(pattern, "a" * 500)
    assert time.monotonic() - started < 5


def test_the_words_of_the_file_are_those_of_the_domain():
    assert set(get_args(RiskWord)) == set(map(str, Risk))
    assert {*get_args(ActionWord), "unknown"} == set(map(str, Action))
    assert set(get_args(ModeWord)) == set(map(str, PlanMode))
    assert set(get_args(LevelWord)) == set(map(str, Level))


DESIGN = r"""
version: 1
targets:
  hub: {account: "111111111111", region: ap-northeast-1}
  spoke: {account: "222222222222", region: ap-northeast-1}
workspaces:
  network-prod:
    source: {git: {url: "https://git.example/infra.git", ref: main, path: envs/prod}, upload: plan_only}
    backend: {s3: {bucket: team-terraform-state, key: network/terraform.tfstate, lock: both, dynamodb_table: terraform-state-lock}}
    target: spoke
    terraform: "~> 1.11"
    variables: {env: prod}
    labels: {env: prod}
rules:
  - name: production
    match: {labels: {env: prod}}
    require: {approvals: {count: 2, from: [infra-approvers]}, change_id: "^CHG-\\d{4}-\\d{4}$",
              window: {tz: Asia/Tokyo, days: [mon, tue, wed, thu], hours: "22:00-26:00", except: jp_holidays}, plan_age: 8h}
  - name: nothing-stateful-dies
    match: {risk: irreversible}
    require: {approvals: {add: 1, from: [service-owners]}}
groups:
  infra-team: [{claim: groups, value: infra}, sato@example.jp]
  infra-approvers: [{claim: groups, value: infra-leads}]
  service-owners: [suzuki@example.jp]
access:
  - {group: infra-team, allow: [read, plan, apply], workspaces: ["*"]}
  - {group: infra-approvers, allow: [read, approve], workspaces: ["*"]}
"""  # noqa: E501
"""The file of the design, without what later steps build."""


def test_the_file_of_the_design_loads_and_judges(read: Read):
    file = read(DESIGN)
    jsonschema.Draft202012Validator(json_schema()).validate(read_document(DESIGN.encode()).data)
    (workspace,) = file.workspaces
    worst = PlanTraits(Risk.IRREVERSIBLE, (Kind("aws_db_instance", "delete"),), changes=1)
    window = workspace.rules[0].require.window

    assert [r.name for r in about(workspace.rules, PlanFacts("a", "git"))] == ["production"]
    both = about(workspace.rules, PlanFacts("a", "git", traits=worst))
    assert [r.require.places for r in both] == [2, 1]
    assert window
    assert window.open_at(datetime(2026, 11, 26, 16, 0, tzinfo=UTC)), "Friday 01:00 of Thursday"
    assert not window.open_at(datetime(2026, 11, 27, 14, 0, tzinfo=UTC)), "Friday 23:00"
