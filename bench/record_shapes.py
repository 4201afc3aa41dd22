"""Record how real Terraform writes a plan, for `big_plans.py`: `bench/shapes.json`.

    python bench/record_shapes.py

The genuine AWS provider applies one configuration to moto and plans another; of each kind of change
one element is kept, as it stands in `resource_changes`, `planned_values` and `prior_state`. The
result is in the repository: run this again for another Terraform, and for nothing else.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests.integration.moto import KEYS, REGION, serving  # noqa: E402 (run as a script)
from tests.providers.make_mirror import make_mirror  # noqa: E402
from tests.terraform_command import terraform_command  # noqa: E402

SHAPES = HERE / "shapes.json"
SERVICES = ("dynamodb", "ec2", "iam", "s3", "sqs", "ssm", "sts")
OLD, NEW = "5f0c1f3a9d0e4b7788c2a6d1e3f4b5c6d7e8f901", "c2a6d1e3f4b5c6d7e8f9015f0c1f3a9d0e4b7788"
KINDS = {
    "update": 'module.web["大阪"].aws_instance.web[1]',
    "replace": 'module.web["大阪"].aws_instance.web[0]',
    "set": "aws_security_group.web",
    "policy": "aws_iam_role_policy.read",
    "secret": "aws_ssm_parameter.password",
    "table": "aws_dynamodb_table.jobs",
    "delete": "aws_s3_bucket.logs[0]",
    "create": "aws_sqs_queue.fresh[0]",
    "no-op": "aws_vpc.main",
    "move": "aws_sqs_queue.renamed",
}
PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "3.39.0" }
  }
}
provider "aws" {
  region                      = "REGION"
  s3_force_path_style         = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    ENDPOINTS
  }
}
"""
MAIN = """
variable "sha" {
  type = string
}
variable "later" {
  type = bool
}
variable "password" {
  type      = string
  sensitive = true
  default   = "correct-horse"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  name        = "web"
  description = "web の入口"
  vpc_id      = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = [var.later ? "0.0.0.0/0" : "10.0.0.0/8"]
  }
  tags = { Name = "入口", git_sha = var.sha }
}
module "web" {
  source   = "./web"
  for_each = toset(["tokyo", "大阪"])
  site     = each.key
  sha      = var.sha
  subnet   = aws_subnet.a.id
  group    = aws_security_group.web.id
}
resource "aws_iam_role" "service" {
  name = "service"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}
resource "aws_iam_role_policy" "read" {
  name = "read"
  role = aws_iam_role.service.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = concat(["s3:GetObject", "s3:ListBucket"], var.later ? ["s3:*"] : [])
      Resource = ["arn:aws:s3:::team-logs", "arn:aws:s3:::team-logs/*"]
    }]
  })
}
resource "aws_ssm_parameter" "password" {
  name  = "/db/password"
  type  = "SecureString"
  value = "${var.password}-${var.sha}"
}
resource "aws_s3_bucket" "logs" {
  count  = var.later ? 0 : 1
  bucket = "team-logs"
  lifecycle_rule {
    enabled = true
    expiration {
      days = 90
    }
  }
}
resource "aws_dynamodb_table" "jobs" {
  name         = "jobs"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = var.later ? "key" : "id"
  attribute {
    name = var.later ? "key" : "id"
    type = "S"
  }
}
resource "aws_sqs_queue" "fresh" {
  count = var.later ? 1 : 0
  name  = "fresh"
}
resource "aws_sqs_queue" "QUEUE" {
  name = "kept"
}
output "role" {
  value = aws_iam_role.service.arn
}
output "password" {
  value     = aws_ssm_parameter.password.value
  sensitive = true
}
output "sha" {
  value = var.sha
}
"""
MOVED = """
moved {
  from = aws_sqs_queue.first
  to   = aws_sqs_queue.renamed
}
"""
WEB = """
variable "site" {}
variable "sha" {}
variable "subnet" {}
variable "group" {}
resource "aws_instance" "web" {
  count                  = 2
  ami                    = "ami-03cf127a"
  instance_type          = "t3.micro"
  subnet_id              = var.subnet
  vpc_security_group_ids = [var.group]
  user_data              = count.index == 0 ? "#!/bin/sh\\necho ${var.sha}" : null
  root_block_device {
    volume_size = 20
  }
  ebs_block_device {
    device_name = "/dev/sdb"
    volume_size = 50
  }
  tags = { Name = "${var.site}-${count.index}", git_sha = var.sha, owner = "基盤チーム" }
}
"""


def record(folder: Path) -> dict[str, Any]:
    """Apply, plan, and return the plan JSON."""
    with serving() as moto:
        endpoints = "\n    ".join(f'{name} = "{moto.url}"' for name in SERVICES)
        provider = PROVIDER.replace("REGION", REGION).replace("ENDPOINTS", endpoints)
        cli = folder / "cli.tfrc"
        cli.write_text(make_mirror().cli_configuration(), encoding="utf-8")
        environment = {**os.environ, **KEYS, "HOME": str(folder), "TF_CLI_CONFIG_FILE": str(cli)}

        def terraform(*words: str) -> str:
            command = [*terraform_command(), *words]
            done = subprocess.run(
                command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True
            )
            return done.stdout.decode()

        def write(queue: str, moved: str) -> None:
            text = provider + MAIN.replace("QUEUE", queue) + moved
            (folder / "main.tf").write_text(text, encoding="utf-8")

        (folder / "web").mkdir()
        (folder / "web" / "main.tf").write_text(WEB, encoding="utf-8")
        write("first", "")
        terraform("init", "-input=false")
        terraform("apply", "-auto-approve", f"-var=sha={OLD}", "-var=later=false")
        write("renamed", MOVED)
        terraform("plan", f"-var=sha={NEW}", "-var=later=true", "-out=plan")
        text = terraform("show", "-json", "plan")
    return json.loads(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:5000", text))


def resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the resources of a module and of all below it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


def main() -> None:
    """Record, and keep one element of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        plan = record(Path(folder))
    sides = {
        "change": {r["address"]: r for r in plan["resource_changes"]},
        "planned": {r["address"]: r for r in resources(plan["planned_values"]["root_module"])},
        "prior": {r["address"]: r for r in resources(plan["prior_state"]["values"]["root_module"])},
        "drift": {r["address"]: r for r in plan["resource_drift"]},
    }
    shapes = {
        kind: {side: known[address] for side, known in sides.items() if address in known}
        for kind, address in KINDS.items()
    }
    big = ("planned_values", "resource_changes", "resource_drift", "prior_state")
    made = f"bench/record_shapes.py: Terraform {plan['terraform_version']}, hashicorp/aws 3.39.0"
    frame = {key: value for key, value in plan.items() if key not in big}
    kept = {"made_by": made, "keys": list(plan), "frame": frame, "shapes": shapes}
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    SHAPES.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
