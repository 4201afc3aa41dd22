"""Passkeys, in SQLite."""

import sqlite3
from datetime import datetime

from sekisho.domain.errors import PasskeyCloned, PasskeyKnown, PasskeysTooMany, PasskeyUnknown
from sekisho.domain.groups import folded
from sekisho.domain.passkeys import Passkey, regressed, used
from sekisho.stores.codec import PASSKEY
from sekisho.stores.sqlite.database import Database


class SqlitePasskeys:
    """Keeps passkeys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, passkey: Passkey, most: int) -> None:
        owner = folded(passkey.person)
        with self._database.writing() as connection:
            insert = (
                "INSERT INTO passkeys (id, credential_id, person, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING"
            )
            row = (passkey.id, passkey.credential_id, owner, PASSKEY.dump(passkey))
            if not connection.execute(insert, row).rowcount:
                raise PasskeyKnown
            count = "SELECT count(*) FROM passkeys WHERE person = ?"
            if connection.execute(count, (owner,)).fetchone()[0] > most:
                raise PasskeysTooMany(cap=most)

    def of(self, person: str) -> tuple[Passkey, ...]:
        select = "SELECT id, credential_id, person, body FROM passkeys WHERE person = ? ORDER BY id"
        with self._database.moment() as connection:
            rows = connection.execute(select, (folded(person),)).fetchall()
            for row in rows:
                # A key that somebody wrote into the file proves nobody.
                self._database.seals.check_row(connection, "passkeys", row)
        return tuple(PASSKEY.load(row[3]) for row in rows)

    def use(self, passkey_id: str, sign_count: int, at: datetime) -> Passkey:
        with self._database.writing() as connection:
            select = "SELECT body FROM passkeys WHERE id = ?"
            row = connection.execute(select, (passkey_id,)).fetchone()
            if row is None:
                raise PasskeyUnknown
            passkey = PASSKEY.load(row[0])
            if regressed(passkey, sign_count):
                raise PasskeyCloned(name=passkey.name)
            after = used(passkey, sign_count, at)
            update = "UPDATE passkeys SET body = ? WHERE id = ?"
            connection.execute(update, (PASSKEY.dump(after), passkey_id))
            return after

    def remove(self, passkey_id: str) -> bool:
        def work(connection: sqlite3.Connection) -> int:
            return connection.execute("DELETE FROM passkeys WHERE id = ?", (passkey_id,)).rowcount

        return bool(self._database.write(work))

    def people(self) -> tuple[str, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT body FROM passkeys").fetchall()
        return tuple(sorted({PASSKEY.load(body).person for (body,) in rows}))
