"""Tickets, in memory."""

import dataclasses
from datetime import datetime

from sekisho.domain.tickets import Ticket
from sekisho.stores.writes import Turn


class MemoryTickets:
    """Keeps tickets in a dict, by key."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._tickets: dict[str, Ticket] = {}

    def put(self, ticket: Ticket) -> None:
        with self._turn:
            self._tickets[ticket.key] = ticket

    def take(self, key: str, kind: str, now: datetime) -> Ticket | None:
        with self._turn:
            found = self._live(key, kind, now)
            return self._tickets.pop(key) if found else None

    def miss(self, key: str, kind: str, most: int) -> None:
        with self._turn:
            found = self._tickets.get(key)
            if found is None or found.kind != kind:
                return
            if found.tries + 1 >= most:
                del self._tickets[key]
            else:
                self._tickets[key] = dataclasses.replace(found, tries=found.tries + 1)

    def peek(self, key: str, kind: str, now: datetime) -> Ticket | None:
        with self._turn:
            return self._live(key, kind, now)

    def expire(self, before: datetime) -> int:
        with self._turn:
            old = [key for key, ticket in self._tickets.items() if ticket.expires_at < before]
            for key in old:
                del self._tickets[key]
            return len(old)

    def _live(self, key: str, kind: str, now: datetime) -> Ticket | None:
        found = self._tickets.get(key)
        return found if found and found.kind == kind and now < found.expires_at else None
