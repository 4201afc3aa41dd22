"""Cases 10 to 13 of the plan JSON's contract: whole plans, on real ones."""

from __future__ import annotations

import re

import pytest

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import ValueChange
from sekisho.domain.plan_groups import groups_of
from sekisho.views.plan_line import plan_line
from tests.plan_fixtures import load, made, names, read, read_again


def hidden(value: ValueChange) -> tuple[object, object, str]:
    return value.before, value.after, value.note


# --- 10: whole plans ------------------------------------------------------------------------------


def test_case_10_a_plan_of_outputs_alone_can_be_applied():
    found = read("case10-outputs-only")
    assert (found.reading.changes, found.reading.applyable) == ((), True)
    assert found.reading.counts.outputs == 5
    assert [v.path for v in found.reading.outputs] == [
        "changed.a", "changed.b[1]", "gone", "hidden", "new", "secret",
    ]  # fmt: skip
    assert (found.output("secret").note, found.output("gone").after) == ("sensitive", None)


def test_case_10_outputs_that_are_not_known_yet_have_no_after():
    assert "after" not in load("case10-outputs-unknown")["output_changes"]["later"]
    found = read("case10-outputs-unknown")
    assert found.output("later").note == "unknown"
    assert (found.output("partly.id").note, found.output("partly.n").after) == ("unknown", 1)
    assert found.output("secret_later").note


def test_case_10_a_refresh_only_plan_of_drift_can_be_applied():
    found = read("case10-refresh-only").reading
    assert (found.changes, found.applyable, found.counts.drift) == ((), True, 3)


def test_case_10_a_refresh_only_plan_of_drift_is_not_called_no_changes():
    counts = read("case10-refresh-only").reading.counts
    assert not plan_line(counts, refresh_only=True).startswith("No changes.")


def test_case_10_a_refresh_only_plan_without_drift_cannot_be_applied():
    found = read("case10-refresh-only-nothing").reading
    assert (found.changes, found.applyable, found.counts.drift) == ((), False, 0)
    assert made("case10-refresh-only-nothing")["options"] == ["-refresh-only"]


def test_case_10_drift_that_changes_nothing_in_a_normal_plan_cannot_be_applied():
    found = read("case10-drift-only").reading
    assert (found.changes, found.applyable, found.counts.drift) == ((), False, 1)


def test_case_10_a_plan_of_nothing_is_empty_and_cannot_be_applied():
    found = read("case10-nothing").reading
    assert (found.changes, found.outputs, found.applyable) == ((), (), False)
    assert plan_line(found.counts).startswith("No changes.")


@pytest.mark.parametrize("name", ["case10-destroy", "case10-destroy-outputs"])
def test_case_10_destroy_mode_is_not_in_the_json_and_gives_no_reasons(name: str):
    assert made(name)["options"] == ["-destroy"]
    assert "destroy" not in load(name)
    assert {(c.action, c.reason) for c in read(name).reading.changes} == {(Action.DELETE, "")}
    assert all(v.after is None for v in read(name).reading.outputs)


def test_case_10_a_targeted_plan_is_incomplete_and_can_be_applied():
    found = read("case10-target").reading
    assert (found.complete, found.applyable, found.counts.change) == (False, True, 1)


@pytest.mark.parametrize("name", ["case10-errored", "case10-errored-1-15"])
def test_case_10_a_plan_that_ended_in_an_error_can_never_be_applied(name: str):
    found = read(name).reading
    assert (found.errored, found.applyable, found.complete) == (True, False, False)
    assert load(name)["checks"]
    assert made(name)["plan_line"], "Terraform prints a Plan: line all the same"


def test_case_10_a_failed_check_does_not_stop_a_plan():
    checks = {c["address"]["to_display"]: c["status"] for c in load("case10-checks")["checks"]}
    assert checks == {
        "check.health": "fail",
        "output.checked": "pass",
        "terraform_data.a": "unknown",
        "var.limit": "pass",
    }
    found = read("case10-checks").reading
    assert (found.errored, found.applyable, found.counts.add) == (False, True, 2)


# --- 11: the same bytes ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", names("case*"))
def test_case_11_the_same_plan_reads_the_same(name: str):
    assert read_again(name).text() == read(name).text()


def test_case_11_no_control_character_of_a_plan_reaches_a_reading():
    found = read("case11-hostile-text")
    texts = [str(t) for v in found.leaves["terraform_data.a", ""] for t in (v.before, v.after)]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e]", "".join(texts))
    assert found.value("terraform_data.a", "input.空").after == "日本語 2 😀"
    assert found.value("terraform_data.a", "input.<b>").after == "<script>alert(2)</script>"


# --- 12: equal changes ----------------------------------------------------------------------------


def test_case_12_equal_changes_are_all_there_and_equal():
    found = read("case12-equal-updates")
    nodes = [a for a in found.addresses if a.startswith("terraform_data.node[")]
    assert (len(nodes), len(found.addresses)) == (150, 152)
    (kind,) = {tuple((v.path, *hidden(v)) for v in found.values(a)) for a in nodes}
    assert kind == (("input.git_sha", "a1b2c3d", "b2c3d4e", ""),)
    assert [v.path for v in found.values('terraform_data.odd["a"]')] == [
        "input.git_sha",
        "input.more",
    ]


def test_case_12_equal_changes_are_one_group_and_nothing_is_dropped():
    changes = read("case12-equal-updates").reading.changes
    groups = groups_of(changes)
    assert sorted(g.count for g in groups) == [2, 150]
    assert sorted(n for g in groups for n in g.numbers) == [c.number for c in changes]


def test_case_12_creates_deletes_and_updates_are_told_apart():
    kinds = [c.action for c in read("case12-equal-creates").reading.changes]
    assert {a: kinds.count(a) for a in set(kinds)} == {
        Action.UPDATE: 7,
        Action.CREATE: 7,
        Action.DELETE: 7,
    }


# --- 13: size -------------------------------------------------------------------------------------


def test_case_13_what_does_not_change_is_passed_over():
    assert len(load("case13-many-no-ops")["resource_changes"]) == 61
    assert read("case13-many-no-ops").addresses == ["terraform_data.text"]


@pytest.mark.parametrize("name", names())
def test_case_13_a_plan_read_a_part_at_a_time_reads_as_one_read_whole(name: str):
    assert read(name).text() == read_again(name, whole=True).text()
