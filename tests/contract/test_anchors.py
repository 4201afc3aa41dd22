"""What every place promises that keeps checkpoints, and what the folder does."""

import dataclasses
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.domain.checkpoints import Checkpoint, read_checkpoint
from sekisho.domain.errors import DiskFull, StoreUnavailable
from sekisho.ports import Anchors
from sekisho.stores.disk.anchors import FolderAnchors
from sekisho.stores.memory.anchors import MemoryAnchors
from tests.contract.test_sqlite_store import no_file_beyond
from tests.fakes.clock import START

Make = Callable[[], Anchors]


def a_checkpoint(sequence: int, digest: str = "a" * 64) -> Checkpoint:
    return Checkpoint(sequence, digest, sequence * 2, START, "k" * 16, "signed")


@pytest.fixture(params=["memory", "folder"])
def anchors(request: pytest.FixtureRequest, tmp_path: Path) -> Anchors:
    return MemoryAnchors() if request.param == "memory" else FolderAnchors(tmp_path / "anchors")


def test_nothing_is_anchored_at_first(anchors: Anchors):
    assert list(anchors.all()) == []
    assert anchors.newest() is None


def test_checkpoints_come_back_as_they_were_the_newest_record_last(anchors: Anchors):
    for sequence in (9, 10, 2, 1_000_000):
        anchors.keep(a_checkpoint(sequence))

    found = [read_checkpoint(a.line) for a in anchors.all()]

    assert [c.sequence for c in found] == [2, 9, 10, 1_000_000]
    assert found[0] == a_checkpoint(2)
    newest = anchors.newest()
    assert newest
    assert read_checkpoint(newest.line) == a_checkpoint(1_000_000)


def test_a_checkpoint_is_written_once(anchors: Anchors):
    anchors.keep(a_checkpoint(7))

    anchors.keep(dataclasses.replace(a_checkpoint(7), signature="another"))

    assert [read_checkpoint(a.line) for a in anchors.all()] == [a_checkpoint(7)]


def test_two_histories_of_one_number_are_both_kept(anchors: Anchors):
    anchors.keep(a_checkpoint(7, "a" * 64))
    anchors.keep(a_checkpoint(7, "b" * 64))

    assert len({a.name for a in anchors.all()}) == 2


def test_a_file_cannot_be_written_again_and_only_its_owner_reads_it(tmp_path: Path):
    FolderAnchors(tmp_path / "anchors").keep(a_checkpoint(7))

    (path,) = (tmp_path / "anchors").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_else_lies_in_the_folder_is_left_alone(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("x", "utf-8")
    anchors = FolderAnchors(tmp_path)
    anchors.keep(a_checkpoint(1))

    assert len(list(anchors.all())) == 1
    assert (tmp_path / "notes.txt").exists()


def test_a_full_disk_leaves_no_part_of_a_checkpoint(tmp_path: Path):
    anchors = FolderAnchors(tmp_path)
    with no_file_beyond(10), pytest.raises(DiskFull):
        anchors.keep(a_checkpoint(1))

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path):
    (tmp_path / "file").write_text("x", "utf-8")

    with pytest.raises(StoreUnavailable):
        FolderAnchors(tmp_path / "file" / "anchors").keep(a_checkpoint(1))
