"""Cases 8 and 9 of the plan JSON's contract: addresses, every kind of change, on real plans."""

from __future__ import annotations

import pytest

from sekisho.domain.actions import Action
from tests.plan_fixtures import load, made, read


def kinds(name: str) -> dict[str, tuple[Action, str]]:
    """Give the action and the reason of each change, by address and deposed key."""
    return {c.address + c.deposed: (c.action, c.reason) for c in read(name).reading.changes}


# --- 8: addresses ---------------------------------------------------------------------------------


def test_case_08_addresses_of_every_kind_are_whole_and_their_parts_are_the_jsons():
    found = {c.address: c for c in read("case08-addresses").reading.changes}
    changes = load("case08-addresses")["resource_changes"]
    assert list(found) == [c["address"] for c in changes]
    for change in changes:
        ours = found[change["address"]]
        assert (ours.module, ours.type, ours.name, ours.index, ours.previous_address) == (
            change.get("module_address", ""),
            change["type"],
            change["name"],
            change.get("index"),
            change.get("previous_address", ""),
        )


def test_case_08_keys_are_told_as_they_are():
    keys = {c.index for c in read("case08-addresses").reading.changes if c.name == "odd"}
    assert keys == {
        "a.b", 'x"y', "日本語", "[0]", "a/b c", "p|i`p`e", "<b>", "back\\slash", "li\nne", "${x}",
    }  # fmt: skip


def test_case_08_a_module_that_moved_moves_what_is_in_it():
    change = read("case08-addresses").change(
        'module.m["新.\\"n\\""].module.inner["キー.1"].terraform_data.x'
    )
    assert change.previous_address == (
        'module.m["old.名[0]"].module.inner["キー.1"].terraform_data.x'
    )
    assert change.module == 'module.m["新.\\"n\\""].module.inner["キー.1"]'


# --- 9: kinds of change ---------------------------------------------------------------------------


def test_case_09_replacements_tell_their_order_and_what_forces_them():
    found = read("case09-replace")
    assert kinds("case09-replace") == {
        "kata_form.paths": (Action.REPLACE, "replace_because_cannot_update"),
        "terraform_data.create_first": (Action.REPLACE, "replace_because_cannot_update"),
        "terraform_data.delete_first": (Action.REPLACE, "replace_because_cannot_update"),
        "terraform_data.follows": (Action.REPLACE, "replace_by_triggers"),
    }
    assert found.change("terraform_data.create_first").actions == ("create", "delete")
    assert found.change("terraform_data.delete_first").actions == ("delete", "create")
    assert set(found.change("kata_form.paths").forced_by) == {"name", "settings.mode"}
    assert found.change("terraform_data.delete_first").forced_by == ("triggers_replace",)
    assert found.change("terraform_data.follows").forced_by == ()


def test_case_09_a_replacement_that_forgets_destroys_nothing():
    """Derived by hand (the fixture says so): no Terraform here plans one."""
    assert made("case09-forget-replace")["hand_edited"]
    found = read("case09-forget-replace")
    change = found.change("terraform_data.create_first")
    assert (change.action, change.actions) == (Action.REPLACE, ("create", "forget"))
    counts = found.reading.counts
    assert (counts.add, counts.destroy, counts.replace, counts.forget) == (1, 0, 1, 1)


def test_case_09_what_is_forgotten_is_counted_apart():
    assert kinds("case09-forget") == {
        "terraform_data.a": (Action.FORGET, "delete_because_no_resource_config"),
        "terraform_data.b": (Action.UPDATE, ""),
        "module.m.terraform_data.x": (Action.FORGET, "delete_because_no_resource_config"),
    }
    counts = read("case09-forget").reading.counts
    assert (counts.forget, counts.change, counts.destroy) == (2, 1, 0)


def test_case_09_a_deposed_object_is_a_change_of_its_own():
    found = read("case09-deposed")
    assert found.addresses == ["kata_form.a", "kata_form.a"]
    (deposed,) = {c.deposed for c in found.reading.changes} - {""}
    assert found.change("kata_form.a").action is Action.UPDATE
    assert found.change("kata_form.a", deposed).action is Action.DELETE
    (gone,) = [v for v in found.values("kata_form.a", deposed) if v.path == "name"]
    assert (gone.before, gone.after) == ("first", None)
    assert (found.reading.counts.change, found.reading.counts.destroy) == (1, 1)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("case09-tainted", "replace_because_tainted"),
        ("case09-replace-requested", "replace_by_request"),
    ],
)
def test_case_09_replacements_that_no_path_forces_say_why(name: str, reason: str):
    change = read(name).change("terraform_data.a")
    assert (change.action, change.reason, change.forced_by) == (Action.REPLACE, reason, ())


@pytest.mark.parametrize("name", ["case09-import", "case09-import-1-15"])
def test_case_09_imports_are_seen_on_what_stays_changes_and_is_replaced(name: str):
    changes = {c.address: c for c in read(name).reading.changes}
    assert all(c.importing for c in changes.values())
    assert {a: c.action for a, c in changes.items()} == {
        "kata_form.changed": Action.UPDATE,
        'kata_form.many["one"]': Action.NO_OP,
        'kata_form.many["two"]': Action.NO_OP,
        "kata_form.replaced": Action.REPLACE,
        "kata_form.same": Action.NO_OP,
    }
    counts = read(name).reading.counts
    assert (counts.importing, counts.add, counts.change, counts.destroy) == (5, 1, 1, 1)


def test_case_09_imports_by_identity_have_no_id():
    changes = {
        c["address"]: c["change"] for c in load("case09-import-identity")["resource_changes"]
    }
    assert changes["kata_form.a"]["importing"] == {"identity": {"name": "a", "region": "kata-1"}}
    found = read("case09-import-identity")
    assert [c.importing for c in found.reading.changes] == [True, True]
    assert found.change("kata_form.b").action is Action.REPLACE


def test_case_09_an_import_with_generated_configuration_is_an_import():
    (change,) = load("case09-import-generated")["resource_changes"]
    assert change["change"]["generated_config"].startswith('resource "kata_form" "g"')
    (ours,) = read("case09-import-generated").reading.changes
    assert (ours.importing, ours.action) == (True, Action.NO_OP)


def test_case_09_moves_alone_with_a_change_and_with_a_replacement():
    moved = {
        c.address: (c.previous_address, c.action) for c in read("case09-moves").reading.changes
    }
    assert moved == {
        "terraform_data.c2": ("terraform_data.c", Action.REPLACE),
        'terraform_data.keyed["one"]': ("terraform_data.counted", Action.NO_OP),
        'terraform_data.keyed["two"]': ("", Action.CREATE),
        "terraform_data.renamed": ("terraform_data.a", Action.NO_OP),
        "module.m.terraform_data.x": ("terraform_data.b", Action.UPDATE),
    }
    counts = read("case09-moves").reading.counts
    assert (counts.move, counts.add, counts.change, counts.destroy) == (4, 2, 1, 1)


def test_case_09_drift_is_apart_from_what_the_plan_does_about_it():
    drift = load("case09-drift")["resource_drift"]
    assert {d["address"]: d["change"]["actions"] for d in drift} == {
        "kata_form.edited": ["update"],
        "kata_form.gone": ["delete"],
        "kata_form.quiet": ["update"],
    }
    assert read("case09-drift").reading.counts.drift == 3
    assert kinds("case09-drift") == {
        "kata_form.edited": (Action.UPDATE, ""),
        "kata_form.gone": (Action.CREATE, ""),
        "terraform_data.other": (Action.UPDATE, ""),
        "terraform_data.uses": (Action.UPDATE, ""),
    }


def test_case_09_each_reason_to_delete_is_kept():
    assert {a: reason for a, (_, reason) in kinds("case09-delete-reasons").items() if reason} == {
        "terraform_data.config": "delete_because_no_resource_config",
        "terraform_data.repetition[0]": "delete_because_wrong_repetition",
        "terraform_data.counted[1]": "delete_because_count_index",
        "terraform_data.counted[2]": "delete_because_count_index",
        'terraform_data.keyed["b"]': "delete_because_each_key",
        "terraform_data.nowhere": "delete_because_no_move_target",
        "module.m.terraform_data.x": "delete_because_no_resource_config",
        'module.of["b"].terraform_data.x': "delete_because_no_module",
    }


def test_case_09_actions_run_code_and_count_each_time_that_they_run():
    found = read("case09-actions").reading
    runs = " ".join(map(str, found.code))
    assert "action.kata_purge.before" in runs
    assert 'action.kata_purge.each["ログ"]' in runs
    assert found.counts.actions == 4


def test_case_09_an_action_that_is_invoked_alone_is_something_to_review():
    found = read("case09-actions-invoked").reading
    assert (found.counts.actions, found.counts.destroy, found.applyable) == (1, 0, True)
    assert "action.kata_purge.before" in " ".join(map(str, found.code))


def test_case_09_a_deferred_change_makes_the_plan_incomplete():
    """Derived by hand (the fixture says so): no Terraform here defers anything."""
    assert made("case09-deferred")["hand_edited"]
    assert not read("case09-deferred").reading.complete


def test_case_09_data_read_while_applying_says_why_and_counts_as_nothing():
    assert {a: k for a, k in kinds("case09-data-read").items() if a.startswith("data.")} == {
        "data.kata_lookup.unknown": (Action.READ, "read_because_config_unknown"),
        "data.kata_lookup.waits": (Action.READ, "read_because_dependency_pending"),
    }
    assert read("case09-data-read").change("data.kata_lookup.waits").mode == "data"
    assert read("case09-data-read").reading.counts.add == 1


def test_case_09_stateful_types_that_go_or_are_replaced():
    found = read("case09-stateful")
    assert {a: k for a, (k, _) in kinds("case09-stateful").items()} == {
        "aws_db_instance.main": Action.REPLACE,
        "aws_dynamodb_table.items": Action.REPLACE,
        "aws_s3_bucket.new": Action.CREATE,
        "aws_s3_bucket.old": Action.DELETE,
    }
    assert found.change("aws_db_instance.main").forced_by == ("storage_encrypted",)
    assert "himitsu" not in found.text()


def test_case_09_provisioners_and_external_data_run_code():
    runs = " ".join(map(str, read("case09-code").reading.code))
    for address in ("terraform_data.a", "data.external.who", "module.m.terraform_data.x"):
        assert address in runs
    assert "terraform_data.b" not in runs
