"""Case 9 of the contract: replaced, forgotten, moved, deleted, put off, and code that runs."""

import copy

from tools.plan_fixtures.aws_provider import AWS, AWS_ON_MOTO
from tools.plan_fixtures.story import Json, Step, Story, one, was, with_kata

INNER = """
variable "n" {}
resource "terraform_data" "x" {
  input = var.n
}
"""
REPLACED = """
resource "terraform_data" "delete_first" {{
  triggers_replace = ["{n}"]
}}
resource "terraform_data" "create_first" {{
  triggers_replace = {{ v = "{n}", same = 1 }}
  lifecycle {{
    create_before_destroy = true
  }}
}}
resource "terraform_data" "follows" {{
  lifecycle {{
    replace_triggered_by = [terraform_data.delete_first]
  }}
}}
resource "kata_form" "paths" {{
  name     = "name-{n}"
  settings = {{ mode = "mode-{n}", level = {n} }}
}}
"""
TWO = """
resource "terraform_data" "a" {
  input = "1"
}
resource "terraform_data" "b" {
  input = "1"
}
"""
REMOVED = """
removed {
  from = terraform_data.a
  lifecycle {
    destroy = false
  }
}
removed {
  from = module.m
  lifecycle {
    destroy = false
  }
}
resource "terraform_data" "b" {
  input = "2"
}
"""
FORGOTTEN = TWO + 'module "m" {\n  source = "./m"\n}\n'
DEPOSED = """
resource "kata_form" "a" {{
  name = "{name}"
  note = "{note}"
  lifecycle {{
    create_before_destroy = true
  }}
}}
"""
TAINTED = """
resource "terraform_data" "a" {
  input = "1"
  provisioner "local-exec" {
    command = "exit 1"
  }
}
"""
MOVED = """
moved {
  from = terraform_data.a
  to   = terraform_data.renamed
}
moved {
  from = terraform_data.b
  to   = module.m.terraform_data.x
}
moved {
  from = terraform_data.counted
  to   = terraform_data.keyed["one"]
}
moved {
  from = terraform_data.c
  to   = terraform_data.c2
}
resource "terraform_data" "renamed" {
  input = "1"
}
resource "terraform_data" "keyed" {
  for_each = toset(["one", "two"])
  input    = "1"
}
resource "terraform_data" "c2" {
  triggers_replace = ["2"]
}
module "m" {
  source = "./m"
  n      = "2"
}
"""
BEFORE_MOVES = (
    TWO
    + """
resource "terraform_data" "counted" {
  input = "1"
}
resource "terraform_data" "c" {
  triggers_replace = ["1"]
}
"""
)
REASONS = """
resource "terraform_data" "config" {
  input = "1"
}
resource "terraform_data" "repetition" {
  count = 1
  input = "1"
}
resource "terraform_data" "counted" {
  count = 3
  input = "1"
}
resource "terraform_data" "keyed" {
  for_each = toset(["a", "b"])
  input    = "1"
}
resource "terraform_data" "moved_away" {
  input = "1"
}
module "m" {
  source = "./m"
  n      = "1"
}
module "of" {
  for_each = toset(["a", "b"])
  source   = "./m"
  n        = "1"
}
"""
REASONS_AFTER = """
module "of" {
  for_each = toset(["a"])
  source   = "./m"
  n        = "1"
}
moved {
  from = terraform_data.moved_away
  to   = terraform_data.nowhere
}
resource "terraform_data" "repetition" {
  for_each = toset(["k"])
  input    = "1"
}
resource "terraform_data" "counted" {
  count = 1
  input = "1"
}
resource "terraform_data" "keyed" {
  for_each = toset(["a"])
  input    = "1"
}
"""
DATABASE = """
resource "aws_db_instance" "main" {{
  identifier          = "main"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 10
  storage_encrypted   = {encrypted}
  username            = "app"
  password            = "himitsu-db-{encrypted}"
  skip_final_snapshot = true
  apply_immediately   = true
}}
resource "aws_dynamodb_table" "items" {{
  name         = "items-{encrypted}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {{
    name = "id"
    type = "S"
  }}
}}
resource "aws_s3_bucket" "{bucket}" {{
  bucket        = "sekisho-{bucket}"
  force_destroy = true
}}
"""
CODE = """
terraform {
  required_providers {
    external = { source = "hashicorp/external" }
  }
}
data "external" "who" {
  program = ["sh", "-c", "echo '{}'"]
}
resource "terraform_data" "a" {
  input = "1"
  provisioner "local-exec" {
    command = "echo made"
  }
  provisioner "local-exec" {
    when    = destroy
    command = "echo gone"
  }
}
resource "terraform_data" "b" {
  input = data.external.who.result
}
module "m" {
  source = "./m"
}
"""
CODE_MODULE = """
resource "terraform_data" "x" {
  for_each = toset(["k"])
  connection {
    host = "203.0.113.1"
  }
  provisioner "remote-exec" {
    inline = ["true"]
  }
}
"""


def _create_forget(plan: Json) -> Json:
    """Make every replacement one that forgets, as later Terraforms write it."""
    for change in plan["resource_changes"]:
        if change["change"]["actions"] == ["create", "delete"]:
            change["change"]["actions"] = ["create", "forget"]
    return plan


def _deferred(plan: Json) -> Json:
    """Take the last creation for deferred: Terraform does so with -allow-deferral alone."""
    plan = copy.deepcopy(plan)
    change = plan["resource_changes"].pop()
    plan["deferred_changes"] = [{"reason": "instance_count_unknown", "resource_change": change}]
    change["address"], change["index_unknown"] = change["address"] + "[*]", True
    plan["complete"] = False
    return plan


CREATE_FIRST = REPLACED.split("resource", maxsplit=3)[2]
CREATE_FIRST = "resource" + CREATE_FIRST

DEPOSING = (
    Step(with_kata(DEPOSED.format(name="first", note="stuck"))),
    Step(with_kata(DEPOSED.format(name="second", note="")), fails=True),
)

STORIES = (
    Story(
        "case09-replace",
        "replacements: delete first, create first, triggered by another, paths that force it",
        with_kata(REPLACED.format(n=2)),
        (Step(with_kata(REPLACED.format(n=1))),),
    ),
    Story(
        "case09-forget-replace",
        "a replacement that forgets the old object",
        one(CREATE_FIRST.format(n=2)),
        was(CREATE_FIRST.format(n=1)),
        edit=_create_forget,
        edited="actions [create, delete] are made [create, forget]: no command line of Terraform"
        " 1.11 or 1.15 plans it (`destroy` in a resource's lifecycle is refused)",
    ),
    Story(
        "case09-forget",
        "removed blocks that leave the objects alone",
        one(REMOVED),
        (
            Step(
                {
                    **one(FORGOTTEN),
                    "m/m.tf": INNER.replace('variable "n" {}', "").replace("var.n", '"1"'),
                }
            ),
        ),
    ),
    Story(
        "case09-deposed",
        "what an interrupted replacement left behind goes",
        with_kata(DEPOSED.format(name="second", note="new")),
        DEPOSING,
    ),
    Story(
        "case09-tainted",
        "an object whose making failed is replaced: no path forces it",
        one(TAINTED),
        (Step(one(TAINTED), fails=True),),
    ),
    Story(
        "case09-replace-requested",
        "replaced because -replace asks for it",
        one(TWO),
        was(TWO),
        options=("-replace=terraform_data.a",),
    ),
    Story(
        "case09-moves",
        "moves: alone, into a module with a change, to a key, and replaced",
        {**one(MOVED), "m/m.tf": INNER.lstrip()},
        was(BEFORE_MOVES),
    ),
    Story(
        "case09-delete-reasons",
        "objects that go because of configuration, repetition, index, key, module, move",
        {**one(REASONS_AFTER), "m/m.tf": INNER.lstrip()},
        (Step({**one(REASONS), "m/m.tf": INNER.lstrip()}),),
    ),
    Story(
        "case09-deferred",
        "a change that is put off to a later plan",
        one(TWO),
        edit=_deferred,
        edited="the last creation is moved to deferred_changes and the plan made incomplete:"
        " -allow-deferral is refused outside experimental builds",
    ),
    Story(
        "case09-data-read",
        "data sources that are read while applying",
        with_kata(
            'resource "terraform_data" "a" {\n  input = "1"\n}\n'
            'data "kata_lookup" "unknown" {\n  key = terraform_data.a.id\n}\n'
            'data "kata_lookup" "waits" {\n  key        = "k"\n'
            "  depends_on = [terraform_data.a]\n}\n"
            'data "kata_lookup" "now" {\n  key = "now"\n}'
        ),
    ),
    Story(
        "case09-stateful",
        "genuine AWS: a database and a table are replaced, a bucket goes, another comes",
        {"provider.tf": AWS, "main.tf": DATABASE.format(encrypted="true", bucket="new").lstrip()},
        (
            Step(
                {
                    "provider.tf": AWS_ON_MOTO,
                    "main.tf": DATABASE.format(encrypted="false", bucket="old").lstrip(),
                }
            ),
        ),
        options=("-refresh=false",),
        moto=True,
    ),
    Story(
        "case09-code",
        "provisioners, in a module too, and external data: code that will run",
        {**one(CODE), "m/m.tf": CODE_MODULE.lstrip()},
    ),
)
