"""Console sessions, in memory."""

from datetime import datetime

from sekisho.domain.groups import same_name
from sekisho.domain.sessions import Session, used
from sekisho.stores.writes import Turn


class MemorySessions:
    """Keeps sessions in a dict, by digest."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._sessions: dict[str, Session] = {}

    def add(self, session: Session) -> None:
        with self._turn:
            if session.digest in self._sessions:
                raise ValueError(session.digest)
            self._sessions[session.digest] = session

    def find(self, digest: str) -> Session | None:
        with self._turn:
            return self._sessions.get(digest)

    def of(self, person: str) -> tuple[Session, ...]:
        with self._turn:
            mine = [s for s in self._sessions.values() if same_name(s.person, person)]
            return tuple(sorted(mine, key=lambda s: (s.last_used_at, s.digest)))

    def use(self, digest: str, at: datetime) -> None:
        with self._turn:
            if digest in self._sessions:
                self._sessions[digest] = used(self._sessions[digest], at)

    def remove(self, digest: str) -> bool:
        with self._turn:
            return self._sessions.pop(digest, None) is not None

    def expire(self, ended: datetime, idle: datetime) -> int:
        with self._turn:
            kept = self._sessions.values()
            old = [s.digest for s in kept if s.ends_at <= ended or s.last_used_at <= idle]
            for digest in old:
                del self._sessions[digest]
            return len(old)
