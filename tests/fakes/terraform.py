"""Terraform in memory: reads `terraform_data` blocks, keeps real-looking states, ends as told.

It understands just enough of a configuration to plan it: `resource "terraform_data" "NAME"` with
an `input = "TEXT"`, `output "NAME"`, unbalanced braces (a syntax error), `sleep` in a provisioner
(an apply that takes until it is stopped) and `terraform_remote_state` (the same for a plan).
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import tarfile
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sekisho.domain.actions import Action, action_of
from sekisho.domain.errors import ConfigurationInvalid, VersionUnmet
from sekisho.domain.inspections import Finding
from sekisho.domain.leases import ProcessMark
from sekisho.domain.logs import LogLine
from sekisho.domain.plan_changes import CodeKind, CodeRun, Keep, ResourceChange, ValueChange
from sekisho.domain.plans import PlanMode, PlanReading, count
from sekisho.domain.states import NO_STATE, Output, StateIndex, StatePosition, StateResource
from sekisho.domain.targets import S3Backend
from sekisho.domain.versions import Constraint, Version
from sekisho.ports.credentials import Lent
from sekisho.ports.scanners import ScanOrder
from sekisho.ports.terraform import (
    Build,
    DeskOrder,
    Fingerprints,
    Finished,
    StateReading,
    Watch,
)
from tests.fakes.readings import handed, risk_of

VERSION = "1.11.4"
FAKE_BUILD = Build("terraform", VERSION, ("/fake/terraform",), "sha256:" + "f" * 64)
PROCESS = ProcessMark(host="fake", pid=4242, started="1")

_RESOURCE = re.compile(r'resource\s+"(?P<type>\w+)"\s+"(?P<name>[^"]+)"\s*\{')
_OUTPUT = re.compile(r'output\s+"(?P<name>[^"]+)"\s*\{\s*value\s*=\s*"(?P<value>[^"]*)"')
_INPUT = re.compile(r'\binput\s*=\s*"(?P<text>[^"]*)"')
_ACTIONS = {
    Action.CREATE: ("create",),
    Action.UPDATE: ("update",),
    Action.DELETE: ("delete",),
    Action.REPLACE: ("delete", "create"),
}


@dataclasses.dataclass
class Script:
    """How the coming commands end, whatever the configuration says. Tests set fields at will.

    `hang` names commands that go on until stopped or `go` is set; a `deaf` one is killed instead.
    `started` is called (command, run id) when a command is under way: a barrier goes here.
    """

    init_error: str = ""
    plan_error: str = ""
    apply_error: str = ""
    lock_holder: str = ""
    lock_left: bool = False
    unsaved: bool = False
    warm: bool = False
    deaf: bool = False
    complete: bool = True
    errored: bool = False
    hang: frozenset[str] = frozenset()
    go: threading.Event = dataclasses.field(default_factory=threading.Event)
    started: Callable[[str, str], None] | None = None
    found: tuple[Finding, ...] = ()
    found_installed: tuple[Finding, ...] = ()


@dataclasses.dataclass
class _Room:
    """What one working directory holds."""

    files: dict[str, str]
    state: bytes
    given: bytes
    plan: bytes = b""
    bundle: bytes = b""
    unsaved: bytes | None = None


class FakeTerraform:
    """Passes the contract suite of `ports.terraform`. `backends` are states kept elsewhere."""

    def __init__(self) -> None:
        self.script = Script()
        self.build = FAKE_BUILD
        self.backends: dict[str, bytes] = {}
        self.opened: list[DeskOrder] = []
        self.rooms: dict[tuple[str, str], _Room] = {}
        self.orphans = set[str]()
        self.lent: list[tuple[str, Lent]] = []
        self.prepared = False

    def builds(self) -> tuple[Build, ...]:
        return (self.build,)

    def build_for(self, constraint: str) -> Build:
        try:
            allowed = Constraint.parse(constraint).allows(Version.parse(self.build.version))
        except ValueError:
            allowed = False
        if not allowed:
            raise VersionUnmet(wanted=constraint, found=f"terraform {self.build.version}")
        return self.build

    def open(self, order: DeskOrder) -> FakeDesk:
        self.opened.append(order)
        state = order.state.read() if order.state else b""
        room = _Room(_unpack(order.configuration), state, state)
        room.plan = order.plan.read() if order.plan else b""
        room.bundle = order.bundle.read() if order.bundle else b""
        self.rooms[order.run_id, order.phase] = room
        return FakeDesk(self, order, room)

    def rescue(self, run_id: str) -> bytes | None:
        room = self.rooms.get((run_id, "apply"))
        if room is None:
            return None
        return room.unsaved or (room.state if room.state != room.given else None)

    def prepare(self) -> None:
        self.prepared = True

    def at_work(self, run_id: str) -> bool:
        return run_id in self.orphans

    def clean(self, run_id: str) -> None:
        self.rooms = {k: v for k, v in self.rooms.items() if k[0] != run_id}

    def validate(self, order: DeskOrder, watch: Watch) -> Finished:
        desk = self.open(order)
        try:
            return desk.init(watch)
        finally:
            desk.close()

    def format(self, files: Mapping[str, str]) -> Mapping[str, str]:
        problem = _problem(dict(files))
        if problem:
            raise ConfigurationInvalid(problem=f"{problem[0]}:{problem[1]}: Unclosed block")
        tidy = re.compile(r"^( *\w+) *= *", re.MULTILINE)
        return {n: tidy.sub(r"\1 = ", t) if n.endswith(".tf") else t for n, t in files.items()}


class FakeDesk:
    """One working directory, in memory."""

    held = "none"
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def __init__(self, terraform: FakeTerraform, order: DeskOrder, room: _Room) -> None:
        self._terraform, self._order, self._room = terraform, order, room

    # --- commands -------------------------------------------------------------------------------

    def inspect(self) -> tuple[Finding, ...]:
        """A script says what is found, file by file; the fake reads no language."""
        return self._terraform.script.found

    def inspect_installed(self) -> tuple[Finding, ...]:
        return self._terraform.script.found_installed

    def take(self, lent: Lent) -> None:
        self._terraform.lent.append((self._order.phase, lent))
        lent.tell(lambda _secrets: None)

    def init(self, watch: Watch) -> Finished:
        script = self._terraform.script
        if script.init_error:
            return self._failed("init", watch, script.init_error)
        problem = _problem(self._room.files)
        if problem:
            return self._failed("init", watch, "Unclosed configuration block", *problem)
        return Finished(code=0, warm=script.warm)

    def plan(self, watch: Watch) -> Finished:
        script = self._terraform.script
        slow = any("terraform_remote_state" in t for t in self._room.files.values())
        ended = self._follow("plan", watch, hang=slow)
        if ended:
            return ended
        if script.plan_error:
            return self._failed("plan", watch, script.plan_error)
        self._room.plan = self._planned()
        self._say(watch, "change_summary", f"Plan: {len(_load(self._room.plan)['changes'])}")
        return Finished(code=0, warm=script.warm)

    def apply(self, watch: Watch) -> Finished:
        script = self._terraform.script
        if watch.stopping():
            return Finished(code=1, stopped=True)
        if script.lock_holder:
            failed = self._failed("apply", watch, "Error acquiring the state lock")
            return dataclasses.replace(failed, lock_holder=script.lock_holder)
        if self.position() != self._base():
            return dataclasses.replace(
                self._failed("apply", watch, "Saved plan is stale"), stale=True
            )
        slow = any("sleep" in t for t in self._room.files.values())
        ended = self._follow("apply", watch, hang=slow)
        if ended or script.apply_error:
            self._write(partial=True)
            return ended or self._failed("apply", watch, script.apply_error)
        self._write(partial=False)
        if script.unsaved:
            return self._failed("apply", watch, "Failed to save state")
        return Finished(code=0, lock_left=script.lock_left)

    # --- readings -------------------------------------------------------------------------------

    def read_plan(self, keep: Keep) -> PlanReading:
        if not self._room.plan:
            raise ConfigurationInvalid(problem="Terraform left no saved plan")
        plan, raw = _load(self._room.plan), self._state()
        changes = tuple(_change(c) for c in plan["changes"])
        outputs = tuple(ValueChange(n, after=v) for n, v in plan["outputs"].items())
        reading = PlanReading(
            counts=count(changes, len(outputs), 0, 0),
            changes=changes,
            outputs=outputs,
            position=self._base(),
            terraform_version=VERSION,
            applyable=bool(changes or outputs),
            complete=self._terraform.script.complete,
            errored=self._terraform.script.errored,
            from_nothing=not (raw and _load(raw)["resources"]),
            code=tuple(CodeRun(a, CodeKind.PROVISIONER, "local-exec") for a in plan["runs_code"]),
        )
        return handed(reading, keep)

    def to_scan(self) -> ScanOrder:
        self._folder = tempfile.TemporaryDirectory(prefix="sekisho-scan-")
        for name, text in self._room.files.items():
            path = Path(self._folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return ScanOrder(self._folder.name)

    def fingerprints(self) -> Fingerprints:
        return Fingerprints(
            plan=_sha256(self._room.plan),
            modules=_sha256(b"modules"),
            lock_file=_sha256(b""),
            terraform=self._order.build.digest,
        )

    def open_plan(self) -> BinaryIO:
        return io.BytesIO(self._room.plan)

    def open_bundle(self) -> BinaryIO:
        self._room.bundle = self._room.bundle or _empty_tar()
        return io.BytesIO(self._room.bundle)

    def position(self) -> StatePosition:
        raw = self._state()
        state = _load(raw) if raw else {}
        return StatePosition(state["lineage"], state["serial"]) if state else NO_STATE

    def read_state(self) -> StateReading | None:
        raw = self._state()
        if not raw:
            return None
        state = _load(raw)
        resources = tuple(
            StateResource(f"{r['type']}.{r['name']}", r["type"], r["name"], "builtin",
                          values={"input": r["input"]})
            for r in state["resources"]
        )  # fmt: skip
        outputs = tuple(Output(n, v) for n, v in state["outputs"].items())
        return StateReading(raw, StateIndex(self.position(), VERSION, resources, outputs))

    def unsaved_state(self) -> bytes | None:
        return self._room.unsaved

    def close(self) -> None:
        self._terraform.rooms.pop((self._order.run_id, self._order.phase), None)
        if self._folder:
            self._folder.cleanup()

    # --- how it works ---------------------------------------------------------------------------

    def _follow(self, command: str, watch: Watch, *, hang: bool) -> Finished | None:
        """Start a command; where it hangs, go on until it is stopped or let go."""
        script = self._terraform.script
        if watch.stopping():
            return Finished(code=1, stopped=True)
        watch.started(PROCESS)
        if script.started:
            script.started(command, self._order.run_id)
        while hang or command in script.hang:
            if watch.stopping():
                lines = (self._line("diagnostic", "error", "operation canceled"),)
                return Finished(1, stopped=True, killed=script.deaf, errors=lines)
            if script.go.wait(0.002):
                break
        return None

    def _planned(self) -> bytes:
        options, raw = self._order.options, self._state()
        held = {f"{r['type']}.{r['name']}": r for r in _load(raw)["resources"]} if raw else {}
        wanted = {} if options.mode is PlanMode.DESTROY else _resources(self._room.files)
        known = _load(raw)["outputs"] if raw else {}
        outputs = {n: v for n, v in _outputs(self._room.files).items() if known.get(n) != v}
        if options.mode is PlanMode.REFRESH_ONLY:
            wanted, outputs = held, {}
        base = self.position()
        plan = {
            "base": [base.lineage, base.serial],
            "changes": list(self._changes(held, wanted)),
            "outputs": outputs,
            "runs_code": [a for a, r in wanted.items() if r["runs_code"]],
        }
        return json.dumps(plan, sort_keys=True, ensure_ascii=False).encode()

    def _changes(self, held: dict[str, Any], wanted: dict[str, Any]) -> list[dict[str, Any]]:
        options, found = self._order.options, list[dict[str, Any]]()
        for address in sorted({**held, **wanted}):
            old, new = held.get(address), wanted.get(address)
            action = _action(old, new, replace=address in options.replace)
            if action and (not options.targets or address in options.targets):
                found.append({"address": address, "action": str(action), "old": old, "new": new})
        return found

    def _base(self) -> StatePosition:
        lineage, serial = _load(self._room.plan)["base"]
        return StatePosition(lineage, serial)

    def _state(self) -> bytes:
        backend = self._order.workspace.backend
        if isinstance(backend, S3Backend):
            return self._terraform.backends.get(f"{backend.bucket}/{backend.key}", b"")
        return self._room.state

    def _write(self, *, partial: bool) -> None:
        """Write the state of what was done: of a partial apply, the first change alone."""
        plan, raw = _load(self._room.plan), self._state()
        lineage = f"lineage-{self._order.workspace.name}"
        state = _load(raw) if raw else {"lineage": lineage, "serial": 0, "resources": []}
        held = {f"{r['type']}.{r['name']}": r for r in state["resources"]}
        for change in plan["changes"][: 1 if partial else None]:
            held.pop(change["address"], None)
            if change["new"]:
                held[change["address"]] = change["new"]
        outputs = state.get("outputs", {}) | ({} if partial else plan["outputs"])
        body = {
            "version": 4,
            "terraform_version": VERSION,
            "serial": state["serial"] + 1,
            "lineage": state["lineage"],
            "outputs": outputs,
            "resources": list(held.values()),
        }
        new, backend = json.dumps(body, ensure_ascii=False).encode(), self._order.workspace.backend
        if self._terraform.script.unsaved:
            self._room.unsaved = new
        elif isinstance(backend, S3Backend):
            self._terraform.backends[f"{backend.bucket}/{backend.key}"] = new
        else:
            self._room.state = new

    def _line(self, kind: str, level: str, text: str, file: str = "", line: int = 0) -> LogLine:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return LogLine(at, self._order.phase, kind, level, text, file=file, line=line)

    def _say(self, watch: Watch, kind: str, text: str) -> None:
        watch.line(self._line(kind, "info", text))

    def _failed(
        self, command: str, watch: Watch, text: str, file: str = "", line: int = 0
    ) -> Finished:
        told = self._line("diagnostic", "error", text, file, line)
        watch.line(told)
        return Finished(code=1, errors=(told,))


def _action(old: Any, new: Any, *, replace: bool) -> Action | None:
    if old is None or new is None:
        return Action.CREATE if old is None else Action.DELETE
    if replace:
        return Action.REPLACE
    return Action.UPDATE if old["input"] != new["input"] else None


def _change(raw: dict[str, Any]) -> ResourceChange:
    action, (kind, name) = Action(raw["action"]), raw["address"].split(".", 1)
    before, after = (raw[k]["input"] if raw[k] else None for k in ("old", "new"))
    actions = _ACTIONS[action]
    assert action_of(actions) is action
    return ResourceChange(
        address=raw["address"],
        type=kind,
        name=name,
        action=action,
        actions=actions,
        values=(ValueChange("input", before, after),),
        risk=risk_of(action),
    )


def _resources(files: dict[str, str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for text in files.values():
        starts = list(_RESOURCE.finditer(text))
        for i, start in enumerate(starts):
            body = text[start.end() : starts[i + 1].start() if i + 1 < len(starts) else None]
            value = _INPUT.search(body)
            found[f"{start['type']}.{start['name']}"] = {
                "type": start["type"],
                "name": start["name"],
                "input": value["text"] if value else None,
                "runs_code": "provisioner" in body,
            }
    return found


def _outputs(files: dict[str, str]) -> dict[str, str]:
    return {m["name"]: m["value"] for t in files.values() for m in _OUTPUT.finditer(t)}


def _problem(files: dict[str, str]) -> tuple[str, int] | None:
    """Return file and line of a brace that nobody closes."""
    for name, text in sorted(files.items()):
        if name.endswith(".tf") and text.count("{") != text.count("}"):
            return name, text[: text.rfind("{")].count("\n") + 1
    return None


def _unpack(tar: BinaryIO) -> dict[str, str]:
    files: dict[str, str] = {}
    with tarfile.open(fileobj=tar, mode="r|*") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content and member.name.endswith(".tf"):
                files[member.name] = content.read().decode()
    return files


def _empty_tar() -> bytes:
    whole = io.BytesIO()
    tarfile.open(fileobj=whole, mode="w").close()
    return whole.getvalue()


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _load(raw: bytes) -> dict[str, Any]:
    return json.loads(raw)
