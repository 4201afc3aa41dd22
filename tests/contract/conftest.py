"""Fixtures of the contract suites: one fixture a port, parametrised over what implements it."""

from pathlib import Path

import pytest

from sekisho.ports import Store
from tests.contract.stores import STORES, Digests
from tests.scans.fixtures import checkov, installed, installed_data

__all__ = ["checkov", "installed", "installed_data"]


@pytest.fixture
def digests():
    return Digests()


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path, digests: Digests):
    built: Store = STORES[request.param](tmp_path, digests)
    yield built
    built.close()
