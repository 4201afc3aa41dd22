"""Before and after of one object: masks, unknowns, lists, JSON in strings."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import pytest

from sekisho.domain.states import MASK
from sekisho.terraform.leaves import Lens
from sekisho.terraform.masks import masked, secrets_in, shown
from sekisho.terraform.redaction import Redactor
from sekisho.terraform.values import differing
from tests.fakes.readings import mark

SENSITIVE, UNKNOWN = "sensitive", "unknown"
LENS = Lens(Redactor(), mark)


def rows(before: Any, after: Any, **more: Any) -> list[tuple[str, Any, Any, str]]:
    found = differing({"before": before, "after": after, **more}, LENS)
    return [(v.path, v.before, v.after, v.note) for v in found]


@pytest.mark.parametrize("mask", [{}, [], [False], [{}], False, None, {"a": False}, {"a": {}}])
def test_only_a_true_mask_masks(mask: Any):
    assert rows({"a": "x"}, {"a": "y"}, before_sensitive=mask, after_sensitive=mask) == [
        ("a", "x", "y", "")
    ]


@pytest.mark.parametrize("side", ["before_sensitive", "after_sensitive"])
@pytest.mark.parametrize(
    "mask", [True, {"a": True}, {"a": {"b": True}}, {"a": {"b": [True, True]}}]
)
def test_a_mask_on_either_side_masks_both_and_all_below(side: str, mask: Any):
    before, after = {"a": {"b": ["s1", "s2"]}}, {"a": {"b": ["s3", "s4"]}}
    found = rows(before, after, **{side: mask})
    assert found
    assert {(r[1], r[2]) for r in found} <= {(MASK, MASK), (MASK, None), (None, MASK)}
    assert all(r[3] == SENSITIVE for r in found)
    assert "s1" not in repr(found)
    assert "s3" not in repr(found)


def test_a_masked_value_that_stays_is_no_row_and_a_flip_is_one():
    same: dict[str, Any] = {"before": {"a": "s"}, "after": {"a": "s"}}
    both = {"before_sensitive": {"a": True}, "after_sensitive": {"a": True}}
    assert differing({**same, **both}, LENS) == ()
    flip = differing({**same, "before_sensitive": {}, "after_sensitive": {"a": True}}, LENS)
    assert [(v.path, v.before, v.after, v.note) for v in flip] == [("a", MASK, MASK, "sensitivity")]
    assert flip[0].mark


def test_a_masked_value_that_comes_or_goes_shows_where_it_is_not():
    assert rows(None, {"a": "s"}, after_sensitive={"a": True}) == [("a", None, MASK, SENSITIVE)]
    assert rows({"a": "s"}, None, before_sensitive={"a": True}) == [("a", MASK, None, SENSITIVE)]


def test_unknown_keys_that_vanished_and_elements_that_are_null_are_unknown():
    found = rows(
        {"id": "1", "list": ["a", "b"], "deep": {"x": 1}},
        {"list": ["a", None], "deep": {}},
        after_unknown={"id": True, "list": [False, True], "deep": {"x": True}},
    )
    assert found == [
        ("deep.x", 1, None, UNKNOWN),
        ("id", "1", None, UNKNOWN),
        ("list[1]", "b", None, ""),
        ("list[1]", None, None, UNKNOWN),
    ]


def test_a_whole_object_may_be_unknown():
    assert rows({"a": 1}, None, after_unknown=True) == [("", {"a": 1}, None, UNKNOWN)]
    assert rows({"a": {"b": 1}}, {}, after_unknown={"a": True}) == [("a", {"b": 1}, None, UNKNOWN)]


def test_an_unknown_that_will_be_sensitive_is_masked():
    found = rows({"p": "old"}, {}, after_unknown={"p": True}, after_sensitive={"p": True})
    assert found == [("p", MASK, MASK, SENSITIVE)]


def test_creation_lists_what_will_be_there_and_no_nulls():
    found = rows(None, {"a": 1, "b": None, "c": {"d": False}, "e": [], "f": {}, "g": ""})
    assert found == [
        ("a", None, 1, ""),
        ("c.d", None, False, ""),
        ("e", None, [], ""),
        ("f", None, {}, ""),
        ("g", None, "", ""),
    ]


def test_null_zero_false_and_empty_differ():
    before = {"a": 0, "b": False, "c": "", "d": None, "e": 1}
    after = {"a": False, "b": 0, "c": None, "d": "", "e": True}
    assert [r[0] for r in rows(before, after)] == ["a", "b", "c", "d", "e"]


def test_sets_that_only_gain_or_lose_say_so_and_never_renumber():
    assert rows({"s": ["a", "b", "c"]}, {"s": ["b", "c", "d"]}) == [
        ("s[0]", "a", None, ""),
        ("s[2]", None, "d", ""),
    ]
    assert rows({"s": [{"p": 1}, {"p": 2}]}, {"s": [{"p": 2}]}) == [("s[0].p", 1, None, "")]


def test_one_changed_block_of_a_list_is_compared_inside():
    before = {"rule": [{"port": 80, "to": "a"}, {"port": 443, "to": "b"}]}
    after = {"rule": [{"port": 443, "to": "b"}, {"port": 81, "to": "a"}]}
    assert rows(before, after) == [("rule[1].port", 80, 81, "")]


def test_an_order_alone_is_one_row():
    assert rows({"l": [1, 2]}, {"l": [2, 1]}) == [("l", [1, 2], [2, 1], "order")]


def test_masks_of_list_elements_follow_the_element():
    found = rows(
        {"l": ["open", "s1"]},
        {"l": ["open", "s2"]},
        before_sensitive={"l": [False, True]},
        after_sensitive={"l": [False, True]},
    )
    assert found == [("l[1]", MASK, MASK, SENSITIVE)]


def test_json_inside_strings_is_compared_inside():
    before = {"policy": '{"Version":"1","Statement":[{"Effect":"Allow","Action":["a"]}]}'}
    after = {"policy": '{"Statement":[{"Effect":"Deny","Action":["a"]}],"Version":"1"}'}
    assert rows(before, after) == [("policy.Statement[0].Effect", "Allow", "Deny", "")]
    spaced = {"policy": '{"Version": "1"}'}, {"policy": '{"Version":"1"}'}
    assert rows(*spaced) == [("policy", '{"Version": "1"}', '{"Version":"1"}', "spacing")]
    assert rows({"p": "{no"}, {"p": "{json"}) == [("p", "{no", "{json", "")]


def test_a_change_of_type_is_one_row():
    assert rows({"a": {"b": 1}}, {"a": "text"}) == [("a", {"b": 1}, "text", "")]
    assert rows({"a": [1]}, {"a": {"b": 1}}) == [("a", [1], {"b": 1}, "")]


def test_telling_names_are_masked_where_nobody_flagged_them():
    found = rows(
        {}, {"db_password": "x", "auth_token": "y", "author": "z", "private_ip": "1.2.3.4"}
    )
    assert {r[0]: r[2] for r in found} == {
        "auth_token": MASK,
        "author": "z",
        "db_password": MASK,
        "private_ip": "1.2.3.4",
    }
    assert rows({"a": [1]}, {"a": "x"})[0][1] == [1]
    whole = rows({"a": "x"}, {"a": [{"password": "p", "n": 1}]})
    assert whole == [("a", "x", [{"password": MASK, "n": 1}], "")]


@pytest.mark.parametrize("kind", ["objects", "texts"])
def test_the_data_of_a_kubernetes_secret_is_masked_key_by_key(kind: str):
    sides = [
        {"kind": "Secret", "data": {"word": f"kawa {n}", "same": "s", "in": [{"deep": "umi"}] * n}}
        for n in (1, 2)
    ]
    before, after = sides if kind == "objects" else [{"json": json.dumps(s)} for s in sides]
    found = rows(before, after)
    assert {(r[0].rpartition(".")[2], *r[1:]) for r in found} == {
        ("word", MASK, MASK, SENSITIVE),
        ("in", MASK, MASK, SENSITIVE),
    }
    for one_side in (rows(None, before), rows(before, None)):
        assert MASK in repr(one_side)
        assert "kawa" not in repr(one_side)
        assert "umi" not in repr(one_side)


def test_long_values_and_many_rows_are_cut_with_a_count():
    (row,) = rows({"a": ""}, {"a": "語" * 9000})
    assert len(row[2]) < 8100
    assert "9000" in row[2]
    (row,) = rows(None, {"a": "語" * 5000})
    assert len(row[2]) < 2100
    assert "5000" in row[2]
    many = rows(None, {f"k{i:04}": i for i in range(700)})
    assert len(many) == 501
    assert many[-1] == ("…", None, None, "200 more")


def test_control_characters_do_not_pass():
    (row,) = rows({"a": ""}, {"a": "x\x1b[31m\u202e\x00y"})
    assert row[2] == "xy"


def test_masking_a_state_keeps_its_shape():
    value = {"a": ["x", "y"], "b": {"c": 1}, "d": None, "e": "z"}
    mask = {"a": [False, True], "b": True, "d": True}
    assert masked(value, mask, str.upper) == {"a": ["X", MASK], "b": MASK, "d": None, "e": "Z"}


def test_masks_of_blocks_cover_whatever_block_took_their_place():
    found = rows(
        {"b": [{"k": "s1", "n": 1}]},
        {"b": [{"k": "s2", "n": 1}, {"k": "s3", "n": 2}]},
        before_sensitive={"b": [{"k": True}]},
    )
    assert "s2" not in repr(found)
    assert "s3" not in repr(found)
    assert ("b[1].n", None, 2, "") in found


def test_what_is_shown_whole_is_masked_inside():
    """An object that becomes unknown, text, or only changes its order is one row."""
    inner = {"before_sensitive": {"a": {"p": True}}}
    found = rows({"a": {"p": "s1", "q": 1}}, {}, after_unknown={"a": True}, **inner)
    assert found == [("a", {"p": MASK, "q": 1}, None, UNKNOWN)]
    assert rows({"a": {"p": "s1", "q": 1}}, {"a": "text"}, **inner) == [
        ("a", {"p": MASK, "q": 1}, "text", "")
    ]
    masks = {"before_sensitive": {"l": [True, False]}, "after_sensitive": {"l": [False, True]}}
    assert "s1" not in repr(rows({"l": ["s1", "x"]}, {"l": ["x", "s1"]}, **masks))


def test_a_number_that_is_secret_is_masked_where_it_turns_up_unmarked():
    # The builtin terraform_data does not mark in `output` what was marked in `input`.
    assert list(secrets_in({"pin": 91827364, "on": True}, {"pin": True, "on": True})) == [
        "91827364"
    ]
    redactor = Redactor(["91827364", "2.71828"])
    assert shown({"a": [91827364, 1, True], "e": 2.71828}, redactor) == {
        "a": [MASK, 1, True],
        "e": MASK,
    }
    assert redactor.value({"a": 91827364, "b": 7}) == {"a": MASK, "b": 7}


@pytest.mark.parametrize("start", ["x" * 9_000, "x" * 3_000 + "\n" + "y" * 9_000, "\n" * 8_100])
def test_a_change_far_inside_of_long_lines_is_shown(start: str):
    [(_, before, after, _)] = rows({"a": f"{start}A{'z' * 9_000}"}, {"a": f"{start}B{'z' * 9_000}"})
    assert before != after
    assert "A" in before
    assert "B" in after
    assert len(before) < 8_300


def test_equal_elements_by_the_hundred_thousand_are_paired_in_one_walk(
    monkeypatch: pytest.MonkeyPatch,
):
    taken: list[int] = []

    class Counted(deque[Any]):
        def popleft(self) -> Any:
            taken.append(1)
            return super().popleft()

    monkeypatch.setattr("sekisho.terraform.elements.deque", Counted)
    assert rows({"a": ["x"] * 50 + ["y"]}, {"a": ["x"] * 50}) == [("a[50]", "y", None, "")]
    assert len(taken) == 50


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a":1,"a":2}', '{"a":2}'),
        ('{"a":1.0}', '{"a":1.00}'),
        ('{"a":0.1000000000000000055}', '{"a":0.1}'),
        ('{"a":NaN}', '{"a":null}'),
    ],
)
def test_json_that_says_more_than_its_value_is_compared_as_text(before: str, after: str):
    assert rows({"p": before}, {"p": after}) == [("p", before, after, "")]
