"""A journal that a test can read back."""

from typing import Any


class FakeJournal:
    """Keeps events in `events`, as name and fields."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def event(self, name: str, **fields: object) -> None:
        self.events.append((name, fields))

    def named(self, name: str) -> list[dict[str, Any]]:
        """The fields of every event of this name."""
        return [fields for told, fields in self.events if told == name]
