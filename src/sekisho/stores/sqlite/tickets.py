"""Tickets, in SQLite."""

import dataclasses
from datetime import datetime

from sekisho.domain.tickets import Ticket
from sekisho.stores.codec import TICKET
from sekisho.stores.sqlite.database import Database
from sekisho.stores.sqlite.moments import microseconds


class SqliteTickets:
    """Keeps tickets by their key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, ticket: Ticket) -> None:
        row = (ticket.key, ticket.kind, microseconds(ticket.expires_at), TICKET.dump(ticket))
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO tickets (key, kind, expires, body) VALUES (?, ?, ?, ?)", row
            )

    def take(self, key: str, kind: str, now: datetime) -> Ticket | None:
        with self._database.writing() as connection:
            row = connection.execute(
                "DELETE FROM tickets WHERE key = ? AND kind = ? AND expires > ? RETURNING body",
                (key, kind, microseconds(now)),
            ).fetchone()
        return TICKET.load(row[0]) if row else None

    def miss(self, key: str, kind: str, most: int) -> None:
        with self._database.writing() as connection:
            select = "SELECT body FROM tickets WHERE key = ? AND kind = ?"
            row = connection.execute(select, (key, kind)).fetchone()
            if row is None:
                return
            ticket = TICKET.load(row[0])
            if ticket.tries + 1 >= most:
                connection.execute("DELETE FROM tickets WHERE key = ?", (key,))
            else:
                body = TICKET.dump(dataclasses.replace(ticket, tries=ticket.tries + 1))
                connection.execute("UPDATE tickets SET body = ? WHERE key = ?", (body, key))

    def peek(self, key: str, kind: str, now: datetime) -> Ticket | None:
        select = "SELECT body FROM tickets WHERE key = ? AND kind = ? AND expires > ?"
        with self._database.reading() as connection:
            row = connection.execute(select, (key, kind, microseconds(now))).fetchone()
        return TICKET.load(row[0]) if row else None

    def expire(self, before: datetime) -> int:
        with self._database.writing() as connection:
            delete = "DELETE FROM tickets WHERE expires < ?"
            return connection.execute(delete, (microseconds(before),)).rowcount
