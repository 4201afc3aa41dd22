"""A workspace that works in a folder of its configuration, with modules beside that folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.domain.errors import ConfigurationInvalid
from sekisho.domain.workspaces import Workspace
from tests.fakes.desks import Bench, Listening, local

MONOREPO = {
    "envs/本番/prod/main.tf": (
        'module "m" {\n  source = "../../../modules/部品"\n  text   = var.text\n}\n'
        'variable "text" {}\noutput "said" {\n  value = module.m.said\n}\n'
    ),
    "envs/本番/prod/terraform.tfvars": 'text = "こんにちは"\n',
    "modules/部品/main.tf": (
        'variable "text" {}\n'
        'resource "terraform_data" "a" {\n  input = file("${path.module}/x.txt")\n}\n'
        'output "said" {\n  value = "${var.text} ${terraform_data.a.output}"\n}\n'
    ),
    "modules/部品/x.txt": "one",
    "README.md": "the root has no .tf file",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(local(tmp_path), Workspace("mono", directory="envs/本番/prod"))


def test_a_plan_finds_modules_beside_its_folder_and_is_applied_elsewhere(bench: Bench):
    bench.applied(MONOREPO)
    assert bench.state
    assert "こんにちは one" in bench.state.decode()
    again = bench.planned(MONOREPO)
    assert not again.reading.changes


def test_what_lies_beside_the_folder_is_part_of_what_is_planned(bench: Bench):
    bench.applied(MONOREPO)
    changed = bench.planned(MONOREPO | {"modules/部品/x.txt": "two"})
    assert [c.address for c in changed.reading.changes] == ["module.m.terraform_data.a"]


def test_a_configuration_without_that_folder_is_told(bench: Bench):
    with pytest.raises(ConfigurationInvalid) as refusal:
        bench.terraform.open(bench.order({"main.tf": ""}))
    assert "envs/本番/prod" in refusal.value.message()


def test_the_state_of_a_lost_apply_is_found_there_too(bench: Bench, tmp_path: Path):
    order = bench.order(MONOREPO, phase="apply")
    desk = bench.terraform.open(order)
    try:
        assert desk.init(Listening()).ok
        places = list(tmp_path.rglob("envs/本番/prod"))
        assert len(places) == 1
        lost = b'{"version": 4, "serial": 7, "lineage": "x"}'
        (places[0] / "errored.tfstate").write_bytes(lost)
        assert bench.terraform.rescue(order.run_id) == lost
        assert desk.unsaved_state() == lost
    finally:
        desk.close()
