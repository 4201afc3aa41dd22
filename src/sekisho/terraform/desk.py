"""One working directory of one phase, and the Terraform commands in it."""

import dataclasses
import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sekisho.domain.errors import (
    ConfigurationInvalid,
    DiskFull,
    SekishoError,
    StoreUnavailable,
    TerraformMissing,
)
from sekisho.domain.leases import ProcessMark
from sekisho.domain.logs import LogLine
from sekisho.domain.plans import PlanMode, PlanReading
from sekisho.domain.states import NO_STATE, StateIndex, StatePosition, position_of
from sekisho.domain.targets import ServerBackend
from sekisho.domain.versions import Version
from sekisho.ports.terraform import DeskOrder, Fingerprints, Finished, StateReading, Watch
from sekisho.terraform import bundle
from sekisho.terraform.environment import environment
from sekisho.terraform.events import Listener
from sekisho.terraform.files import is_full, remove_tree, sha256_of
from sekisho.terraform.json_text import load, objects
from sekisho.terraform.layout import lay_out, make_folders_read_only, run_folder
from sekisho.terraform.options import TerraformOptions
from sekisho.terraform.plan_json import base_position, ephemeral_variables, open_plan, read_plan
from sekisho.terraform.process import Command, Control, Ended, output_paths, run
from sekisho.terraform.redaction import Redactor, workspace_secrets
from sekisho.terraform.sockets import forget_name, short_name
from sekisho.terraform.state_json import read_state
from sekisho.terraform.warm import WarmSlot

_JSON_INIT = Version.parse("1.9")
_TAIL = 64 * 1024
_Result = tuple[Listener, Ended]
_QUIET = ("-input=false", "-no-color")
_MODES = {PlanMode.DESTROY: ("-destroy",), PlanMode.REFRESH_ONLY: ("-refresh-only",)}


class LocalDesk:
    """Terraform as a child process in a folder of its own. See `layout` for what lies where."""

    def __init__(self, options: TerraformOptions, order: DeskOrder) -> None:
        self._options, self._order = options, order
        # Refuses before anything is on disk.
        self._environment = environment(self._root(), order.workspace.target)
        self._layout, self._uploaded = lay_out(options, order)
        self._environment["TMPDIR"] = str(short_name(self._layout.tmp))
        self._redactor = Redactor(workspace_secrets(order.workspace))
        self._slot = WarmSlot(options, order, self._layout)
        self._own_lock = self._layout.lock_file.is_file()
        self._warm = False
        self._needed: tuple[str, ...] = ()
        if order.bundle:
            self._restore(order.bundle)

    def _restore(self, content: BinaryIO) -> None:
        try:
            self._needed = bundle.restore(content, self._layout)
        except SekishoError:
            self.close()
            raise
        make_folders_read_only(self._layout.config)

    # --- init -----------------------------------------------------------------------------------

    def init(self, watch: Watch) -> Finished:
        if self._order.bundle:
            if not self._needed or self._slot.lay_providers(self._layout):
                return self._used_warm(watch)
            return self._init(watch, "-lockfile=readonly", "-get=false", "-reconfigure")
        if self._slot.lay(self._layout):
            self._warm = True
            return self._used_warm(watch)
        return self._init_cold(watch)

    def _used_warm(self, watch: Watch) -> Finished:
        listener = self._listener(watch)
        text = "init: what an earlier run of this workspace installed is used"
        watch.line(listener.make("step", "info", text))
        return Finished(code=0, warm=True)

    def _init_cold(self, watch: Watch) -> Finished:
        remove_tree(self._layout.data)
        self._layout.data.mkdir(mode=0o700)
        if not self._own_lock:
            self._layout.lock_file.unlink(missing_ok=True)
        lock = ("-lockfile=readonly",) if self._own_lock else ()
        finished = self._init(watch, *lock, "-reconfigure")
        if finished.ok:
            self._slot.keep(self._layout)
        return finished

    def _init(self, watch: Watch, *flags: str) -> Finished:
        product, version = self._order.build.product, Version.parse(self._order.build.version)
        speaks = product == "terraform" and not version < _JSON_INIT
        stream = ("-json",) if speaks else ()
        listener = self._listener(watch)
        # A module's source may depend on variables (Terraform 1.15, OpenTofu 1.8).
        arguments = ("init", *_QUIET, *stream, *flags, *self._var_file())
        ended = self._run("init", watch, listener, *arguments)
        return self._finished(listener, ended)

    # --- plan -----------------------------------------------------------------------------------

    def plan(self, watch: Watch) -> Finished:
        if not self._warm:
            return self._plan(watch)
        held = _Held(watch)
        finished = self._plan(held)
        if finished.code == 0 or held.open or finished.stopped or finished.killed:
            held.release()
            return finished
        # Terraform did not get as far as a resource: maybe what the slot holds does not fit.
        self._warm = False
        cold = self._init_cold(watch)
        return self._plan(watch) if cold.ok else cold

    def _plan(self, watch: Watch) -> Finished:
        options, listener = self._order.options, self._listener(watch)
        if isinstance(watch, _Held):
            watch.listener = listener
        ended = self._run(
            "plan",
            watch,
            listener,
            "plan",
            *_QUIET,
            "-json",
            "-lock=false",
            "-out=../plan.tfplan",
            *_MODES.get(options.mode, ()),
            *(f"-target={a}" for a in options.targets),
            *(f"-replace={a}" for a in options.replace),
            *self._var_file(),
        )
        return self._finished(listener, ended, warm=self._warm)

    def read_plan(self) -> PlanReading:
        position = base_position(self._layout.plan)
        return read_plan(self._show_plan(), position, self._redactor)

    def fingerprints(self) -> Fingerprints:
        return Fingerprints(
            plan=f"sha256:{sha256_of(self._layout.plan)}",
            modules=bundle.modules_digest(self._layout, self._uploaded),
            lock_file=bundle.lock_digest(self._layout),
            terraform=self._order.build.digest,
            providers=bundle.providers(self._layout),
        )

    def open_plan(self) -> BinaryIO:
        return self._layout.plan.open("rb")

    def open_bundle(self) -> BinaryIO:
        goal = self._layout.root / "bundle.tar"
        bundle.pack(self._layout, self._uploaded, goal)
        return goal.open("rb")

    # --- apply and state ------------------------------------------------------------------------

    def position(self) -> StatePosition:
        raw = self._pull()
        try:
            return position_of(raw.read_bytes()) if raw else NO_STATE
        except ValueError as error:
            raise StoreUnavailable(
                problem="the backend holds something that is no state"
            ) from error

    def apply(self, watch: Watch) -> Finished:
        again = self._ephemeral()
        listener = self._listener(watch)
        ended = self._run(
            "apply",
            watch,
            listener,
            "apply",
            *_QUIET,
            "-json",
            "-lock-timeout=0s",
            *again,
            "../plan.tfplan",
        )
        if listener.only_the_lock() and ended.code == 1 and not ended.stopped:
            # Everything was applied and the state was saved: an outcome of its own.
            ended = dataclasses.replace(ended, code=0)
        return self._finished(listener, ended)

    def read_state(self) -> StateReading | None:
        pulled = self._pull()
        raw = pulled.read_bytes() if pulled else b""
        position = position_of(raw)
        if pulled is None or position == NO_STATE:
            return None
        try:
            index = read_state(load(self._show(str(pulled))), position, self._redactor)
        except ConfigurationInvalid:
            # Never lose a state because it cannot be shown.
            index = StateIndex(position, self._order.build.version)
        return StateReading(raw, index)

    def unsaved_state(self) -> bytes | None:
        return self._layout.errored.read_bytes() if self._layout.errored.is_file() else None

    def close(self) -> None:
        forget_name(self._layout.tmp)
        remove_tree(self._layout.root)

    def _pull(self) -> Path | None:
        """Return a file with the state as it stands in the backend, None where there is none."""
        if isinstance(self._order.workspace.backend, ServerBackend):
            return self._layout.state if self._layout.state.is_file() else None
        listener, ended = self._capture("pull", "state", "pull")
        if ended.code != 0:
            raise StoreUnavailable(problem=_first(listener, ended.code))
        return output_paths(self._layout.output("pull"))[0]

    def _ephemeral(self) -> tuple[str, ...]:
        """Give ephemeral variables again: a saved plan never holds them, and all others it does."""
        variables = self._order.workspace.variables
        if not variables or not self._mentions_ephemeral():
            return ()
        names = ephemeral_variables(self._show_plan())
        return self._var_file({n: variables[n] for n in names if n in variables})

    def _mentions_ephemeral(self) -> bool:
        files = [p for p in self._layout.config.iterdir() if p.name.endswith((".tf", ".tf.json"))]
        return any(b"ephemeral" in p.read_bytes() for p in files)

    # --- commands -------------------------------------------------------------------------------

    def validate(self, watch: Watch) -> Finished:
        """Check the configuration; problems are in `errors`, with file and line."""
        first = self._init(watch, "-backend=false")
        if not first.ok:
            return first
        listener = self._listener(watch)
        quiet, ended = self._capture("validate", "validate", "-json", "-no-color", watch=watch)
        try:
            found = load(output_paths(self._layout.output("validate"))[0])
        except ConfigurationInvalid:
            return self._finished(quiet, ended)
        for problem in objects(found.get("diagnostics")):
            watch.line(listener.diagnostic(problem))
        return self._finished(listener, ended)

    def _root(self) -> Path:
        return run_folder(self._options, self._order.run_id) / self._order.phase

    def _listener(self, watch: Watch) -> Listener:
        return Listener(self._order.phase, self._options.clock, self._redactor, watch.line)

    def _var_file(self, values: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """Name the file of the operator's variables, or of `values` alone."""
        if values is not None:
            path = self._layout.root / "again.tfvars.json"
            path.write_text(json.dumps(dict(values), ensure_ascii=False), encoding="utf-8")
            return (f"-var-file=../{path.name}",) if values else ()
        path = self._layout.variables
        return (f"-var-file=../{path.name}",) if path.is_file() else ()

    def _show_plan(self) -> Mapping[str, Any]:
        return open_plan(self._show("../plan.tfplan"))

    def _show(self, what: str) -> Path:
        """Return a file with a plan or state as JSON. Raises ConfigurationInvalid."""
        listener, ended = self._capture("show", "show", "-json", "-no-color", what)
        if ended.code != 0:
            raise ConfigurationInvalid(problem=_first(listener, ended.code))
        return output_paths(self._layout.output("show"))[0]

    def _capture(self, name: str, *arguments: str, watch: Watch | None = None) -> _Result:
        """Run a command whose output is an answer, not a log; it stays in its file."""
        listener = Listener(
            self._order.phase, self._options.clock, self._redactor, lambda _line: None
        )
        command = self._command(name, arguments)
        control = Control(stopping=watch.stopping) if watch else Control()
        ended = self._start(command, control)
        for raw in output_paths(command.output)[1].read_bytes()[-_TAIL:].splitlines():
            listener.line(raw)
        return listener, ended

    def _run(self, name: str, watch: Watch, listener: Listener, *arguments: str) -> Ended:
        control = Control(listener.line, watch.started, watch.stopping)
        return self._start(self._command(name, arguments), control)

    def _command(self, name: str, arguments: tuple[str, ...]) -> Command:
        return Command(
            argv=(*self._order.build.command, *arguments),
            folder=self._layout.config,
            environment=self._environment,
            output=self._layout.output(name),
        )

    def _start(self, command: Command, control: Control) -> Ended:
        try:
            return run(command, control, self._options.mark, self._options.stop_grace)
        except OSError as error:
            if is_full(error):
                raise DiskFull from error
            if error.errno in (errno.ENOENT, errno.EACCES, errno.ENOEXEC):
                raise TerraformMissing from error
            raise

    def _finished(self, listener: Listener, ended: Ended, *, warm: bool = False) -> Finished:
        return Finished(
            code=ended.code,
            stopped=ended.stopped,
            killed=ended.killed,
            errors=listener.errors(ended.code),
            lock_holder=listener.lock_holder,
            stale=listener.stale,
            lock_left=listener.lock_left,
            warm=warm,
        )


class _Held:
    """Holds lines back until Terraform gets as far as a resource: the attempt may not count."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._lines: list[LogLine] = []
        self.listener: Listener | None = None
        self.open = False

    def started(self, process: ProcessMark) -> None:
        self._watch.started(process)

    def stopping(self) -> bool:
        return self._watch.stopping()

    def line(self, line: LogLine) -> None:
        if not self.open and self.listener and self.listener.touched:
            self.release()
        if self.open:
            self._watch.line(line)
        else:
            self._lines.append(line)

    def release(self) -> None:
        """Give what was held back, and all that follows at once."""
        self.open = True
        for line in self._lines:
            self._watch.line(line)
        self._lines.clear()


def _first(listener: Listener, code: int) -> str:
    errors = listener.errors(code)
    return errors[0].text if errors else "Terraform ended with an error"
