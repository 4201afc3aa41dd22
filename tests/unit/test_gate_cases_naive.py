"""The gate against a naive one that tries everything: rules, people, places, moments by chance."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.domain.actions import Risk
from sekisho.domain.approval_places import Asker, missing
from sekisho.domain.callers import Caller
from sekisho.domain.plan_traits import Kind, PlanTraits
from sekisho.domain.rules import Level, Match, PlanFacts, Require, Rule, about
from sekisho.domain.rules_wants import Promises
from tests.unit import gate_reference as reference
from tests.unit.gate_cases import (
    SEAL,
    TOKYO,
    Case,
    check,
    freeze,
    glass,
    month_end,
    soft_pass,
    window,
)

GROUPS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True).map(tuple)
PEOPLE = st.builds(
    Caller,
    person=st.sampled_from(["sato", "Sato", "ito", "ｉｔｏ", "kato", "mori", "abe"]),
    via=st.just("console"),
    subject=st.sampled_from(["", "", "", "i|1", "i|2"]),
    groups=GROUPS,
)
SOME = st.lists(PEOPLE, max_size=5)
WINDOWS = st.sampled_from(
    [None, None, window("09:00-17:00", "mon-fri", holidays=False), window("22:00-26:00", "月〜木")]
)
FREEZES = st.sampled_from([(), (), (freeze("12-28", "01-04"),), (month_end(3, 1),)])
REQUIRES = st.builds(
    Require,
    approvals=st.integers(0, 2),
    more=st.sampled_from([0, 0, 0, 1, 2]),
    groups=GROUPS,
    self_approval=st.booleans(),
    author_approval=st.booleans(),
    change_id=st.sampled_from(["", "", "CHG-[0-9]+", "変更.*"]),
    window=WINDOWS,
    freezes=FREEZES,
    rollback=st.booleans(),
    scan=st.sampled_from([False, False, True]),
    scan_at_most=st.sampled_from(["", "", "low", "medium", "high", "critical"]),
    silent=st.booleans(),
)
TYPES = ["aws_s3_bucket", "aws_iam_role", "aws_iam_user"]
ACTIONS = ["create", "update", "delete"]
MATCHES = st.builds(
    Match,
    risk=st.sampled_from([None, None, None, *Risk]),
    risk_at_most=st.sampled_from([None, None, None, *Risk]),
    types=st.sampled_from([(), (), ("aws_*",), ("aws_iam_*",), ("aws_s3_bucket",)]),
    actions=st.lists(st.sampled_from(ACTIONS), max_size=2, unique=True).map(tuple),
    changes_over=st.sampled_from([None, None, 0, 2]),
    destroys_over=st.sampled_from([None, None, 0, 2]),
    requesters=st.sampled_from([(), (), (), ("SATO",), ("a",)]),
    requester_groups=st.sampled_from([(), (), (), ("sato",), ("a",)]),
    sources=st.sampled_from([(), (), ("git",), ("upload", "inline")]),
    modes=st.sampled_from([(), (), ("normal",), ("destroy",)]),
    clients=st.sampled_from([(), (), (), ("kiro*",)]),
)
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from(["one", "two", "default"]),
        require=REQUIRES,
        match=st.one_of(st.just(Match()), MATCHES),
        level=st.sampled_from([Level.HARD, Level.HARD, Level.SOFT, Level.ADVISORY]),
    ),
    max_size=3,
).map(tuple)
TRAITS = st.builds(
    PlanTraits,
    risk=st.sampled_from(list(Risk)),
    kinds=st.lists(
        st.builds(Kind, st.sampled_from(TYPES), st.sampled_from(ACTIONS)), max_size=3, unique=True
    ).map(tuple),
    kinds_cut=st.sampled_from([False, False, False, True]),
    changes=st.integers(0, 3),
    destroys=st.integers(0, 3),
)
PLANS = st.builds(
    PlanFacts,
    requester=st.sampled_from(["sato", "a"]),
    source=st.sampled_from(["git", "upload"]),
    mode=st.sampled_from(["normal", "destroy"]),
    client=st.sampled_from(["Kiro/1", "cursor"]),
    groups=GROUPS,
    traits=TRAITS,
)
PROMISES = st.builds(
    Promises,
    change_id=st.sampled_from(["", "CHG-1", "CHG-1\n", "変更-1"]),
    rollback=st.sampled_from(["", " ", "revert"]),
    scan=st.sampled_from(["", "clean", "low", "medium", "high", "critical", "LOW"]),
)
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - a clock on a wall
    datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(ZoneInfo(TOKYO)),
)
PASSES = st.lists(
    st.sampled_from([soft_pass("one"), soft_pass("default"), glass(), soft_pass("two", seal="x")]),
    max_size=2,
).map(tuple)


@settings(max_examples=400)
@given(RULES, SOME, st.sampled_from(["", "sato@x.jp", "ito"]))
def test_places_are_filled_as_well_as_by_trying_every_assignment(
    rules: tuple[Rule, ...], people: list[Caller], author: str
):
    known = reference.distinct(people)
    requester = Caller("sato", "kiro", subject="i|1")
    found = missing(rules, known, Asker(requester, author))
    by_level = tuple(
        sum(n for rule, n in zip(rules, found, strict=True) if rule.level is level)
        for level in Level
    )

    assert by_level == reference.lacking(rules, known, requester, author)


@settings(max_examples=400)
@given(RULES, PLANS)
def test_the_naive_reader_finds_the_same_rules(rules: tuple[Rule, ...], plan: PlanFacts):
    assert list(about(rules, plan)) == reference.applicable(rules, plan)


@settings(max_examples=600)
@given(RULES, PLANS, SOME, PROMISES, MOMENTS, PASSES)
def test_nothing_that_the_naive_gate_holds_up_is_let_through(
    rules: tuple[Rule, ...],
    plan: PlanFacts,
    people: list[Caller],
    promises: Promises,
    now: datetime,
    passed: tuple[Any, ...],
):
    requester = Caller(plan.requester, plan.client, groups=plan.groups)
    case = Case(
        "by chance",
        rules,
        now=now,
        by=tuple(people),
        author="ito@x.jp",
        requester=requester,
        plan=plan.traits,
        mode=plan.mode,
        source=plan.source,
        client=plan.client,
        promises=promises,
        overrides=passed,
    )
    assert case.about == plan
    assert case.facts.seal == SEAL
    check(case, told_of=False)


@given(MOMENTS, WINDOWS.filter(bool))
def test_windows_are_those_of_a_naive_reader_of_the_clock(now: datetime, found: Any):
    assert found.open_at(now) is reference.is_open(found, now)


@given(MOMENTS, FREEZES.filter(bool))
def test_freezes_are_those_of_a_naive_reader_of_the_calendar(now: datetime, found: Any):
    assert found[0].frozen_at(now) is reference.is_frozen(found[0], now)
