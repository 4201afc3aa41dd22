"""Configurations that hold a planted secret in every place where a plan can hold one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.attacks.planted import Garden, Kind, hcl

PROVIDERS = """
terraform {
  required_providers {
    kata = { source = "acme/kata" }
    sim  = { source = "acme/sim" }
  }
}
provider "sim" {
  data_dir = %s
}
"""
MODULE = """
variable "word" {
  type      = string
  sensitive = true
}
variable "plain_word" {
  type = string
}
resource "terraform_data" "in" {
  input            = { deep = [var.word, "open"] }
  triggers_replace = var.plain_word
}
output "word" {
  value     = var.word
  sensitive = true
}
"""
DECLARED = """
variable "db_word" {
  type      = string
  sensitive = true
}
variable "api" {
  type      = object({ token = string, hosts = list(string) })
  sensitive = true
}
variable "once" {
  type      = string
  ephemeral = true
}
variable "master_password" {
  type = string
}
variable "odd" {
  type      = string
  sensitive = true
}
"""


def encoded(text: str) -> str:
    """Write a text in base64."""
    return base64.b64encode(text.encode()).decode()


def variables(garden: Garden) -> Mapping[str, Any]:
    """Give what the operator sets, the same in every workspace."""
    return {
        "db_word": garden.plant("a sensitive variable of the operator"),
        "api": {
            "token": garden.plant("an object in a sensitive variable of the operator"),
            "hosts": ["db.example", garden.plant("a list in a sensitive variable of the operator")],
        },
        "once": garden.plant("an ephemeral variable of the operator"),
        "master_password": garden.plant("a variable of the operator, marked by its name alone"),
        "odd": garden.plant("a sensitive variable with signs and Japanese", "unicode"),
    }


@dataclass(frozen=True)
class Stage:
    """One version of a configuration: each has secrets of its own."""

    garden: Garden
    number: int
    things: str

    def word(self, place: str, kind: Kind = "phrase") -> str:
        return self.garden.plant(f"{place}, version {self.number}", kind)

    def said(self, place: str, kind: Kind = "phrase") -> str:
        return hcl(self.word(place, kind))

    def marked(self) -> str:
        """Give what Terraform knows to be secret: nothing but its masks tells it from names."""
        return f"""
resource "terraform_data" "marked" {{
  input = {{
    open = "v{self.number}"
    map  = {{ one = sensitive({self.said("a marked entry of a map")}), two = "open" }}
    list = ["open", sensitive({self.said("a marked element of a list")})]
    deep = [{{ a = {{ b = sensitive({self.said("a marked value deep inside")}) }} }}]
    api  = var.api
    odd  = var.odd
  }}
}}
resource "terraform_data" "set" {{
  input = toset([sensitive({self.said("a marked element of a set")}), "open"])
}}
resource "terraform_data" "trigger" {{
  triggers_replace = {{ token = sensitive({self.said("a marked trigger")}) }}
  input            = "v{self.number}"
}}
resource "terraform_data" "json" {{
  input = jsonencode({{ word = sensitive({self.said("a marked value in JSON")}) }})
}}
resource "terraform_data" "spread" {{
  input = "see ${{nonsensitive(var.db_word)}} and ${{urlencode(nonsensitive(var.odd))}}"
}}
resource "terraform_data" "in_json" {{
  input = jsonencode({{
    see  = nonsensitive(var.odd)
    also = base64encode(nonsensitive(var.db_word))
  }})
}}
module "db" {{
  source     = "./db"
  word       = {self.said("a marked variable of a module")}
  plain_word = {self.said("an unmarked value in a module", "password")}
}}
module "each" {{
  for_each   = toset(["a", "b"])
  source     = "./db"
  word       = "${{each.key}}-{self.word("a marked variable of a module with for_each")}"
  plain_word = "open"
}}
resource "kata_form" "form" {{
  name     = "form"
  pin      = {self.said("an attribute that the provider marks")}
  pin_wo   = var.once
  settings = {{
    mode     = "m{self.number}"
    password = {self.said("a nested attribute that the provider marks")}
    level    = {self.number}
  }}
  rules = [
    {{ port = 22, key = {self.said("a set's object that the provider marks")} }},
    {{ port = {self.number} }},
  ]
  steps    = [{{ run = "x", token = {self.said("a list's object that the provider marks")} }}]
  parts = {{
    p = {{ size = 1, secret = {self.said("a map's object that the provider marks")} }}
  }}
}}
resource "sim_thing" "thing" {{
  name   = "thing-{self.number}"
  secret = {self.said("a secret of acme/sim")}
}}
data "kata_lookup" "found" {{
  key = sensitive({self.said("what a data source was asked for")})
}}
output "marked" {{
  value     = {self.said("a sensitive output")}
  sensitive = true
}}
output "marked_object" {{
  value     = {{ a = [{self.said("an object in a sensitive output")}] }}
  sensitive = true
}}
output "of_module" {{
  value     = module.db.word
  sensitive = true
}}
output "unmarked_from_variable" {{
  value = nonsensitive(var.db_word)
}}
"""

    def unmarked(self) -> str:
        """Give what nobody marked: names, shapes and chance tell it."""
        basic = base64.b64encode(f"app:{self.word('a basic login', 'password')}".encode()).decode()
        script = f"#!/bin/sh\nexport DB_PASSWORD={self.word('a script in base64', 'phrase')}\n"
        docker = {"auths": {"r.example": {"username": "u", "auth": basic}}}
        docker["auths"]["r.example"]["password"] = self.word("a dockerconfigjson", "phrase")
        manifest = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "app"},
            "stringData": {"word": self.word("a Kubernetes secret in JSON")},
            "data": {
                "more": base64.b64encode(
                    self.word("a Kubernetes secret's data", "phrase").encode()
                ).decode()
            },
        }
        environment = [
            {"name": "DB_PASSWORD", "value": self.word("an environment in JSON")},
            {"name": "LOG_LEVEL", "value": "debug"},
        ]
        statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
        condition = {"StringEquals": {"aws:Referer": self.word("a secret in a policy", "password")}}
        policy = {"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]}
        return f"""
locals {{
  word = {self.said("a literal in a locals block", "password")}
}}
resource "terraform_data" "local" {{
  input = local.word
}}
resource "terraform_data" "url" {{
  input = "postgres://app:{self.word("a password in an address")}@db.internal:5432/app?ssl=on"
}}
resource "terraform_data" "dotnet" {{
  input = "Server=tcp:db;User ID=app;Password={self.word("a connection string")};Encrypt=true"
}}
resource "terraform_data" "environment" {{
  input = {hcl(json.dumps(environment))}
}}
resource "terraform_data" "environment_map" {{
  input = {{ DB_PASSWORD = {self.said("an entry with a telling name")}, MODE = "x" }}
}}
resource "terraform_data" "policy" {{
  input = {hcl(json.dumps(policy))}
}}
resource "terraform_data" "manifest" {{
  input = {hcl(json.dumps(manifest))}
}}
resource "terraform_data" "manifest_yaml" {{
  input = yamlencode({{
    kind       = "Secret"
    stringData = {{ word = {self.said("a Kubernetes secret in YAML")} }}
  }})
}}
resource "terraform_data" "manifests_yaml" {{
  input = <<-END
    kind: ConfigMap
    data:
      colour: "blue"
    ---
    kind: Secret
    data:
      word: ${{base64encode("{self.word("a Kubernetes secret's data in YAML")}")}}
    stringData:
      file: |
        first line
        {self.word("a line of a file in a Kubernetes secret")}
  END
}}
resource "terraform_data" "manifest_object" {{
  input = {{ kind = "Secret", data = {{ word = {self.said("a Kubernetes secret as an object")} }} }}
}}
resource "terraform_data" "docker" {{
  input = {hcl(json.dumps(docker))}
}}
resource "terraform_data" "header" {{
  input = "Authorization: Basic {basic}"
}}
resource "terraform_data" "bearer" {{
  input = "curl -H 'Authorization: Bearer {self.word("a bearer token", "password")}' https://h.example"
}}
resource "terraform_data" "pem" {{
  input = {self.said("a private key", "pem")}
}}
resource "terraform_data" "trigger_open" {{
  triggers_replace = {{ api_key = {self.said("an unmarked trigger")} }}
}}
resource "terraform_data" "script" {{
  input = <<-END
    #!/bin/sh
    export AWS_SECRET_ACCESS_KEY={self.word("an AWS key in a script", "aws")}
    export API_TOKEN="{self.word("a token in a script")}"
    mysql -u root -p'{self.word("a password of a command", "signs")}' < dump.sql
    echo started {self.number}
  END
}}
resource "terraform_data" "script_base64" {{
  input = {hcl(base64.b64encode(script.encode()).decode())}
}}
resource "terraform_data" "script_base64_twice" {{
  input = {hcl(base64.b64encode(base64.b64encode(script.encode())).decode())}
}}
resource "terraform_data" "script_base64_by_terraform" {{
  input = base64encode("export DB_PASSWORD={self.word("a script that Terraform encodes")}")
}}
resource "terraform_data" "signs" {{
  input = {self.said("a password with signs", "signs")}
}}
resource "terraform_data" "opaque" {{
  input = {self.said("a key", "key")}
}}
resource "terraform_data" "keyed" {{
  for_each = toset([{self.said("a key of for_each", "password")}])
  input    = "v{self.number}"
}}
resource "kata_form" "open" {{
  name = "open"
  note = "postgres://u:{self.word("an address in a provider's attribute")}@h/d"
}}
output "password_open" {{
  value = {self.said("an unmarked output with a telling name")}
}}
output "settings" {{
  value = {{ url = "redis://:{self.word("an unmarked output")}@cache:6379/0" }}
}}
resource "terraform_data" "runs" {{
  triggers_replace = "{self.number}"
  provisioner "local-exec" {{
    command = join("; ", [
      "echo told ${{nonsensitive(var.db_word)}}",
      "echo {self.word("what a provisioner prints", "password")}",
      "echo $MORE",
    ])
    environment = {{ MORE = {self.said("the environment of a provisioner", "password")} }}
  }}
}}
check "health" {{
  assert {{
    condition     = terraform_data.marked.id == "x{self.number}"
    error_message = join("", [
      "The login ${{nonsensitive(var.db_word)}} fails",
      " with password={self.word("a check's message")}.",
    ])
  }}
}}
resource "kata_form" "warns" {{
  name = "warns-{self.number}"
  note = "warns"
  pin  = var.db_word
}}
"""

    def going(self) -> str:
        """Give what is there in the first version alone."""
        if self.number != 1:
            return f"""
moved {{
  from = terraform_data.old_name
  to   = terraform_data.new_name
}}
resource "terraform_data" "new_name" {{
  input = sensitive({self.said("a resource that was moved and changed")})
}}
removed {{
  from = terraform_data.forgotten
  lifecycle {{
    destroy = false
  }}
}}
"""
        return f"""
resource "terraform_data" "gone" {{
  input = {{ word = sensitive({self.said("a resource that goes")}) }}
}}
resource "kata_form" "gone" {{
  name = "gone"
  pin  = {self.said("a form that goes")}
}}
resource "terraform_data" "old_name" {{
  input = sensitive({self.said("a resource that was moved and changed")})
}}
resource "terraform_data" "forgotten" {{
  input = sensitive({self.said("a resource that is forgotten")})
}}
"""

    def told(self) -> dict[str, str]:
        """Write it so that planning fails, and the provider repeats what the state marks."""
        files = self.files()
        form = 'resource "kata_form" "form" {\n'
        told = files["marked.tf"].replace(form, f'{form}  note     = "tells at plan"\n')
        return {**files, "marked.tf": told}

    def files(self, drift: bool = False) -> dict[str, str]:
        """Write it; `drift`: acme/kata then finds other secrets than it left."""
        found = {
            "form-form": {
                "pin": self.word("what a marked attribute drifted to"),
                "note": f"token={self.word('what an open attribute drifted to')}",
            },
            "form-open": {"note": f"https://u:{self.word('an address that drifted')}@h/"},
        }
        return {
            "main.tf": PROVIDERS % hcl(self.things) + DECLARED + self.going(),
            "marked.tf": self.marked(),
            "unmarked.tf": self.unmarked(),
            "db/main.tf": MODULE,
            "world.json": json.dumps(found if drift else {}),
        }
