"""Values held against each other for people: cells, lines, and what is folded."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import Note, ResourceChange, Side, ValueChange
from sekisho.web.line_diffs import inside, line_diff
from sekisho.web.plan_diffs import Leaf, Room, diff_of, in_short, leaf_of


def said(leaf: Leaf) -> tuple[str, str]:
    before, after = leaf.before, leaf.after
    return (
        before.text if before.kind == "value" else before.kind,
        after.text if after.kind == "value" else after.kind,
    )


def changed(pieces: Any) -> list[str]:
    return [p.text for p in pieces if p.changed]


@pytest.mark.parametrize(
    ("value", "cells"),
    [
        (ValueChange("a", None, None), ("null", "null")),
        (ValueChange("a", 1, None), ("1", "null")),
        (ValueChange("a", 1, side=Side.BEFORE), ("1", "absent")),
        (ValueChange("a", None, "x", side=Side.AFTER), ("absent", '"x"')),
        (ValueChange("a", "1", 1), ('"1"', "1")),
        (ValueChange("a", False, True), ("false", "true")),
        (ValueChange("a", "old", note=Note.UNKNOWN), ('"old"', "unknown")),
        (ValueChange("a", "(sensitive)", None, Note.SENSITIVE), ("sensitive", "null")),
        (
            ValueChange("a", None, "(sensitive)", Note.SENSITIVE, Side.AFTER),
            ("absent", "sensitive"),
        ),
        (ValueChange("db.password", "x", "y"), ("sensitive", "sensitive")),
        (ValueChange("api_key", "x", note=Note.UNKNOWN), ("sensitive", "unknown")),
    ],
)
def test_null_absent_unknown_and_sensitive_are_told_apart(
    value: ValueChange, cells: tuple[str, str]
):
    assert said(leaf_of(value)) == cells


@pytest.mark.parametrize("note", [Note.SENSITIVITY, Note.WRITE_ONLY, Note.SPACING, Note.ORDER])
def test_a_remark_stands_in_for_values_that_say_nothing(note: Note):
    leaf = leaf_of(ValueChange("a", "(sensitive)", "(sensitive)", note))
    assert leaf.remark == note
    assert said(leaf) == ("null", "null")


def test_inside_a_short_text_only_what_differs_is_marked():
    before, after = inside("ami-0abc in ap-northeast-1a", "ami-0abc in ap-northeast-1c")
    assert (changed(before), changed(after)) == (["1a"], ["1c"])
    before, after = inside("blue", "something else")
    assert (changed(before), changed(after)) == (["blue"], ["something else"])


def test_long_texts_are_compared_by_line_and_equal_lines_are_counted():
    before = "\n".join(f"line {n}" for n in range(100))
    after = before.replace("line 50", "line fifty").replace("line 99", "line 99\nmore")
    leaf = leaf_of(ValueChange("user_data", before, after))
    assert leaf.lines
    rows = leaf.lines.rows
    assert [r.skipped for r in rows if r.kind == "skipped"] == [47, 43]
    found = [
        (kind, "".join(p.text for p in line.pieces))
        for kind, left, right, _ in leaf.lines.unified
        for line in [left or right]
        if line
    ]
    assert [f for f in found if f[0] != "same"] == [
        ("gone", "line 50"),
        ("new", "line fifty"),
        ("new", "more"),
    ]
    assert sum(r.skipped or 1 for r in rows) == 101


def test_lines_beyond_the_cap_are_counted():
    diff = line_diff("a\n" * 1200, "b\n" * 1100)
    assert diff.left_out == 300
    assert len(diff.rows) == 1000


def test_json_in_a_string_is_written_over_several_lines():
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*"}]}'
    leaf = leaf_of(ValueChange("policy", after=policy, side=Side.AFTER))
    assert leaf.after.block
    assert '\n      "Effect": "Allow"' in leaf.after.text


def test_a_credential_is_masked_before_a_text_is_taken_apart():
    old = ValueChange("env", "password=hunter2aaaa", "password=hunter2bbbb")
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc{}\n-----END RSA PRIVATE KEY-----"
    leaves = [leaf_of(old), leaf_of(ValueChange("x", key.format(1), key.format(2)))]
    assert "hunter2" not in repr(leaves)
    assert "MIIabc" not in repr(leaves)


def change(*values: ValueChange, action: Action = Action.UPDATE) -> ResourceChange:
    return ResourceChange("a.b", "a", "b", action, (str(action),), values=values)


def test_what_is_known_after_apply_is_folded_and_everything_left_out_is_counted():
    values = [ValueChange(f"v{n}", n, n + 1) for n in range(150)]
    unknown = [ValueChange(f"u{n}", note=Note.UNKNOWN) for n in range(3)]
    diff = diff_of(change(*unknown, *values, ValueChange("…", note="37 more")), Room(10**6))
    assert len(diff.unknown) == 3
    assert len(diff.leaves) == 97
    assert diff.left_out == 53 + 37


def test_what_forces_a_replacement_comes_first_and_what_says_little_last():
    values = (
        ValueChange("iops", 0, None),
        ValueChange("domain", "", None),
        ValueChange("flag", False, None),
        ValueChange("size", 10, 20),
        ValueChange("disk[0].kind", "a", "b"),
        ValueChange("disks", "a", "b"),
    )
    replaced = dataclasses.replace(change(*values, action=Action.REPLACE), forced_by=("disk",))
    leaves = diff_of(replaced, Room(10**6)).leaves
    assert [v.path for v in leaves] == ["disk[0].kind", "size", "disks", "iops", "domain", "flag"]
    assert [v.path for v in leaves if v.forces] == ["disk[0].kind"]
    assert not any(v.forces for v in diff_of(change(*values), Room(10**6)).leaves)


def test_a_page_that_is_full_shows_no_more_and_says_how_much():
    long = tuple(ValueChange(f"v{n}", "x" * 5000, "y" * 5000) for n in range(50))
    room = Room(30_000)
    diff = diff_of(change(*long), room)
    assert 0 < len(diff.leaves) < 5
    assert len(diff.leaves) + diff.left_out == 50
    assert diff_of(change(*long), room).left_out == 50


def test_only_the_side_that_there_is_has_a_column():
    one = ValueChange("a", 1, 2)
    sides = [diff_of(change(one, action=a), Room(99)).sides for a in (Action.CREATE, Action.DELETE)]
    assert sides == [Side.AFTER, Side.BEFORE]
    assert diff_of(change(one), Room(99)).sides is Side.BOTH


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
VALUES = st.builds(
    ValueChange,
    path=st.text(),
    before=JSON,
    after=JSON,
    note=st.sampled_from(["", *map(str, Note), "3 more", " more", "² more", "else"]),
    side=st.sampled_from(Side),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, max_size=5), st.sampled_from(Action))
def test_no_value_breaks_a_diff_and_the_same_value_gives_the_same(
    values: list[ValueChange], action: Action
):
    found = diff_of(change(*values, action=action), Room(10**6))
    assert repr(found) == repr(diff_of(change(*values, action=action), Room(10**6)))
    counted = len(found.leaves) + len(found.unknown) + found.left_out
    assert counted >= sum(v.note != "3 more" for v in values)
    for leaf in found.leaves:
        assert all(len(text) <= 60 for text in in_short(leaf))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab\n\r\u2028", max_size=60), st.text(alphabet="ab\n\r\u2028", max_size=60))
def test_a_line_diff_holds_every_line_of_both_sides_or_counts_it(before: str, after: str):
    diff = line_diff(before, after)
    skipped = sum(r.skipped for r in diff.rows)
    olds = ["".join(p.text for p in r.left.pieces) for r in diff.rows if r.left]
    news = ["".join(p.text for p in r.right.pieces) for r in diff.rows if r.right]
    assert len(olds) + skipped == len(before.splitlines())
    assert len(news) + skipped == len(after.splitlines())
    assert set(olds) <= set(before.splitlines())
    assert set(news) <= set(after.splitlines())


@pytest.mark.parametrize(("one", "other"), [("- " * 299, "-  " * 199), ("-+" * 300, "+--" * 200)])
def test_texts_that_are_slow_to_hold_against_each_other_are_told_by_their_ends(
    one: str, other: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sekisho.web.line_diffs.SequenceMatcher.ratio", lambda _: 1 / 0)
    for pair in ((one, other), (f"a{one}", f"a{other}"), (f"{one}x", f"{one}y")):
        sides = inside(*(text[-600:] for text in pair))
        assert ["".join(p.text for p in side) for side in sides] == [t[-600:] for t in pair]
    left, right = inside(f"{one[:500]}x", f"{one[:500]}y")
    assert (changed(left), changed(right)) == (["x"], ["y"])
