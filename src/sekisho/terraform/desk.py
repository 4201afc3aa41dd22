"""One working directory of one phase, and the Terraform commands in it."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from sekisho.domain.errors import (
    ConfigurationInvalid,
    SekishoError,
    StoreUnavailable,
)
from sekisho.domain.inspection_texts import said, step
from sekisho.domain.inspections import Finding, FindingKind
from sekisho.domain.plan_changes import Keep
from sekisho.domain.plans import PlanMode, PlanReading
from sekisho.domain.states import NO_STATE, StateIndex, StatePosition, position_of
from sekisho.domain.targets import ServerBackend
from sekisho.domain.versions import Version
from sekisho.ports.credentials import Lent
from sekisho.ports.scanners import ScanOrder
from sekisho.ports.terraform import DeskOrder, Fingerprints, Finished, StateReading, Watch
from sekisho.terraform import bundle
from sekisho.terraform.commands import Commands, Held, ended_as, first_problem
from sekisho.terraform.environment import environment
from sekisho.terraform.files import (
    entries,
    is_regular,
    open_regular,
    read_regular,
    remove_tree,
    sha256_of,
    tree_digest,
)
from sekisho.terraform.installed import fetched, modules_in, providers_in, providers_under
from sekisho.terraform.json_text import load, objects
from sekisho.terraform.layout import lay_out, make_folders_read_only, run_folder
from sekisho.terraform.options import TerraformOptions
from sekisho.terraform.plan_json import (
    PlanOrigin,
    base_position,
    ephemeral_variables,
    open_plan,
    read_plan,
    sensitive_in,
)
from sekisho.terraform.redaction import Redactor, declared_secrets, workspace_secrets
from sekisho.terraform.sockets import forget_name, short_name
from sekisho.terraform.state_json import read_state
from sekisho.terraform.state_secrets import secrets_in_state
from sekisho.terraform.warm import WarmSlot

_JSON_INIT = Version.parse("1.9")
_QUIET = ("-input=false", "-no-color")
_MODES = {PlanMode.DESTROY: ("-destroy",), PlanMode.REFRESH_ONLY: ("-refresh-only",)}


class LocalDesk:
    """Terraform as a child process in a folder of its own. See `layout` for what lies where."""

    def __init__(self, options: TerraformOptions, order: DeskOrder) -> None:
        self._options, self._order = options, order
        # Refuses before anything is on disk.
        variables = environment(self._root(), order.workspace.target)
        self._layout, self._uploaded = lay_out(options, order)
        short = short_name(self._layout.tmp)
        variables["TMPDIR"] = str(short)
        # Relative: what Terraform notes there then means the same in every working directory.
        variables["TF_DATA_DIR"] = f"{self._layout.up}data"
        secrets = workspace_secrets(order.workspace)
        secrets |= declared_secrets(self._layout.work, order.workspace.variables)
        secrets |= secrets_in_state(self._layout.state)
        self._redactor = Redactor(secrets)
        self._commands = Commands(options, order, self._layout, variables, self._redactor)
        self._commands.tenancy.own(short, self._layout.tmp)
        self._slot = WarmSlot(options, order, self._layout)
        self._own_lock = is_regular(self._layout.lock_file)
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
        make_folders_read_only(self._layout)

    # --- inspection -----------------------------------------------------------------------------

    def inspect(self) -> tuple[Finding, ...]:
        directory, digest = self._order.workspace.directory, self._order.digest
        inspector = self._options.inspector
        found = inspector.inspect(self._layout.config, self._uploaded, directory, digest)
        return tuple(map(self._redacted, found))

    def inspect_installed(self) -> tuple[Finding, ...]:
        found = list(providers_under(self._layout.data / "providers"))
        try:
            found += providers_in(self._layout.lock_file)
            for key, source, folder in modules_in(self._layout.data / "modules"):
                found.append(fetched(key, source))
                found += self._inspect_module(key, folder)
        except (OSError, ValueError, KeyError, TypeError):
            found.append(Finding("modules.json", 0, FindingKind.UNMODELLED, "", "the manifest"))
        return tuple(map(self._redacted, found))

    def _redacted(self, finding: Finding) -> Finding:
        text = self._redactor.text
        subject, detail = text(finding.subject), text(finding.detail)
        return dataclasses.replace(finding, subject=subject, detail=detail)

    def _inspect_module(self, key: str, folder: Path) -> Iterator[Finding]:
        """Look into a module that was fetched; its files are named `module KEY/…`."""
        files = dict(entries(folder))
        digest = tree_digest(iter(files.items()))
        for finding in self._options.inspector.inspect(folder, files, "", digest):
            yield dataclasses.replace(finding, file=f"module {key}/{finding.file}"[:200])

    # --- init -----------------------------------------------------------------------------------

    @property
    def held(self) -> str:
        return self._commands.tenancy.held

    def take(self, lent: Lent) -> None:
        lent.tell(self._redactor.learn)
        self._commands.take(lent)

    def init(self, watch: Watch) -> Finished:
        self._note(watch, f"contained by: {self.held}")
        if self._order.bundle:
            if not self._needed or self._slot.lay_providers(self._layout):
                return self._used_warm(watch)
            return self._init(watch, "-lockfile=readonly", "-get=false", "-reconfigure")
        if self._slot.lay(self._layout):
            self._warm = True
            return self._used_warm(watch)
        return self._init_cold(watch)

    def _used_warm(self, watch: Watch) -> Finished:
        self._note(watch, "init: what an earlier run of this workspace installed is used")
        return Finished(code=0, warm=True)

    def _note(self, watch: Watch, text: str) -> None:
        watch.line(self._commands.listener(watch).make("step", "info", text))

    def _init_cold(self, watch: Watch) -> Finished:
        remove_tree(self._layout.data)
        self._layout.data.mkdir(mode=0o700)
        if not self._own_lock:
            self._layout.lock_file.unlink(missing_ok=True)
        lock = ("-lockfile=readonly",) if self._own_lock else ()
        finished = self._init(watch, *lock, "-reconfigure")
        if finished.ok:
            # What was installed is used again by others: nobody who ran here may own any of it.
            self._commands.tenancy.take_back(self._layout.data / "providers")
            self._slot.keep(self._layout)
        return finished

    def _init(self, watch: Watch, *flags: str) -> Finished:
        product, version = self._order.build.product, Version.parse(self._order.build.version)
        speaks = product == "terraform" and not version < _JSON_INIT
        stream = ("-json",) if speaks else ()
        listener = self._commands.listener(watch)
        # A module's source may depend on variables (Terraform 1.15, OpenTofu 1.8).
        arguments = ("init", *_QUIET, *stream, *flags, *self._var_file())
        ended = self._commands.run(watch, listener, *arguments)
        return ended_as(listener, ended)

    # --- plan -----------------------------------------------------------------------------------

    def plan(self, watch: Watch) -> Finished:
        if not self._warm:
            return self._plan(watch)
        held = Held(watch)
        finished = self._plan(held)
        if finished.code == 0 or held.open or finished.stopped or finished.killed:
            held.release()
            return finished
        # Terraform did not get as far as a resource: maybe what the slot holds does not fit.
        self._warm = False
        cold = self._init_cold(watch)
        return self._plan(watch) if cold.ok else cold

    def _plan(self, watch: Watch) -> Finished:
        options, listener = self._order.options, self._commands.listener(watch)
        self._layout.plan.touch(mode=0o600)  # it may be written, and nothing else beside it
        self._layout.output("plan.json").unlink(missing_ok=True)
        if isinstance(watch, Held):
            watch.listener = listener
        ended = self._commands.run(
            watch,
            listener,
            "plan",
            *_QUIET,
            "-json",
            "-lock=false",
            f"-out={self._layout.up}plan.tfplan",
            *_MODES.get(options.mode, ()),
            *(f"-target={a}" for a in options.targets),
            *(f"-replace={a}" for a in options.replace),
            *self._var_file(),
        )
        return ended_as(listener, ended, warm=self._warm)

    def read_plan(self, keep: Keep) -> PlanReading:
        position = base_position(self._layout.plan)
        origin = PlanOrigin(position, self._redactor, self._mark)
        return read_plan(self._show_plan(), origin, keep)

    def to_scan(self) -> ScanOrder:
        shown = self._shown_plan()
        self._redactor.learn(sensitive_in(open_plan(shown)))
        return ScanOrder(str(self._layout.config), str(shown), self._redactor.text)

    def _mark(self, value: bytes) -> str:
        """Give a secret value its mark: of this workspace alone, so that none is found by trial."""
        name = self._order.workspace.name
        return self._options.mac(f"plan value\0{name}\0".encode() + value)

    def fingerprints(self) -> Fingerprints:
        return Fingerprints(
            plan=f"sha256:{sha256_of(self._layout.plan)}",
            modules=bundle.modules_digest(self._layout, self._uploaded),
            lock_file=bundle.lock_digest(self._layout),
            terraform=self._order.build.digest,
            providers=bundle.providers(self._layout),
        )

    def open_plan(self) -> BinaryIO:
        return open_regular(self._layout.plan)

    def open_bundle(self) -> BinaryIO:
        goal = self._layout.root / "bundle.tar"
        bundle.pack(self._layout, self._uploaded, goal)
        return goal.open("rb")

    # --- apply and state ------------------------------------------------------------------------

    def position(self) -> StatePosition:
        raw = self._pull()
        try:
            return position_of(read_regular(raw)) if raw else NO_STATE
        except ValueError as error:
            raise StoreUnavailable(
                problem="the backend holds something that is no state"
            ) from error

    def apply(self, watch: Watch) -> Finished:
        # What providers and scripts say while they work may repeat what the plan marks sensitive.
        with suppress(SekishoError):
            self._redactor.learn(sensitive_in(self._show_plan()))
        again = self._ephemeral()
        listener = self._commands.listener(watch)
        ended = self._commands.run(
            watch,
            listener,
            "apply",
            *_QUIET,
            "-json",
            "-lock-timeout=0s",
            *again,
            f"{self._layout.up}plan.tfplan",
        )
        if listener.only_the_lock() and ended.code == 1 and not ended.stopped:
            # Everything was applied and the state was saved: an outcome of its own.
            ended = dataclasses.replace(ended, code=0)
        return ended_as(listener, ended)

    def read_state(self) -> StateReading | None:
        pulled = self._pull()
        raw = read_regular(pulled) if pulled else b""
        position = position_of(raw)
        if pulled is None or position == NO_STATE:
            return None
        try:
            index = read_state(load(self._commands.show(str(pulled))), position, self._redactor)
        except ConfigurationInvalid:
            # Never lose a state because it cannot be shown.
            index = StateIndex(position, self._order.build.version)
        return StateReading(raw, index)

    def unsaved_state(self) -> bytes | None:
        errored = self._layout.errored
        return read_regular(errored) if is_regular(errored) else None

    def close(self) -> None:
        self._commands.tenancy.leave()
        forget_name(self._layout.tmp)
        remove_tree(self._layout.root)
        with suppress(OSError):  # other working directories of the run are there
            self._layout.root.parent.rmdir()

    def _pull(self) -> Path | None:
        """Return a file with the state as it stands in the backend, None where there is none."""
        if isinstance(self._order.workspace.backend, ServerBackend):
            return self._layout.state if is_regular(self._layout.state) else None
        answer, listener, ended = self._commands.capture("state", "pull")
        if ended.code != 0:
            raise StoreUnavailable(problem=first_problem(listener, ended.code))
        return answer

    def _ephemeral(self) -> tuple[str, ...]:
        """Give ephemeral variables again: a saved plan never holds them, and all others it does."""
        variables = self._order.workspace.variables
        if not variables or not self._mentions_ephemeral():
            return ()
        names = ephemeral_variables(self._show_plan(), variables)
        return self._var_file({n: variables[n] for n in names})

    def _mentions_ephemeral(self) -> bool:
        files = [p for p in self._layout.work.iterdir() if p.name.endswith((".tf", ".tf.json"))]
        return any(b"ephemeral" in read_regular(p) for p in files if is_regular(p))

    # --- commands -------------------------------------------------------------------------------

    def validate(self, watch: Watch) -> Finished:
        """Check the configuration; problems are in `errors`, with file and line."""
        refused = self._order.workspace.inspection.sorted_out(self.inspect()).refused
        if refused:
            return self._refused(refused, watch)
        first = self._init(watch, "-backend=false")
        if not first.ok:
            return first
        listener = self._commands.listener(watch)
        capture = self._commands.capture
        answer, quiet, ended = capture("validate", "-json", "-no-color", watch=watch)
        try:
            found = load(answer)
        except ConfigurationInvalid:
            return ended_as(quiet, ended)
        for problem in objects(found.get("diagnostics")):
            watch.line(listener.diagnostic(problem))
        return ended_as(listener, ended)

    def _refused(self, findings: Sequence[Finding], watch: Watch) -> Finished:
        make = self._commands.listener(watch).make
        lines = tuple(
            make(
                "inspection",
                "error",
                self._redactor.text(f"[{f.kind}] {said(f).en}"),
                detail=step(f).en,
                file=self._redactor.text(f.file),
                line=f.line,
            )
            for f in findings
        )
        for line in lines:
            watch.line(line)
        return Finished(code=1, errors=lines)

    def _root(self) -> Path:
        return run_folder(self._options, self._order.run_id) / self._order.phase

    def _var_file(self, values: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """Name the file of the operator's variables, or of `values` alone."""
        if values is not None:
            path = self._layout.again
            path.write_text(json.dumps(dict(values), ensure_ascii=False), encoding="utf-8")
            return (f"-var-file={self._layout.up}{path.name}",) if values else ()
        path = self._layout.variables
        return (f"-var-file={self._layout.up}{path.name}",) if path.is_file() else ()

    def _show_plan(self) -> Mapping[str, Any]:
        return open_plan(self._shown_plan())

    def _shown_plan(self) -> Path:
        """Return the plan as JSON: made once, since Terraform starts every provider for it.

        Scanners go by the name of the file.
        """
        goal = self._layout.output("plan.json")
        if not goal.is_file():
            self._commands.show(f"{self._layout.up}plan.tfplan").replace(goal)
        return goal
