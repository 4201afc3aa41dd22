"""What attacks on containment share: a place with things to steal, real Terraform at work there."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from sekisho.executors.containment import Limits, LocalContainment, Wanted, find
from sekisho.ports.containment import Containment
from sekisho.ports.credentials import Lent
from sekisho.ports.terraform import Finished
from tests.fakes.desks import Bench, Listening, local

CANARY = "canary-1f0c9a"
SMALL = Limits(memory=2 << 30, file=64 << 20, processes=256)
PROVISION = """
resource "terraform_data" "attack" {
  provisioner "local-exec" {
    command = <<-EOT
      %s
    EOT
  }
}
"""
OUTPUT = 'output "stolen" {\n  value = %s\n}\n'


@dataclasses.dataclass
class Place:
    """A data folder as a server has it, somebody's home beside it, and a server that runs."""

    root: Path
    server: subprocess.Popen[bytes]

    @property
    def data(self) -> Path:
        return self.root / "data"

    def facts(self) -> dict[str, str]:
        return {
            "key": str(self.data / "keys" / "seal"),
            "home": str(self.root / "home" / "credentials"),
            "other": str(self.data / "terraform" / "work" / "other" / "plan" / "state"),
            "mark": str(self.root / "home" / "mark"),
            "pid": str(self.server.pid),
        }

    def terraform(self, containment: Containment, **more: Any) -> Any:
        return local(self.data / "terraform", containment=containment, **more)


@contextmanager
def a_place() -> Generator[Place]:
    # Not below pytest's own folder, which no other account may pass.
    root = Path(tempfile.mkdtemp(prefix="held-"))
    root.chmod(0o755)
    (root / "home").mkdir()
    (root / "home").chmod(0o777)
    (root / "data").mkdir(mode=0o700)
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(100)"]
    environment = {"SECRET": CANARY, "PATH": os.environ["PATH"]}
    made = Place(root, subprocess.Popen(command, env=environment))
    for name in ("key", "home", "other"):
        path = Path(made.facts()[name])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CANARY, encoding="utf-8")
        path.chmod(0o644)  # the account alone should not be what keeps it
    try:
        yield made
    finally:
        made.server.kill()
        made.server.wait()
        shutil.rmtree(root)


def held(
    place: Place, *, accounts: bool = False, limits: Limits = SMALL, **more: Any
) -> LocalContainment:
    numbers = range(64_000, 64_100) if accounts else range(0)
    wanted = Wanted(accounts=numbers, limits=limits, **more)
    return LocalContainment.found(wanted, place.data)


def attacked(
    terraform: Any, files: str | Mapping[str, str], lent: Lent | None = None
) -> tuple[Finished, str]:
    """Plan and apply; return how it ended, with all that it printed, its plan, and its state."""
    given = {"main.tf": files} if isinstance(files, str) else dict(files)
    bench, watch = Bench(terraform), Listening()
    desk = terraform.open(bench.order(given))
    if lent:
        desk.take(lent)
    try:
        for step in (desk.init, desk.plan):
            done = step(watch)
            if not done.ok:
                return done, watch.text()
        with desk.open_bundle() as bundle, desk.open_plan() as plan:
            order = bench.order(given, phase="apply")
            told = in_plan(plan)
            plan.seek(0)
            apply = terraform.open(dataclasses.replace(order, bundle=bundle, plan=plan))
            if lent:
                apply.take(lent)
        try:
            apply.init(watch)
            done = apply.apply(watch)
            state = apply.read_state()
            raw = state.raw.decode() if state else ""
            return done, f"{watch.text()}\n{told}\n{raw}"
        finally:
            apply.close()
    finally:
        desk.close()


def in_plan(plan: BinaryIO) -> str:
    """Return everything that a saved plan says, which is a ZIP of texts and of values in clear."""
    with zipfile.ZipFile(plan) as whole:
        return "\n".join(whole.read(n).decode("utf-8", "replace") for n in whole.namelist())


own_accounts = pytest.mark.skipif(
    not find(Wanted()).accounts, reason="only root may start processes as somebody else"
)


def of(first: int, count: int) -> list[int]:
    """Return what runs as one of some accounts."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and first <= entry.stat().st_uid < first + count:
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state not in "ZX" else []
        except OSError:
            continue
    return found
