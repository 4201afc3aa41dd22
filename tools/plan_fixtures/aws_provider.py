"""The genuine AWS provider: an emulator behind what is applied, nobody behind what is planned."""

PINNED_URL = "http://127.0.0.1:5000"
"""How configurations name the emulator; what really serves is put in its place."""

_AWS = """terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "3.39.0" }
  }
}
provider "aws" {
  region                      = "ap-northeast-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  s3_force_path_style         = true
%s}
"""
AWS = _AWS % ""
AWS_ON_MOTO = _AWS % (
    "  endpoints {\n"
    + "".join(
        f'    {service} = "{PINNED_URL}"\n'
        for service in ("dynamodb", "ec2", "iam", "rds", "s3", "sts")
    )
    + "  }\n"
)
