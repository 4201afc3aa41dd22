"""Case 9 of the contract: what comes in from outside, what drifted, and actions."""

from tools.plan_fixtures.story import Json, Step, Story, with_kata

IMPORTS = """
import {
  to = kata_form.same
  id = "same"
}
import {
  to = kata_form.changed
  id = "changed"
}
import {
  to = kata_form.replaced
  id = "replaced"
}
import {
  for_each = { one = "k-1", two = "k-2" }
  to       = kata_form.many[each.key]
  id       = each.value
}
resource "kata_form" "same" {
  name = "same"
}
resource "kata_form" "changed" {
  name = "changed"
  note = "new"
}
resource "kata_form" "replaced" {
  name = "another-name"
}
resource "kata_form" "many" {
  for_each = { one = "k-1", two = "k-2" }
  name     = each.value
}
"""
BY_IDENTITY = """
import {
  to       = kata_form.a
  identity = { name = "a" }
}
import {
  to       = kata_form.b
  identity = { name = "b", region = "kata-1" }
}
resource "kata_form" "a" {
  name = "a"
  note = "new"
}
resource "kata_form" "b" {
  name = "other"
}
"""
GENERATED = """
import {
  to = kata_form.g
  id = "generated"
}
"""
FORMS = """
resource "kata_form" "gone" {{
  name = "gone"
}}
resource "kata_form" "edited" {{
  name = "edited"
  note = "ours"
  pin  = "himitsu-drift-ours"
}}
resource "kata_form" "quiet" {{
  name = "quiet"
}}
resource "terraform_data" "uses" {{
  input = kata_form.gone.id
}}
resource "terraform_data" "other" {{
  input = "{n}"
}}
"""
WORLD: Json = {
    "form-gone": None,
    "form-edited": {"note": "theirs", "pin": "himitsu-drift-theirs"},
    "form-quiet": {"endpoints": [{"host": "moved.example", "port": 8443}]},
}
ACTIONS = """
action "kata_purge" "before" {
  config {
    bucket = "logs"
    force  = true
  }
}
action "kata_purge" "each" {
  for_each = toset(["ログ", "x"])
  config {
    bucket = "bucket-${each.key}"
  }
}
resource "kata_form" "a" {
  name = "a"
  note = "2"
  lifecycle {
    action_trigger {
      events  = [before_update, after_update]
      actions = [action.kata_purge.before, action.kata_purge.each["ログ"]]
    }
  }
}
"""

STORIES = (
    Story("case09-import", "imports: the same, changed, replaced, of each", with_kata(IMPORTS)),
    Story(
        "case09-import-1-15",
        "the same imports, as Terraform 1.15 writes them",
        with_kata(IMPORTS),
        engine="library",
    ),
    Story(
        "case09-import-identity",
        "imports by identity, one of which is replaced (Terraform 1.12 and later)",
        with_kata(BY_IDENTITY),
        engine="library",
    ),
    Story(
        "case09-import-generated",
        "an import for which Terraform writes the configuration",
        with_kata(GENERATED),
        options=("-generate-config-out=generated.tf",),
    ),
    Story(
        "case09-drift",
        "deleted and changed outside Terraform, and what follows from it",
        with_kata(FORMS.format(n=2)),
        (Step(with_kata(FORMS.format(n=1))),),
        world=WORLD,
    ),
    Story(
        "case09-actions",
        "actions that an update triggers (Terraform 1.14 and later)",
        with_kata(ACTIONS),
        (Step(with_kata('resource "kata_form" "a" {\n  name = "a"\n  note = "1"\n}')),),
        engine="library",
    ),
    Story(
        "case09-actions-invoked",
        "-invoke: an action and nothing else, with 0 to destroy",
        with_kata(ACTIONS),
        (Step(with_kata('resource "kata_form" "a" {\n  name = "a"\n  note = "2"\n}')),),
        options=("-invoke=action.kata_purge.before",),
        engine="library",
    ),
)
