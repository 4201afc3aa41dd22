"""Inspection: what is found in configurations, and that honest ones pass."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from sekisho.domain.inspection_texts import said, step
from sekisho.domain.inspections import (
    ALWAYS_REFUSED,
    DEFAULT_POLICY,
    DEFAULTS,
    Finding,
    FindingKind,
    Judged,
    Policy,
)
from sekisho.inspection.reading import Tree, decoded, encoded, inspect

K = FindingKind


def found(folder: Path, files: dict[str, str], directory: str = "") -> list[tuple[str, str]]:
    return [(f.kind, f.place) for f in inspected(folder, files, directory)]


def inspected(folder: Path, files: dict[str, str], directory: str = "") -> tuple[Finding, ...]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return inspect(Tree(folder, tuple(files), directory))


ONE: dict[str, tuple[str, str, int]] = {
    "a provisioner": ('resource "a" "b" {\n  provisioner "local-exec" {\n  }\n}', K.PROVISIONER, 2),
    "a provisioner, escaped": (
        'resource "a" "b" {\n  provisioner "local\\u002dexec" {\n  }\n}',
        K.PROVISIONER,
        2,
    ),
    "a provisioner of what is removed": (
        'removed {\n  from = a.b\n  provisioner "local-exec" {\n  }\n}',
        K.PROVISIONER,
        3,
    ),
    "a provisioner behind a comment in a text": (
        'locals {\n  a = "/*"\n}\nresource "a" "b" {\n  provisioner "x" {\n  }\n}\n# */',
        K.PROVISIONER,
        5,
    ),
    "external data": ('data "external" "x" {\n}', K.EXTERNAL_DATA, 1),
    "external data in a check": (
        'check "c" {\n  data "external" "x" {\n  }\n}',
        K.EXTERNAL_DATA,
        2,
    ),
    "an action": ('action "aws_lambda_invoke" "x" {\n}', K.ACTION, 1),
    "a trigger": (
        'resource "a" "b" {\n  lifecycle {\n    action_trigger {\n    }\n  }\n}',
        K.ACTION,
        3,
    ),
    "a plain backend": ('terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}', K.BACKEND, 2),
    "a backend with a profile": (
        'terraform {\n  backend "s3" {\n    profile = "b"\n  }\n}',
        K.BACKEND_CREDENTIALS,
        2,
    ),
    "a backend with a file of settings": (
        'terraform {\n  backend "s3" {\n    shared_config_files = ["x"]\n  }\n}',
        K.BACKEND_CREDENTIALS,
        2,
    ),
    "a backend elsewhere": (
        'terraform {\n  backend "http" {\n    address = "http://x"\n  }\n}',
        K.BACKEND_CREDENTIALS,
        2,
    ),
    "a cloud block": ("terraform {\n  cloud {\n  }\n}", K.CLOUD, 2),
    "keys of a provider": (
        'provider "aws" {\n  access_key = "x"\n}',
        K.PROVIDER_CREDENTIALS,
        2,
    ),
    "keys of a provider in a dynamic block": (
        'provider "aws" {\n  dynamic "assume_role" {\n    content {\n    }\n  }\n}',
        K.PROVIDER_CREDENTIALS,
        2,
    ),
    "a program of a provider": (
        'provider "kubernetes" {\n  exec {\n    command = "x"\n  }\n}',
        K.PROVIDER_EXEC,
        2,
    ),
    "a program of a provider in an object": (
        'provider "kubernetes" {\n  x = { exec = {} }\n}',
        K.PROVIDER_EXEC,
        2,
    ),
    "a program of a provider in an object that is made": (
        'provider "helm" {\n  kubernetes = merge({ exec = {} }, {})\n}',
        K.PROVIDER_EXEC,
        2,
    ),
    "a program of a provider under a computed key": (
        'provider "helm" {\n  kubernetes = { (true ? "exec" : "") = {} }\n}',
        K.PROVIDER_EXEC,
        2,
    ),
    "a host of a provider": (
        'provider "google" {\n  universe_domain = "theirs.example"\n}',
        K.PROVIDER_CREDENTIALS,
        2,
    ),
    "a token of a provider in a file": (
        'provider "azurerm" {\n  oidc_token_file_path = "/x"\n}',
        K.PROVIDER_CREDENTIALS,
        2,
    ),
    "a file outside that chooses a template": (
        'locals {\n  a = templatefile(file("/x") == "" ? "main.tf" : "./main.tf", {})\n}',
        K.FILE_OUTSIDE,
        2,
    ),
    "a template that is not there yet": (
        'locals {\n  a = templatefile("made.zip", {})\n}',
        K.FILE_UNKNOWN,
        2,
    ),
    "an iterator that takes the name of locals": (
        (
            'locals {\n  value = "main.tf"\n}\nresource "a" "b" {\n  dynamic "c" {\n'
            "    for_each = var.x\n    iterator = local\n"
            "    content {\n      d = file(local.value)\n    }\n  }\n}"
        ),
        K.FILE_UNKNOWN,
        9,
    ),
    "a module elsewhere": ('module "m" {\n  source = "git::https://x/y"\n}', K.MODULE_SOURCE, 2),
    "a module outside": ('module "m" {\n  source = "../x"\n}', K.MODULE_OUTSIDE, 2),
    "a module whose source is made": (
        'module "m" {\n  source = "${var.x}/y"\n}',
        K.UNMODELLED,
        2,
    ),
    "a file outside": ('locals {\n  a = file("/etc/passwd")\n}', K.FILE_OUTSIDE, 2),
    "a file of somebody's home": ('locals {\n  a = file("~/.aws/x")\n}', K.FILE_OUTSIDE, 2),
    "a file further up": ('locals {\n  a = filesha1("a/../../x")\n}', K.FILE_OUTSIDE, 2),
    "a file in a text": ('locals {\n  a = "x${file("/x")}"\n}', K.FILE_OUTSIDE, 2),
    "a file in a heredoc": ('locals {\n  a = <<-E\n  ${file("/x")}\n  E\n}', K.FILE_OUTSIDE, 3),
    "a file in a directive": (
        'locals {\n  a = "%{if file("/x") == ""}%{endif}"\n}',
        K.FILE_OUTSIDE,
        2,
    ),
    "a file in an index": ('locals {\n  a = local.b[file("/x")]\n}', K.FILE_OUTSIDE, 2),
    "a file as a key": ('locals {\n  a = { (file("/x")) = 1 }\n}', K.FILE_OUTSIDE, 2),
    "a file in a condition of a loop": (
        'locals {\n  a = [for x in [] : x if x == file("/x")]\n}',
        K.FILE_OUTSIDE,
        2,
    ),
    "a file by its whole name": ('locals {\n  a = core::file("/x")\n}', K.FILE_OUTSIDE, 2),
    "a file in a precondition": (
        'resource "a" "b" {\n  lifecycle {\n    precondition {\n      condition = file("/x")\n    }\n  }\n}',  # noqa: E501
        K.FILE_OUTSIDE,
        4,
    ),
    "a file that a variable names": ("locals {\n  a = file(var.x)\n}", K.FILE_UNKNOWN, 2),
    "a file that each names": (
        'resource "a" "b" {\n  for_each = var.x\n  c = file(each.key)\n}',
        K.FILE_UNKNOWN,
        3,
    ),
    "a file that a loop hides": (
        'locals {\n  x = ["a"]\n  b = [for x in var.y : file(x)]\n}',
        K.FILE_UNKNOWN,
        3,
    ),
    "a file in one of two": ('locals {\n  a = file(var.x ? "b" : "/c")\n}', K.FILE_OUTSIDE, 2),
    "where the process is": ('locals {\n  a = file("${path.cwd}/x")\n}', K.FILE_UNKNOWN, 2),
    "a set of files outside": ('locals {\n  a = fileset("/", "*")\n}', K.FILE_OUTSIDE, 2),
    "a set of files by a pattern that leads out": (
        'locals {\n  a = fileset(path.module, "../*")\n}',
        K.FILE_OUTSIDE,
        2,
    ),
    "a template that is made": (
        "locals {\n  a = templatestring(var.x, {})\n}",
        K.TEMPLATE_UNKNOWN,
        2,
    ),
    "another state": (
        'data "terraform_remote_state" "x" {\n  backend = "s3"\n  config = { bucket = "b" }\n}',
        K.REMOTE_STATE,
        1,
    ),
    "another state by a profile": (
        'data "terraform_remote_state" "x" {\n  backend = "s3"\n  config = { profile = "b" }\n}',
        K.REMOTE_STATE_UNSAFE,
        1,
    ),
    "another state on disk": (
        'data "terraform_remote_state" "x" {\n  backend = "local"\n  config = { path = "/x" }\n}',
        K.REMOTE_STATE_UNSAFE,
        1,
    ),
    "an unknown block": ('feature "x" {\n}', K.UNMODELLED, 1),
    "too many labels": ('resource "a" "b" "c" {\n}', K.UNMODELLED, 1),
    "a syntax error": ('resource "a" {', K.UNMODELLED, 1),
    "an argument at the top": ("a = 1", K.UNMODELLED, 1),
    "a NUL": ("locals {\n}\n\0", K.UNMODELLED, 1),
}


@pytest.mark.parametrize("name", ONE)
def test_what_is_found_has_its_kind_and_its_line(name: str, tmp_path: Path):
    text, kind, line = ONE[name]
    assert found(tmp_path, {"main.tf": text}) == [(kind, f"main.tf:{line}")]


NAMES = {
    ".terraform/x": K.TERRAFORM_FOLDER,
    "a/.TERRAFORM/x": K.TERRAFORM_FOLDER,
    "terraform.d/plugins/x": K.PLUGIN_FOLDER,
    "a/.terraformrc": K.CLI_CONFIGURATION,
    "x.tfrc": K.CLI_CONFIGURATION,
    "override.tf": K.OVERRIDE_FILE,
    "a_override.tf": K.OVERRIDE_FILE,
    "a_override.tf.json": K.OVERRIDE_FILE,
    "a.tftest.hcl": K.TEST_FILE,
    "a.tfcomponent.hcl": K.STACK_FILE,
    "a.tfquery.hcl": K.QUERY_FILE,
    "a.tofu": K.UNMODELLED,
}


@pytest.mark.parametrize("name", NAMES)
def test_some_files_are_found_by_their_name(name: str, tmp_path: Path):
    text = "{}" if name.endswith(".json") else ""
    assert found(tmp_path, {name: text}) == [(NAMES[name], name)]


def test_every_folder_is_read(tmp_path: Path):
    text = 'data "external" "x" {\n}'
    files = {
        ".hidden/a.tf": text,
        "a/b/c/d.tf": text,
        "z.tf.json": '{"data": {"external": {"x": {}}}}',
    }
    kinds = found(tmp_path, files)
    assert [kind for kind, _ in kinds] == [K.EXTERNAL_DATA] * 3


def test_json_is_read_as_the_language_has_it(tmp_path: Path):
    whole = {
        "//": "a comment",
        "terraform": {"backend": {"s3": {"profile": "x"}}, "required_version": ">= 1"},
        "provider": [{"aws": {"region": "x", "token": "y"}}],
        "resource": {
            "null_resource": [
                {"a": {"provisioner": [{"local-exec": {"command": "x"}}], "b": '${file("/x")}'}}
            ]
        },
        "module": {"m": {"source": "../../x"}},
        "locals": {"a": {"b": ["$${file(1)}", '%{ if file("/y") == "" }%{ endif }']}},
    }
    kinds = {kind for kind, _ in found(tmp_path, {"a.tf.json": json.dumps(whole, indent=1)})}
    assert kinds == {
        K.BACKEND_CREDENTIALS,
        K.PROVIDER_CREDENTIALS,
        K.PROVISIONER,
        K.FILE_OUTSIDE,
        K.MODULE_OUTSIDE,
    }


@pytest.mark.parametrize(
    "text",
    [
        *("[", '{"x": 1}', '{"resource": 1}', '{"locals": {"a": 1, "a": 2}}'),
        *('{"locals": {"a": NaN}}', '{"locals": {"a": "${"}}', '{"data": {"external": 5}}'),
        "[" * 100_000,
    ],
)
def test_json_that_is_not_understood_is_refused(text: str, tmp_path: Path):
    assert [kind for kind, _ in found(tmp_path, {"a.tf.json": text})] == [K.UNMODELLED]


def test_what_a_template_reads_is_found_in_the_template(tmp_path: Path):
    files = {
        "main.tf": (
            'locals {\n  a = templatefile("${path.module}/t/a.tpl", {})\n'
            '  b = [for f in fileset(path.module, "t/*") : templatefile(f, {})]\n}'
        ),
        "t/a.tpl": "${b}",
        "t/b.tpl": 'x ${templatefile("t/b.tpl", {})} ${file("/etc/passwd")}',
    }
    where = inspected(tmp_path, files)
    assert {(f.kind, f.detail) for f in where} == {(K.FILE_OUTSIDE, "file(/etc/passwd)")}


def test_a_configuration_begins_above_where_terraform_works(tmp_path: Path):
    files = {
        "envs/prod/main.tf": (
            'module "in" {\n  source = "../../modules/m"\n}\nmodule "out" {\n'
            '  source = "../../../m"\n}\nlocals {\n  in = file("../../shared.txt")\n'
            '  out = file("${path.module}/../../../x")\n}'
        ),
        "modules/m/main.tf": 'locals {\n  a = file("${path.module}/../../x")\n}',
        "modules/n/main.tf": 'locals {\n  a = file("${path.module}/../../../x")\n}',
    }
    assert found(tmp_path, files, "envs/prod") == [
        (K.MODULE_OUTSIDE, "envs/prod/main.tf:5"),
        (K.FILE_OUTSIDE, "envs/prod/main.tf:9"),
        (K.FILE_OUTSIDE, "modules/n/main.tf:2"),
    ]


HONEST = """
locals {
  names = toset(["a", "b"])
  files = fileset(path.module, "policies/*.json")
  all   = { for f in local.files : trimsuffix(f, ".json") => file("${path.module}/${f}") }
  text  = "file(\\"/etc/passwd\\") is only text, $${file(\\"x\\")} too"
  eval  = <<-EOT
    #!/bin/sh
    echo $${HOME} %%{x} file("/etc/passwd")
  EOT
}
variable "region" {
  type    = string
  default = "ap-northeast-1"
  validation {
    condition     = can(regex("^ap-", var.region)) && var.region != "" || false
    error_message = "リージョンは ap- で始めてください"
  }
}
variable "command" { default = "x" }
resource "aws_iam_policy" "関所" {
  for_each = local.names
  policy   = templatefile("${path.module}/${each.key}.tpl", { 名前 = each.value, n = -1 })
  dynamic "statement" {
    for_each = { x = "a.txt" }
    iterator = it
    content {
      file = file("${path.root}/${it.value}")
    }
  }
}
resource "x" "y" {
  name = join("/", [path.module, "z"])
  file = filemd5(format("%s/%s", path.module, "z"))
  tags = merge(var.tags, { Name = "web-${count.index + 1}" })
  cidr = cidrsubnet(var.cidr, 4, count.index) // a comment
  hash = provider::aws::arn_parse(var.arn).account
  all  = aws_instance.web[*].id
}
module "m" {
  source    = "./modules/m"
  providers = { aws = aws.tokyo }
}
provider "aws" {
  region = var.region
  default_tags {
    tags = { env = "prod" }
  }
}
moved {
  from = a.b
  to   = a.c
}
import {
  to = a.c
  id = "x"
}
"""


def test_an_honest_configuration_passes_with_no_finding(tmp_path: Path):
    files = {"main.tf": HONEST, "a.tpl": "${n}", "b.tpl": "file(1)"}
    assert inspected(tmp_path, files) == ()
    crlf = tmp_path / "crlf"
    assert inspected(crlf, files | {"main.tf": HONEST.replace("\n", "\r\n")}) == ()


def test_providers_are_named_by_their_whole_address(tmp_path: Path):
    text = (
        "terraform {\n  required_providers {\n"
        '    aws = { source = "hashicorp/AWS" }\n    null = "1"\n'
        '    own = { source = "registry.example/team/own", version = "1" }\n'
        '    odd = { source = "a/b/c/d" }\n'
        '    made = { source = "hashicorp/aws", (true ? "source" : "") = "x/y" }\n  }\n}'
    )
    details = {(f.subject, f.kind, f.detail) for f in inspected(tmp_path, {"main.tf": text})}
    assert details == {
        ("aws", K.PROVIDER_SOURCE, "registry.terraform.io/hashicorp/aws"),
        ("null", K.PROVIDER_SOURCE, "registry.terraform.io/hashicorp/null"),
        ("own", K.PROVIDER_SOURCE, "registry.example/team/own"),
        ("odd", K.UNMODELLED, ""),
        ("made", K.UNMODELLED, ""),
    }


@pytest.mark.parametrize("name", ["main.tf", "main.tf.json"])
def test_settings_of_opentofu_that_start_programs_are_not_understood(name: str, tmp_path: Path):
    program = {"key_provider": {"external": {"x": {"command": ["id"]}}}}
    text = json.dumps({"terraform": {"encryption": program}})
    native = "terraform {\n  encryption {\n    key_provider {\n    }\n  }\n}"
    assert found(tmp_path, {name: text if name.endswith(".json") else native}) == [
        (K.UNMODELLED, f"{name}:{1 if name.endswith('.json') else 2}")
    ]


def test_tags_of_a_provider_are_anybodys_words(tmp_path: Path):
    text = 'provider "aws" {\n  default_tags {\n    tags = { host = "x", token = "y" }\n  }\n}'
    assert inspected(tmp_path, {"main.tf": text}) == ()


@pytest.mark.parametrize("dots", ["..", "%2e%2E"])
def test_no_pattern_lets_a_source_pass_that_goes_up(dots: str):
    policy = Policy(modules=("git::https://host.example/ours/*",))
    ours = Finding("main.tf", 1, K.MODULE_SOURCE, "m", "git::https://host.example/ours/m.git")
    theirs = dataclasses.replace(ours, detail=f"git::https://host.example/ours/{dots}/theirs/m.git")
    assert policy.treatment(ours) == "allow"
    assert policy.treatment(theirs) == "refuse"


def test_findings_are_told_over_a_line(tmp_path: Path):
    findings = inspected(tmp_path, {"main.tf": 'data "external" "関所" {\n}\nx = 1'})
    line = encoded(findings)
    assert "\n" not in line
    assert decoded(line) == findings


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_docs_say_of_every_kind_what_happens_by_default(language: str):
    text = (Path(__file__).parents[2] / f"docs/{language}/inspection.md").read_text("utf-8")
    words = {"refuse": ("refuse", "拒否"), "warn": ("warn", "注意")}
    rows = {row.split("`")[1]: row for row in text.splitlines() if row.startswith("| `")}
    assert rows.keys() == set(FindingKind)
    for kind, row in rows.items():
        last = row.rstrip("| ").rpartition("|")[2]
        assert any(word in last for word in words[DEFAULTS[K(kind)]])
        assert (kind in ALWAYS_REFUSED) == ("always" in last or "常に" in last)


def test_every_kind_has_words_and_a_step():
    for kind in FindingKind:
        finding = Finding("main.tf", 1, kind, "a.b", "c")
        words = said(finding).en + said(finding).ja + step(finding).en + step(finding).ja
        assert not [name for name in ("{subject}", "{detail}", "{kind}") if name in words]


def test_the_operator_says_what_passes():
    modules = Policy(modules=("registry.terraform.io/terraform-aws-modules/*",))
    vpc = Finding(
        "a", 1, K.MODULE_SOURCE, "m", "registry.terraform.io/terraform-aws-modules/vpc/aws"
    )
    git = Finding("a", 1, K.MODULE_SOURCE, "m", "git::https://x/y")
    folder = Finding(".terraform/x", 0, K.TERRAFORM_FOLDER)
    backend = Finding("a", 2, K.BACKEND)
    judged = modules.sorted_out([vpc, git, folder, backend])
    assert judged == Judged((folder, git), (backend,))
    lax = Policy(kinds=dict.fromkeys(FindingKind, "allow"))
    assert lax.sorted_out([vpc, git, folder, backend]) == Judged((folder,), ())
    assert DEFAULT_POLICY.version() == ""
    assert Policy(kinds={K.BACKEND: "warn"}).version() == ""
    assert (
        len({lax.version(), modules.version(), Policy(kinds={K.BACKEND: "refuse"}).version()}) == 3
    )


def test_a_syntax_error_is_told_in_the_words_of_the_library(tmp_path: Path):
    (found,) = inspected(tmp_path, {"main.tf": "locals {\n  a = 1\n  a = 2\n}\n"})
    assert (found.place, found.kind) == ("main.tf:3", K.UNMODELLED)
    assert "Attribute redefined" in found.detail
