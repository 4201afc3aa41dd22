"""A real server with secrets planted everywhere, and Terraform by hand beside it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sekisho.app import App, build
from sekisho.settings import read_settings
from tests.attacks.planted import Garden, Kind
from tests.attacks.searching import Body
from tests.attacks.sentinel_files import variables
from tests.e2e.serving import Serving, serving
from tests.providers.make_mirror import Mirror
from tests.terraform_command import terraform_command

VAULT, BROKEN, CLOUD, SPOKE = "vault", "broken", "cloud", "spoke"
ROLES = ("plan_role", "apply_role")


@dataclass
class Bank:
    """The server under test. `sent` is what was put into it: there every secret must be found."""

    garden: Garden
    mirror: Mirror
    folder: Path
    tmp: Path
    """For temporary files; a short name, since sockets are made in it."""
    bodies: list[Body] = field(default_factory=list[Body])
    sent: list[bytes] = field(default_factory=list[bytes])
    runs: dict[str, str] = field(default_factory=dict[str, str])
    """What for → run."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def config(self) -> Path:
        return self.folder / "sekisho.yaml"

    @property
    def things(self) -> str:
        return str(self.folder / "things")

    def word(self, place: str, kind: Kind = "phrase") -> str:
        """Plant something in the environment that the operator gives."""
        return self.garden.plant(f"{place} in the target's environment", kind)

    def declare(self) -> None:
        """Write the operator's file."""
        inline = {"source": {"inline": True}, "variables": variables(self.garden), "target": "hub"}
        environment = {
            "AWS_ACCESS_KEY_ID": self.word("the id of an AWS key", "aws_id"),
            "AWS_SECRET_ACCESS_KEY": self.word("an AWS key", "aws"),
            "SERVICE_LOGIN": self.word("a word"),
        }
        hub = {"account": "1" * 12, "region": "ap-northeast-1", "environment": environment}
        spoke = {"region": "ap-northeast-1", "external_id": self.word("an external id", "aws")}
        spoke |= {name: f"arn:aws:iam::{'2' * 12}:role/{name}" for name in ROLES}
        lending = {"source": {"inline": True}, "target": "spoke"}
        text = json.dumps(
            {
                "version": 1,
                "terraform": {"mirror": str(self.mirror.folder)},
                # Here Terraform itself shall say what is wrong, beside a secret.
                "inspection": {"kinds": {"unmodelled": "warn", "module_source": "warn"}},
                "targets": {"hub": hub, "spoke": spoke},
                "workspaces": dict.fromkeys((VAULT, BROKEN, CLOUD), inline) | {SPOKE: lending},
            },
            ensure_ascii=False,
        )
        self.config.write_text(text, encoding="utf-8")
        self.sent.append(text.encode())

    def scans_with(self, installed: Path) -> None:
        """Let every plan be scanned with the scanner of a data folder."""
        self.data.mkdir(mode=0o700)
        (self.data / "scanners").symlink_to(installed / "scanners")

    @contextlib.contextmanager
    def open(self) -> Iterator[Serving]:
        """Serve, with everything that a log can say."""
        words = ("--config", str(self.config), "--log-format", "json", "--log-level", "debug")
        words += ("--log-file", str(self.log))
        with serving(
            self.data,
            *words,
            TMPDIR=str(self.tmp),
            SEKISHO_FAILURES_IN_A_ROW="1000",
            # The simulated providers are Python of the tests' own, which no run may read.
            SEKISHO_CONTAINMENT="off",
        ) as server:
            yield server
            server.stop()
            self.bodies.append(Body("terminal", "stderr", "\n".join(server.lines).encode()))

    def app(self) -> App:
        """Open its stores beside it."""
        return build(
            read_settings(data_dir=self.data, config=self.config, log_level="error"), serves=False
        )

    def plan(
        self, server: Serving, what: str, files: Mapping[str, str], workspace: str, **more: Any
    ) -> dict[str, Any]:
        """Plan, and wait for the end of it."""
        self.sent.extend(text.encode() for text in files.values())
        with server.api() as api:
            answer = api.post("/runs", json={"workspace": workspace, "files": dict(files), **more})
            assert answer.status_code < 300, answer.text
            self.bodies.append(Body("API", f"POST /runs for {what}", answer.content))
            run_id = str(answer.json()["id"])
        self.runs[what] = run_id
        return server.settled(run_id)

    def apply(self, server: Serving, run: Mapping[str, Any]) -> dict[str, Any]:
        """Approve and apply, and wait for the end of it."""
        assert run["status"] == "awaiting_approval", self.told(server, run)
        server.approve(run["id"])
        with server.api() as api:
            answer = api.post(f"/runs/{run['id']}/apply").raise_for_status()
            self.bodies.append(Body("API", f"POST /runs/{run['id']}/apply", answer.content))
        return server.settled(run["id"])

    def told(self, server: Serving, run: Mapping[str, Any]) -> str:
        """Say how a run ended, for a test that fails."""
        with server.api() as api:
            log = api.get(f"/runs/{run['id']}/log", params={"limit": 200}).text
        return f"{run['status']} {run.get('problem')}\n{log[-3000:]}"


def raw_plan(app: App, run_id: str, files: Mapping[str, str], mirror: Mirror, place: Path) -> bytes:
    """Return `terraform show -json` of a run's plan: what the server read, with nothing hidden."""
    run = app.engine.runs.get(run_id)
    assert run.plan
    place.mkdir()
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with contextlib.closing(app.parts.store.blobs.open(run.plan.plan_blob)) as content:
        (place / "plan.tfplan").write_bytes(content.read())
    (place / "cli.tfrc").write_text(mirror.cli_configuration(), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "TF_CLI_CONFIG_FILE": str(place / "cli.tfrc"),
        "CHECKPOINT_DISABLE": "1",
    }

    def terraform(*words: str) -> bytes:
        done = subprocess.run(
            [*terraform_command(), *words],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    terraform("init", "-backend=false", "-input=false")
    return terraform("show", "-json", "plan.tfplan")


def raw_states(app: App) -> Iterator[bytes]:
    """Yield every state that the server keeps, decrypted."""
    for workspace in app.engine.workspaces.list():
        state = workspace.record.state
        if state and state.blob:
            with contextlib.closing(app.parts.store.blobs.open(state.blob)) as content:
                yield content.read()
