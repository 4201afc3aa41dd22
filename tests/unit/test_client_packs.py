"""Packs, the terminal, and the rest of the client that needs no server."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from sekisho_client.errors import ClientError
from sekisho_client.manifests import File
from sekisho_client.packs import (
    PACK_BYTES,
    Content,
    grouped,
    hashed,
    packed,
    packed_size,
)
from sekisho_client.settings import Display, find_display, find_server, git_environment
from sekisho_client.terminal import Terminal, cut, width
from sekisho_client.texts import shown, size_shown


def content(folder: Path, name: str, data: bytes) -> Content:
    place = folder / name
    place.write_bytes(data)
    return Content(File(name, len(data), hashlib.sha256(data).hexdigest()), place)


def of_size(size: int) -> Content:
    return Content(File(f"{size}", size, "0" * 64), Path("x"))


def test_a_pack_names_contents_by_their_digest(tmp_path: Path):
    contents = [content(tmp_path, "a.tf", b"a"), content(tmp_path, "空.tf", b"")]
    with packed(contents) as (file, size):
        data = file.read()
    assert len(data) == size
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        assert tar.getnames() == [c.file.sha256 for c in contents]
        assert [m.size for m in tar.getmembers()] == [1, 0]


@pytest.mark.parametrize("now", [b"changed", b"short", b"longer than it was", b"", None])
def test_a_file_that_changes_meanwhile_never_travels(tmp_path: Path, now: bytes | None):
    one = content(tmp_path, "a.tf", b"written")
    if now is None:
        one.place.unlink()
    else:
        one.place.write_bytes(now)
    with pytest.raises(ClientError, match="file_changed"), packed([one]):
        pass


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path):
    one = content(tmp_path, "a.tf", b"same")
    (tmp_path / "b.tf").write_bytes(b"same")
    one.place.unlink()
    one.place.symlink_to(tmp_path / "b.tf")
    with pytest.raises(ClientError, match="file_changed"), packed([one]):
        pass


@pytest.mark.parametrize(
    ("sizes", "packs"),
    [
        ([], []),
        ([0, 0], [2]),
        ([PACK_BYTES, 1], [1, 1]),
        ([1, PACK_BYTES - 1, 1], [2, 1]),
        ([10 * PACK_BYTES, 1, 1], [1, 2]),
        ([1, 10 * PACK_BYTES, 1], [1, 1, 1]),
    ],
)
def test_packs_are_a_few_megabytes(sizes: list[int], packs: list[int]):
    assert [len(pack) for pack in grouped(map(of_size, sizes))] == packs


def test_reading_gives_size_digest_and_the_beginning(tmp_path: Path):
    data = os.urandom(700_000)
    (tmp_path / "a").write_bytes(data)
    assert hashed(tmp_path / "a", 10) == (len(data), hashlib.sha256(data).hexdigest(), data[:10])
    assert hashed(tmp_path / "a", 10**9)[2] == data


def test_counting_packed_bytes_ends_at_the_cap(tmp_path: Path):
    soft = content(tmp_path, "soft", b"\0" * 3_000_000)
    hard = content(tmp_path, "hard", os.urandom(3_000_000))
    assert packed_size([soft], 10**9) < 30_000
    assert packed_size([hard], 10**9) >= 3_000_000
    assert 1_000_000 < packed_size([hard, hard], 1_000_000) < 2_000_000


class Screen(io.StringIO):
    """A terminal that keeps what it shows."""

    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_alone():
    screen, file = Screen(), io.StringIO()
    for stream in (screen, file):
        Terminal(Display(), stream).progress(1, 2, "半分")
    assert "50 %" in screen.getvalue()
    assert file.getvalue() == ""


def test_a_line_takes_the_place_of_the_progress():
    screen = Screen()
    terminal = Terminal(Display("ja"), screen)
    terminal.progress(1, 2, "x")
    terminal.warn("english", "日本語")
    assert screen.getvalue().endswith("\r警告: 日本語\n")


@pytest.mark.parametrize(
    ("environment", "screen", "coloured"),
    [
        ({}, Screen(), True),
        ({"NO_COLOR": "1"}, Screen(), False),
        ({"TERM": "dumb"}, Screen(), False),
        ({}, io.StringIO(), False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    environment: dict[str, str], screen: io.StringIO, coloured: bool
):
    display = find_display(environment, terminal=screen.isatty())
    Terminal(display, screen).problem("code", "message", "step")
    assert ("\x1b[" in screen.getvalue()) is coloured
    assert "error [code]:" in screen.getvalue()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "SEKISHO_LANGUAGE": "ja"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "SEKISHO_LANGUAGE": "auto"}, "ja"),
    ],
)
def test_the_language_is_the_readers(environment: dict[str, str], language: str):
    assert find_display(environment).language == language


def test_a_name_cannot_move_the_cursor_or_hide():
    assert shown("a\x1b[2Jb\n\u202ec\udcff") == "a\\x1b[2Jb\\n\\u202ec\\udcff"
    assert shown("設計書/構成.tf") == "設計書/構成.tf"


def test_japanese_takes_two_columns():
    assert (width("日本"), width("か\u3099"), width("ab")) == (4, 2, 2)
    assert cut("日本語", 5) == "日本…"


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (52428800, "50.0 MB")]
)
def test_sizes_are_written_for_people(size: int, text: str):
    assert size_shown(size) == text


def test_git_is_given_none_of_its_own_variables():
    given = git_environment({"PATH": "p", "GIT_DIR": "x", "git_ssh": "y", "HOME": "h"})
    assert given == {"PATH": "p", "HOME": "h", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def test_a_private_authority_is_named_by_flag_or_environment():
    given = {"SEKISHO_CA_FILE": "env.pem"}
    assert find_server(None, None, given).ca_file == Path("env.pem")
    assert find_server(None, None, given, Path("flag.pem")).ca_file == Path("flag.pem")
    assert find_server(None, None, {}).ca_file is None
