"""Plan JSON that real Terraform made (tests/golden/plans), and how our reader reads it.

Every test of the contract's cases reads through here, so that a change of the reader's interface
is a change of this file alone.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sekisho.domain.plan_changes import ResourceChange, ValueChange
from sekisho.domain.plans import PlanReading
from sekisho.terraform import json_text
from sekisho.terraform.plan_json import open_plan
from tests.fakes.readings import read_whole

PLANS = Path(__file__).parent / "golden" / "plans"


@dataclass(frozen=True)
class Read:
    """What reading gave: the reading, and of each change the leaves that differ."""

    reading: PlanReading
    leaves: dict[tuple[str, str], tuple[ValueChange, ...]]

    @property
    def addresses(self) -> list[str]:
        return [c.address for c in self.reading.changes]

    def change(self, address: str, deposed: str = "") -> ResourceChange:
        """Return the one change of an object."""
        key = (address, deposed)
        (found,) = [c for c in self.reading.changes if (c.address, c.deposed) == key]
        return found

    def values(self, address: str, deposed: str = "") -> list[ValueChange]:
        """Return the leaves of a change, without what terraform_data merely repeats."""
        assert self.change(address, deposed)
        return [v for v in self.leaves[address, deposed] if v.path.partition(".")[0] != "output"]

    def value(self, address: str, path: str) -> ValueChange:
        """Return the one leaf of a path."""
        (found,) = [v for v in self.values(address) if v.path == path]
        return found

    def output(self, path: str) -> ValueChange:
        """Return the one leaf of an output."""
        (found,) = [v for v in self.reading.outputs if v.path == path]
        return found

    def text(self) -> str:
        """Return all that was read, as one text to search."""
        return repr((self.reading, self.leaves))


def names(pattern: str = "*") -> list[str]:
    """List the fixtures."""
    found = (p.name.removesuffix(".json") for p in PLANS.glob(f"{pattern}.json"))
    return sorted(name for name in found if not name.endswith(".made"))


def load(name: str) -> dict[str, Any]:
    """Return a plan as JSON."""
    return json.loads((PLANS / f"{name}.json").read_text(encoding="utf-8"))


def made(name: str) -> dict[str, Any]:
    """Return how a plan was made, and what Terraform itself said of it."""
    return json.loads((PLANS / f"{name}.made.json").read_text(encoding="utf-8"))


@functools.cache
def read(name: str) -> Read:
    """Read a plan the way the server does, from its file."""
    return read_again(name)


def read_again(name: str, *, whole: bool = False) -> Read:
    """Read a plan anew; `whole`: from JSON that was decoded at once."""
    path = PLANS / f"{name}.json"
    plan = json_text.load(path) if whole else open_plan(path)
    reading = read_whole(plan)
    return Read(reading, {(c.address, c.deposed): c.values for c in reading.changes})
