"""Runs in the environment of atheris: `python -m tests.fuzz.hunting TARGET [libFuzzer's words]`."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

# It lies in .cache/hunt, for this process alone.
atheris: Any = importlib.import_module("atheris")

with atheris.instrument_imports(include=["sekisho"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Hunt until libFuzzer's own limits end it."""
    name, words = sys.argv[1], sys.argv[2:]
    os.umask(0o077)
    atheris.Setup([sys.argv[0], *words], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
