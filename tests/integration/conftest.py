"""Offer the provider mirror to the tests of this folder."""

from tests.providers.fixtures import provider_mirror

__all__ = ["provider_mirror"]
