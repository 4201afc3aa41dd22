"""Credentials for runs: roles assumed here, served to one run at a time over loopback."""

from sekisho.credentials.aws import StsRoles, installed
from sekisho.credentials.vendor import Vendor

__all__ = ["StsRoles", "Vendor", "installed"]
