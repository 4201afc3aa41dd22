"""The temporary folder of a desk has a name that is short enough for the sockets of providers."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.terraform.sockets import forget_name, short_name


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of the system that belongs to this test, with a short name."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="t-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    folder = tmp_path / ("x" * 90)
    folder.mkdir()
    return folder


def test_a_short_folder_keeps_its_own_name(links: Path):
    assert short_name(links) == links
    forget_name(links)
    assert list(links.iterdir()) == []


def test_a_socket_can_be_made_in_a_deep_folder_by_its_short_name(links: Path, deep: Path):
    name = "plugin-dir1234567890/plugin1234567890"
    short = short_name(deep)
    (short / name).parent.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        with pytest.raises(OSError, match="too long"):
            listening.bind(str(deep / name))
        listening.bind(str(short / name))
    assert (deep / name).is_socket()


def test_asking_again_gives_the_same_name_and_forgetting_leaves_the_folder(links: Path, deep: Path):
    assert short_name(deep) == short_name(deep)
    assert len(list(links.iterdir())) == 1
    forget_name(deep)
    assert list(links.iterdir()) == []
    assert deep.is_dir()
    forget_name(deep)


def test_a_name_that_leads_elsewhere_is_neither_used_nor_removed(links: Path, deep: Path):
    link = short_name(deep)
    link.unlink()
    link.symlink_to(links)
    assert short_name(deep) == deep
    forget_name(deep)
    assert link.readlink() == links


def test_without_a_place_for_links_the_folder_keeps_its_own_name(
    links: Path, deep: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(links / "missing"))
    assert short_name(deep) == deep
