"""Passkeys, in memory."""

from datetime import datetime

from sekisho.domain.errors import PasskeyCloned, PasskeyKnown, PasskeysTooMany, PasskeyUnknown
from sekisho.domain.groups import same_name
from sekisho.domain.passkeys import Passkey, regressed, used
from sekisho.stores.writes import Turn


class MemoryPasskeys:
    """Keeps passkeys in a dict, by id."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._passkeys: dict[str, Passkey] = {}

    def add(self, passkey: Passkey, most: int) -> None:
        with self._turn:
            credentials = {p.credential_id for p in self._passkeys.values()}
            if passkey.id in self._passkeys or passkey.credential_id in credentials:
                raise PasskeyKnown
            if sum(same_name(p.person, passkey.person) for p in self._passkeys.values()) >= most:
                raise PasskeysTooMany(cap=most)
            self._passkeys[passkey.id] = passkey

    def of(self, person: str) -> tuple[Passkey, ...]:
        with self._turn:
            mine = [p for p in self._passkeys.values() if same_name(p.person, person)]
            return tuple(sorted(mine, key=lambda p: p.id))

    def use(self, passkey_id: str, sign_count: int, at: datetime) -> Passkey:
        with self._turn:
            passkey = self._passkeys.get(passkey_id)
            if passkey is None:
                raise PasskeyUnknown
            if regressed(passkey, sign_count):
                raise PasskeyCloned(name=passkey.name)
            self._passkeys[passkey_id] = used(passkey, sign_count, at)
            return self._passkeys[passkey_id]

    def remove(self, passkey_id: str) -> bool:
        with self._turn:
            return self._passkeys.pop(passkey_id, None) is not None

    def people(self) -> tuple[str, ...]:
        with self._turn:
            return tuple(sorted({p.person for p in self._passkeys.values()}))
