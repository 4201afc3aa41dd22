"""Offer Checkov and the provider mirror to the tests of this folder."""

from tests.providers.fixtures import provider_mirror
from tests.scans.fixtures import checkov, installed, installed_data

__all__ = ["checkov", "installed", "installed_data", "provider_mirror"]
