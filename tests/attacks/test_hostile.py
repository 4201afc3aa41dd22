"""Each attack succeeds by hand, is refused by its kind, and where nothing inspects is contained."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.domain.errors import ArchiveInvalid
from sekisho.domain.inspections import DEFAULT_POLICY
from sekisho.executors.containment import LocalContainment, Wanted
from sekisho.inspection.reading import Tree, inspect
from tests.attacks.holding import SMALL, attacked
from tests.attacks.hostile import ALL, ENVIRONMENT, SECRET, SECRET_NAME, Hostile
from tests.breadth import broad
from tests.fakes.desks import local
from tests.terraform_command import terraform_command

pytestmark = pytest.mark.timeout(180)

TOLD = frozenset({"true"})
"""What containment does not hold: whether a file is there whose path is known."""


class Trap:
    """A port that notes who calls, and hangs up."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                self.called.set()
                caller.close()

    def close(self) -> None:
        self._listener.close()


class World:
    """A folder with a secret in it, and a configuration in a folder of that."""

    def __init__(self, root: Path, trap: Trap) -> None:
        self.root, self.trap = root, trap
        self.configuration = root / "configuration"
        self.other = subprocess.Popen(["/bin/sleep", "170"], env=ENVIRONMENT)
        self.canary = root / "canary"
        self.secret = root / SECRET_NAME
        self.secret.write_text(SECRET, encoding="utf-8")
        outside = root / "outside"
        outside.mkdir()
        reads = 'output "x" {\n  value = file("${path.module}/../secret-outside.txt")\n}\n'
        (outside / "main.tf").write_text(reads, encoding="utf-8")
        state = {"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "x"}
        state |= {"resources": [], "outputs": {"x": {"value": SECRET, "type": "string"}}}
        (root / "other.tfstate").write_text(json.dumps(state), encoding="utf-8")

    def lay(self, attack: Hostile) -> dict[str, str]:
        encoded = base64.b64encode(str(self.secret).encode()).decode()
        places = {"secret": self.secret, "folder": self.root, "canary": self.canary}
        numbers = {"port": self.trap.port, "pid": self.other.pid}
        files = attack.laid(**places, **numbers, encoded=encoded)
        for name, text in files.items():
            path = self.configuration / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755)
        return files

    def by_hand(self, attack: Hostile) -> str:
        """Run what the attack takes, as somebody on their laptop would; return what was said."""
        said = ""
        home = self.root / "home"
        home.mkdir(exist_ok=True)
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "CHECKPOINT_DISABLE": "1"}
        for command in attack.commands:
            more = ["-auto-approve"] if command == "apply" else []
            more += ["-input=false"] if command != "validate" else []
            done = subprocess.run(
                [*terraform_command(), command, "-no-color", *more],
                cwd=self.configuration,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
            said += done.stdout + done.stderr
        return said

    def forget(self) -> None:
        """Be as before the attack."""
        self.canary.unlink(missing_ok=True)
        self.trap.called.clear()

    def contained(self, files: dict[str, str]) -> str:
        """Run it as a server does, with one port let through; nothing inspects it."""
        data = self.root / "data"
        data.mkdir(mode=0o700)
        wanted = Wanted(accounts=range(0), limits=SMALL, ports=(443,))
        held = LocalContainment.found(wanted, data)
        try:
            return attacked(local(data, containment=held, direct=True), files)[1]
        except ArchiveInvalid:
            return ""  # some files are not even laid out

    def succeeded(self, attack: Hostile, said: str) -> bool:
        if attack.shows == "canary":
            return self.canary.exists()
        if attack.shows == "port":
            return self.trap.called.is_set()
        return attack.shows in said


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    trap = Trap()
    world = World(tmp_path, trap)
    yield world
    world.other.kill()
    world.other.wait()
    trap.close()


@pytest.mark.parametrize("attack", broad(*ALL, quick=(0, 2, 12)), ids=lambda a: a.name)
def test_an_attack_that_succeeds_by_hand_is_refused_by_its_kind(attack: Hostile, world: World):
    files = world.lay(attack)
    findings = inspect(Tree(world.configuration, tuple(files)))
    refused = DEFAULT_POLICY.sorted_out(findings).refused

    assert attack.kind in {f.kind for f in refused}, findings
    said = world.by_hand(attack)
    assert world.succeeded(attack, said), said

    world.forget()
    said = world.contained(files)
    assert attack.shows in TOLD or not world.succeeded(attack, said), said


def test_there_are_enough_attacks_and_each_is_one_of_its_own():
    assert len(ALL) >= 60
    assert len({a.name for a in ALL}) == len(ALL)
    assert len({a.kind for a in ALL}) >= 10
