"""Every implementation of the stores, by name: the suites run on each one, with no skips."""

from collections.abc import Callable
from pathlib import Path

from sekisho.domain.audit import Mac
from sekisho.ports import Store
from sekisho.stores.cipher import Cipher
from sekisho.stores.memory import MemoryStore
from sekisho.stores.sqlite import SqliteStore
from tests.fakes.keys import FakeKeys


class Digests:
    """The audit's keyed digest; `broken` makes it fail, as a key service that is away does."""

    def __init__(self) -> None:
        self._keys = FakeKeys()
        self.broken = False

    def __call__(self, message: bytes) -> str:
        if self.broken:
            raise TimeoutError("the key service is away")
        return self._keys.audit_mac(message)

    def use_another_key(self) -> None:
        self._keys = FakeKeys(b"another")


def memory(folder: Path, mac: Mac) -> Store:
    return MemoryStore(mac)


def sqlite(folder: Path, mac: Mac) -> SqliteStore:
    return SqliteStore(folder / "data", mac, Cipher(b"k" * 32))


STORES: dict[str, Callable[[Path, Mac], Store]] = {"memory": memory, "sqlite": sqlite}
