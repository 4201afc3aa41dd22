"""Case 8 of the contract: addresses that cannot be split."""

from tools.plan_fixtures.changes import INNER
from tools.plan_fixtures.story import Files, Step, Story

KEYS = r"""
locals {{
  keys = toset([
    "a.b", "x\"y", "日本語", "[0]", "a/b c",
    "p|i`p`e", "<b>", "back\\slash", "li\nne", "$${{x}}",
  ])
}}
resource "terraform_data" "odd" {{
  for_each = local.keys
  input    = "{n}"
}}
module "m" {{
  source   = "./m"
  for_each = {modules}
  n        = "{n}"
}}
"""
ODD_MODULE = """
variable "n" {}
resource "terraform_data" "名前" {
  count = 2
  input = var.n
}
module "inner" {
  source   = "./inner"
  for_each = toset(["キー.1"])
  n        = var.n
}
"""
MOVED_KEY = """
moved {
  from = module.m["old.名[0]"]
  to   = module.m["新.\\"n\\""]
}
"""


def _odd(n: str, modules: str, more: str = "") -> Files:
    main = KEYS.format(n=n, modules=modules).lstrip() + more
    return {"main.tf": main, "m/m.tf": ODD_MODULE.lstrip(), "m/inner/x.tf": INNER.lstrip()}


STORIES = (
    Story(
        "case08-addresses",
        "keys and names with quotes, dots, brackets, slashes, lines and Japanese, in modules too",
        _odd("2", '{ "新.\\"n\\"" = 1 }', MOVED_KEY),
        (Step(_odd("1", '{ "old.名[0]" = 1 }')),),
    ),
)
