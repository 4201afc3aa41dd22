"""Terraform as a child process: builds, working directories, events, plan and state JSON."""

from sekisho.terraform.local import LocalTerraform
from sekisho.terraform.options import RunCaps, TerraformOptions

__all__ = ["LocalTerraform", "RunCaps", "TerraformOptions"]
