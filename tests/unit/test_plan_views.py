"""Whatever a plan holds, its views are made: within budgets, inert, the same each time."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import (
    Check,
    CodeKind,
    CodeRun,
    Note,
    Part,
    ResourceChange,
    Side,
    ValueChange,
)
from sekisho.domain.plan_comparisons import compare
from sekisho.domain.plan_filters import ChangeFilter
from sekisho.domain.plan_renames import candidates, rename_of
from sekisho.domain.plans import PlanMode, PlanOptions, PlanReading, count
from sekisho.domain.reasons import Reason
from sekisho.domain.runs import RunStatus
from sekisho.domain.states import NO_STATE
from sekisho.views.document_changes import head_of
from sekisho.views.plan_changes import ChangeRow, page_of
from sekisho.views.plan_comparisons import Side as Plan
from sekisho.views.plan_comparisons import comparison_of
from sekisho.views.plan_diffs import diff_of
from sekisho.views.plan_explanations import GateSaid, change_explained, whole_explained
from sekisho.views.plan_leaves import LeafView
from sekisho.views.plan_sections import PlanFacts
from sekisho.views.plans import section_of, summary_of
from sekisho.views.view import View
from tests.bpe import count as bpe
from tests.faces.plan_answers import DETAIL, SUMMARY, a_loss, a_reading, an_update, weighed
from tests.fakes.readings import handed
from tests.fakes.values import a_run

TEXT = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.text(max_size=10).map(lambda t: t * 200),
    st.sampled_from(["", "関所" * 400, '"\\[]{}' * 100, "a.b[0]", "\x1b[31m\u202e", "password: x"]),
)
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
LEAF = st.builds(
    ValueChange,
    path=TEXT,
    before=VALUE,
    after=VALUE,
    note=st.sampled_from([*Note, "", "9 more"]),
    side=st.sampled_from(Side),
    mark=st.sampled_from(["", "ab"]),
)
CHANGE = st.builds(
    ResourceChange,
    address=TEXT,
    type=TEXT,
    name=TEXT,
    action=st.sampled_from(Action),
    actions=st.lists(TEXT, max_size=3).map(tuple),
    module=TEXT,
    deposed=st.sampled_from(["", "a1b2"]),
    reason=st.sampled_from(["", "replace_because_tainted", "delete_because_each_key", "new"]),
    previous_address=st.one_of(st.just(""), TEXT),
    importing=st.booleans(),
    forced_by=st.lists(TEXT, max_size=3).map(tuple),
    values=st.lists(LEAF, max_size=6).map(tuple),
    risk=st.sampled_from(Risk),
    why=st.lists(st.builds(Reason, code=TEXT), max_size=4).map(tuple),
    references=st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=3).map(tuple)), max_size=3).map(
        tuple
    ),
    extra=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
)


@st.composite
def readings(draw: st.DrawFn) -> tuple[PlanReading, list[ResourceChange]]:
    """A plan, and its changes whole."""
    changes = draw(st.lists(CHANGE, max_size=12)) * draw(st.sampled_from([1, 1, 20]))
    whole: dict[str, Any] = {
        "counts": count(changes, 2, 1, 0),
        "changes": tuple(changes),
        "drift": tuple(draw(st.lists(CHANGE, max_size=2))),
        "deferred": tuple(draw(st.lists(CHANGE, max_size=2))),
        "outputs": tuple(draw(st.lists(LEAF, max_size=5))),
        "code": tuple(CodeRun(t, CodeKind.EXTERNAL, t) for t in draw(st.lists(TEXT, max_size=5))),
        "checks": tuple(Check(t, t, t, (t,)) for t in draw(st.lists(TEXT, max_size=3))),
        "alarms": tuple(Reason(t) for t in draw(st.lists(TEXT, max_size=3))),
        "extra": tuple(draw(st.lists(TEXT, max_size=3))),
        "position": NO_STATE,
        "terraform_version": "1.11.4",
        "complete": draw(st.booleans()),
        "errored": draw(st.booleans()),
    }
    kept: list[ResourceChange] = []
    return handed(PlanReading(**whole), kept.append), kept


def every_view(reading: PlanReading, whole: list[ResourceChange], options: PlanOptions):
    run = a_run(status=RunStatus.AWAITING_APPROVAL, options=options)
    facts = PlanFacts(run, reading, lambda numbers: [whole[n] for n in numbers])
    yield summary_of(facts), SUMMARY
    for section in ("code", "outputs", "checks", "actions"):
        yield section_of(facts, section, 0), DETAIL
    for part in Part:
        yield page_of(run, reading, ChangeFilter(part=part)), DETAIL
    yield whole_explained(facts, GateSaid()), DETAIL
    for change in whole[:2]:
        yield diff_of(run, change, whole[:4], ["a"]), DETAIL
        others = candidates(change, whole)
        yield change_explained(facts, change, rename_of(change, others), GateSaid()), DETAIL
    plan = Plan(run, reading, {c.number: c for c in whole})
    bare = Plan(run, handed(PlanReading(**{**vars(reading), "changes": ()}), whole.append), {})
    yield comparison_of(plan, bare, compare((), reading.changes)), DETAIL


def told(views: Any) -> list[tuple[View, int, str]]:
    return [(view, budget, view.spoken()) for view, budget in views]


@pytest.mark.long
@settings(
    max_examples=25,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    deadline=None,
)
@given(readings(), TEXT, st.sampled_from(PlanMode))
def test_no_plan_breaks_a_view(
    made: tuple[PlanReading, list[ResourceChange]], target: str, mode: PlanMode
):
    reading, whole = made
    options = PlanOptions(mode, (target,) * 50, (target,))
    first = told(every_view(reading, list(whole), options))
    for view, budget, text in first:
        assert weighed(text, view.structured()) <= budget, type(view).__name__
        assert "\x1b" not in text
        assert "\u202e" not in text
    again = told(every_view(reading, list(whole), options))
    assert [text for _, _, text in first] == [text for _, _, text in again]


def test_what_is_known_after_apply_is_told_as_a_turn_from_what_stands_there():
    value = ValueChange("id", "i-1", note=str(Note.UNKNOWN))
    assert LeafView.of(value).words() == '    id: "i-1" -> (known after apply)'
    new = ValueChange("id", note=str(Note.UNKNOWN), side=Side.AFTER)
    assert LeafView.of(new, Side.AFTER).words() == "    id (known after apply)"


def test_a_replacement_that_creates_first_has_one_sign_on_all_faces():
    for actions, sign in (
        (("create", "delete"), "+/-"),
        (("delete", "create"), "-/+"),
        (("create", "forget"), "+/-"),
    ):
        change = ResourceChange("a.b", "a", "b", Action.REPLACE, actions)
        assert change.sign == sign
        assert f" {sign} replace " in ChangeRow.of(change).words()
        assert head_of((change,), "en")["sign"] == sign
    assert ResourceChange("a.b", "a", "b", Action.CREATE, ("create",)).sign == "+"


def a_tight_plan() -> PlanReading:
    """A plan of 152 updates of a type, 150 of them equal, that leaves little room for them."""
    named = [an_update(n, type="terraform_data") for n in range(150)]
    cidr = an_update(
        150, type="terraform_data", values=(ValueChange("cidr", "10.0.0.0/8", "0.0.0.0/0"),)
    )
    secret = an_update(
        151,
        type="terraform_data",
        values=(ValueChange("password", "(sensitive)", "(sensitive)", Note.SENSITIVE, mark="ab"),),
    )
    code = tuple(CodeRun(f"data.external.probe_{n}", CodeKind.EXTERNAL) for n in range(30))
    return a_reading(
        *named,
        cidr,
        secret,
        code=code,
        outputs=tuple(ValueChange(f"output_{n}", "a", "b") for n in range(40)),
        drift=tuple(an_update(n, address=f"terraform_data.drifted[{n}]") for n in range(30)),
        checks=(
            Check("check.unsure", "check", "unknown", ("Not known yet.",)),
            *(Check(f"check.site_{n}", "check", "fail", (f"Site {n} is down.",)) for n in range(9)),
        ),
    )


@pytest.mark.parametrize("risk", [Risk.REVIEW, Risk.DANGEROUS])
def test_equal_changes_are_told_apart_from_others_of_their_type(risk: Risk):
    plan = a_tight_plan()
    changes = tuple(dataclasses.replace(c, risk=risk) for c in plan.changes)
    kept: list[ResourceChange] = []
    reading = handed(dataclasses.replace(plan, changes=changes), kept.append)
    look = lambda numbers: [kept[n] for n in numbers]  # noqa: E731 (as the store does)
    view = summary_of(PlanFacts(a_run(), reading, look))
    counts = sorted(row.count or 1 for row in view.changes)
    assert counts in ([1, 1, 150], [2, 150])
    text = view.spoken()
    assert ("different changes" in text) is (counts == [2, 150])
    assert "150 × terraform_data: " in text
    assert "tags.git_sha" in text
    assert view.checks[0].startswith("check.site_0 (fail)")
    assert len(view.checks) + view.not_shown.get("checks", 0) == 9


def test_a_row_that_different_changes_share_says_so():
    changes = [an_update(n, values=(ValueChange(f"tags.n{n}", "a", "b"),)) for n in range(300)]
    kept: list[ResourceChange] = []
    reading = handed(a_reading(*changes), kept.append)
    look = lambda numbers: [kept[n] for n in numbers]  # noqa: E731 (as the store does)
    view = summary_of(PlanFacts(a_run(), reading, look))
    assert [row.count for row in view.changes] == [300]
    assert "300 × aws_instance, different changes, first: aws_instance.web[0]" in view.spoken()


@pytest.mark.parametrize("size", [0, 3, 200])
def test_a_failing_check_and_an_alarm_have_a_line_whatever_else_there_is(size: int):
    losses = [a_loss(n, type=f"aws_kind_{n}" * 5) for n in range(size)]
    code = tuple(CodeRun(f"data.external.probe_{n}" * 9, CodeKind.EXTERNAL) for n in range(size))
    fail = Check("check.health" * 30, "check", "fail", ("It is down. " * 90,))
    reading = handed(
        a_reading(*losses, code=code, checks=(fail, fail), alarms=(Reason("deletes_all"),) * 9),
        lambda _change: None,
    )
    view = summary_of(PlanFacts(a_run(), reading))
    assert view.checks
    assert view.alarms
    assert bpe(view.spoken() + json.dumps(view.structured(), ensure_ascii=False)) <= SUMMARY
