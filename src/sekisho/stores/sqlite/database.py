"""The database: one file in WAL mode, shared by the threads and processes of one machine.

A connection belongs to one borrower at a time. Writers of this process queue for one turn, writers
of other processes for SQLite's own lock. `synchronous=FULL`: what was acknowledged outlives a
killed process and a power cut.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

from sekisho.domain.audit import Mac
from sekisho.domain.errors import DiskFull, SekishoError, StoreUnavailable
from sekisho.stores.disk.reserve import Reserve
from sekisho.stores.disk.room import full, private_file, refusal
from sekisho.stores.sqlite.adoption import Adoption
from sekisho.stores.sqlite.schema import MIGRATIONS
from sekisho.stores.sqlite.seals import Connection, Seals
from sekisho.stores.writes import Turn

T = TypeVar("T")

_IDLE = 8
"""Connections kept for the next borrower; each holds up to 2 MB of pages."""
_TRY_AGAIN_SECONDS = 0.001


class Database:
    """Lends connections: `reading()` for single statements, `writing()` for a transaction."""

    def __init__(self, path: Path, mac: Mac, patience: float = 10.0) -> None:
        """Open `path`, making or migrating it; wait `patience` seconds for other writers.

        Rows are sealed with `mac`.
        """
        self.seals = Seals(mac)
        self._mac = mac
        self._path = path
        self._patience = patience
        self._turn = Turn(patience)
        self._idle: list[Connection] = []
        self._closed = False
        self._spent = False
        private_file(path)
        self._file = _identity(path)
        with self.reading() as connection:
            self._insist(connection, "PRAGMA journal_mode=WAL")
        self._migrate()
        self._reserve = Reserve(path.with_name("reserve"))
        self._reserve.fill()

    @contextlib.contextmanager
    def reading(self) -> Generator[Connection]:
        """Lend a connection for a statement that reads: it sees one moment of the database.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        with self._translated(), self._lent() as connection:
            yield connection

    @contextlib.contextmanager
    def moment(self) -> Generator[Connection]:
        """Lend a connection for many statements that all see one moment. Raises as `reading`."""
        with self._translated(), self._lent() as connection:
            connection.execute("BEGIN")
            # Text that is no UTF-8 is somebody else's: it is compared, not refused.
            connection.text_factory = _any_text
            try:
                yield connection
            finally:
                connection.text_factory = str
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Generator[Connection]:
        """Lend a connection inside a transaction: kept when the block ends, undone if it raises.

        Raises:
            DiskFull: there is no room; nothing was changed.
            StoreUnavailable: the database cannot be written, or others write without end.
            StoreTampered: what would be changed is not what we wrote.
        """
        with self._turn, self._translated(), self._lent() as connection:
            connection.watch()
            connection.noted.clear()
            if _identity(self._path) != self._file:
                raise StoreUnavailable(problem="the database file was moved or replaced")
            self._insist(connection, "BEGIN IMMEDIATE")
            yield connection
            self.seals.settle(connection)
            connection.execute("COMMIT")

    def write(
        self,
        work: Callable[[Connection], T],
        begins: Callable[[Connection], bool] | None = None,
    ) -> T:
        """Do in a transaction what must not fail for want of room: how something ended, removals.

        `work` is done again, on the room set aside, where the disk is full. `begins` says of work
        that it is the start of something, which needs room of its own: it gets none of that.

        Raises:
            DiskFull: even that is used up; nothing was changed.
            StoreUnavailable: as for `writing`.
        """
        try:
            with self.writing() as connection:
                done = work(connection)
        except DiskFull:
            if (begins and self._asked(begins)) or not self._reserve.release():
                raise
            self._spent = True
        else:
            self._set_aside_again()
            return done
        with self.writing() as connection:
            return work(connection)

    def _asked(self, question: Callable[[Connection], bool]) -> bool:
        with self.reading() as connection:
            return question(connection)

    def _set_aside_again(self) -> None:
        """Set room aside once there is some again: the next full disk finds it too."""
        if self._spent:
            self._spent = False
            self._reserve.fill()

    def remove(self, statement: str, values: tuple[str, ...]) -> None:
        """Delete rows; then set room aside again if it was used."""
        self.write(lambda connection: connection.execute(statement, values))
        self._reserve.fill()

    def close(self) -> None:
        """Close every connection that nobody borrows, and refuse to lend more."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @contextlib.contextmanager
    def _lent(self) -> Generator[Connection]:
        """Lend an idle connection or a new one; close one whose transaction cannot be undone."""
        if self._closed:
            raise StoreUnavailable(problem="it is closed")
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        sound = False
        try:
            yield connection
            sound = True
        finally:
            if not sound and connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            if connection.in_transaction or self._closed or len(self._idle) >= _IDLE:
                connection.close()
            else:
                self._idle.append(connection)

    def _connect(self) -> Connection:
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=self._patience,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection

    def _insist(self, connection: sqlite3.Connection, statement: str) -> None:
        """Execute a statement that needs the database for itself, as soon as others let go.

        SQLite would wait longer and longer between its tries, and so hardly ever get a turn beside
        a process that writes all the time; for `journal_mode` it does not wait at all.
        """
        until = time.monotonic() + self._patience
        connection.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    connection.execute(statement)
                except sqlite3.OperationalError as error:
                    busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                    if not busy or time.monotonic() > until:
                        raise
                    time.sleep(_TRY_AGAIN_SECONDS)
                else:
                    return
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(self._patience * 1000)}")

    def _migrate(self) -> None:
        """Bring the schema up to date, once, however many processes start at the same time."""
        with self.reading() as connection:
            if _schema_number(connection) == len(MIGRATIONS):
                return
        with self._turn, self._translated(), self._lent() as connection:
            self._insist(connection, "BEGIN IMMEDIATE")
            number = _schema_number(connection)
            if number > len(MIGRATIONS):
                raise StoreUnavailable(problem="the data folder belongs to a newer Sekisho")
            adoption = Adoption(self.seals, self._mac, connection)
            adoption.check(number)
            for migration in MIGRATIONS[number:]:
                for statement in migration:
                    connection.execute(statement)
            adoption.seal()
            connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _translated(self) -> Generator[None]:
        """Let no error of SQLite through; what the borrower raises itself stays what it is."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._refusal(error) from error

    def _refusal(self, error: sqlite3.Error) -> SekishoError:
        code = int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
        doubtful = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
        if code == sqlite3.SQLITE_FULL or (doubtful and self._is_full()):
            return DiskFull()
        return StoreUnavailable(problem=str(error))

    def _is_full(self) -> bool:
        files = self._path.parent.glob(f"{self._path.name}*")
        return full(self._path.parent, max((file.stat().st_size for file in files), default=0))


def _any_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _identity(path: Path) -> tuple[int, int]:
    """Return what tells this file from one that took its place."""
    try:
        found = path.stat()
    except OSError as error:
        raise refusal(error) from error
    return found.st_dev, found.st_ino


def _schema_number(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
