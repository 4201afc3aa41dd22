"""Configurations that fail, or that name another cloud, with a secret in what is said of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tools.plan_fixtures.aws_provider import AWS

from tests.attacks.planted import Garden, Kind, hcl
from tests.attacks.sentinel_files import DECLARED, PROVIDERS

Fails = Literal["plan", "apply"]


@dataclass(frozen=True)
class Failure:
    """A configuration that fails, where, and a word that Terraform says of it beside a secret."""

    fails: Fails
    main: str
    says: str
    more: Mapping[str, str] | None = None

    def files(self, things: str) -> dict[str, str]:
        needs = "kata_" in self.main or "sim_" in self.main
        declared = "".join(block for block in _blocks() if f"var.{_name(block)}" in self.main)
        head = PROVIDERS % hcl(things) if needs else ""
        return {"main.tf": head + declared + self.main, **(self.more or {})}


def _blocks() -> list[str]:
    return [f'variable "{part}' for part in DECLARED.split('variable "')[1:]]


def _name(block: str) -> str:
    return block.split('"')[1]


def failures(garden: Garden) -> dict[str, Failure]:
    """Give every failure by its name."""

    def said(place: str, kind: Kind = "password") -> str:
        return garden.quoted(f"{place} (fails)", kind)

    def word(place: str, kind: Kind = "password") -> str:
        return garden.plant(f"{place} (fails)", kind)

    return {
        "a validation repeats the value": Failure(
            "plan",
            f"""
variable "port" {{
  type    = string
  default = {said("a value that a validation repeats")}
  validation {{
    condition     = can(tonumber(var.port))
    error_message = "The port is '${{var.port}}', which is no number."
  }}
}}
""",
            "no number",
        ),
        "a validation repeats a secret variable": Failure(
            "plan",
            """
resource "terraform_data" "a" {
  input = "x"
  lifecycle {
    precondition {
      condition     = length(var.db_word) > 1000
      error_message = join(" ", [
        "The word is '${nonsensitive(var.db_word)}', too short;",
        base64encode(nonsensitive(var.db_word)),
      ])
    }
  }
}
""",
            "too short",
        ),
        "the syntax is wrong beside a literal": Failure(
            "plan",
            f"""
resource "terraform_data" "a" {{
  input = {said("a literal in a line that does not parse")} extra
}}
""",
            "main.tf",
        ),
        "a function gets a wrong value": Failure(
            "plan",
            f"""
resource "terraform_data" "a" {{
  input = tonumber({said("a value that a function repeats")})
}}
""",
            "must be a decimal",
        ),
        "a function gets a secret variable": Failure(
            "plan",
            """
resource "terraform_data" "a" {
  input = parseint(nonsensitive(var.db_word), 10) + jsondecode(nonsensitive(var.odd))
}
""",
            "parse",
        ),
        "an argument is unknown": Failure(
            "plan",
            f"""
resource "terraform_data" "a" {{
  password = {said("the value of an unknown argument", "phrase")}
}}
""",
            "password",
        ),
        "a module is nowhere": Failure(
            "plan",
            f"""
module "m" {{
  source = "git::http://app:{word("a login in a module's address")}@127.0.0.1:9/m.git"
}}
""",
            "git",
        ),
        "a provider says it while planning": Failure(
            "plan",
            f"""
resource "kata_form" "a" {{
  name = "a"
  note = "tells at plan"
  pin  = {said("what a provider says while planning")}
}}
""",
            "400",
        ),
        "a provider says the operator's while planning": Failure(
            "plan",
            """
resource "kata_form" "a" {
  name     = "a"
  note     = "tells at plan"
  pin      = var.db_word
  settings = { password = var.odd }
}
""",
            "400",
        ),
        "a check is not met": Failure(
            "plan",
            f"""
resource "terraform_data" "a" {{
  input = {said("a value in an error of a precondition")}
  lifecycle {{
    postcondition {{
      condition     = self.input == "x"
      error_message = "It is ${{self.input}}; password: {word("a literal in a text", "phrase")}."
    }}
  }}
}}
""",
            "postcondition",
        ),
        "a provider says it while applying": Failure(
            "apply",
            f"""
resource "kata_form" "a" {{
  name     = "a"
  note     = "tells at apply"
  pin      = {said("what a provider says while applying", "phrase")}
  settings = {{ password = {said("what a provider says of nested values", "phrase")} }}
}}
""",
            "400",
        ),
        "a provider crashes": Failure(
            "apply",
            f"""
resource "kata_form" "a" {{
  name = "a"
  note = "crashes"
  pin  = {said("what a provider says while it crashes", "phrase")}
}}
""",
            "",
        ),
        "a provisioner fails": Failure(
            "apply",
            f"""
resource "terraform_data" "a" {{
  provisioner "local-exec" {{
    command = "echo ${{nonsensitive(var.db_word)}} {word("what a provisioner prints")}; exit 3"
  }}
}}
""",
            "exit status 3",
        ),
        "a provisioner fails and logs in": Failure(
            "apply",
            f"""
resource "terraform_data" "a" {{
  provisioner "local-exec" {{
    command = "mysql --password={word("the password of a failing command", "phrase")}; exit 3"
  }}
}}
""",
            "exit status 3",
        ),
    }


def cloud(garden: Garden) -> dict[str, str]:
    """Give genuine AWS resources with secrets in what people put there; nothing is reached."""

    def word(place: str, kind: Kind = "phrase") -> str:
        return garden.plant(f"{place} (AWS)", kind)

    environment = [{"name": "API_KEY", "value": word("the environment of a container")}]
    container = {"name": "t", "image": "t:1", "memory": 64, "environment": environment}
    container["command"] = ["sh", "-c", f"login --token {word('the command of a container')}"]
    script = f"#!/bin/sh\nexport DB_PASSWORD={word('user data in base64')}\n"
    return {
        "provider.tf": AWS,
        "main.tf": f"""
resource "aws_instance" "encoded" {{
  ami              = "ami-12345678"
  instance_type    = "t3.micro"
  user_data_base64 = {hcl(base64.b64encode(script.encode()).decode())}
}}
resource "aws_instance" "by_terraform" {{
  ami              = "ami-12345678"
  instance_type    = "t3.micro"
  user_data_base64 = base64encode("export DB_PASSWORD={word("user data that Terraform encodes")}")
}}
resource "aws_instance" "plain" {{
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  user_data     = "#!/bin/sh\\nexport DB_PASSWORD={word("user data")}\\n"
}}
resource "aws_launch_template" "t" {{
  name      = "template"
  user_data = {hcl(base64.b64encode(script.replace("DB_", "ADMIN_").encode()).decode())}
}}
resource "aws_lambda_function" "f" {{
  function_name = "f"
  role          = "arn:aws:iam::123456789012:role/f"
  handler       = "f.f"
  runtime       = "python3.8"
  s3_bucket     = "code"
  s3_key        = "f.zip"
  environment {{
    variables = {{
      DB_PASSWORD  = {hcl(word("the environment of a function"))}
      DATABASE_URL = "mysql://u:{word("an address in a function's environment")}@h/d"
      SIGNING      = {hcl(word("a key in a function's environment", "key"))}
    }}
  }}
}}
resource "aws_ecs_task_definition" "t" {{
  family                = "t"
  container_definitions = {hcl(json.dumps([container]))}
}}
resource "aws_db_instance" "d" {{
  identifier          = "d"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 10
  username            = "app"
  password            = {hcl(word("the password of a database"))}
  skip_final_snapshot = true
}}
resource "aws_ssm_parameter" "p" {{
  name  = "/app/password"
  type  = "SecureString"
  value = {hcl(word("a parameter of SSM"))}
}}
resource "aws_secretsmanager_secret_version" "s" {{
  secret_id     = "app"
  secret_string = {hcl(json.dumps({"word": word("a secret of Secrets Manager")}))}
}}
resource "aws_iam_server_certificate" "c" {{
  name             = "c"
  certificate_body = "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"
  private_key      = {hcl(word("the key of a certificate", "pem"))}
}}
resource "aws_codebuild_project" "b" {{
  name         = "build"
  service_role = "arn:aws:iam::123456789012:role/b"
  artifacts {{
    type = "NO_ARTIFACTS"
  }}
  environment {{
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "i"
    type         = "LINUX_CONTAINER"
    environment_variable {{
      name  = "NPM_TOKEN"
      value = {hcl(word("the environment of a build"))}
    }}
  }}
  source {{
    type      = "NO_SOURCE"
    buildspec = <<-END
      version: 0.2
      phases:
        build:
          commands:
            - export API_SECRET={word("a build's specification")}
    END
  }}
}}
""",
    }
