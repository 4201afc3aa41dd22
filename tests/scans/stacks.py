"""The example stacks, planned by a real server and scanned with Checkov on the way."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sekisho.app import App, build
from sekisho.domain.callers import Caller
from sekisho.domain.plans import PlanOptions
from sekisho.domain.runs import Run
from sekisho.engine.plans import PlanOrder
from sekisho.engine.runs import settled
from sekisho.settings import read_settings
from tests.providers.make_mirror import Mirror

STACKS = Path(__file__).with_name("stacks")
NAMES = sorted(path.name for path in STACKS.iterdir())
WORKSPACE = "stack"
REGION = "ap-northeast-1"
# A provider that plans what is not there yet asks AWS nothing; it wants to have keys all the same.
KEYS = {"AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST", "AWS_SECRET_ACCESS_KEY": "nobody-looks-at-it"}
_WITHIN = 120.0


def files_of(name: str) -> dict[str, str]:
    """Return the files of a stack."""
    folder = STACKS / name
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in paths}


@dataclass
class Station:
    """A server with a scanner, and a worker in a thread."""

    data: Path
    mirror: Mirror
    scanner: Path
    """A data folder in which Checkov is installed."""
    declared: dict[str, Any] = field(default_factory=dict[str, Any])
    """More of the operator's file."""

    def __post_init__(self) -> None:
        self.data.mkdir()
        (self.data / "scanners").symlink_to(self.scanner / "scanners")
        config = self.data / "sekisho.yaml"
        config.write_text(json.dumps(self._operator_file()), encoding="utf-8")
        settings = read_settings(
            data_dir=self.data, config=config, log_format="text", log_level="error"
        )
        self.app: App = build(settings, serves=False)
        self._stop = threading.Event()
        self._worker = threading.Thread(target=self.app.worker().run, args=(self._stop.is_set,))
        self._worker.start()

    def close(self) -> None:
        self._stop.set()
        self._worker.join()
        self.app.close()

    def plan(self, files: dict[str, str]) -> Run:
        """Plan, and wait for the end of it."""
        engine, caller = self.app.engine, Caller("loopback", "story")
        configuration = engine.configurations.from_inline(WORKSPACE, files, caller)
        order = PlanOrder(WORKSPACE, configuration.digest, PlanOptions())
        run_id = engine.plans.create(order, caller).id
        late = time.monotonic() + _WITHIN
        while not settled(engine.runs.get(run_id)):
            assert time.monotonic() < late, "waited too long"
            time.sleep(0.02)
        run = engine.runs.get(run_id)
        lines = engine.runs.log(run.id, limit=500).lines
        assert run.plan, f"{run.status} {run.problem}\n" + "\n".join(line.text for line in lines)
        return run

    def _operator_file(self) -> dict[str, Any]:
        target = {"account": "1" * 12, "region": REGION, "environment": KEYS}
        return {
            "version": 1,
            "terraform": {"mirror": str(self.mirror.folder)},
            "targets": {"hub": target},
            "workspaces": {WORKSPACE: {"target": "hub", "source": {"inline": True}}},
            **self.declared,
        }
