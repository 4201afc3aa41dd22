"""The plans that `bench/` measures with are what they say they are."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bench.big_plans import MIXED, Recipe, addresses, write_plan

from sekisho.terraform.plan_json import open_plan
from tests.fakes.readings import read_whole

KEYS = [
    "format_version", "terraform_version", "variables", "planned_values", "resource_drift",
    "resource_changes", "output_changes", "prior_state", "configuration", "relevant_attributes",
    "timestamp", "applyable", "complete", "errored",
]  # fmt: skip


def made(folder: Path, recipe: Recipe) -> dict[str, Any]:
    return json.loads(write_plan(folder / "plan.json", recipe).read_bytes())


def real(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [r for r in plan["resource_changes"] if r["change"]["actions"] != ["no-op"]]


@pytest.mark.parametrize("changes", [1, 5, 300])
def test_a_plan_has_the_keys_in_order_and_the_changes_it_was_asked_for(
    tmp_path: Path, changes: int
):
    plan = made(tmp_path, Recipe(changes))
    assert list(plan) == KEYS
    found = [r["address"] for r in real(plan)]
    assert len(found) == len(set(found)) == changes
    assert found == addresses(Recipe(changes))


def test_a_mixed_plan_holds_every_kind_in_terraforms_shape(tmp_path: Path):
    plan = made(tmp_path, Recipe(300))
    actions = Counter(tuple(r["change"]["actions"]) for r in plan["resource_changes"])
    assert set(actions) == {
        ("update",), ("create",), ("delete",), ("delete", "create"), ("no-op",),
    }  # fmt: skip
    replaced = [r for r in real(plan) if len(r["change"]["actions"]) == 2]
    assert all(r["change"]["replace_paths"] and r["action_reason"] for r in replaced)
    assert any("previous_address" in r for r in plan["resource_changes"])
    assert any(r["change"]["after_sensitive"] == {"tags": {}, "tags_all": {}, "value": True}
               for r in real(plan))  # fmt: skip
    assert plan["resource_drift"]
    assert {r["module_address"][:14] for r in real(plan)} == {'module.site["東', 'module.site["o'}


def test_every_side_names_the_same_resources(tmp_path: Path):
    plan = made(tmp_path, Recipe(60))
    changes = {r["address"]: r["change"] for r in plan["resource_changes"]}
    planned = [
        r["address"]
        for module in plan["planned_values"]["root_module"]["child_modules"]
        for r in module["resources"]
    ]
    prior = [
        r["address"]
        for module in plan["prior_state"]["values"]["root_module"]["child_modules"]
        for r in module["resources"]
    ]
    assert planned == [a for a, c in changes.items() if c["after"] is not None]
    assert prior == [a for a, c in changes.items() if c["before"] is not None]


@pytest.mark.parametrize("size", [400_000, 1_500_000])
def test_a_plan_comes_near_the_size_it_was_asked_for(tmp_path: Path, size: int):
    path = write_plan(tmp_path / "plan.json", Recipe(40, size))
    assert size * 0.97 < path.stat().st_size < size * 1.03


def test_a_size_that_is_too_small_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="changes take"):
        write_plan(tmp_path / "plan.json", Recipe(40, 10_000))


def test_the_same_recipe_makes_the_same_bytes(tmp_path: Path):
    one = write_plan(tmp_path / "one", Recipe(40, 500_000)).read_bytes()
    assert write_plan(tmp_path / "two", Recipe(40, 500_000)).read_bytes() == one


def test_equal_updates_differ_in_one_tag_alone(tmp_path: Path):
    for resource in real(made(tmp_path, Recipe(5, kinds=("update",)))):
        before, after = resource["change"]["before"], resource["change"]["after"]
        assert {k for k in before if before[k] != after[k]} == {"tags", "tags_all"}
        tags = before["tags"]
        assert {k for k in tags if tags[k] != after["tags"][k]} == {"git_sha"}


def test_hostile_plans_are_hostile_as_asked(tmp_path: Path):
    changes = real(made(tmp_path, Recipe(30, kinds=("update",), address=1000, types=True)))
    assert all(950 < len(r["address"]) < 1050 for r in changes)
    assert len({r["type"] for r in changes}) == 30
    (big,) = real(made(tmp_path, Recipe(1, kinds=("update",), value=100_000)))
    blobs = [big["change"][side]["tags"]["blob"] for side in ("before", "after")]
    assert list(map(len, blobs)) == [100_000, 100_000]
    assert blobs[0] != blobs[1]
    more = made(tmp_path, Recipe(1, extras=40))
    assert len(more["output_changes"]) == 43
    assert sum("provisioners" in r for r in more["configuration"]["root_module"]["resources"]) == 40


def test_our_reader_finds_what_the_recipe_says(tmp_path: Path):
    path = write_plan(tmp_path / "plan.json", Recipe(100))
    reading = read_whole(open_plan(path))
    tally = Counter(MIXED[n % len(MIXED)] for n in range(100))
    assert reading.counts.add == tally["create"] + tally["replace"] + tally["table"]
    assert reading.counts.destroy == tally["delete"] + tally["replace"] + tally["table"]
    assert reading.counts.replace == tally["replace"] + tally["table"]
    assert reading.counts.move == 1
