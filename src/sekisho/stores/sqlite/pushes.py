"""Pushes and what is known of their packs, in SQLite."""

from datetime import datetime

from sekisho.domain.errors import PushUnknown
from sekisho.domain.pushes import Pack, Push
from sekisho.stores.codec import PACK, PUSH
from sekisho.stores.sqlite.database import Database
from sekisho.stores.sqlite.moments import microseconds


class SqlitePushes:
    """Keeps announced pushes and the index of each pack."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, push: Push) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO pushes (id, owner, expires, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET expires = excluded.expires, body = excluded.body",
                (push.id, push.owner, microseconds(push.expires_at), PUSH.dump(push)),
            )

    def get(self, push_id: str) -> Push:
        with self._database.reading() as connection:
            select = "SELECT body FROM pushes WHERE id = ?"
            row = connection.execute(select, (push_id,)).fetchone()
        if row is None:
            raise PushUnknown
        return PUSH.load(row[0])

    def of(self, owner: str) -> tuple[Push, ...]:
        select = "SELECT body FROM pushes WHERE owner = ? ORDER BY expires, id"
        with self._database.reading() as connection:
            rows = connection.execute(select, (owner,)).fetchall()
        return tuple(PUSH.load(body) for (body,) in rows)

    def remove(self, push_id: str) -> None:
        self._database.remove("DELETE FROM pushes WHERE id = ?", (push_id,))

    def expire(self, before: datetime) -> int:
        with self._database.writing() as connection:
            delete = "DELETE FROM pushes WHERE expires < ?"
            return connection.execute(delete, (microseconds(before),)).rowcount

    def add_pack(self, pack: Pack) -> None:
        with self._database.writing() as connection:
            insert = "INSERT INTO packs (id, owner, body) VALUES (?, ?, ?)"
            connection.execute(insert, (pack.id, pack.owner, PACK.dump(pack)))

    def packs(self, owner: str) -> tuple[Pack, ...]:
        select = "SELECT body FROM packs WHERE owner = ? ORDER BY id"
        with self._database.reading() as connection:
            rows = connection.execute(select, (owner,)).fetchall()
        return tuple(PACK.load(body) for (body,) in rows)

    def remove_pack(self, pack_id: str) -> None:
        self._database.remove("DELETE FROM packs WHERE id = ?", (pack_id,))

    def owners(self) -> tuple[str, ...]:
        select = "SELECT DISTINCT owner FROM packs ORDER BY owner"
        with self._database.reading() as connection:
            rows = connection.execute(select).fetchall()
        return tuple(owner for (owner,) in rows)
