"""Checkov as a fixture; a folder's conftest.py imports it for the tests in it, which are long."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.scanners import Checkov, Installation
from tests.installs.checkov import checkov_data
from tests.installs.folders import InstallError


@pytest.fixture(scope="session")
def installed_data() -> Path:
    """A data folder in which Checkov is installed; where no index is reached, the test says so."""
    try:
        return checkov_data()
    except InstallError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"Checkov cannot be installed here: {str(error)[-500:]}")


@pytest.fixture(scope="session")
def installed(installed_data: Path) -> Installation:
    return Installation(installed_data / "scanners" / "checkov")


@pytest.fixture(scope="module")
def checkov(installed: Installation) -> Iterator[Checkov]:
    """A warm worker."""
    made = Checkov(installed)
    yield made
    made.close()
