"""Cases 10 to 13 of the contract: whole plans, their modes, their checks, their size."""

from tools.plan_fixtures.changes import TWO
from tools.plan_fixtures.outside import FORMS, WORLD
from tools.plan_fixtures.story import Step, Story, one, was, with_kata

OUTPUTS_BEFORE = """
output "same" {
  value = "s"
}
output "changed" {
  value = { a = 1, b = ["x"] }
}
output "gone" {
  value = "g"
}
output "secret" {
  value     = "himitsu-output-1"
  sensitive = true
}
output "hidden" {
  value = "himitsu-output-flip"
}
"""
OUTPUTS_AFTER = """
output "same" {
  value = "s"
}
output "changed" {
  value = { a = 2, b = ["x", "y"] }
}
output "new" {
  value = "n|`<b>`"
}
output "secret" {
  value     = "himitsu-output-2"
  sensitive = true
}
output "hidden" {
  value     = "himitsu-output-flip"
  sensitive = true
}
"""
LATER = """
resource "terraform_data" "a" {
  input = "1"
}
output "later" {
  value = terraform_data.a.id
}
output "partly" {
  value = { id = terraform_data.a.id, n = 1 }
}
output "secret_later" {
  value     = terraform_data.a.id
  sensitive = true
}
"""
CHECKS = """
variable "limit" {
  type    = number
  default = 5
  validation {
    condition     = var.limit < 10
    error_message = "The limit is below ten."
  }
}
resource "terraform_data" "a" {
  for_each = toset(["x", "y"])
  input    = "1"
  lifecycle {
    precondition {
      condition     = %s
      error_message = "Never mind: himitsu-check."
    }
    postcondition {
      condition     = self.id != ""
      error_message = "It has an id."
    }
  }
}
check "health" {
  assert {
    condition     = var.limit > 100
    error_message = "Not healthy: 健康でない | `x` <b>"
  }
  assert {
    condition     = terraform_data.a["x"].output == "1"
    error_message = "Not known yet."
  }
}
output "checked" {
  value = "v"
  precondition {
    condition     = var.limit > 1
    error_message = "The limit is above one."
  }
}
"""
HOSTILE = r"""
resource "terraform_data" "a" {{
  input = {{
    "pi|pe"  = "a|b{n}"
    "ti`ck"  = "```{n}"
    "<b>"    = "<script>alert({n})</script>"
    "li\nne" = "one\ntwo\r\n\tthree {n}\u0000\u001b[31m"
    "rtl"    = "\u202e{n}"
    "空"     = "日本語 {n} 😀"
  }}
}}
output "o" {{
  value = "| `{n}` <i> \n # no heading"
}}
"""
EQUAL = """
resource "terraform_data" "node" {{
  count = {count}
  input = {{ git_sha = "{sha}" }}
}}
resource "terraform_data" "odd" {{
  for_each = toset(["a", "b"])
  input    = {{ git_sha = "{sha}", more = "{sha}" }}
}}
"""
MANY = """
resource "terraform_data" "same" {{
  count = 60
  input = "same"
}}
resource "terraform_data" "text" {{
  input = "{n}{filler}"
}}
"""
FILLER = "長い行 | long line\\n" * 500


def _two(name: str, about: str, options: tuple[str, ...]) -> Story:
    return Story(name, about, one(TWO), was(TWO), options=options)


STORIES = (
    Story(
        "case10-outputs-only",
        "outputs change, no resource does",
        one(OUTPUTS_AFTER),
        was(OUTPUTS_BEFORE),
    ),
    Story("case10-outputs-unknown", "outputs that are known after apply", one(LATER)),
    Story(
        "case10-refresh-only",
        "a refresh-only plan: drift and nothing else",
        with_kata(FORMS.format(n=2)),
        (Step(with_kata(FORMS.format(n=1))),),
        options=("-refresh-only",),
        world=WORLD,
    ),
    _two("case10-refresh-only-nothing", "a refresh-only plan, and no drift", ("-refresh-only",)),
    Story(
        "case10-drift-only",
        "a normal plan in which nothing changes, though something drifted",
        with_kata('resource "kata_form" "quiet" {\n  name = "quiet"\n}'),
        (Step(with_kata('resource "kata_form" "quiet" {\n  name = "quiet"\n}')),),
        world=WORLD,
    ),
    Story("case10-nothing", "a plan that changes nothing", one(TWO), was(TWO)),
    _two("case10-destroy", "destroy mode", ("-destroy",)),
    Story(
        "case10-destroy-outputs",
        "destroy mode with outputs that go",
        one(LATER + OUTPUTS_BEFORE),
        was(LATER + OUTPUTS_BEFORE),
        options=("-destroy",),
    ),
    Story(
        "case10-target",
        "-target: one of two changes",
        one(TWO.replace('"1"', '"2"')),
        was(TWO),
        options=("-target=terraform_data.a",),
    ),
    Story(
        "case10-checks",
        "a check fails, another waits, conditions hold or wait",
        one(CHECKS % 'each.key != ""'),
    ),
    Story(
        "case10-errored",
        "a precondition fails: Terraform keeps the plan, which can never be applied",
        one(CHECKS % 'each.key == "x"'),
        fails=True,
    ),
    Story(
        "case10-errored-1-15",
        "the same, as Terraform 1.15 writes it",
        one(CHECKS % 'each.key == "x"'),
        fails=True,
        engine="library",
    ),
    Story(
        "case11-hostile-text",
        "what Markdown, HTML and terminals would read as theirs",
        one(HOSTILE.format(n=2)),
        was(HOSTILE.format(n=1)),
    ),
    Story(
        "case12-equal-updates",
        "150 equal updates and two that are another kind",
        one(EQUAL.format(count=150, sha="b2c3d4e")),
        was(EQUAL.format(count=150, sha="a1b2c3d")),
    ),
    Story(
        "case12-equal-creates",
        "creates, deletes and updates in groups",
        one(EQUAL.format(count=12, sha="b")),
        was(EQUAL.format(count=5, sha="a") + 'resource "terraform_data" "old" {\n  count = 7\n}'),
    ),
    Story(
        "case13-many-no-ops",
        "sixty objects that stay, and one long text that changes",
        one(MANY.format(n=2, filler=FILLER)),
        was(MANY.format(n=1, filler=FILLER)),
    ),
)
