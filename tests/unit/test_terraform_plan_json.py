"""Reading plan JSON: old and new formats, surprises, and what runs code."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sekisho.domain.actions import Action, Risk
from sekisho.domain.errors import ConfigurationInvalid
from sekisho.domain.plans import PlanReading
from sekisho.domain.states import NO_STATE, StatePosition
from sekisho.terraform.json_text import load
from sekisho.terraform.plan_json import LARGEST_STATE, base_position, ephemeral_variables
from sekisho.terraform.redaction import Redactor
from sekisho.terraform.state_json import read_state
from tests.fakes.readings import read_whole

HIMITSU = "himitsu-no-kotoba"


def change(actions: list[str], **more: Any) -> dict[str, Any]:
    before = None if actions in (["create"], ["read"]) else {"a": 1}
    after = None if actions in (["delete"], ["forget"]) else {"a": 2}
    inner = {"actions": actions, "before": before, "after": after, **more.pop("change", {})}
    return {
        "address": "x_y.z",
        "mode": "managed",
        "type": "x_y",
        "name": "z",
        "provider_name": "registry.terraform.io/x/x",
        "change": inner,
        **more,
    }


def read(*changes: dict[str, Any], **plan: Any) -> PlanReading:
    body = {"format_version": "1.2", "resource_changes": list(changes), **plan}
    return read_whole(body)


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.2", "1.99"])
def test_formats_before_two_are_read(version: str):
    assert read(change(["create"]), format_version=version).counts.add == 1


@pytest.mark.parametrize("version", ["2.0", "3", "", None, "x"])
def test_other_formats_are_refused(version: Any):
    with pytest.raises(ConfigurationInvalid):
        read(format_version=version)


def test_an_old_plan_is_complete_and_applyable_where_it_changes_something():
    reading = read(change(["create"]))
    assert (reading.complete, reading.applyable, reading.errored) == (True, True, False)
    assert not read().applyable
    told = read(applyable=False, complete=False, errored=True)
    assert (told.complete, told.applyable, told.errored) == (False, False, True)


def test_deferred_changes_make_a_plan_incomplete():
    assert not read(deferred_changes=[{"reason": "unknown"}], complete=True).complete


@pytest.mark.parametrize(
    ("actions", "action", "risk"),
    [
        (["create"], Action.CREATE, Risk.SAFE),
        (["update"], Action.UPDATE, Risk.REVIEW),
        (["delete"], Action.DELETE, Risk.DANGEROUS),
        (["delete", "create"], Action.REPLACE, Risk.DANGEROUS),
        (["create", "delete"], Action.REPLACE, Risk.DANGEROUS),
        (["create", "forget"], Action.REPLACE, Risk.REVIEW),
        (["forget"], Action.FORGET, Risk.REVIEW),
        (["explode"], Action.UNKNOWN, Risk.REVIEW),
    ],
)
def test_each_list_of_actions_has_its_name_and_risk(actions: list[str], action: Action, risk: Risk):
    (found,) = read(change(actions)).changes
    assert (found.action, found.risk, found.actions) == (action, risk, tuple(actions))


def test_no_ops_are_left_out_but_for_moves_and_imports():
    reading = read(
        change(["no-op"]),
        change(["no-op"], previous_address="x_y.old"),
        change(["no-op"], change={"importing": {"id": "i"}}),
    )
    assert [(c.previous_address, c.importing) for c in reading.changes] == [
        ("x_y.old", False),
        ("", True),
    ]
    assert (reading.counts.move, reading.counts.importing) == (1, 1)


def test_paths_that_force_a_replacement_are_written_out():
    paths = [["ami"], ["block", 0, "名"]]
    (found,) = read(change(["delete", "create"], change={"replace_paths": paths})).changes
    assert found.forced_by == ("ami", "block[0].名")


def test_deposed_index_module_and_reason_are_kept():
    (found,) = read(
        change(
            ["delete"],
            deposed="abcd1234",
            index="キー",
            module_address='module.m["a.b"]',
            action_reason="delete_because_no_resource_config",
        )
    ).changes
    assert (found.deposed, found.index, found.module, found.reason) == (
        "abcd1234",
        "キー",
        'module.m["a.b"]',
        "delete_because_no_resource_config",
    )


def comes(name: str, module: str = "", actions: tuple[str, ...] = ("create",)) -> dict[str, Any]:
    return change([*actions], type="a", name=name, module_address=module)


def test_provisioners_of_what_comes_or_goes_external_data_and_actions_run_code():
    configuration = {
        "root_module": {
            "resources": [
                {"address": "a.a", "provisioners": [{"type": "local-exec"}]},
                {"address": "a.b"},
                {"address": "a.quiet", "provisioners": [{"type": "local-exec"}]},
                {"address": "data.external.e", "mode": "data", "type": "external"},
                {"address": "data.http.h", "mode": "data", "type": "http"},
            ],
            "module_calls": {
                "m": {
                    "module": {
                        "resources": [{"address": "a.c", "provisioners": [{}]}],
                        "module_calls": {
                            "n": {
                                "module": {"resources": [{"address": "a.d", "provisioners": [{}]}]}
                            }
                        },
                    }
                }
            },
        }
    }
    reading = read(
        comes("a"),
        comes("quiet", actions=("update",)),
        comes("c", 'module.m["x.y[0]"]', ("delete",)),
        comes("d", 'module.m["x.y[0]"].module.n[1]', ("create", "delete")),
        configuration=configuration,
        action_invocations=[{"address": "action.aws_lambda_invoke.x"}],
        deferred_action_invocations=[{"action_invocation": {"address": "action.z"}}],
    )
    assert tuple(c.address for c in reading.code) == (
        "a.a",
        "data.external.e",
        "module.m.a.c",
        "module.m.module.n.a.d",
        "action.aws_lambda_invoke.x",
        "action.z",
    )
    assert reading.counts.actions == 2


def test_drift_is_counted_apart():
    reading = read(resource_drift=[change(["update"]), change(["delete"]), change(["no-op"])])
    assert reading.counts.drift == 2
    assert reading.changes == ()


def test_outputs_that_change_are_rows_and_sensitive_ones_masked():
    outputs = {
        "same": {"actions": ["no-op"], "before": 1, "after": 1},
        "new": {"actions": ["create"], "before": None, "after": "v"},
        "gone": {"actions": ["delete"], "before": "v", "after": None},
        "later": {"actions": ["update"], "before": "v", "after_unknown": True},
        "secret": {
            "actions": ["update"],
            "before": "himitsu-1",
            "after": "himitsu-2",
            "before_sensitive": True,
            "after_sensitive": True,
        },
    }
    reading = read(output_changes=outputs)
    assert [v.path for v in reading.outputs] == ["gone", "later", "new", "secret"]
    assert reading.counts.outputs == 4
    assert "himitsu" not in repr(reading)


def test_a_marked_secret_is_masked_where_it_turns_up_unmarked():
    marked = change(
        ["update"],
        change={
            "before": {"p": "himitsu-no-kotoba", "url": "x"},
            "after": {"p": "himitsu-no-kotoba", "url": "http://himitsu-no-kotoba/"},
            "after_sensitive": {"p": True},
            "before_sensitive": {"p": True},
        },
    )
    variables = {"v": {"value": "angou-42"}}
    configuration = {"root_module": {"variables": {"v": {"sensitive": True}}}}
    copied = change(["update"], change={"before": {}, "after": {"x": "is angou-42"}})
    reading = read(marked, copied, variables=variables, configuration=configuration)
    assert "himitsu-no-kotoba" not in repr(reading)
    assert "angou-42" not in repr(reading)


def test_whatever_shape_things_have_nothing_breaks():
    odd: list[Any] = [None, 1, "x", [], {}, {"change": None}, {"change": {"actions": None}}]
    reading = read_whole(
        {
            "format_version": "1.2",
            "resource_changes": odd,
            "output_changes": {"o": None},
            "configuration": [],
            "variables": {"v": 1},
            "resource_drift": None,
            "unknown_key": object(),
        },
    )
    assert all(c.action is Action.UNKNOWN for c in reading.changes)


def test_the_same_plan_reads_the_same():
    body = change(["update"], change={"before": {"s": ["a", "b"]}, "after": {"s": ["b", "c"]}})
    assert read(body) == read(body)


def test_ephemeral_variables_are_those_declared_and_not_planned():
    plan = {
        "configuration": {"root_module": {"variables": {"a": {}, "e": {}}}},
        "variables": {"a": {"value": 1}},
    }
    assert ephemeral_variables(plan, {"a": 1, "e": 2, "x": 3}) == ("e",)


def test_numbers_that_no_float_holds_stay_as_they_are_written(tmp_path: Path):
    path = tmp_path / "p.json"
    path.write_text(
        '{"a": 0.1, "b": 12345678901234567890123, "c": 1.00000000000000000001, "d": 1e999}',
        "utf-8",
    )
    found = load(path)
    assert found == {
        "a": 0.1,
        "b": 12345678901234567890123,
        "c": "1.00000000000000000001",
        "d": "1e999",
    }
    for text in ("[]", "", "{"):
        path.write_text(text, "utf-8")
        with pytest.raises(ConfigurationInvalid):
            load(path)


def test_the_base_of_a_saved_plan_is_in_its_archive(tmp_path: Path):
    path = tmp_path / "plan"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tfstate", json.dumps({"version": 4, "serial": 7, "lineage": "系譜"}))
        archive.writestr("tfstate-prev", json.dumps({"version": 4, "serial": 0, "lineage": ""}))
    assert base_position(path) == StatePosition("系譜", 7)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tfstate", bytes(LARGEST_STATE + 1))  # a bomb of some hundred KB
    with pytest.raises(ConfigurationInvalid):
        base_position(path)
    path.write_bytes(b"no plan")
    with pytest.raises(ConfigurationInvalid):
        base_position(path)
    with pytest.raises(ConfigurationInvalid):
        base_position(tmp_path / "missing")


def test_a_state_index_is_masked_and_walks_every_module():
    state = {
        "format_version": "1.0",
        "terraform_version": "1.11.4",
        "values": {
            "outputs": {
                "o": {"value": "see himitsu-no-kotoba"},
                "s": {"value": {"a": "b"}, "sensitive": True},
                "db_password": {"value": "x"},
            },
            "root_module": {
                "resources": [
                    {
                        "address": "a.a",
                        "type": "a",
                        "name": "a",
                        "provider_name": "p",
                        "values": {"secret": HIMITSU, "open": 1, "copy": HIMITSU},
                        "sensitive_values": {"secret": True},
                    }
                ],
                "child_modules": [
                    {
                        "address": "module.m",
                        "resources": [{"address": "module.m.a.b", "type": "a", "name": "b",
                                       "mode": "data", "deposed_key": "dead"}],
                    }
                ],
            },
        },
    }  # fmt: skip
    index = read_state(state, StatePosition("l", 3), Redactor())
    assert [r.address for r in index.resources] == ["a.a", "module.m.a.b (deposed dead)"]
    assert index.resources[0].values == {"secret": "(sensitive)", "open": 1, "copy": "(sensitive)"}
    assert index.resources[1].module == "module.m"
    assert [(o.name, o.value, o.sensitive) for o in index.outputs] == [
        ("db_password", "(sensitive)", True),
        ("o", "see (sensitive)", False),
        ("s", "(sensitive)", True),
    ]
    assert "himitsu" not in repr(index)
    assert read_state({"format_version": "1.0"}, NO_STATE, Redactor()).resources == ()
