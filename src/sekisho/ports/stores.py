"""Stores: what is kept, and the one write primitive."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Generic, Protocol, TypeVar

from sekisho.domain.audit import AuditEntry, AuditFault, AuditRecord
from sekisho.domain.changes import RunChange, WorkspaceChange
from sekisho.domain.configurations import Configuration, Upload
from sekisho.domain.leases import Worker
from sekisho.domain.logs import LogLine, LogPage
from sekisho.domain.people import Person, PersonChange
from sekisho.domain.plan_changes import Keep, ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.pushes import Pack, Push
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.states import StateIndex
from sekisho.domain.stops import ServerStop, Turning
from sekisho.domain.tokens import Token
from sekisho.domain.workspaces import WorkspaceRecord
from sekisho.ports.sign_in_stores import PasskeyStore, SessionStore, TicketStore

T = TypeVar("T")


@dataclass(frozen=True)
class RunQuery:
    """Which runs: newest first, after `cursor` (a run id), at most `limit`.

    `to_follow`: only those with an override that nobody else has looked at yet.
    `within`: of these workspaces alone; None: of any.
    """

    workspace: str | None = None
    within: frozenset[str] | None = None
    statuses: frozenset[RunStatus] = frozenset()
    cursor: str | None = None
    limit: int = 50
    to_follow: bool = False


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list; `cursor` asks for the next part, None when there is none."""

    items: tuple[T, ...]
    cursor: str | None = None


class RunStore(Protocol):
    """Keeps runs. `update` is the one write primitive."""

    def add(self, run: Run, audit: AuditEntry) -> None:
        """Save a new run with its audit record, both or neither. A known id raises ValueError."""
        ...

    def get(self, run_id: str) -> Run:
        """Return a run. Raises RunUnknown."""
        ...

    def find(self, query: RunQuery) -> Page[Run]:
        """Return runs newest first (by id, which sorts by time)."""
        ...

    def workspaces(self) -> tuple[str, ...]:
        """Name the workspaces that there are runs of, declared or not; in order."""
        ...

    def update(self, run_id: str, change: RunChange) -> Run:
        """Load the run and its workspace's record, apply `change`, save all with the audit.

        All or nothing, and isolated from every other writer in every process. `change` may be
        called more than once; what it raises leaves everything as it was. `version` of whatever
        changed grows by one. Calls `domain.changes.check`. A change by which a phase begins is
        refused while everything is stopped (`StopStore`), whoever asks: no write of the switch
        comes in between. Raises RunUnknown, ServerStopped, StoreUnavailable, DiskFull.
        """
        ...

    def remove(self, run_id: str) -> None:
        """Forget a run (retention); the audit keeps what happened. Unknown ids are ignored."""
        ...


class WorkspaceStore(Protocol):
    """Keeps what happened to workspaces. One that nothing happened to has an empty record."""

    def get(self, name: str) -> WorkspaceRecord: ...

    def all(self) -> Mapping[str, WorkspaceRecord]: ...

    def update(self, name: str, change: WorkspaceChange) -> WorkspaceRecord:
        """As `RunStore.update`, for a workspace alone; a `Change` with a run is a ValueError."""
        ...


class StopStore(Protocol):
    """Keeps the switch that stops everything."""

    def get(self) -> ServerStop | None:
        """Return the stop, None where there is none. Raises StoreUnavailable if nobody can tell."""
        ...

    def turn(self, turning: Turning) -> ServerStop | None:
        """As `RunStore.update`, for the switch; a change without an audit entry is refused."""
        ...


class WorkerStore(Protocol):
    """Keeps the workers' heartbeats."""

    def put(self, worker: Worker) -> None:
        """Save a worker, new or as it beats."""
        ...

    def all(self) -> tuple[Worker, ...]: ...

    def remove(self, worker_id: str) -> None: ...


class AuditLog(Protocol):
    """Appends and reads the audit; nothing here changes or removes a record."""

    def append(self, entry: AuditEntry) -> AuditRecord: ...

    def read(
        self, after: int = 0, limit: int = 500, run_id: str | None = None
    ) -> tuple[AuditRecord, ...]:
        """Return records with a sequence above `after`, oldest first, of one run where named."""
        ...

    def last(self) -> AuditRecord | None:
        """Return the newest record; None where there is none."""
        ...

    def verify(self) -> tuple[AuditFault, ...]:
        """Walk the whole chain with the key it was made with."""
        ...


class ConfigurationStore(Protocol):
    """Keeps what is known of stored configurations; the content is a blob."""

    def put(self, configuration: Configuration) -> None:
        """Save; the first to bring a digest stays its creator."""
        ...

    def get(self, digest: str) -> Configuration:
        """Return one. Raises ConfigurationUnknown."""
        ...

    def all(self) -> tuple[Configuration, ...]: ...

    def remove(self, digest: str) -> None: ...


class UploadStore(Protocol):
    """Keeps single-use upload addresses."""

    def add(self, upload: Upload) -> None: ...

    def take(self, key_digest: str, now: datetime) -> Upload:
        """Use up an address: of many who try at once, one gets it. Raises UploadUnknown."""
        ...

    def finish(self, key_digest: str, configuration: str) -> None:
        """Record which configuration a taken address brought."""
        ...

    def result(self, key_digest: str) -> str | None:
        """Return the digest that `finish` recorded, if any. Raises UploadUnknown."""
        ...

    def expire(self, before: datetime) -> int:
        """Forget addresses that expired before then; return how many."""
        ...


class PushStore(Protocol):
    """Keeps announced pushes, and what is known of the packs that came; contents are blobs."""

    def put(self, push: Push) -> None:
        """Save, new or as it changed."""
        ...

    def get(self, push_id: str) -> Push:
        """Return one, expired or not. Raises PushUnknown."""
        ...

    def of(self, owner: str) -> tuple[Push, ...]:
        """Return the pushes of an owner; the last to expire comes last."""
        ...

    def remove(self, push_id: str) -> None: ...

    def expire(self, before: datetime) -> int:
        """Forget pushes that expired before then; return how many."""
        ...

    def add_pack(self, pack: Pack) -> None: ...

    def packs(self, owner: str) -> tuple[Pack, ...]:
        """Return the packs of an owner, by id."""
        ...

    def remove_pack(self, pack_id: str) -> None: ...

    def owners(self) -> tuple[str, ...]:
        """Return everybody of whom there are packs, in order."""
        ...


class TokenStore(Protocol):
    """Keeps tokens, hashed."""

    def add(self, token: Token) -> None: ...

    def find(self, secret_digest: str) -> Token | None: ...

    def all(self) -> tuple[Token, ...]: ...

    def revoke(self, token_id: str, at: datetime) -> bool:
        """Revoke; False where there is none of this id."""
        ...

    def use(self, token_id: str, at: datetime) -> None:
        """Keep when a token was last used, if that is later than what is kept."""
        ...


class PeopleStore(Protocol):
    """Keeps who is who: a name, of today or of before, is one subject's alone.

    Names are compared as `domain.groups.folded` has them.
    """

    def find(self, subject: str) -> Person | None: ...

    def named(self, name: str) -> Person | None:
        """Return whose name this is, or was."""
        ...

    def all(self) -> tuple[Person, ...]:
        """Return everybody, by subject."""
        ...

    def update(self, subject: str, name: str, change: PersonChange) -> Person:
        """Load who the subject is and whose the name is, apply `change`, save with the audit.

        All or nothing, and isolated from every other writer; `change` may be called more than once,
        and what it raises leaves everything as it was. A person of another subject, or with a name
        that is another's, is a ValueError.
        """
        ...

    def remove(self, subject: str, audit: AuditEntry) -> bool:
        """Forget a person, with the audit; False, and no audit, where there is none."""
        ...


class LogStore(Protocol):
    """Keeps the redacted logs of runs."""

    def append(self, run_id: str, lines: Sequence[LogLine]) -> None: ...

    def read(self, run_id: str, after: int = 0, limit: int = 200) -> LogPage:
        """Return lines after the cursor (0: from the first)."""
        ...

    def remove(self, run_id: str) -> None: ...


class BlobStore(Protocol):
    """Keeps large and secret things, encrypted. Names are `/`-separated ASCII."""

    def put(self, name: str, content: BinaryIO) -> int:
        """Save, replacing; whole or not at all. Return the bytes read. Raises DiskFull."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open for reading from the start. Raises KeyError; ValueError where it was tampered."""
        ...

    def has(self, name: str) -> bool: ...

    def remove(self, name: str) -> None: ...

    def names(self, prefix: str = "") -> tuple[str, ...]: ...


class ReadingStore(Protocol):
    """Keeps what was read, redacted, out of plans and states."""

    def put_plan(self, run_id: str, read: Callable[[Keep], PlanReading]) -> PlanReading:
        """Keep the reading that `read` returns, and every change that it hands to its `Keep`.

        Changes come whole, in the order of their numbers, and are written as they come, so that
        memory stays flat. All or nothing: what `read` raises leaves what was there before.
        """
        ...

    def plan(self, run_id: str) -> PlanReading | None:
        """Return a reading; its changes are rows."""
        ...

    def changes(self, run_id: str, numbers: Sequence[int]) -> tuple[ResourceChange, ...]:
        """Return changes whole, in the order asked for. Raises KeyError where there is none."""
        ...

    def put_state(self, workspace: str, index: StateIndex) -> None: ...

    def state(self, workspace: str) -> StateIndex | None: ...

    def remove(self, run_id: str) -> None:
        """Forget the plan reading of a run; the state's stays."""
        ...


@dataclass(frozen=True)
class StoreCheck:
    """What checking everything stored found. `generation` counts the writes of the store."""

    rows: int
    blobs: int
    generation: int
    faults: tuple[AuditFault, ...]


class StoreGuard(Protocol):
    """Knows what was stored last: every row, and every blob whose name is used again."""

    def generation(self) -> int:
        """Return how many writes there were; it never goes back. Raises StoreTampered."""
        ...

    def verify(
        self, watch: Callable[[int], None] = lambda _done: None, *, contents: bool = True
    ) -> StoreCheck:
        """Look at every row and blob, and name each that is not as the server wrote it last.

        `contents`: whether to read every blob to its end, besides looking which one it is.
        """
        ...


class Store(Protocol):
    """All stores of one deployment, sharing its transactions."""

    @property
    def runs(self) -> RunStore: ...
    @property
    def workspaces(self) -> WorkspaceStore: ...
    @property
    def stops(self) -> StopStore: ...
    @property
    def workers(self) -> WorkerStore: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def configurations(self) -> ConfigurationStore: ...
    @property
    def uploads(self) -> UploadStore: ...
    @property
    def pushes(self) -> PushStore: ...
    @property
    def tokens(self) -> TokenStore: ...
    @property
    def sessions(self) -> SessionStore: ...
    @property
    def passkeys(self) -> PasskeyStore: ...
    @property
    def tickets(self) -> TicketStore: ...
    @property
    def people(self) -> PeopleStore: ...
    @property
    def logs(self) -> LogStore: ...
    @property
    def blobs(self) -> BlobStore: ...
    @property
    def readings(self) -> ReadingStore: ...
    @property
    def guard(self) -> StoreGuard: ...

    def close(self) -> None: ...
