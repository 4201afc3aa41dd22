"""Terraform: builds, working directories, and the commands in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from sekisho.domain.inspections import Finding
from sekisho.domain.leases import ProcessMark
from sekisho.domain.logs import LogLine
from sekisho.domain.plan_changes import Keep
from sekisho.domain.plans import PlanOptions, PlanReading
from sekisho.domain.states import StateIndex, StatePosition
from sekisho.domain.workspaces import Workspace
from sekisho.ports.credentials import Lent
from sekisho.ports.scanners import ScanOrder


@dataclass(frozen=True)
class Build:
    """A Terraform executable on this server. `digest` is its SHA-256 (of the shim's library)."""

    product: str
    version: str
    command: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class DeskOrder:
    """What a working directory is made from. `bundle` and `plan` are given for an apply.

    `digest`: of the configuration, by which what was found in it is known again; empty: it is not.
    """

    run_id: str
    phase: str
    workspace: Workspace
    options: PlanOptions
    build: Build
    configuration: BinaryIO
    digest: str = ""
    state: BinaryIO | None = None
    bundle: BinaryIO | None = None
    plan: BinaryIO | None = None


class Watch(Protocol):
    """How a phase follows a Terraform process, and stops it."""

    def started(self, process: ProcessMark) -> None:
        """Terraform runs now, as this process."""
        ...

    def line(self, line: LogLine) -> None:
        """A redacted line of its log."""
        ...

    def stopping(self) -> bool:
        """Say whether the process should be asked to end; polled a few times a second."""
        ...


@dataclass(frozen=True)
class Finished:
    """How a Terraform command ended. `ended`: by itself, after a request, or killed."""

    code: int
    stopped: bool = False
    killed: bool = False
    errors: tuple[LogLine, ...] = ()
    lock_holder: str = ""
    stale: bool = False
    lock_left: bool = False
    warm: bool = False

    @property
    def ok(self) -> bool:
        """Say whether it did what it was started for."""
        return self.code == 0 and not self.killed


@dataclass(frozen=True)
class Fingerprints:
    """Digests of everything in a working directory that decides what an apply does."""

    plan: str
    modules: str
    lock_file: str
    terraform: str
    providers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class StateReading:
    """A state as Terraform left it: `raw` is secret; `index` is not."""

    raw: bytes
    index: StateIndex


class Desk(Protocol):
    """One working directory of one phase, and the Terraform commands in it."""

    @property
    def held(self) -> str:
        """What keeps code of the configuration in: see `ports.containment.Tenancy.held`."""
        ...

    def inspect(self) -> tuple[Finding, ...]:
        """Say what the configuration would run or reach for; nothing of Terraform runs for it."""
        ...

    def inspect_installed(self) -> tuple[Finding, ...]:
        """Say the same of what `init` installed: fetched modules, and where providers are from."""
        ...

    def take(self, lent: Lent) -> None:
        """Give every command from now on what was lent, and keep its secrets out of what is said.

        With no port of loopback open but the one that it needs, where ports are restricted.
        """
        ...

    def init(self, watch: Watch) -> Finished:
        """Install providers and modules, or use what an earlier run of the workspace installed.

        With a bundle, modules are restored and never fetched, and the lock file is read-only.
        """
        ...

    def plan(self, watch: Watch) -> Finished:
        """Make the saved plan; takes no state lock."""
        ...

    def read_plan(self, keep: Keep) -> PlanReading:
        """Read and redact the saved plan; `keep` takes each change whole, the reading has rows.

        Raises ConfigurationInvalid where it is no plan.
        """
        ...

    def to_scan(self) -> ScanOrder:
        """Say where a scanner finds the configuration and the saved plan as JSON."""
        ...

    def fingerprints(self) -> Fingerprints: ...

    def open_plan(self) -> BinaryIO: ...

    def open_bundle(self) -> BinaryIO:
        """Open a tar of the lock file, modules and whatever else init put beside them."""
        ...

    def position(self) -> StatePosition:
        """Ask the backend where the state stands now."""
        ...

    def apply(self, watch: Watch) -> Finished:
        """Apply exactly the saved plan; takes the state lock."""
        ...

    def read_state(self) -> StateReading | None:
        """Read the state after an apply; None where there is none."""
        ...

    def unsaved_state(self) -> bytes | None:
        """Return `errored.tfstate`, which Terraform leaves when it could not write the state."""
        ...

    def close(self) -> None:
        """Remove the working directory; called once, whatever happened."""
        ...


class Terraform(Protocol):
    """Finds Terraform and lays out working directories."""

    def prepare(self) -> None:
        """Start what the first plan would wait for."""
        ...

    def builds(self) -> tuple[Build, ...]:
        """Return what is installed, newest first."""
        ...

    def build_for(self, constraint: str) -> Build:
        """Return the newest build allowed. Raises TerraformMissing, VersionUnmet."""
        ...

    def open(self, order: DeskOrder) -> Desk: ...

    def rescue(self, run_id: str) -> bytes | None:
        """Return the newest state that a lost apply left in its working directory, if any."""
        ...

    def at_work(self, run_id: str) -> bool:
        """Say whether a process of this run still lives on this machine, known by number or not."""
        ...

    def clean(self, run_id: str) -> None:
        """Remove what a lost phase of this run left on disk."""
        ...

    def validate(self, order: DeskOrder, watch: Watch) -> Finished:
        """Check a configuration without planning; problems are in `errors`.

        What inspection refuses is a problem, and Terraform does not see it.
        """
        ...

    def format(self, files: Mapping[str, str]) -> Mapping[str, str]:
        """Return the files as `terraform fmt` writes them. Raises ConfigurationInvalid."""
        ...
