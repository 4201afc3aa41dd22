"""Executors, keys, processes, clock and ids."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sekisho.domain.checkpoints import Checkpoint
from sekisho.domain.identities import Verified
from sekisho.domain.leases import ProcessMark


class Execution(Protocol):
    """A phase that is under way."""

    def done(self) -> bool: ...

    def stop(self) -> None:
        """Ask the phase to end gracefully; again is harmless."""
        ...


class Executor(Protocol):
    """Where a phase runs: here, or in a task of its own. `phase(stopping)` does the work."""

    def start(self, name: str, phase: Callable[[Callable[[], bool]], None]) -> Execution: ...


class Keys(Protocol):
    """The server's keys; none of them ever leaves its adapter."""

    @property
    def key_id(self) -> str: ...

    def sign(self, message: bytes) -> str: ...

    def verify(self, message: bytes, signature: str, key_id: str) -> bool: ...

    def public(self) -> str:
        """Return the public key that signatures are checked with, as text; "" where there is none.

        `ed25519:` and the 32 bytes of the key in base64url.
        """
        ...

    def mac(self, message: bytes) -> str:
        """Return a keyed digest: equal for equal messages, telling nothing else."""
        ...


@dataclass(frozen=True)
class Anchored:
    """A line that was anchored, and what it is called there; whether it is ours is not said."""

    name: str
    line: str


class Anchors(Protocol):
    """Keeps checkpoints of the audit outside of the store, each written once."""

    def keep(self, checkpoint: Checkpoint) -> None:
        """Keep one for good; the same again changes nothing. Raises DiskFull, StoreUnavailable."""
        ...

    def all(self) -> Iterator[Anchored]:
        """Return all, the newest record's last. Raises StoreUnavailable."""
        ...

    def newest(self) -> Anchored | None:
        """Return the one of the newest record. Raises StoreUnavailable."""
        ...


class Identities(Protocol):
    """An identity provider that vouches for people; it may have to be asked, which takes time."""

    @property
    def issuer(self) -> str: ...

    @property
    def required_scope(self) -> str:
        """Return the scope that a bearer token must have; empty for none."""
        ...

    def access(self, token: str, now: datetime) -> Verified:
        """Say who a bearer token for this server is about.

        Raises what is wrong with it (`domain.errors.identities`); IdentityProviderAway where nobody
        can tell.
        """
        ...


class Journal(Protocol):
    """Tells the operator what happens, as structured log events with stable names."""

    def event(self, name: str, **fields: object) -> None: ...


class Processes(Protocol):
    """Looks at processes of this machine."""

    def me(self) -> ProcessMark: ...

    def alive(self, mark: ProcessMark) -> bool | None:
        """Say whether the process lives; None where it is on another machine."""
        ...

    def interrupt(self, mark: ProcessMark) -> None:
        """Send one SIGINT to the process, if it lives here: for a plan that nobody waits for."""
        ...


class Clock(Protocol):
    """Tells the time: UTC for people and records, monotonic seconds for waiting."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class Ids(Protocol):
    """Makes ids that sort by time, and secrets that nobody guesses."""

    def new(self, kind: str) -> str: ...

    def secret(self) -> str:
        """Return 256 bits of randomness, URL-safe."""
        ...

    def code(self) -> str:
        """Return a one-time code that a person can type: 8 characters without look-alikes."""
        ...


@dataclass(frozen=True)
class Limits:
    """Figures the engine works by; the operator may set them."""

    upload_for: timedelta = timedelta(minutes=15)
    push_for: timedelta = timedelta(days=7)
    """How long pushed files are kept for the next push, after the last one."""
    pushes_kept: int = 8
    """Pushes of one person to one workspace that are remembered."""
    day_bytes: int = 4 * 1024**3
    """Bytes that one person may bring within a day: configurations and packs of pushes."""
    plans_waiting: int = 200
    """Plans of one person that may wait for their turn."""
    plans_per_hour: int = 600
    """Plans that one person may begin within an hour, through all their agents together."""
    plans_per_hour_agent: int = 300
    """The same, through one agent."""
    applies_per_hour: int = 120
    applies_per_hour_agent: int = 60
    destroys_per_day: int = 500
    """Resources that the applies of one person may destroy within a day."""
    failures_in_a_row: int = 10
    """Failed runs of one agent, within an hour, after which it has to rest."""
    cool_down: timedelta = timedelta(minutes=10)
    stall_after: float = 15.0
    keep_runs: timedelta = timedelta(days=90)
    plan_slots: int = 2
    apply_slots: int = 4
    drain_for: float = 20.0
    plan_attempts: int = 3
    checkpoint_records: int = 100
    checkpoint_every: float = 900.0
    """A checkpoint of the audit is due after so many records, or seconds with any."""
