"""Other readers of plan JSON, from PyPI, in an environment of their own under `.cache`."""

import os
from pathlib import Path

from tests.installs.folders import CACHE
from tests.installs.python import python_environment
from watched import Outcome, watched

HERE = Path(__file__).resolve().parent
LIMIT = 120.0
COMMANDS = {
    "tf-peek (Markdown)": ("tf-peek",),
    "tfminder check (text)": ("tfminder", "check"),
    "tfminder check (JSON)": ("tfminder", "check", "--format", "json"),
    "readtheplan analyze": ("readtheplan", "analyze"),
    "readtheplan agent-gate": ("readtheplan", "agent-gate"),
}
"""What each says of a plan file that comes as the last word: to a person, and to an agent."""


def read_by(name: str, plan: Path, folder: Path) -> Outcome:
    """Let one of them read a plan; `folder` is its home and where it works."""
    lock = HERE / "rivals" / "requirements.lock"
    scripts = python_environment(lock, CACHE / "rivals").parent
    program, *words = COMMANDS[name]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONUTF8": "1"}
    return watched([str(scripts / program), *words, str(plan)], folder, LIMIT, environment)
