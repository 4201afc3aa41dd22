"""Cases 1 to 7 of the plan JSON's contract, on plans that real Terraform made."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from sekisho.domain.plan_changes import Side, ValueChange
from sekisho.domain.states import MASK
from sekisho.terraform.plan_json import ephemeral_variables
from tests.plan_fixtures import load, made, names, read, read_again

PLANTED = "himitsu"
"""What every secret in a fixture begins with."""


def hidden(value: ValueChange) -> tuple[object, object, str]:
    return value.before, value.after, value.note


BOTH_HIDDEN = (MASK, MASK, "sensitive")

# --- 1: masks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["before_sensitive", "after_sensitive"])
def test_case_01_the_fixtures_hold_every_shape_of_a_mask(side: str):
    plans = [load(name) for name in names("case0[13]-*")]
    masks = [c["change"][side] for plan in plans for c in plan["resource_changes"]]
    shapes = {json.dumps(mask) for whole in masks for mask in below(whole)}
    assert shapes >= {"true", "false", "{}", "[]", "[{}]", "[false, false]", "[true, false]"}


def below(mask: Any) -> list[Any]:
    """Give a mask and every mask in it."""
    inner = mask.values() if isinstance(mask, dict) else mask if isinstance(mask, list) else ()
    return [mask, *(deeper for entry in inner for deeper in below(entry))]


def test_case_01_masks_that_are_not_true_hide_nothing():
    found = read("case01-masks")
    assert hidden(found.value("terraform_data.open", "input[0].a")) == ("a", "b", "")
    assert hidden(found.value("terraform_data.objects", "input[0].open")) == ("a", "b", "")


def test_case_01_true_at_a_parent_hides_all_below():
    (row,) = read("case01-masks").values("terraform_data.whole")
    assert (row.path, *hidden(row)) == ("input", *BOTH_HIDDEN)


def test_case_01_true_at_a_leaf_hides_it_and_its_neighbours_show():
    found = read("case01-masks")
    assert hidden(found.value("terraform_data.objects", "input[0].word")) == BOTH_HIDDEN
    nested = read("case01-masks-nested")
    for path in ("settings.password", "steps[0].token", "disk[0].name", "pin"):
        assert hidden(nested.value("kata_form.a", path)) == BOTH_HIDDEN
    for path in ("settings.level", "parts.left.size", "disk[0].size"):
        assert hidden(nested.value("kata_form.a", path)) == (1, 2, "")
    assert "parts.left.secret" not in [v.path for v in nested.values("kata_form.a")]


@pytest.mark.parametrize("name", ["masked_before", "masked_after"])
def test_case_01_a_mask_on_one_side_hides_both(name: str):
    (row,) = read("case01-masks").values(f"terraform_data.{name}")
    assert (row.path, *hidden(row)) == ("input", *BOTH_HIDDEN)


def test_case_01_a_set_with_a_hidden_part_is_masked_whole_by_terraform_and_by_us():
    change = load("case01-masks-nested")["resource_changes"][0]["change"]
    assert change["after_sensitive"]["rules"] is True
    assert change["after_sensitive"]["ingress"] is True
    assert hidden(read("case01-masks-nested").value("kata_form.a", "rules")) == BOTH_HIDDEN


def test_case_01_an_open_element_beside_a_hidden_one_shows():
    row = read("case01-masks").value("terraform_data.list", "input[1]")
    assert hidden(row) == ("open-a", "open-b", "")


def test_case_01_what_goes_and_what_comes_has_a_mask_on_one_side_only():
    found = read("case01-masks")
    assert load("case01-masks")["resource_changes"][0]["change"]["before_sensitive"] is False
    assert hidden(found.value("terraform_data.goes", "input")) == (MASK, None, "sensitive")
    assert hidden(found.value("terraform_data.comes", "input[0]")) == (None, MASK, "sensitive")
    gone = read("case01-masks-deleted")
    for path in ("pin", "rules", "settings.password", "steps[0].token", "parts.left.secret"):
        assert hidden(gone.value("kata_form.a", path)) == (MASK, None, "sensitive")
    assert hidden(gone.value("kata_form.a", "steps[1].run")) == ("two-1", None, "")


@pytest.mark.parametrize(
    "name",
    [
        *names("case01-*"),
        *names("case03-*"),
        *names("case07-write-only*"),
        "case09-drift",
        "case10-outputs-only",
    ],
)
def test_case_01_no_marked_secret_is_in_a_reading_nor_a_copy_without_its_mark(name: str):
    assert PLANTED in str(load(name))
    assert PLANTED not in read(name).text()


# --- 2: unknown ---------------------------------------------------------------------------------


def test_case_02_unknown_keys_are_missing_in_the_json_and_not_in_the_reading():
    changes = load("case02-unknown-changed")["resource_changes"]
    (after,) = [c["change"]["after"] for c in changes if c["name"] == "map"]
    assert after["input"] == {"known": "2", "inner": {"y": 1}}
    rows = {v.path: v for v in read("case02-unknown-changed").values("terraform_data.map")}
    assert sorted(rows) == ["input.inner.x", "input.known", "input.later"]
    assert rows["input.later"].note == rows["input.inner.x"].note == "unknown"
    assert rows["input.later"].before == rows["input.inner.x"].before != None  # noqa: E711
    assert hidden(rows["input.known"]) == ("1", "2", "")


def test_case_02_unknown_elements_are_null_in_the_json_and_unknown_in_the_reading():
    changes = load("case02-unknown-changed")["resource_changes"]
    (after,) = [c["change"]["after"] for c in changes if c["name"] == "list"]
    assert after["input"][1] is None
    rows = read("case02-unknown-changed").values("terraform_data.list")
    assert [v.note for v in rows if v.path == "input[1]" and v.before is None] == ["unknown"]
    assert hidden(next(v for v in rows if v.path == "input[3].id"))[2] == "unknown"
    assert "input[0]" not in [v.path for v in rows]


def test_case_02_a_map_with_an_unknown_key_is_unknown_whole():
    row = read("case02-unknown-changed").value("terraform_data.keys", "input")
    assert row.note == "unknown"
    assert isinstance(row.before, dict)


def test_case_02_unknown_values_in_nested_attributes_blocks_and_sets_of_what_is_new():
    found = read("case02-unknown-created")
    unknown = {v.path for v in found.values("kata_form.a") if v.note == "unknown"}
    assert unknown >= {"id", "note", "endpoints", "disk[0].name", "steps[1].run"}
    sources = [v for v in found.values("kata_form.a") if v.path.endswith(".source")]
    assert sorted((v.after, v.note) for v in sources if v.note != "unknown") == [("s", "")]
    assert len(sources) == 2
    assert {v.note for v in found.values("kata_form.a") if v.path.startswith("zones")} == {
        "",
        "unknown",
    }


# --- 3: sensitive and changed -------------------------------------------------------------------


def test_case_03_a_hidden_value_that_changes_is_told_and_one_that_stays_is_not():
    found = read("case03-sensitive-changed")
    assert hidden(found.value("terraform_data.changed", "input")) == BOTH_HIDDEN
    assert hidden(found.value("terraform_data.twin", "input.word")) == BOTH_HIDDEN
    assert [v.path for v in found.values("terraform_data.same")] == ["input.n"]


def test_case_03_a_hidden_value_that_is_not_known_yet_is_hidden_all_the_same():
    row = read("case03-sensitive-changed").value("terraform_data.unknown", "input")
    assert row.before == MASK


@pytest.mark.parametrize("name", ["case03-sensitivity-on", "case03-sensitivity-off"])
def test_case_03_a_flip_of_sensitivity_alone_is_a_change(name: str):
    found = read(name)
    assert found.reading.counts.change == 2
    assert hidden(found.value("terraform_data.whole", "input")) == (MASK, MASK, "sensitivity")
    paths = {v.path for v in found.values("terraform_data.element")}
    assert paths == {"input[1]"}


@pytest.mark.parametrize("name", ["case03-sensitivity-on", "case03-sensitivity-off"])
def test_case_03_a_flip_of_sensitivity_is_told_apart_from_a_changed_secret(name: str):
    flip = read(name).value("terraform_data.whole", "input")
    changed = read("case03-sensitive-changed").value("terraform_data.changed", "input")
    assert hidden(flip) != hidden(changed)


def test_case_03_equal_secrets_have_equal_marks_that_tell_nothing():
    found = read("case03-sensitive-changed")
    marks = {
        (address, v.path): v.mark
        for address, values in found.leaves.items()
        for v in values
        if v.note == "sensitive" and v.mark
    }
    assert marks
    assert all(re.fullmatch(r"[0-9a-f]{16}", mark) for mark in marks.values())
    plan = json.dumps(load("case03-sensitive-changed"))
    secrets = set(re.findall(rf"{PLANTED}[\w-]*", plan))
    plain = {hashlib.sha256(form).hexdigest()[:16] for s in secrets for form in forms(s)}
    assert not plain & set(marks.values())
    assert read_again("case03-sensitive-changed").leaves == found.leaves


def forms(secret: str) -> list[bytes]:
    return [secret.encode(), json.dumps(secret).encode()]


def test_case_03_an_output_that_becomes_sensitive_says_so():
    change = load("case10-outputs-only")["output_changes"]["hidden"]
    assert (change["before_sensitive"], change["after_sensitive"]) == (True, True)
    assert change["before"] == change["after"]
    assert read("case10-outputs-only").output("hidden").note


# --- 4: secrets that nobody marked ----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "terraform_data.url",
        "terraform_data.environment",
        "terraform_data.script",
        "terraform_data.dotnet",
    ],
)
def test_case_04_secrets_in_texts_are_masked_and_the_rest_of_the_text_shows(address: str):
    found = read("case04-unflagged")
    rows = found.leaves[address, ""]
    assert PLANTED not in repr(rows)
    assert MASK in repr(rows)
    assert re.search(r"db\.internal|PORT|80[12]|started|Server=tcp:db", repr(rows))


@pytest.mark.parametrize(
    "address",
    [
        "aws_instance.web",
        "aws_instance.plain",
        "aws_lambda_function.f",
        "aws_ecs_task_definition.t",
        "aws_db_instance.d",
    ],
)
def test_case_04_secrets_in_genuine_aws_types_are_masked(address: str):
    rows = repr(read("case04-unflagged-aws").values(address))
    encoded = re.findall(r"(?:[A-Za-z0-9+/]{4}){4,}", rows)
    texts = [base64.b64decode(e).decode("utf-8", "replace") for e in encoded]
    assert PLANTED not in " ".join([rows, *texts])


# --- 5: sets ------------------------------------------------------------------------------------


def test_case_05_equal_elements_of_a_set_are_no_change_wherever_they_stand():
    rows = read("case05-sets").values("kata_form.a")
    zones = {(v.before, v.after) for v in rows if v.path.startswith("zones")}
    assert zones == {("a", None), (None, "d")}
    assert not [v for v in rows if v.before == 22 or v.after == 22]


def test_case_05_an_element_that_changed_is_paired_with_what_it_was():
    rows = read("case05-sets").values("kata_form.a")
    routes = [v for v in rows if v.path.startswith("routes")]
    assert [(v.before, v.after) for v in routes if v.path.endswith("tags.t")] == [("1", "2")]
    assert not [v for v in routes if v.path.endswith("port") and 443 in (v.before, v.after)]
    notes = [(v.before, v.after) for v in rows if re.fullmatch(r"ingress\[\d\]\.note", v.path)]
    assert notes == [("old", "new")]


def test_case_05_a_rule_of_a_security_group_that_comes_is_no_edit_of_another():
    rows = read("case05-sets-security-group").values("aws_security_group.web")
    ports = {(v.before, v.after) for v in rows if v.path.endswith("from_port")}
    assert ports == {(None, 22)}
    cidrs = {(v.before, v.after) for v in rows if ".cidr_blocks[" in v.path}
    assert (None, "0.0.0.0/0") in cidrs


# --- 6: JSON inside strings -----------------------------------------------------------------------


def test_case_06_both_sides_of_json_in_a_string_are_looked_into():
    (row,) = read("case06-json-strings").values("terraform_data.policy")
    assert (row.path, *hidden(row)) == ("input.Statement[0].Action[1]", None, "s3:*", "")
    (row,) = read("case06-json-iam-policy").values("aws_iam_policy.reader")
    assert (row.path, row.after) == ("policy.Statement[0].Action[1]", "s3:PutObject")


def test_case_06_json_that_becomes_plain_text_is_told_as_text():
    (row,) = read("case06-json-strings").values("terraform_data.became_text")
    assert hidden(row) == ('{"a":1,"b":[true]}', "plain", "")


def test_case_06_a_change_of_white_space_is_a_change():
    (row,) = read("case06-json-strings").values("terraform_data.spaces")
    assert (row.path, row.before) == ("input", '{"a":1,"b":[true]}')


def test_case_06_a_change_of_white_space_alone_is_labelled():
    (row,) = read("case06-json-strings").values("terraform_data.spaces")
    assert row.note


# --- 7: numbers, nulls, write-only ----------------------------------------------------------------


def test_case_07_numbers_that_no_float_holds_are_exact():
    found = read("case07-numbers-and-nulls")
    big = found.value("terraform_data.numbers", "input.big")
    assert (int(big.before), int(big.after)) == (12345678901234567890123, 12345678901234567890124)
    fine = found.value("terraform_data.numbers", "input.fine")
    assert (str(fine.before), str(fine.after)) == (
        "1.00000000000000000001",
        "1.00000000000000000002",
    )
    assert "input.same" not in [v.path for v in found.values("terraform_data.numbers")]


def test_case_07_a_number_a_text_and_a_truth_value_that_look_alike_differ():
    found = read("case07-numbers-and-nulls")
    assert hidden(found.value("terraform_data.types", "input.number")) == (1, "1", "")
    assert hidden(found.value("terraform_data.types", "input.text")) == ("1", 1, "")
    assert found.value("terraform_data.types", "input.flag").after is True
    assert found.value("terraform_data.types", "input.empty").before == ""
    assert hidden(found.value("terraform_data.types", "input.list")) == ([], {}, "")


def test_case_07_null_and_absent_are_no_change_where_they_stay():
    paths = [v.path for v in read("case07-numbers-and-nulls").values("terraform_data.nulls")]
    assert "input.stays" not in paths
    assert {"input.given", "input.removed", "input.was_null"} <= set(paths)


def test_case_07_null_that_is_given_differs_from_a_key_that_is_gone():
    found = read("case07-numbers-and-nulls")
    given = found.value("terraform_data.nulls", "input.given")
    removed = found.value("terraform_data.nulls", "input.removed")
    assert (given.before, removed.before) == ("x", "x")
    assert hidden(given) == hidden(removed)
    assert (given.side, removed.side) == (Side.BOTH, Side.BEFORE)


def test_case_07_a_key_that_comes_with_null_is_a_change():
    assert read("case07-numbers-and-nulls").value("terraform_data.nulls", "input.new")


@pytest.mark.parametrize("name", names("case07-write-only*"))
def test_case_07_write_only_arguments_are_null_on_both_sides_of_the_json(name: str):
    changes = {c["name"]: c["change"] for c in load(name)["resource_changes"]}
    assert changes["rotated"]["before"]["pin_wo"] is changes["rotated"]["after"]["pin_wo"] is None
    assert "pin_wo" not in changes["new"]["after_unknown"]
    row = read(name).value("kata_form.rotated", "pin_wo_version")
    assert hidden(row) == (1, 2, "")


@pytest.mark.parametrize("name", names("case07-write-only*"))
@pytest.mark.parametrize("address", ["kata_form.rotated", "kata_form.new"])
def test_case_07_write_only_arguments_that_are_given_are_labelled(name: str, address: str):
    assert "write" in read(name).value(address, "pin_wo").note


def test_case_07_an_ephemeral_variable_is_in_the_json_by_its_default_whatever_was_given():
    plan = load("case07-ephemeral-variables")
    assert plan["variables"] == {"defaulted": {"value": "the default"}}
    assert plan["configuration"]["root_module"]["variables"] == {
        "bare": {},
        "defaulted": {"default": "the default"},
    }
    assert PLANTED not in str(plan)


def test_case_07_every_ephemeral_variable_that_was_given_is_known():
    plan = load("case07-ephemeral-variables")
    options = made("case07-ephemeral-variables")["options"]
    given = dict(o.removeprefix("-var=").split("=", 1) for o in options)
    assert sorted(ephemeral_variables(plan, given)) == ["bare", "defaulted"]
    assert ephemeral_variables(plan, {"defaulted": "the default"}) == ()
