"""Offer the provider mirror to the tests of this folder."""

from tests.providers.fixtures import provider_mirror
from tests.providers.places import place

__all__ = ["place", "provider_mirror"]
