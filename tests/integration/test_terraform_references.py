"""References in plans that real Terraform made: keys, modules in modules, locals, what is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from sekisho.domain.plan_graphs import Changed, graph_of, layout
from sekisho.domain.references import References, module_of
from sekisho.domain.text import plain
from sekisho.terraform.references import config_address, references_of, state_pairs
from tests.fakes.desks import Bench, Listening, local

MAIN = r"""
variable "env" {
  default = "prod"
}
variable "名前" {
  default = "x"
}
locals {
  chained = terraform_data.base.id
}
resource "terraform_data" "base" {
  input = var.env
}
module "net" {
  source     = "./net"
  for_each   = { "東京.a[0]" = 1, "q\"x\\" = 2, "$${y}" = 3, "].module.z" = 4 }
  cidr       = { base = terraform_data.base.id, n = each.value, 名 = var.名前 }
}
module "again" {
  source = "./net"
  count  = 2
  cidr   = { base = module.net["東京.a[0]"].outer, n = count.index, 名 = "x" }
}
resource "terraform_data" "web" {
  for_each         = toset(["a.b[0]", "東京", "say \"hi\""])
  input            = [module.net["東京.a[0]"].subnet, each.key]
  triggers_replace = { x = module.net["q\"x\\"].outer, y = terraform_data.each["a.b"].output }
}
resource "terraform_data" "each" {
  for_each = { "a.b" = var.env }
  input    = each.value
}
resource "terraform_data" "through_local" {
  input = local.chained
}
resource "terraform_data" "last" {
  depends_on = [module.again]
}
"""
NET = """
variable "cidr" {}
module "inner" {
  source = "./inner"
  given  = var.cidr.base
}
resource "terraform_data" "s" {
  input = [var.cidr, module.inner.result]
}
output "subnet" {
  value = terraform_data.s.id
}
output "outer" {
  value = module.inner.result
}
"""
INNER = """
variable "given" {}
variable "unset" {
  default = 1
}
resource "terraform_data" "deep" {
  input = [var.given, var.unset]
}
output "result" {
  value = terraform_data.deep.output
}
"""
FILES = {"main.tf": MAIN, "net/main.tf": NET, "net/inner/main.tf": INNER}
DEEP, NET_S = "module.net.module.inner.terraform_data.deep", "module.net.terraform_data.s"
AGAIN_DEEP = "module.again.module.inner.terraform_data.deep"


def planned(bench: Bench, files: dict[str, str]) -> dict[str, Any]:
    """What `show -json` says of a plan."""
    desk = bench.terraform.open(bench.order(files))
    try:
        assert desk.init(Listening()).ok
        assert desk.plan(Listening()).ok
        document = cast("Any", desk)._show_plan()
        return {key: document[key] for key in document}
    finally:
        desk.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(local(tmp_path_factory.mktemp("references")))


@pytest.fixture(scope="module")
def first(bench: Bench) -> dict[str, Any]:
    return planned(bench, FILES)


@pytest.fixture(scope="module")
def references(first: dict[str, Any]) -> References:
    return references_of(first["configuration"], plain)


def sources(references: References, address: str) -> dict[str, tuple[str, ...]]:
    return {f.path: f.sources for f in references.feeds[address]}


def test_references_lead_through_inputs_and_outputs_of_modules(references: References):
    assert sources(references, DEEP)["input"] == (
        "module.net.module.inner.var.unset",
        "terraform_data.base",
        "var.名前",
    )
    assert sources(references, NET_S)["input"] == (DEEP, "terraform_data.base", "var.名前")
    assert sources(references, AGAIN_DEEP)["input"] == (
        "module.again.module.inner.var.unset",
        DEEP,
    )
    assert references.left_out == 0


def test_each_and_count_stand_for_what_is_looped_over(references: References):
    assert sources(references, "terraform_data.each") == {
        "for_each": ("var.env",),
        "input": ("var.env",),
    }


def test_what_is_written_is_told_word_for_word(references: References):
    [into, replacing] = references.feeds["terraform_data.web"]
    assert into.written == ('module.net["東京.a[0]"].subnet', "each.key")
    assert replacing.written == (
        r'module.net["q\"x\\"].outer', 'terraform_data.each["a.b"].output'
    )  # fmt: skip
    assert replacing.sources == (DEEP, "terraform_data.each")
    assert references.feeding("terraform_data.web", "triggers_replace.x") == (replacing,)


def test_each_resource_knows_what_it_depends_on(references: References):
    assert references.needs == {
        AGAIN_DEEP: (DEEP,),
        "module.again.terraform_data.s": (AGAIN_DEEP, DEEP),
        DEEP: ("terraform_data.base",),
        NET_S: (DEEP, "terraform_data.base"),
        "terraform_data.last": (AGAIN_DEEP, "module.again.terraform_data.s"),
        "terraform_data.web": (DEEP, NET_S, "terraform_data.each"),
    }


def test_every_change_has_the_address_of_a_resource_of_the_configuration(
    first: dict[str, Any], references: References
):
    seen = {
        config_address(r.get("module_address", ""), r["type"], r["name"], r["mode"])
        for r in first["resource_changes"]
    }
    assert seen == set(references.feeds)
    assert len(list(first["resource_changes"])) == 19


def test_the_state_knows_what_leads_through_locals_and_what_is_gone(
    bench: Bench, references: References
):
    assert "terraform_data.through_local" not in references.needs
    bench.applied(FILES)
    gone = MAIN[: MAIN.index('resource "terraform_data" "last"')]
    plan = planned(bench, FILES | {"main.tf": gone})
    pairs = list(state_pairs(plan["prior_state"]))
    second = references_of(plan["configuration"], plain, pairs)
    more = {a: n for a, n in second.needs.items() if references.needs.get(a) != n}
    assert more == {
        "terraform_data.through_local": ("terraform_data.base",),
        "terraform_data.last": ("module.again.terraform_data.s",),
    }
    assert "terraform_data.last" not in second.feeds


def test_same_plan_same_references(first: dict[str, Any]):
    twice = [repr(references_of(first["configuration"], plain)) for _ in range(2)]
    assert twice[0] == twice[1]


def test_a_fresh_folder_has_no_state_to_read(tmp_path: Path):
    plan = planned(Bench(local(tmp_path)), {"main.tf": 'resource "terraform_data" "a" {}\n'})
    assert list(state_pairs(plan.get("prior_state", {}))) == []


def test_a_real_plan_becomes_a_graph(first: dict[str, Any], references: References):
    changes = [
        Changed(address, module_of(address), r["type"], r["name"], "create", "safe")
        for r in first["resource_changes"]
        for address in [
            config_address(r.get("module_address", ""), r["type"], r["name"], r["mode"])
        ]
    ]
    graph = graph_of(changes, references.needs)
    counts = {n.address: n.count for n in graph.nodes}
    assert counts == {
        "terraform_data.base": 1,
        "terraform_data.each": 1,
        "terraform_data.last": 1,
        "terraform_data.through_local": 1,
        "terraform_data.web": 3,
        "module.again.terraform_data.s": 2,
        AGAIN_DEEP: 2,
        DEEP: 4,
        NET_S: 4,
    }
    assert {(e.source, e.target) for e in graph.edges} == {
        ("terraform_data.base", DEEP),
        (DEEP, NET_S),
        (DEEP, AGAIN_DEEP),
        (NET_S, "terraform_data.web"),
        ("terraform_data.each", "terraform_data.web"),
        (AGAIN_DEEP, "module.again.terraform_data.s"),
        ("module.again.terraform_data.s", "terraform_data.last"),
    }
    assert not any(e.back for e in layout(graph).edges)
