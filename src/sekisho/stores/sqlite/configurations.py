"""What is known of configurations, in SQLite."""

from sekisho.domain.configurations import Configuration
from sekisho.domain.errors import ConfigurationUnknown
from sekisho.stores.codec import CONFIGURATION
from sekisho.stores.sqlite.database import Database


class SqliteConfigurations:
    """Keeps configurations, by digest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, configuration: Configuration) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO configurations (digest, body) VALUES (?, ?)"
                " ON CONFLICT (digest) DO NOTHING",
                (configuration.digest, CONFIGURATION.dump(configuration)),
            )

    def get(self, digest: str) -> Configuration:
        select = "SELECT body FROM configurations WHERE digest = ?"
        with self._database.reading() as connection:
            row = connection.execute(select, (digest,)).fetchone()
        if row is None:
            raise ConfigurationUnknown(digest=digest)
        return CONFIGURATION.load(row[0])

    def all(self) -> tuple[Configuration, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT body FROM configurations ORDER BY digest").fetchall()
        return tuple(CONFIGURATION.load(body) for (body,) in rows)

    def remove(self, digest: str) -> None:
        self._database.remove("DELETE FROM configurations WHERE digest = ?", (digest,))
