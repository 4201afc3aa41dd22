"""If the audit cannot be written, nothing proceeds: each verb fails by its code."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sekisho.domain.errors import DiskFull, SekishoError, StoreUnavailable
from sekisho.domain.runs import RunStatus
from sekisho.engine.plans import PlanOrder
from tests.attacks.tampering import columns
from tests.fakes.folders import FolderWorld
from tests.fakes.world import AGENT, PERSON, failing, main

UNWATCHED = frozenset({"workers", "seals", "seal_book", "blobs"})
"""Heartbeats go on; blobs are content, which nothing names yet."""


class Scene:
    """A server with a run in each place that a verb starts from."""

    def __init__(self, folder: Path) -> None:
        self.world = world = FolderWorld(folder)
        world.clock.advance(0)
        self.digest = world.configuration(main("1"))
        self.waiting = world.planned(main("2"))
        self.approved = world.approved(main("3"))
        self.queued = world.queued(main("4"))
        self.token, _ = world.engine.tokens.create("佐藤", "kiro")
        world.engine.workspaces.lock("other", PERSON, "締め")

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        path = self.world.folder / "store" / "sekisho.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            return {
                table: database.execute(f'SELECT * FROM "{table}"').fetchall()
                for table in columns(database)
                if table not in UNWATCHED
            }


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.world.store.close()


def approve(scene: Scene) -> object:
    return scene.world.approve(scene.waiting)


VERBS: dict[str, Callable[[Scene], object]] = {
    "configuration": lambda s: s.world.configuration(main("9")),
    "plan_create": lambda s: s.world.engine.plans.create(PlanOrder("dev", s.digest), AGENT),
    "approve": approve,
    "reject": lambda s: s.world.reject(s.waiting),
    "apply": lambda s: s.world.engine.applies.start(s.approved.id, AGENT),
    "begin the apply": lambda s: s.world.worker.turn(),
    "cancel": lambda s: s.world.engine.runs.cancel(s.queued.id, AGENT),
    "discard": lambda s: s.world.engine.runs.discard(s.approved.id, AGENT),
    "lock": lambda s: s.world.engine.workspaces.lock("dev", PERSON, "x"),
    "unlock": lambda s: s.world.engine.workspaces.unlock("other", PERSON),
    "token create": lambda s: s.world.engine.tokens.create("鈴木", "vscode"),
    "token revoke": lambda s: s.world.engine.tokens.revoke(s.token.id),
    "append": lambda s: s.world.store.audit.append(
        s.world.parts.about(s.world.clock.now(), "session.begin", PERSON, None)
    ),
}


@contextlib.contextmanager
def read_only(scene: Scene) -> Iterator[None]:
    path = scene.world.folder / "store" / "sekisho.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(
            "CREATE TRIGGER nothing_goes BEFORE INSERT ON audit"
            " BEGIN SELECT RAISE(ABORT, 'read-only'); END"
        )
        yield
        database.execute("DROP TRIGGER nothing_goes")


@contextlib.contextmanager
def no_room(scene: Scene) -> Iterator[None]:
    """Let the audit find the disk full, whatever room was set aside."""
    mend = failing(scene.world.store.audit, "add", DiskFull())
    yield
    mend()


CONDITIONS = {"read-only": (read_only, StoreUnavailable), "disk full": (no_room, DiskFull)}


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("verb", VERBS)
def test_nothing_proceeds_without_its_audit_record(scene: Scene, verb: str, condition: str):
    make, error = CONDITIONS[condition]
    before = scene.rows()

    with make(scene), pytest.raises(SekishoError) as caught:
        VERBS[verb](scene)

    assert type(caught.value) is error
    assert caught.value.code == error.code
    assert scene.rows() == before
    assert scene.world.run(scene.queued).status is RunStatus.APPLY_QUEUED
    assert scene.world.terraform.at_work(scene.queued.id) is False
    assert scene.world.faults() == []


@pytest.mark.parametrize("verb", VERBS)
def test_it_proceeds_once_the_audit_can_be_written_again(scene: Scene, verb: str):
    with read_only(scene), contextlib.suppress(SekishoError):
        VERBS[verb](scene)

    count = scene.world.engine.audits.head()
    VERBS[verb](scene)

    assert scene.world.engine.audits.head() > count
    assert scene.world.faults() == []
