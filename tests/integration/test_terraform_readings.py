"""What we read of real plans is what Terraform itself says of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sekisho.domain.actions import Action, Risk
from sekisho.domain.errors import ArchiveInvalid
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.states import MASK
from sekisho.domain.workspaces import Workspace
from tests.breadth import broad
from tests.fakes.desks import Bench, Listening, Planned, local

BASE = """
resource "terraform_data" "a" {
  count            = 3
  input            = { 名 = "v${count.index}", "a.b/c" = ["x", "y"] }
  triggers_replace = "t1"
}
resource "terraform_data" "each" {
  for_each = toset(["東京", "大阪 \\"x\\"", "a.b[0]"])
  input    = each.key
}
module "m" {
  source = "./m"
}
output "o" {
  value = terraform_data.a[0].output
}
"""
MODULE = {"m/main.tf": 'resource "terraform_data" "inner" {\n  input = 1\n}\n'}
CHANGES: dict[str, str] = {
    "nothing": BASE,
    "update": BASE.replace("v$", "w$"),
    "replace": BASE.replace('"t1"', '"t2"'),
    "create before destroy": BASE.replace(
        '"t1"', '"t2"\n  lifecycle {\n    create_before_destroy = true\n  }'
    ),
    "fewer": BASE.replace("count            = 3", "count            = 1"),
    "more": BASE.replace("count            = 3", "count            = 12"),
    "another key": BASE.replace("東京", "京都"),
    "move": BASE.replace('"terraform_data" "each"', '"terraform_data" "every"')
    + "moved {\n  from = terraform_data.each\n  to   = terraform_data.every\n}\n",
    "move and change": BASE.replace('"terraform_data" "each"', '"terraform_data" "every"').replace(
        "= each.key", '= "x${each.key}"'
    )
    + "moved {\n  from = terraform_data.each\n  to   = terraform_data.every\n}\n",
    "forget": BASE.replace('module "m" {\n  source = "./m"\n}\n', "")
    + "removed {\n  from = module.m\n  lifecycle {\n    destroy = false\n  }\n}\n",
    "import": BASE + 'resource "terraform_data" "i" {}\nimport {\n  to = terraform_data.i\n'
    '  id = "an-id"\n}\n',
    "output alone": BASE.replace("a[0].output", "a[1].output"),
    "data at apply": BASE
    + 'resource "terraform_data" "i" {}\ndata "terraform_remote_state" "r" {\n'
    '  backend = "local"\n  config = { path = terraform_data.i.id }\n}\n',
    "all gone": "",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(local(tmp_path_factory.mktemp("readings")))
    bench.applied({"main.tf": BASE} | MODULE)
    return bench


def terraforms_own(planned: Planned) -> dict[str, int]:
    """Read Terraform's own `Plan:` line; where there is none, nothing changes."""
    summary = next(x.text for x in planned.watch.lines if x.kind == "change_summary")
    numbers = re.findall(r"(\d+) to (\w+)", summary)
    return {word: int(number) for number, word in numbers}


@pytest.mark.parametrize("change", broad(*CHANGES))
@pytest.mark.parametrize("mode", [PlanMode.NORMAL, PlanMode.DESTROY])
def test_counts_are_those_of_terraforms_own_line(base: Bench, change: str, mode: PlanMode):
    planned = base.planned({"main.tf": CHANGES[change]} | MODULE, PlanOptions(mode))
    counts = planned.reading.counts
    said = terraforms_own(planned)
    assert (counts.add, counts.change, counts.destroy, counts.importing) == (
        said["add"],
        said["change"],
        said["destroy"],
        said.get("import", 0),
    )
    seen = {x.address for x in planned.watch.lines if x.kind == "planned_change"}
    ours = {c.address for c in planned.reading.changes}
    assert seen <= ours
    assert planned.reading.applyable is bool(planned.reading.changes or counts.outputs)


def test_a_first_plan_counts_the_same(tmp_path: Path):
    planned = Bench(local(tmp_path)).planned({"main.tf": BASE} | MODULE)
    assert planned.reading.counts.add == terraforms_own(planned)["add"] == 7


def test_moves_and_forgets_are_told_apart(base: Bench):
    moved = base.planned({"main.tf": CHANGES["move"]} | MODULE).reading
    assert moved.counts.move == 3
    assert {c.action for c in moved.changes} == {Action.NO_OP}
    assert 'terraform_data.each["大阪 \\"x\\""]' in {c.previous_address for c in moved.changes}
    both = base.planned({"main.tf": CHANGES["move and change"]} | MODULE).reading
    assert (both.counts.move, both.counts.change) == (3, 3)
    forgotten = base.planned({"main.tf": CHANGES["forget"]} | MODULE).reading
    assert (forgotten.counts.forget, forgotten.counts.destroy) == (1, 0)
    assert [c.module for c in forgotten.changes] == ["module.m"]


def test_a_replacement_says_what_forces_it_and_is_dangerous(base: Bench):
    reading = base.planned({"main.tf": CHANGES["replace"]} | MODULE).reading
    replaced = [c for c in reading.changes if c.action is Action.REPLACE]
    assert len(replaced) == 3
    assert {c.forced_by for c in replaced} == {("triggers_replace",)}
    assert {c.actions for c in replaced} == {("delete", "create")}
    assert {c.risk for c in replaced} == {Risk.DANGEROUS}
    assert {c.index for c in replaced} == {0, 1, 2}
    turned = base.planned({"main.tf": CHANGES["create before destroy"]} | MODULE).reading
    assert {c.actions for c in turned.changes if c.action is Action.REPLACE} == {
        ("create", "delete")
    }


def test_values_are_leaves_with_their_paths(base: Bench):
    reading = base.planned({"main.tf": CHANGES["update"]} | MODULE).reading
    first = next(c for c in reading.changes if c.address == "terraform_data.a[0]")
    rows = {v.path: (v.before, v.after, v.note) for v in first.values}
    assert rows == {"input.名": ("v0", "w0", ""), "output": (
        {"a.b/c": ["x", "y"], "名": "v0"}, None, "unknown")}  # fmt: skip


def test_sensitive_values_are_masked_and_a_flip_is_a_change(tmp_path: Path):
    bench = Bench(local(tmp_path))
    open_text = 'resource "terraform_data" "a" {\n  input = "himitsu-%d"\n}\n'
    hidden = 'resource "terraform_data" "a" {\n  input = sensitive("himitsu-%d")\n}\n'
    bench.applied({"main.tf": open_text % 1})
    flipped = bench.planned({"main.tf": hidden % 1}).reading
    assert flipped.counts.change == 1
    assert [(v.path, v.before, v.after) for v in flipped.changes[0].values] == [
        ("input", MASK, MASK)
    ]
    bench.applied({"main.tf": hidden % 1})
    changed = bench.planned({"main.tf": hidden % 2}).reading
    rows = {v.path: v for v in changed.changes[0].values}
    assert (rows["input"].before, rows["input"].after, rows["input"].note) == (
        MASK,
        MASK,
        "sensitive",
    )
    assert "himitsu" not in repr(changed)


def test_ephemeral_variables_are_given_again_and_no_others(tmp_path: Path):
    variables = {"passing": "tsukanoma", "kept": "y", "unknown": 1}
    bench = Bench(local(tmp_path), Workspace("w", variables=variables))
    files = {
        "main.tf": """
variable "passing" {
  type      = string
  ephemeral = true
}
variable "kept" {}
resource "terraform_data" "a" {
  input = var.kept
  provisioner "local-exec" {
    command     = "true"
    environment = { P = var.passing }
  }
}
"""
    }
    planned = bench.planned(files)
    assert b"tsukanoma" not in planned.plan
    desk = planned.desk()
    watch = Listening()
    assert desk.init(watch).ok
    assert desk.apply(watch).ok, watch.text()
    again = tmp_path / "work" / "run-2" / "apply" / "again.tfvars.json"
    assert again.read_text(encoding="utf-8") == '{"passing": "tsukanoma"}'
    desk.close()


def test_a_refresh_only_plan_has_drift_and_no_changes(tmp_path: Path):
    bench = Bench(local(tmp_path))
    bench.applied({"main.tf": BASE} | MODULE)
    reading = bench.planned({"main.tf": BASE} | MODULE, PlanOptions(PlanMode.REFRESH_ONLY)).reading
    assert reading.changes == ()
    assert reading.counts.drift == 0
    assert not reading.applyable
    assert reading.complete


def test_a_targeted_plan_is_not_complete(base: Bench):
    options = PlanOptions(targets=("terraform_data.a[1]", 'terraform_data.each["東京"]'))
    reading = base.planned({"main.tf": CHANGES["update"]} | MODULE, options).reading
    assert [c.address for c in reading.changes] == ["terraform_data.a[1]"]


def test_problems_in_japanese_files_name_them(tmp_path: Path):
    bench = Bench(local(tmp_path))
    desk = bench.terraform.open(
        bench.order({"main.tf": "", "網.tf": 'output "値" {\n  x = 1\n}\n'})
    )
    finished = desk.init(Listening())
    if finished.ok:
        finished = desk.plan(Listening())
    assert ("網.tf", 2) in {(e.file, e.line) for e in finished.errors}
    desk.close()


def test_what_is_not_terraform_at_all_is_an_error(tmp_path: Path):
    bench = Bench(local(tmp_path))
    desk = bench.terraform.open(bench.order({"main.tf": b"\x7fELF\0\0\xff\xfe<html>"}))
    finished = desk.init(Listening())
    if finished.ok:
        finished = desk.plan(Listening())
    assert not finished.ok
    assert finished.errors
    assert finished.errors[0].file == "main.tf"
    desk.close()


def test_a_warning_is_no_error(tmp_path: Path):
    bench = Bench(local(tmp_path))
    check = """
resource "terraform_data" "a" {
  input = 1
}
check "c" {
  assert {
    condition     = terraform_data.a.input == 2
    error_message = "計算が合わない"
  }
}
"""
    planned = bench.planned({"main.tf": check})
    warning = next(x for x in planned.watch.lines if x.level == "warn")
    assert (warning.kind, warning.file, warning.line) == ("diagnostic", "main.tf", 7)
    assert "計算が合わない" in warning.detail


SENSITIVE = """
variable "pin" {
  type      = object({ code = string, number = number })
  sensitive = true
}
"""
PIN = {"pin": {"code": "himitsu-no-kotoba", "number": 91827364}}


def test_what_is_declared_sensitive_is_masked_before_there_is_a_plan(tmp_path: Path):
    bench = Bench(local(tmp_path), Workspace("w", variables=PIN))
    code = 'resource "terraform_data" "a" {\n  for_each = nonsensitive(toset([var.pin.code]))\n}\n'
    desk = bench.terraform.open(bench.order({"v.tf": SENSITIVE, "main.tf": code + "output {\n}\n"}))
    assert not desk.init(Listening()).ok
    desk.close()
    planned = bench.planned({"v.tf": SENSITIVE, "main.tf": code})
    assert "Plan to create" in planned.watch.text()
    assert "himitsu" not in planned.watch.text()


def test_what_a_plan_marks_sensitive_is_masked_while_it_is_applied(tmp_path: Path):
    bench = Bench(local(tmp_path))
    code = """
variable "word" {
  type      = string
  default   = "himitsu-no-kotoba"
  sensitive = true
}
resource "terraform_data" "a" {
  input = var.word
  provisioner "local-exec" {
    command = "echo it was ${nonsensitive(var.word)}; exit 3"
  }
}
"""
    desk = bench.planned({"main.tf": code}).desk()
    watch = Listening()
    assert desk.init(watch).ok
    assert not desk.apply(watch).ok
    desk.close()
    assert f"it was {MASK}" in watch.text()
    assert "himitsu" not in watch.text()


def test_what_the_state_marks_sensitive_is_masked_before_there_is_a_plan(tmp_path: Path):
    bench = Bench(local(tmp_path))
    code = 'resource "terraform_data" "a" {\n  input = sensitive("himitsu-no-kotoba")\n}\n'
    bench.applied({"main.tf": code})
    told = """
resource "terraform_data" "b" {
  lifecycle {
    precondition {
      condition     = nonsensitive(terraform_data.a.output) == ""
      error_message = "It is ${nonsensitive(terraform_data.a.output)}, and should be empty."
    }
  }
}
"""
    desk, watch = bench.terraform.open(bench.order({"main.tf": code + told})), Listening()
    assert desk.init(watch).ok
    finished = desk.plan(watch)
    desk.close()
    assert not finished.ok
    assert f"It is {MASK}, and should be empty." in repr(finished.errors)
    assert "himitsu" not in repr((finished, watch.lines))


def test_a_secret_number_is_masked_in_the_state_where_it_is_not_marked(tmp_path: Path):
    bench = Bench(local(tmp_path), Workspace("w", variables=PIN))
    code = 'resource "terraform_data" "a" {\n  input = var.pin\n}\n'
    desk = bench.planned({"v.tf": SENSITIVE, "main.tf": code}).desk()
    assert desk.init(Listening()).ok
    assert desk.apply(Listening()).ok
    reading = desk.read_state()
    desk.close()
    assert reading
    assert b"91827364" in reading.raw
    assert reading.index.resources[0].values["output"] == {"code": MASK, "number": MASK}
    assert "91827364" not in repr(reading.index)


def test_nothing_of_a_run_stays_in_the_working_folder(tmp_path: Path):
    bench = Bench(local(tmp_path))
    bench.applied({"main.tf": BASE} | MODULE)
    bench.terraform.validate(bench.order({"main.tf": ""}, phase="validate"), Listening())
    with pytest.raises(ArchiveInvalid):
        bench.terraform.open(bench.order({"../main.tf": ""}))
    assert list((tmp_path / "work").iterdir()) == []
