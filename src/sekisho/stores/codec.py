"""Domain values as JSON and back, exactly: what a store keeps in its `body` columns.

Fields that a newer version added are ignored on reading, and those that an older one did not have
get their defaults, so both can share a database whose schema number is the same.
"""

import functools
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from sekisho.domain.audit import AuditEntry, AuditRecord
from sekisho.domain.configurations import Configuration, Upload
from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.leases import Worker
from sekisho.domain.logs import LogLine
from sekisho.domain.passkeys import Passkey
from sekisho.domain.people import Person
from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.pushes import Pack, Push
from sekisho.domain.runs import Run
from sekisho.domain.sessions import Session
from sekisho.domain.states import StateIndex
from sekisho.domain.stops import ServerStop
from sekisho.domain.tickets import Ticket
from sekisho.domain.tokens import Token
from sekisho.domain.workspaces import WorkspaceRecord

T = TypeVar("T")


class Codec(Generic[T]):
    """Writes and reads values of one frozen dataclass; builds what it needs on first use.

    `kept`: how many values are kept by their text. Nobody changes a value, so whoever reads the
    same text again, as those do who poll, may have the same one.
    """

    def __init__(self, kind: type[T], kept: int = 0) -> None:
        self._kind = kind
        self._read = functools.lru_cache(maxsize=kept)(self._made) if kept else self._made

    @functools.cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._kind)

    def prepare(self) -> None:
        """Build what reading and writing need, if that was not done yet."""
        _ = self._adapter

    def dump(self, value: T) -> str:
        """Return one line of JSON. Raises ValueError where a text cannot be written as UTF-8."""
        return self.dump_bytes(value).decode()

    def dump_bytes(self, value: T) -> bytes:
        """Return what `dump` does, as UTF-8."""
        return self._adapter.dump_json(value)

    def load(self, text: str | bytes) -> T:
        """Return the value. Raises StoreUnavailable where the text is not one of ours."""
        return self._read(text)

    def _made(self, text: str | bytes) -> T:
        try:
            return self._adapter.validate_json(text)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            problem = f"a stored {self._kind.__name__} cannot be read ({place}: {first['type']})"
            raise StoreUnavailable(problem=problem) from None


RUN = Codec(Run, kept=128)
WORKSPACE = Codec(WorkspaceRecord)
WORKER = Codec(Worker)
STOP = Codec(ServerStop)
AUDIT_ENTRY = Codec(AuditEntry)
AUDIT_RECORD = Codec(AuditRecord)
CONFIGURATION = Codec(Configuration)
UPLOAD = Codec(Upload)
PUSH = Codec(Push)
PACK = Codec(Pack)
TOKEN = Codec(Token)
SESSION = Codec(Session)
PASSKEY = Codec(Passkey)
TICKET = Codec(Ticket)
PERSON = Codec(Person)
LOG_LINE = Codec(LogLine)
PLAN_CHANGE = Codec(ResourceChange)
PLAN_CHANGES: Codec[tuple[ResourceChange, ...]] = Codec(tuple[ResourceChange, ...])
STATE_INDEX = Codec(StateIndex)


def prepare() -> None:
    """Build every codec now: the run's takes 60 ms, which the first plan would wait for."""
    for codec in (RUN, WORKSPACE, AUDIT_ENTRY, CONFIGURATION, LOG_LINE, PLAN_CHANGE, STATE_INDEX):
        codec.prepare()
