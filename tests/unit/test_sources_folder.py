"""Folders of this machine: links, odd files, changes underneath, and a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import ConfigurationInvalid
from sekisho.sources import LocalSources


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "main.tf").write_text("x", encoding="utf-8")
    return folder


@pytest.fixture
def sources(tmp_path: Path) -> LocalSources:
    return LocalSources(tmp_path / "spool", Limits())


def paths(sources: LocalSources, root: Path) -> list[str]:
    snapshot = sources.folder(str(root))
    snapshot.content.close()
    return [f.path for f in snapshot.manifest.files]


@pytest.mark.parametrize("goal", ["main.tf", "/etc/passwd", "nowhere", ".", "/"])
def test_a_link_is_refused_by_name(sources: LocalSources, root: Path, goal: str):
    (root / "sub").mkdir()
    (root / "sub" / "shortcut").symlink_to(goal)

    with pytest.raises(ConfigurationInvalid) as refusal:
        sources.folder(str(root))
    assert "sub/shortcut" in refusal.value.message()


def test_links_in_what_is_left_out_are_nobodys_business(sources: LocalSources, root: Path):
    (root / ".terraform" / "modules").mkdir(parents=True)
    (root / ".terraform" / "modules" / "link").symlink_to("/etc")
    (root / ".git").symlink_to("/etc")
    (root / ".#main.tf").symlink_to("user@host.1234")

    assert paths(sources, root) == ["main.tf"]


def test_the_folder_itself_may_be_reached_by_a_link(
    sources: LocalSources, root: Path, tmp_path: Path
):
    (tmp_path / "current").symlink_to(root)

    assert paths(sources, tmp_path / "current") == ["main.tf"]


def test_a_pipe_or_socket_is_refused_and_not_waited_for(sources: LocalSources, root: Path):
    os.mkfifo(root / "pipe")

    with pytest.raises(ConfigurationInvalid) as refusal:
        sources.folder(str(root))
    assert "pipe" in refusal.value.message()


def test_a_name_that_is_no_text_is_refused(sources: LocalSources, root: Path):
    (Path(os.fsdecode(os.fsencode(root) + b"/\x83e\x83X.tf"))).write_text("", encoding="utf-8")

    with pytest.raises(ConfigurationInvalid):
        sources.folder(str(root))


def test_what_changes_while_it_is_read_is_hashed_as_it_was_read(sources: LocalSources, root: Path):
    """A writer swaps files for links, replaces and removes them, as fast as it can."""
    secret = root.parent / "secret"
    secret.write_text("SECRET", encoding="utf-8")
    stop = threading.Event()
    turns = 0

    def write() -> None:
        nonlocal turns
        while not stop.is_set():
            turns += 1
            victim = root / f"f{turns % 5}.txt"
            victim.unlink(missing_ok=True)
            if turns % 17 == 0:
                victim.symlink_to(secret)
            else:
                victim.write_text("y" * (turns % 100_000), encoding="utf-8")

    writer = threading.Thread(target=write)
    writer.start()
    good = refusals = 0
    until = time.monotonic() + 60  # on a busy machine the two meet seldom
    try:
        while time.monotonic() < until:
            try:
                snapshot = sources.folder(str(root))
            except ConfigurationInvalid:
                refusals += 1
                continue
            with snapshot.content as content:
                assert b"SECRET" not in content.read()
            good += 1
            if good > 20 and refusals > 20 and turns > 500:
                break
    finally:
        stop.set()
        writer.join()

    assert good > 20
    assert refusals > 20


FULL = """
import resource, sys
from pathlib import Path
from sekisho.domain.errors import DiskFull
from sekisho.sources import LocalSources
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
sources = LocalSources(Path(sys.argv[1]))
for size in (10, 4_000_000):
    (Path(sys.argv[2]) / "data").write_bytes(b"x" * min(size, 3_000_000))
    (Path(sys.argv[2]) / "more").write_bytes(b"y" * max(size - 3_000_000, 0))
    try:
        sources.folder(sys.argv[2]).content.close()
        print("taken")
    except DiskFull as error:
        print(error.code)
"""


def test_a_full_disk_is_said_plainly(root: Path, tmp_path: Path):
    """The limit of the operating system on file sizes stands for the end of the disk."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "spool"), str(root)],
        check=True,
        capture_output=True,
        encoding="utf-8",
    )

    assert done.stdout.split() == ["taken", "disk_full"]
    assert list((tmp_path / "spool").iterdir()) == []
