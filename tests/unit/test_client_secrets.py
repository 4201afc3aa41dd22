"""The scan for credentials: it finds what is one, and is silent about honest Terraform."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sekisho_client.secrets import scan

# Put together here, so that no scanner of others takes this file for a leak.
B64 = "MIIEpAIBAAKCAQEAq3mXzvR0a9c1bTq"
AWS_KEY = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYzx9Qw2ErTy"
FOUND = [
    ("aws_access_key_id", "main.tf", 'access_key = "' + "AKIA" + 'QWERTYUIOP234567"'),
    ("aws_access_key_id", "main.tf", "# 一時キー" + "ASIA" + "QWERTYUIOP234567です"),
    ("aws_secret_access_key", "main.tf", f'secret_key = "{AWS_KEY}"'),
    ("aws_secret_access_key", "run.sh", f"export AWS_SECRET_ACCESS_KEY={AWS_KEY}"),
    ("private_key", "main.tf", "-----BEGIN RSA " + f"PRIVATE KEY-----\n{B64}\n"),
    ("private_key", "a.json", '"key": "-----BEGIN ' + f'PRIVATE KEY-----\\n{B64}"'),
    ("private_key", "k", "-----BEGIN OPENSSH " + f"PRIVATE KEY-----\r\n{B64}"),
    ("github_token", "main.tf", 'token = "ghp' + "_" + "a1B2" * 9 + '"'),
    ("github_token", "main.tf", "github_pat" + "_" + "a1B2c3" * 11),
    ("gitlab_token", "main.tf", 'token = "glpat' + "-" + "a1B2c3D4e5" * 2 + '"'),
    ("slack_token", "main.tf", "xoxb" + "-123456789012-" + "abcdefGHIJ12"),
    (
        "slack_webhook",
        "main.tf",
        "https://hooks.slack" + ".com/services/T0AB12CD3/B0AB12CD3/" + "a1B2" * 6,
    ),
    ("hcp_terraform_token", "a.tf", "a1B2c3D4e5F6g7." + "atlasv1." + "x9Y8" * 16),
    ("vault_token", "a.tf", "hvs" + "." + "CAESI" * 6),
    ("google_api_key", "a.tf", "AIza" + "SyA1b2C3d" * 3 + "SyA1b2C3"),
    ("sekisho_token", "a.tf", "sks" + "_" + "a1B2c3D4e5" * 4 + "abc"),
    ("jwt", "a.tf", "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmN"),
    ("password", "prod.tfvars", 'db_password = "' + 'Xk9#mQ2v!pL7"'),
    ("password", "prod.auto.tfvars", 'API_KEY="' + 'a8F3kd92LLxz-q0"'),
    ("password", "prod.tfvars.json", '{\n  "admin_password": "' + 'Xk9#mQ2v!pL7"\n}'),
]


@pytest.mark.parametrize(("kind", "path", "text"), FOUND)
def test_a_credential_is_found(kind: str, path: str, text: str):
    found = scan(path, f"# 一行目\n\n{text}\n".encode())
    assert kind in [finding.kind for finding in found]
    assert found[0].line in (3, 4)
    assert found[0].path == path
    assert not any(word in repr(found) for word in text.split('"')[1:2] if len(word) > 12)


@pytest.mark.parametrize(("kind", "path", "text"), FOUND)
def test_what_is_marked_as_meant_is_not_told(kind: str, path: str, text: str):
    mark = "# sekisho:allow\n"
    marked = text.replace("{\n", "{\n" + mark) if text.startswith("{\n") else mark + text
    assert kind in [finding.kind for finding in scan(path, text.encode())]
    assert scan(path, marked.encode()) == []


HONEST = """
# 本番環境のネットワーク。パスワードは Secrets Manager で管理する(password はここに書かない)
terraform {
  required_version = ">= 1.11"
  backend "s3" { key = "network/terraform.tfstate" }
}
variable "db_password" {
  type      = string
  sensitive = true
  default   = null # 例: "changeme"
}
resource "aws_iam_access_key" "ci" { user = aws_iam_user.ci.name }
resource "aws_db_instance" "main" {
  password        = var.db_password
  secret_arn      = "arn:aws:secretsmanager:ap-northeast-1:111111111111:secret:prod/db-AbCdEf"
  kms_key_id      = "arn:aws:kms:ap-northeast-1:111111111111:key/1234abcd-12ab-34cd"
  snapshot_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}
locals {
  commit_sha   = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
  secret_key   = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
  example_id   = "AKIAIOSFODNN7EXAMPLE"
  example_key  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
  token_header = "X-Sekisho-Token"
  begins_with  = "-----BEGIN PRIVATE KEY-----"
  説明         = "秘密鍵は -----BEGIN RSA PRIVATE KEY----- で始まる"
  jwt_prefix   = "eyJ"
  h1           = "h1:0f2mJ5cOw8rJ1h0Xv0i0o4b2Xk3YdFfQzq1zZ9bW2c0="
}
"""
HONEST_VARIABLES = """
env                 = "production"
db_password_arn     = "arn:aws:secretsmanager:ap-northeast-1:111111111111:secret:Prod/Db-1aB2c3"
secret_name         = "Prod-Db/Password-2024"
token_url           = "https://login.example.jp/OAuth2/v1/token"
password            = "changeme-Example1"
db_password         = "<SECRET_From_Vault1>"
admin_password      = "${var.Admin_Password_1}"
password_policy     = "Min-12-Upper-1-Digit"
api_key_file        = "/etc/Keys/api-1"
secret_version      = "AWSCURRENT-2024-A1b"
説明                = "パスワードは別途設定 Abc123!x"
password_length     = 24
"""


@pytest.mark.parametrize("path", ["main.tf", "日本語.tf", "README.md"])
def test_honest_terraform_is_passed_over(path: str):
    assert scan(path, HONEST.encode()) == []


def test_honest_variables_are_passed_over():
    assert scan("prod.tfvars", HONEST_VARIABLES.encode()) == []


def test_the_examples_of_this_project_are_passed_over():
    examples = Path(__file__).parents[2] / "examples"
    files = [path for path in examples.rglob("*") if path.is_file()]
    assert files
    assert [scan(path.name, path.read_bytes()) for path in files] == [[] for _ in files]


def test_a_binary_file_is_passed_over():
    assert scan("a.bin", b"\0\1" + b"AKIA" + b"QWERTYUIOP234567") == []


def test_text_that_is_no_utf_8_is_read_all_the_same():
    text = "鍵 = ".encode("cp932") + b'"' + b"AKIA" + b'QWERTYUIOP234567"'
    assert [finding.kind for finding in scan("a.tf", text)] == ["aws_access_key_id"]


@pytest.mark.parametrize(
    "unit", ["a", "eyJ", "eyJaaaaaaaaaaa.", "-----BEGIN ", "password_", 'x = "', "AKIA", " ", "\n"]
)
def test_no_file_hangs_the_scan(unit: str):
    start = time.process_time()
    scan("a.tfvars", unit.encode() * (1_000_000 // len(unit)))
    assert time.process_time() - start < 10
