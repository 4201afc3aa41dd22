"""Checkov, installed as operators install it: with `sekisho scan setup`."""

import sys
from pathlib import Path

from sekisho import scanners
from tests.installs.folders import CACHE, kept, run

SCANNERS = Path(scanners.__file__).parent


def checkov_data() -> Path:
    """Return a data folder with Checkov in it, installed on first use (a minute, 300 MB)."""
    inputs = [SCANNERS / "checkov.lock", SCANNERS / "installing.py"]
    return kept(CACHE / "checkov", inputs, _install)


def _install(folder: Path) -> None:
    run([sys.executable, "-m", "sekisho", "scan", "setup", "--data-dir", str(folder)], folder)
