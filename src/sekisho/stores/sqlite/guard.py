"""Whether all that is stored is what the server wrote last: every row, every blob."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sekisho.domain.audit import AuditEntry, AuditFault, fault
from sekisho.domain.callers import SYSTEM
from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.text import Text
from sekisho.ports.stores import StoreCheck
from sekisho.stores.disk.blobs import DiskBlobs
from sekisho.stores.disk.plan_pages import PLAN_PAGES, is_page, page_name
from sekisho.stores.names import is_blob_name
from sekisho.stores.sqlite.adoption import ADOPTING, SEALED
from sekisho.stores.sqlite.audit import SqliteAudit
from sekisho.stores.sqlite.blobs import SqliteLedger
from sekisho.stores.sqlite.checking import unsound_rows
from sekisho.stores.sqlite.database import Database

_CHANGED = Text(
    "the file is not as the server wrote it", "ファイルがサーバーの書き込んだ内容と一致しません"
)
_OLDER = Text(
    "the file is not the last one that the server wrote under this name: an older one was put back",
    "サーバーがこの名前で最後に書いたファイルではありません（古いファイルが戻されています）",
)
_UNKNOWN = Text(
    "the server knows of no file of this name: one that it removed was brought back",
    "サーバーの記録にない名前です（削除済みのファイルが復元されています）",
)
_REMOVED = Text(
    "the file was removed by another hand", "ファイルがサーバー以外の手で削除されています"
)
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Area:
    """Blobs of one folder, and what is known of their editions."""

    name: str
    blobs: DiskBlobs
    ledger: SqliteLedger


class SqliteGuard:
    """Checks a data folder."""

    def __init__(self, database: Database, areas: tuple[Area, ...]) -> None:
        self._database = database
        self._areas = areas

    def generation(self) -> int:
        for area in self._areas:
            area.ledger.settle()
        return self._generation()

    def _generation(self) -> int:
        with self._database.reading() as connection:
            return self._database.seals.book(connection).generation

    def verify(
        self, watch: Callable[[int], None] = lambda _done: None, *, contents: bool = True
    ) -> StoreCheck:
        rows = 0
        for area in self._areas:
            area.ledger.settle()

        def count(done: int) -> None:
            nonlocal rows
            rows = done
            watch(done)

        with self._database.moment() as connection:
            found = list(unsound_rows(connection, self._database.seals, count))
        broken = any(f.where == "seal_book" for f in found)
        generation = 0 if broken else self._generation()
        blobs = 0
        for area in self._areas:
            for name in area.blobs.names():
                blobs += 1
                watch(rows + blobs)
                found += self._blob(area, name, contents=contents)
            found += self._removed(area)
        return StoreCheck(rows, blobs, generation, tuple(found))

    def _blob(self, area: Area, name: str, *, contents: bool) -> Iterator[AuditFault]:
        where = f"{area.name}/{name}"
        try:
            with area.blobs.open(name) as file:
                while contents and file.read(_CHUNK):
                    pass
        except KeyError:  # removed just now
            return
        except ValueError:
            yield fault(0, _CHANGED, where)
            return
        if area.name == "readings" and is_page(name):
            return
        said = self._edition(area, name)
        if said:
            yield fault(0, said, where)
        elif area.name == "readings" and name.startswith("plan/"):
            yield from self._pages(area, name)

    def _edition(self, area: Area, name: str) -> Text | None:
        """Say what is wrong with the edition; asked again while nobody writes, if anything is."""
        said = _judged(area, name)
        if said is None:
            return None
        with self._database.writing():
            return _judged(area, name)

    def _pages(self, area: Area, name: str) -> Iterator[AuditFault]:
        try:
            with area.blobs.open(name) as file:
                pages = PLAN_PAGES.load(file.read())
        except (KeyError, ValueError, StoreUnavailable):  # replaced just now, or by a newer server
            return
        for number in range(len(pages.starts)):
            page = page_name(pages.folder, number)
            if not area.blobs.has(page) and area.blobs.has(name):
                yield fault(0, _REMOVED, f"{area.name}/{page}")

    def _removed(self, area: Area) -> Iterator[AuditFault]:
        for name in area.ledger.names():
            if not is_blob_name(name) or area.blobs.has(name):  # such a row is named as one
                continue
            if self._edition(area, name) is not None:
                yield fault(0, _REMOVED, f"{area.name}/{name}")


def _judged(area: Area, name: str) -> Text | None:
    """Compare the edition of a file with those that may lie there."""
    editions, there = area.ledger.editions(name), area.blobs.salt(name)
    if editions is None:
        return _UNKNOWN if there is not None else None
    return None if there in editions else _OLDER


def adopt_blobs(database: Database, audit: SqliteAudit, areas: tuple[Area, ...]) -> None:
    """Take the blobs of before editions were told, once, and let the audit tell of it."""
    select = "SELECT value FROM meta WHERE name = ?"
    with database.reading() as connection:
        if connection.execute(select, (ADOPTING,)).fetchone() is None:
            return
    with database.writing() as connection:
        noted = connection.execute(select, (ADOPTING,)).fetchone()
        if noted is None:  # another process did it
            return
        blobs = 0
        for area in areas:
            for name in area.blobs.names():
                edition = area.blobs.salt(name)
                if edition and not (area.name == "readings" and is_page(name)):
                    area.ledger.adopt(connection, name, edition)
                    blobs += 1
        connection.execute("DELETE FROM meta WHERE name = ?", (ADOPTING,))
        facts = {"rows": int(noted[0]), "blobs": blobs}
        now = connection.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')").fetchone()[0]
        entry = AuditEntry(datetime.fromisoformat(now), SEALED, SYSTEM, facts=facts)
        audit.add(connection, (entry,))
