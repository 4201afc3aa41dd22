"""API tokens, in SQLite."""

import dataclasses
from datetime import datetime

from sekisho.domain.tokens import Token, used
from sekisho.stores.codec import TOKEN
from sekisho.stores.sqlite.database import Database


class SqliteTokens:
    """Keeps tokens, hashed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, token: Token) -> None:
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT INTO tokens (id, secret_digest, body) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (token.id, token.secret_digest, TOKEN.dump(token)),
            )
            if not added.rowcount:
                raise ValueError(token.id)

    def find(self, secret_digest: str) -> Token | None:
        select = "SELECT id, secret_digest, body FROM tokens WHERE secret_digest = ?"
        with self._database.moment() as connection:
            row = connection.execute(select, (secret_digest,)).fetchone()
            if row is None:
                return None
            # A key that somebody wrote into the file, or gave more powers, opens nothing.
            self._database.seals.check_row(connection, "tokens", row)
        return TOKEN.load(row[2])

    def all(self) -> tuple[Token, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT body FROM tokens ORDER BY id").fetchall()
        return tuple(TOKEN.load(body) for (body,) in rows)

    def revoke(self, token_id: str, at: datetime) -> bool:
        with self._database.writing() as connection:
            row = connection.execute("SELECT body FROM tokens WHERE id = ?", (token_id,)).fetchone()
            token = TOKEN.load(row[0]) if row else None
            if token and token.revoked_at is None:
                revoked = dataclasses.replace(token, revoked_at=at)
                connection.execute(
                    "UPDATE tokens SET body = ? WHERE id = ?", (TOKEN.dump(revoked), token_id)
                )
            return token is not None

    def use(self, token_id: str, at: datetime) -> None:
        with self._database.writing() as connection:
            row = connection.execute("SELECT body FROM tokens WHERE id = ?", (token_id,)).fetchone()
            if row:
                body = TOKEN.dump(used(TOKEN.load(row[0]), at))
                connection.execute("UPDATE tokens SET body = ? WHERE id = ?", (body, token_id))
