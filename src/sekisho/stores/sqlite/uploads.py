"""Upload addresses, in SQLite."""

from datetime import datetime

from sekisho.domain.configurations import Upload
from sekisho.domain.errors import UploadUnknown
from sekisho.stores.codec import UPLOAD
from sekisho.stores.sqlite.database import Database
from sekisho.stores.sqlite.moments import microseconds


class SqliteUploads:
    """Keeps addresses; those that are used up keep their result until they expire."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, upload: Upload) -> None:
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT INTO uploads (key_digest, expires, body) VALUES (?, ?, ?)"
                " ON CONFLICT (key_digest) DO NOTHING",
                (upload.key_digest, microseconds(upload.expires_at), UPLOAD.dump(upload)),
            )
            if not added.rowcount:
                raise ValueError(upload.key_digest)

    def take(self, key_digest: str, now: datetime) -> Upload:
        with self._database.writing() as connection:
            row = connection.execute(
                "UPDATE uploads SET taken = 1 WHERE key_digest = ? AND taken = 0 AND expires > ?"
                " RETURNING body",
                (key_digest, microseconds(now)),
            ).fetchone()
        if row is None:
            raise UploadUnknown
        return UPLOAD.load(row[0])

    def finish(self, key_digest: str, configuration: str) -> None:
        with self._database.writing() as connection:
            finished = connection.execute(
                "UPDATE uploads SET configuration = ? WHERE key_digest = ? AND taken = 1",
                (configuration, key_digest),
            )
            if not finished.rowcount:
                raise UploadUnknown

    def result(self, key_digest: str) -> str | None:
        select = "SELECT configuration FROM uploads WHERE key_digest = ?"
        with self._database.reading() as connection:
            row = connection.execute(select, (key_digest,)).fetchone()
        if row is None:
            raise UploadUnknown
        return row[0]

    def expire(self, before: datetime) -> int:
        with self._database.writing() as connection:
            delete = "DELETE FROM uploads WHERE expires < ?"
            return connection.execute(delete, (microseconds(before),)).rowcount
