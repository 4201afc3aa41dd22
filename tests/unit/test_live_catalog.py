"""The operator's file taken up while a server runs: whole, told, and never a wrong one."""

from __future__ import annotations

import contextvars
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sekisho.catalog import LiveCatalog, parse_operator_file
from sekisho.domain.errors import OperatorFileInvalid, StoreUnavailable, WorkspaceUnknown
from sekisho.engine.reloads import Reloads
from tests.fakes.world import World, failing

if TYPE_CHECKING:
    from sekisho.domain.declarations import News

HEAD = "version: 1\nworkspaces:\n  dev: {}\n"
TWO = HEAD + "rules:\n  - {name: two, require: {approvals: 2}}\n"
CLOSED = HEAD + "groups: {ops: [sato]}\naccess:\n  - {group: ops, allow: [read]}\n"


class Scene:
    """A server whose operator edits the file."""

    def __init__(self, folder: Path, text: str = HEAD) -> None:
        self.path = folder / "sekisho.yaml"
        self.path.write_text(text, encoding="utf-8")
        self.world = World()
        self.read = 0
        self.catalog = LiveCatalog(self.path, self._parse)
        self.reloads = Reloads(self.world.parts, self.catalog, "serve")

    def _parse(self, raw: bytes) -> Any:
        self.read += 1
        return parse_operator_file(raw, self.path, {})

    def write(self, text: str) -> None:
        """Save as careful editors do: a new file takes the place of the old."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.path)

    def looks(self, times: int = 2) -> list[News]:
        return [news for _ in range(times) if (news := self.reloads.look())]

    def told(self) -> list[str]:
        return [name for name, _ in self.world.journal.events]

    def approvals(self) -> int:
        return max(r.require.approvals for r in self.catalog.get("dev").rules)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_file_that_stays_is_read_once(scene: Scene):
    assert scene.looks(5) == []
    assert (scene.read, scene.told(), scene.world.audit()) == (1, [], [])


def test_an_edited_file_is_taken_up_at_the_second_look_and_told(scene: Scene):
    scene.write(TWO)
    assert scene.looks(1) == []
    assert scene.approvals() == 1
    (news,) = scene.looks(3)
    assert (news.outcome, news.changes) == ("loaded", {"rules": 1})
    assert scene.approvals() == 2
    assert scene.told() == ["config.loaded"]
    assert scene.world.facts("config.load") == {
        "digest": news.digest,
        "process": "serve",
        "rules": 1,
        "restart": "",
    }


def test_an_edit_in_place_is_seen_too(scene: Scene):
    scene.path.write_text(TWO, encoding="utf-8")
    assert [n.outcome for n in scene.looks()] == ["loaded"]


def test_a_file_that_is_still_written_waits_until_it_rests(scene: Scene):
    whole = CLOSED + "rules:\n  - {name: two, require: {approvals: 2}}\n"
    for size in range(len(HEAD), len(whole), 10):
        scene.path.write_text(whole[:size], encoding="utf-8")
        assert scene.looks(1) == []
    assert scene.catalog.access().grants is None
    scene.path.write_text(whole, encoding="utf-8")
    assert [n.outcome for n in scene.looks()] == ["loaded"]
    assert scene.approvals() == 2
    assert scene.catalog.access().acts((), "dev") == frozenset()


def spoil_deleted(path: Path) -> None:
    path.unlink()


def spoil_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def spoil_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def spoil_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50 * 1024**3)


def spoil_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


SPOILS = {
    "deleted": spoil_deleted,
    "a directory": spoil_directory,
    "a pipe": spoil_pipe,
    "huge": spoil_huge,
    "a link to itself": spoil_loop,
    "empty": lambda path: path.write_text("", encoding="utf-8"),
    "half": lambda path: path.write_text(TWO[:-12], encoding="utf-8"),
    "no UTF-8": lambda path: path.write_bytes(b"version: 1\n\xff"),
    "a wrong key": lambda path: path.write_text(HEAD + "rule: []\n", encoding="utf-8"),
    "a bomb": lambda path: path.write_text("a: " + "[" * 5000, encoding="utf-8"),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_a_file_that_is_no_good_is_refused_once_and_the_old_one_stays(scene: Scene, spoil: Any):
    scene.write(TWO)
    scene.looks()
    spoil(scene.path)
    assert [n.outcome for n in scene.looks(6)] == ["refused"]
    assert scene.approvals() == 2
    assert scene.told() == ["config.loaded", "config.refused"]
    (told,) = scene.world.journal.named("config.refused")
    assert told["code"] == "operator_file_invalid"
    assert "stays in force" in told["warning"]
    facts = scene.world.facts("config.refuse")
    assert (facts["code"], facts["process"]) == ("operator_file_invalid", "serve")


def test_the_line_of_what_is_wrong_is_told_and_nothing_of_what_stands_there(scene: Scene):
    scene.write(HEAD + "sks_secret_of_somebody: 1\n")
    (news,) = scene.looks()
    assert scene.world.facts("config.refuse")["line"] == 4
    assert scene.world.facts("config.refuse")["digest"] == news.digest
    assert "sks_secret" not in str(scene.world.facts("config.refuse"))


def test_the_same_bad_file_touched_again_is_not_told_again_but_another_is(scene: Scene):
    for text, told in (("a: 1", 1), ("a: 1", 1), ("b: 1", 2)):
        scene.write(text)
        scene.looks(3)
        assert len(scene.world.journal.named("config.refused")) == told


def test_a_file_put_back_is_told_as_unchanged(scene: Scene):
    scene.write("a: 1")
    scene.looks()
    scene.write(HEAD)
    assert [n.outcome for n in scene.looks(4)] == ["unchanged"]
    assert scene.world.audit() == ["config.refuse"]


def test_whoever_asks_gets_an_answer_at_once(scene: Scene):
    asked = scene.reloads.look(asked=True)
    assert asked
    assert asked.outcome == "unchanged"
    scene.write(TWO)
    asked = scene.reloads.look(asked=True)
    assert asked
    assert asked.outcome == "loaded"
    assert scene.looks(3) == []


def test_nothing_is_judged_by_rules_that_the_audit_does_not_know(scene: Scene):
    scene.write(TWO)
    mend = failing(scene.world.store.audit, "append", StoreUnavailable(problem="full"))
    for _ in range(3):
        assert scene.reloads.look() is None or pytest.fail("taken")
        with pytest.raises(StoreUnavailable):
            scene.reloads.look()
        assert scene.approvals() == 1
        scene.catalog._glimpsed = ()
    mend()
    assert [n.outcome for n in scene.looks()] == ["loaded"]
    assert scene.approvals() == 2


def test_sections_that_wait_for_a_restart_are_named_as_long_as_they_do(scene: Scene):
    mirror = "terraform: {network_mirror: 'https://mirror.example/'}\n"
    scene.write(HEAD + mirror)
    assert [n.restart for n in scene.looks()] == [("terraform",)]
    scene.write(TWO + mirror)
    assert [n.restart for n in scene.looks()] == [("terraform",)]
    scene.write(TWO)
    assert [n.restart for n in scene.looks()] == [()]
    assert [f["sections"] for f in scene.world.journal.named("config.needs_restart")] == [
        "terraform",
        "terraform",
    ]


def test_a_request_keeps_the_file_that_it_began_with_and_its_threads_do(scene: Scene):
    seen: list[object] = []
    with scene.catalog.steady():
        scene.write(CLOSED)
        scene.looks()
        seen += [scene.catalog.groups(), scene.catalog.access().grants]
        context = contextvars.copy_context()
        thread = threading.Thread(target=lambda: seen.append(context.run(scene.catalog.groups)))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    assert seen == [(), None, ()]
    assert scene.catalog.access().grants is not None
    assert context.run(scene.catalog.access).grants is not None, "what outlives it sees the new"


def test_readers_see_the_whole_old_file_or_the_whole_new_one(scene: Scene):
    one = "version: 1\nworkspaces:\n  a: {labels: {of: one}}\n  b: {labels: {of: one}}\n"
    two = one.replace("of: one", "of: two")
    torn: list[object] = []
    done = threading.Event()

    def reader() -> None:
        while not done.is_set():
            with scene.catalog.steady():
                seen = {w.labels.get("of") for w in scene.catalog.all()}
                seen |= {scene.catalog.get(w.name).labels.get("of") for w in scene.catalog.all()}
            if len(seen) != 1:
                torn.append(seen)

    scene.write(one)
    scene.looks()
    threads = [threading.Thread(target=reader) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(40):
        scene.write(two if turn % 2 else one + "# again\n")
        scene.reloads.look(asked=True)
    done.set()
    for thread in threads:
        thread.join(10)
    assert torn == []


def test_the_first_file_must_be_good(tmp_path: Path):
    with pytest.raises(OperatorFileInvalid):
        Scene(tmp_path, "a: 1")


def test_a_workspace_that_leaves_the_file_is_counted_and_unknown(scene: Scene):
    scene.write(HEAD.replace("dev", "other"))
    (news,) = scene.looks()
    assert news.changes == {"workspaces_added": 1, "workspaces_removed": 1}
    with pytest.raises(WorkspaceUnknown):
        scene.catalog.get("dev")
