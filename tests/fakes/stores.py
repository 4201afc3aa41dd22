"""A store in one word, for tests whose subject is something else."""

from sekisho.stores.memory import MemoryStore
from tests.fakes.keys import FakeKeys


def memory_store() -> MemoryStore:
    return MemoryStore(FakeKeys().audit_mac)
