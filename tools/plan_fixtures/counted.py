"""Five plans made by hand, for counting: what is hard to count, together."""

from tools.plan_fixtures.changes import DEPOSED, DEPOSING
from tools.plan_fixtures.generated import HEAD
from tools.plan_fixtures.story import Files, Step, Story

MODULE = """variable "n" {}
resource "terraform_data" "x" {
  for_each         = toset(["a", "b"])
  triggers_replace = [var.n]
}
resource "null_resource" "y" {
  triggers = { n = var.n }
}
"""
CALL = 'module "{name}" {{\n  source = "./m"\n  count  = {count}\n  n      = "{n}"\n}}\n'
DATA = 'data "kata_lookup" "d" {\n  key        = "d"\n  depends_on = [terraform_data.moved]\n}\n'
EVERYTHING_BEFORE = """
resource "terraform_data" "old" {
  input = "1"
}
resource "terraform_data" "forgotten" {
  count = 3
}
resource "sim_thing" "first" {
  name  = "a"
  round = 1
}
resource "sim_thing" "deleted" {
  name = "d"
}
resource "kata_form" "acted" {
  name = "acted"
  note = "1"
}
"""
EVERYTHING = """
moved {
  from = terraform_data.old
  to   = terraform_data.moved
}
removed {
  from = terraform_data.forgotten
  lifecycle {
    destroy = false
  }
}
import {
  to = kata_form.same
  id = "same"
}
import {
  to = kata_form.replaced
  id = "imported"
}
resource "terraform_data" "moved" {
  input = "2"
}
resource "sim_thing" "first" {
  name  = "b"
  round = 2
  lifecycle {
    create_before_destroy = true
  }
}
resource "kata_form" "same" {
  name = "same"
}
resource "kata_form" "replaced" {
  name = "another"
}
resource "kata_form" "acted" {
  name = "acted"
  note = "2"
  %s
}
output "o" {
  value = terraform_data.moved.output
}
"""
TRIGGER = """lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.kata_purge.a, action.kata_purge.b]
    }
  }"""
ACTION = 'action "kata_purge" "{0}" {{\n  config {{\n    bucket = "{0}"\n  }}\n}}\n'
FOLLOWERS = """
resource "terraform_data" "follows" {{
  count = 3
  lifecycle {{
    replace_triggered_by = [kata_form.followed]
  }}
}}
resource "kata_form" "followed" {{
  name = "followed"
  note = "{n}"
}}
resource "kata_form" "lost" {{
  name = "lost"
}}
"""
SCALED = """
resource "terraform_data" "many" {{
  count = {count}
  input = "{n}"
}}
resource "null_resource" "some" {{
  for_each = toset([for i in range({count}) : "k${{i % 7}}"])
  triggers = {{ n = "{n}" }}
}}
"""


def _files(*parts: str) -> Files:
    return {"main.tf": HEAD + "".join(parts), "m/m.tf": MODULE}


def _deposing(more: str) -> tuple[Step, ...]:
    """Leave a deposed object, and all that `more` makes."""
    first, second = (step.files["main.tf"] for step in DEPOSING)
    return (Step(_files(first, more)), Step(_files(second, more), fails=True))


STORIES = (
    Story(
        "counts-hand-1",
        "move and update, forget three, import and import to replace, create first, delete, read",
        _files(EVERYTHING % "", DATA, CALL.format(name="m", count=2, n=2)),
        (Step(_files(EVERYTHING_BEFORE, CALL.format(name="m", count=1, n=1))),),
    ),
    Story(
        "counts-hand-2",
        "the same on Terraform 1.15, with two actions that an update triggers",
        _files(
            EVERYTHING % TRIGGER,
            DATA,
            CALL.format(name="m", count=2, n=2),
            ACTION.format("a"),
            ACTION.format("b"),
        ),
        (Step(_files(EVERYTHING_BEFORE, CALL.format(name="m", count=1, n=1))),),
        engine="library",
    ),
    Story(
        "counts-hand-3",
        "a deposed object goes while the current one is replaced; one is lost, three follow",
        _files(DEPOSED.format(name="third", note=""), FOLLOWERS.format(n=2)),
        _deposing(FOLLOWERS.format(n=1)),
        world={"form-lost": None},
    ),
    Story(
        "counts-hand-4",
        "destroy mode: a deposed object, modules, one object that is gone already",
        _files(
            DEPOSED.format(name="second", note=""),
            CALL.format(name="m", count=2, n=1),
            FOLLOWERS.format(n=1),
        ),
        _deposing(CALL.format(name="m", count=2, n=1) + FOLLOWERS.format(n=1)),
        options=("-destroy",),
        world={"form-lost": None},
    ),
    Story(
        "counts-hand-5",
        "from forty objects to twenty-five, the rest updated or replaced, with two targets",
        _files(SCALED.format(count=25, n=2), CALL.format(name="m", count=2, n=2)),
        (Step(_files(SCALED.format(count=40, n=1), CALL.format(name="m", count=2, n=1))),),
        options=(
            "-target=terraform_data.many",
            "-target=module.m[1]",
            "-replace=module.m[1].null_resource.y",
        ),
    ),
)
