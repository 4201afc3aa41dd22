"""Run one scenario of a suite against a server, and read what it found."""

import dataclasses
import json
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SECONDS = 60


class SuiteBrokenError(Exception):
    """The suite itself did not run; nothing is known about the server."""


@dataclasses.dataclass(frozen=True)
class Check:
    """One requirement that a scenario looked at."""

    id: str
    status: str
    message: str

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Check":
        """Read the suite's form."""
        text = found.get("errorMessage") or found.get("description") or ""
        return cls(found["id"], found["status"], text)


def run_client(command: Sequence[str], home: Path) -> subprocess.CompletedProcess[str]:
    """Run a Node program with a home of its own and nothing else from our environment."""
    home.mkdir(exist_ok=True)
    return subprocess.run(
        command,
        env={"HOME": str(home), "NO_COLOR": "1"},
        cwd=home,
        capture_output=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )


def run_scenario(command: Sequence[str], folder: Path) -> list[Check]:
    """Run one scenario (`command`: the suite, its address and its scenario); give every check.

    Raises:
        SuiteBrokenError: it checked nothing, because it stopped early or knows no such scenario.
    """
    results = folder / "results"
    full = [*command, "--output-dir", str(results)]
    done = run_client(full, folder / "home")
    found = [
        Check.of(check)
        for path in results.glob("*/checks.json")
        for check in json.loads(path.read_text(encoding="utf-8"))
    ]
    if not any(check.status in ("SUCCESS", "FAILURE") for check in found):
        raise SuiteBrokenError(f"{shlex.join(full)}\n{done.stdout}{done.stderr}")
    return found
