"""A data folder with something in every table, and the hand of somebody who edits it."""

import contextlib
import io
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sekisho.domain.configurations import Manifest, Upload
from sekisho.domain.leases import Worker
from sekisho.domain.pushes import Pack, PackedFile, Push
from sekisho.domain.workspaces import Workspace
from sekisho.engine.pushes import pack_name
from sekisho.stores.sqlite.schema import MIGRATIONS
from tests.fakes.clock import START
from tests.fakes.folders import FolderWorld
from tests.fakes.values import a_line
from tests.fakes.world import AGENT, NOBODY, PERSON, main

Cell = tuple[Any, ...]
DAY = timedelta(days=1)


def schema() -> dict[str, tuple[str, ...]]:
    """Every table that the migrations make, with its columns: a new one is in it by itself."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        for migration in MIGRATIONS:
            for statement in migration:
                connection.execute(statement)
        return columns(connection)


def columns(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {
        name: tuple(row[1] for row in connection.execute(f'PRAGMA table_info("{name}")'))
        for (name,) in names
        if not name.startswith("sqlite_")
    }


def lived_in(folder: Path) -> FolderWorld:
    """A server that planned, approved, applied, refused and locked, and has keys and pushes."""
    world = FolderWorld(folder, Workspace("dev"), Workspace("other", rules=(NOBODY,)))
    first = world.applied(main("1", output="x"))
    world.apply(world.planned(main("3"), "other"))
    world.reject(world.planned(main("4")))
    world.planned(main("5"))
    world.approved(main("6"), "dev")
    world.engine.workspaces.lock("other", PERSON, "月末締め")
    world.engine.tokens.create("佐藤", "kiro")
    store = world.store
    store.logs.append(first.id, [a_line(), a_line()])
    worker = Worker("wrk-other", world.processes.me(), START)
    store.workers.put(worker)
    store.uploads.add(Upload("digest-of-a-key", "dev", AGENT, START + DAY))
    store.pushes.put(Push("psh-1", "owner", "dev", AGENT, Manifest(()), START + DAY))
    pack = Pack("pck-1", "owner", (PackedFile("0" * 64, 1),))
    store.blobs.put(pack_name(pack), io.BytesIO(b"x"))
    store.pushes.add_pack(pack)
    fill_the_rest(world)
    store.guard.generation()  # the server's next chore: what it moved last is told
    return world


def fill_the_rest(world: FolderWorld) -> None:
    """Put a row, by the way that every store writes, into tables that nothing above filled."""
    with world.store._database.writing() as connection:
        for table, names in columns(connection).items():
            if connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone():
                continue
            kinds = [row[2] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            values = [7 if "INT" in kind.upper() else "x" for kind in kinds]
            marks = ", ".join("?" * len(names))
            connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', values)


class Hand:
    """Edits the files of a store; `undo` puts the database back as it was."""

    def __init__(self, world: FolderWorld) -> None:
        self.world = world
        self.store = world.folder / "store"
        self.database = sqlite3.connect(self.store / "sekisho.db", isolation_level=None)
        self.database.execute("PRAGMA synchronous=OFF")
        select = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        for (name,) in self.database.execute(select).fetchall():
            self.database.execute(f'DROP TRIGGER "{name}"')

    def close(self) -> None:
        self.database.close()

    def rows(self, table: str) -> list[Cell]:
        return self.database.execute(f'SELECT * FROM "{table}"').fetchall()

    def put(self, table: str, rows: list[Cell]) -> None:
        """Let a table have exactly these rows."""
        self.database.execute("BEGIN")
        self.database.execute(f'DELETE FROM "{table}"')
        for row in rows:
            marks = ", ".join("?" * len(row))
            self.database.execute(f'INSERT INTO "{table}" VALUES ({marks})', row)
        self.database.execute("COMMIT")

    @contextlib.contextmanager
    def changed(self, table: str, rows: list[Cell]) -> Iterator[None]:
        """Let a table have these rows for a while."""
        before = self.rows(table)
        self.put(table, rows)
        try:
            yield
        finally:
            self.put(table, before)

    def snapshot(self, to: Path) -> Path:
        """Copy the store as it is now: yesterday's, later on."""
        shutil.copytree(self.store, to)
        return to


def other(value: Any) -> Any:
    """A value of the same kind that is not this one."""
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, int):
        return value + 10_000
    if value is None:
        return "x"
    text = str(value)
    if not text:
        return "x"
    middle = len(text) // 2
    return text[:middle] + ("~" if text[middle] != "~" else "!") + text[middle + 1 :]
