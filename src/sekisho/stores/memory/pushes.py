"""Pushes and what is known of their packs, in memory."""

from datetime import datetime

from sekisho.domain.errors import PushUnknown
from sekisho.domain.pushes import Pack, Push
from sekisho.stores.writes import Turn


class MemoryPushes:
    """Keeps both in dicts."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._pushes: dict[str, Push] = {}
        self._packs: dict[str, Pack] = {}

    def put(self, push: Push) -> None:
        with self._turn:
            self._pushes[push.id] = push

    def get(self, push_id: str) -> Push:
        with self._turn:
            if push_id not in self._pushes:
                raise PushUnknown
            return self._pushes[push_id]

    def of(self, owner: str) -> tuple[Push, ...]:
        with self._turn:
            mine = [push for push in self._pushes.values() if push.owner == owner]
        return tuple(sorted(mine, key=lambda push: (push.expires_at, push.id)))

    def remove(self, push_id: str) -> None:
        with self._turn:
            self._pushes.pop(push_id, None)

    def expire(self, before: datetime) -> int:
        with self._turn:
            old = [id for id, push in self._pushes.items() if push.expires_at < before]
            for id in old:
                del self._pushes[id]
            return len(old)

    def add_pack(self, pack: Pack) -> None:
        with self._turn:
            self._packs[pack.id] = pack

    def packs(self, owner: str) -> tuple[Pack, ...]:
        with self._turn:
            mine = [pack for pack in self._packs.values() if pack.owner == owner]
        return tuple(sorted(mine, key=lambda pack: pack.id))

    def remove_pack(self, pack_id: str) -> None:
        with self._turn:
            self._packs.pop(pack_id, None)

    def owners(self) -> tuple[str, ...]:
        with self._turn:
            return tuple(sorted({pack.owner for pack in self._packs.values()}))
