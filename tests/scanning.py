"""Checkov for long tests: `.ci/run` installs it with `sekisho scan setup`."""

import os
from pathlib import Path

import pytest

from sekisho.scanners import Installation


def installed() -> Installation:
    """Return the installation under SEKISHO_TEST_SCANNER, or that of the repository's own data."""
    data = os.environ.get("SEKISHO_TEST_SCANNER") or Path(__file__).parent.parent / ".sekisho"
    found = Installation(Path(data) / "scanners" / "checkov")
    if not found.version():
        pytest.fail("Checkov is not installed: sekisho scan setup --data-dir .sekisho")
    return found
