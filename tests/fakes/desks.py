"""What tests of Terraform share: a tar of files, a watch that listens, an adapter in a folder."""

from __future__ import annotations

import hashlib
import hmac
import io
import shutil
import tarfile
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sekisho.domain.leases import ProcessMark
from sekisho.domain.logs import LogLine
from sekisho.domain.plans import PlanOptions
from sekisho.domain.workspaces import Workspace
from sekisho.executors.processes import LocalProcesses
from sekisho.inspection.inspector import ChildInspector
from sekisho.ports.terraform import Build, Desk, DeskOrder, Terraform
from sekisho.terraform import LocalTerraform, TerraformOptions
from tests.fakes.readings import whole


class Listening:
    """A watch that keeps what it is told; `stop_when` decides when to ask for the end."""

    def __init__(self, stop_when: Callable[[Listening], bool] | None = None) -> None:
        self.marks: list[ProcessMark] = []
        self.lines: list[LogLine] = []
        self._stop_when = stop_when
        self.asked_to_stop = False
        self.stopped = threading.Event()

    def started(self, process: ProcessMark) -> None:
        self.marks.append(process)

    def line(self, line: LogLine) -> None:
        self.lines.append(line)

    def stopping(self) -> bool:
        if self._stop_when and self._stop_when(self):
            self.asked_to_stop = True
            self.stopped.set()
        return self.asked_to_stop

    def text(self) -> str:
        return "\n".join(f"{x.text} {x.detail} {x.address}" for x in self.lines)


def tar_of(files: Mapping[str, str | bytes]) -> io.BytesIO:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for name, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    whole.seek(0)
    return whole


def options_in(folder: Path, **changes: Any) -> TerraformOptions:
    # Where neither is on PATH, the adapter itself finds the engine extra.
    found = shutil.which("terraform") or shutil.which("tofu")
    given: dict[str, Any] = {
        "folder": folder,
        "path": str(Path(found).parent) if found else "",
        "clock": lambda: datetime.now(UTC),
        "mark": LocalProcesses().mark,
        "inspector": ChildInspector(),
        "mac": lambda b: hmac.new(b"test", b, hashlib.sha256).hexdigest(),
        "stop_grace": 10.0,
    }
    return TerraformOptions(**given | changes)


class Bench:
    """One workspace on one Terraform: plans and applies the way the engine does."""

    def __init__(self, terraform: Terraform, workspace: Workspace | None = None) -> None:
        self.terraform = terraform
        self.workspace = workspace or Workspace("網-network")
        self.build: Build = terraform.build_for("")
        self.state: bytes | None = None
        self.runs = 0

    def order(
        self,
        files: Mapping[str, str | bytes],
        options: PlanOptions | None = None,
        phase: str = "plan",
    ) -> DeskOrder:
        self.runs += 1
        return DeskOrder(
            run_id=f"run-{self.runs}",
            phase=phase,
            workspace=self.workspace,
            options=options or PlanOptions(),
            build=self.build,
            configuration=tar_of(files),
            state=io.BytesIO(self.state) if self.state else None,
        )

    def planned(
        self, files: Mapping[str, str | bytes], options: PlanOptions | None = None
    ) -> Planned:
        """Plan to the end; what goes wrong fails the test."""
        desk = self.terraform.open(self.order(files, options))
        watch = Listening()
        try:
            init = desk.init(watch)
            assert init.ok, init
            finished = desk.plan(watch)
            assert finished.ok, finished
            return Planned(self, dict(files), options or PlanOptions(), desk, watch)
        finally:
            desk.close()

    def applied(
        self, files: Mapping[str, str | bytes], options: PlanOptions | None = None
    ) -> Planned:
        """Plan and apply to the end, and keep the state."""
        planned = self.planned(files, options)
        desk = planned.desk()
        try:
            assert desk.init(Listening()).ok
            finished = desk.apply(Listening())
            assert finished.ok, finished
            self.keep(desk)
        finally:
            desk.close()
        return planned

    def keep(self, desk: Desk) -> None:
        reading = desk.read_state()
        self.state = reading.raw if reading else None


class Planned:
    """A plan as the store keeps it."""

    def __init__(
        self,
        bench: Bench,
        files: dict[str, str | bytes],
        options: PlanOptions,
        desk: Desk,
        watch: Listening,
    ) -> None:
        self._bench, self._files, self._options = bench, files, options
        self.watch = watch
        self.reading = whole(desk.read_plan)
        self.fingerprints = desk.fingerprints()
        with desk.open_plan() as plan, desk.open_bundle() as bundle:
            self.plan, self.bundle = plan.read(), bundle.read()

    def order(self) -> DeskOrder:
        bench = self._bench
        bench.runs += 1
        return DeskOrder(
            run_id=f"run-{bench.runs}",
            phase="apply",
            workspace=bench.workspace,
            options=self._options,
            build=bench.build,
            configuration=tar_of(self._files),
            state=io.BytesIO(bench.state) if bench.state else None,
            bundle=io.BytesIO(self.bundle),
            plan=io.BytesIO(self.plan),
        )

    def desk(self) -> Desk:
        """Lay out the apply of this plan."""
        return self._bench.terraform.open(self.order())


def local(folder: Path, **changes: Any) -> LocalTerraform:
    return LocalTerraform(options_in(folder, **changes))
