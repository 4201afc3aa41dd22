"""The embedded store: SQLite for what is searched and changed, files for what is large or secret.

    FOLDER/sekisho.db       runs, workspaces, the stop, workers, audit, configurations, uploads,
                            pushes, tokens, people, sessions, passkeys, tickets, logs; seals of
                            all that, and which blobs are the newest
    FOLDER/blobs/           plan files, bundles, states, configurations, packs: encrypted
    FOLDER/readings/        redacted readings of plans and states: encrypted
    FOLDER/reserve          room set aside for the day the disk is full
    FOLDER/incoming/        what is being written; whole files are moved out of it

Several processes of one machine may share the folder. It must not lie on a network file system.
"""

from pathlib import Path

from sekisho.domain.audit import Mac
from sekisho.stores.cipher import Cipher
from sekisho.stores.disk.blobs import DiskBlobs
from sekisho.stores.disk.readings import DiskReadings
from sekisho.stores.disk.room import private_folder
from sekisho.stores.sqlite.adoption import check_keys
from sekisho.stores.sqlite.audit import SqliteAudit
from sekisho.stores.sqlite.blobs import SqliteLedger
from sekisho.stores.sqlite.configurations import SqliteConfigurations
from sekisho.stores.sqlite.database import Database
from sekisho.stores.sqlite.guard import Area, SqliteGuard, adopt_blobs
from sekisho.stores.sqlite.logs import SqliteLogs
from sekisho.stores.sqlite.passkeys import SqlitePasskeys
from sekisho.stores.sqlite.people import SqlitePeople
from sekisho.stores.sqlite.pushes import SqlitePushes
from sekisho.stores.sqlite.runs import SqliteRuns
from sekisho.stores.sqlite.sessions import SqliteSessions
from sekisho.stores.sqlite.stops import SqliteStops
from sekisho.stores.sqlite.tickets import SqliteTickets
from sekisho.stores.sqlite.tokens import SqliteTokens
from sekisho.stores.sqlite.uploads import SqliteUploads
from sekisho.stores.sqlite.workers import SqliteWorkers
from sekisho.stores.sqlite.workspaces import SqliteWorkspaces


class SqliteStore:
    """Every store of one data folder."""

    def __init__(self, folder: Path, mac: Mac, cipher: Cipher) -> None:
        """Open or make the folder; chain the audit with `mac`, encrypt files with `cipher`.

        Raises:
            DiskFull, StoreUnavailable: it cannot be used, or was made with other keys.
            StoreTampered: its rows were sealed, and are no longer.
        """
        private_folder(folder)
        self._database = Database(folder / "sekisho.db", mac)
        with self._database.reading() as connection:
            check_keys(connection, mac)
        self.audit = SqliteAudit(self._database, mac)
        self.workspaces = SqliteWorkspaces(self._database, self.audit)
        self.stops = SqliteStops(self._database, self.audit)
        self.runs = SqliteRuns(self._database, self.audit)
        self.workers = SqliteWorkers(self._database)
        self.configurations = SqliteConfigurations(self._database)
        self.uploads = SqliteUploads(self._database)
        self.pushes = SqlitePushes(self._database)
        self.tokens = SqliteTokens(self._database)
        self.sessions = SqliteSessions(self._database)
        self.passkeys = SqlitePasskeys(self._database)
        self.tickets = SqliteTickets(self._database)
        self.people = SqlitePeople(self._database, self.audit)
        self.logs = SqliteLogs(self._database)
        blobs, readings = (self._area(folder, name, cipher) for name in ("blobs", "readings"))
        self.blobs = blobs.blobs
        pages = DiskBlobs(folder / "readings", folder / "incoming", cipher)
        self.readings = DiskReadings(readings.blobs, pages)
        self.guard = SqliteGuard(self._database, (blobs, readings))
        adopt_blobs(self._database, self.audit, (blobs, readings))

    def _area(self, folder: Path, name: str, cipher: Cipher) -> Area:
        ledger = SqliteLedger(self._database, name)
        return Area(name, DiskBlobs(folder / name, folder / "incoming", cipher, ledger), ledger)

    def close(self) -> None:
        self._database.close()
