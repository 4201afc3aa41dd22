"""Archives made to hurt: what they do to a naive reader, where it can be shown, then to us."""

from __future__ import annotations

import gzip
import io
import os
import random
import stat
import subprocess
import tarfile
import tracemalloc
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import ArchiveInvalid, Invalid, TooLarge, UploadTooLarge
from sekisho.sources import LocalSources

MB = 1024 * 1024
BLOCK = 512


class Counted(io.BytesIO):
    """A stream that knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.fixture
def sources(tmp_path: Path) -> LocalSources:
    return LocalSources(tmp_path / "spool", Limits())


@pytest.fixture
def naive(tmp_path: Path) -> Callable[[bytes], Path]:
    """Extracts as a careless server would."""

    def extract(data: bytes) -> Path:
        folder = tmp_path / "naive" / "inner"
        folder.mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            tar.extractall(folder, filter="fully_trusted")
        return folder

    return extract


def header(name: bytes, size: int = 0, kind: bytes = b"0", **fields: bytes) -> bytes:
    """One tar header, right in every byte unless told otherwise."""
    block = bytearray(BLOCK)
    block[0 : len(name[:100])] = name[:100]
    block[100:108] = b"0000644\0"
    block[124:136] = fields.get("octal", b"%011o\0" % size)
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[157 : 157 + len(fields.get("link", b""))] = fields.get("link", b"")
    block[257:265] = fields.get("magic", b"ustar\x0000")
    block[148:156] = fields.get("checksum", b"%06o\0 " % sum(block))
    return bytes(block)


def filled(content: bytes) -> bytes:
    return content + bytes(-len(content) % BLOCK)


def entry(name: bytes, content: bytes = b"", kind: bytes = b"0", **fields: bytes) -> bytes:
    return header(name, len(content), kind, **fields) + filled(content)


def record(key: bytes, value: bytes) -> bytes:
    """One PAX record, whose length counts its own digits."""
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d" % length + rest


def pax(*records: bytes, kind: bytes = b"x") -> bytes:
    return entry(b"PaxHeaders/x", b"".join(records), kind)


MAIN = entry(b"main.tf", b"# hello\n")
END = bytes(2 * BLOCK)


def packed(*parts: bytes) -> bytes:
    """A tar.gz of a good file, then `parts`, then the end."""
    return gzip.compress(b"".join([MAIN, *parts, END]), compresslevel=1)


def refuse(sources: LocalSources, data: bytes) -> str:
    """Check that an archive is refused as such; return what is said."""
    with pytest.raises((Invalid, TooLarge)) as refusal:
        sources.archive(io.BytesIO(data))
    assert refusal.value.code in {"archive_invalid", "upload_too_large"}
    said = refusal.value.message()
    assert len(said) < 700
    assert said.isprintable()
    return said


def taken(sources: LocalSources, data: bytes) -> list[str]:
    snapshot = sources.archive(io.BytesIO(data))
    snapshot.content.close()
    return [f.path for f in snapshot.manifest.files]


def test_the_archive_that_the_others_are_made_from_is_taken(sources: LocalSources):
    assert taken(sources, packed(entry(b"m/", kind=b"5"), entry(b"m/a.tf"))) == [
        "m/a.tf",
        "main.tf",
    ]


# --- leaving the folder ------------------------------------------------------------------------


def test_a_climbing_path_is_refused(sources: LocalSources, naive: Callable[[bytes], Path]):
    data = packed(entry(b"../escaped.tf", b"x"))
    assert (naive(data).parent / "escaped.tf").exists()

    assert "../escaped.tf" in refuse(sources, data)


@pytest.mark.parametrize(
    "name", [b"a/../../x", b"..", b"a/..", b"./../x", b"..\\x", b"a/b/../../../x"]
)
def test_every_way_to_climb_is_refused(sources: LocalSources, name: bytes):
    refuse(sources, packed(entry(name, b"x")))


def test_an_absolute_path_is_refused(
    sources: LocalSources, naive: Callable[[bytes], Path], tmp_path: Path
):
    goal = tmp_path / "absolute.tf"
    assert len(str(goal)) <= 100
    data = packed(entry(str(goal).encode(), b"x"))
    naive(data)
    assert goal.exists()

    assert "absolute" in refuse(sources, data)


def test_a_path_given_by_a_pax_header_is_checked_like_any_other(
    sources: LocalSources, naive: Callable[[bytes], Path]
):
    data = packed(pax(record(b"path", b"../escaped.tf")), entry(b"harmless.tf", b"x"))
    assert (naive(data).parent / "escaped.tf").exists()

    refuse(sources, data)


def test_a_path_given_by_a_long_name_is_checked_like_any_other(sources: LocalSources):
    long = entry(b"././@LongLink", b"../" + b"a" * 200 + b"\0", b"L")

    refuse(sources, packed(long, entry(b"harmless.tf", b"x")))


def test_a_path_put_together_from_prefix_and_name_is_checked(sources: LocalSources):
    block = bytearray(header(b"x.tf"))
    block[345:347] = b".."
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)

    refuse(sources, packed(bytes(block)))


# --- links, devices, pipes ---------------------------------------------------------------------


def test_a_link_is_refused_before_anything_is_written_through_it(
    sources: LocalSources, naive: Callable[[bytes], Path], tmp_path: Path
):
    outside = tmp_path / "outside"
    outside.mkdir()
    data = packed(
        entry(b"way", kind=b"2", link=str(outside).encode()), entry(b"way/escaped.tf", b"x")
    )
    naive(data)
    assert (outside / "escaped.tf").exists()

    assert "symbolic link" in refuse(sources, data)


def test_a_hard_link_is_refused(
    sources: LocalSources, naive: Callable[[bytes], Path], tmp_path: Path
):
    secret = tmp_path / "secret"
    secret.write_text("token", encoding="utf-8")
    data = packed(entry(b"copy.txt", kind=b"1", link=b"../../secret"))
    assert (naive(data) / "copy.txt").read_text(encoding="utf-8") == "token"

    assert "hard link" in refuse(sources, data)


def test_a_pipe_is_refused(sources: LocalSources, naive: Callable[[bytes], Path]):
    data = packed(entry(b"pipe", kind=b"6"))
    assert stat.S_ISFIFO((naive(data) / "pipe").stat().st_mode)

    assert "pipe" in refuse(sources, data)


def test_nothing_but_files_and_folders_is_taken(sources: LocalSources):
    files = {b"\0", b"0", b"7"}
    for kind in {bytes([n]) for n in range(256)} - files - {b"5", b"x", b"L", b"K", b"g"}:
        refuse(sources, packed(entry(b"odd", kind=kind)))
    for kind in files:
        assert taken(sources, packed(entry(b"odd", kind=kind))) == ["main.tf", "odd"]


def test_a_setuid_bit_does_not_arrive(sources: LocalSources, naive: Callable[[bytes], Path]):
    block = bytearray(header(b"tool"))
    block[100:108] = b"0006755\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    data = packed(bytes(block))
    assert (naive(data) / "tool").stat().st_mode & stat.S_ISUID

    with sources.archive(io.BytesIO(data)).content as content, tarfile.open(fileobj=content) as tar:
        assert [e.mode for e in tar] == [0o644, 0o755]


# --- bombs -------------------------------------------------------------------------------------


def zeros(size: int) -> bytes:
    """Gzip of a tar whose last file is `size` zeros (whole megabytes), made in no time."""
    start = MAIN + header(b"zeros.bin", size)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed_start = squeeze.compress(start) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(bytes(MB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed_start + block * (size // MB)


def test_a_gigabyte_of_zeros_is_refused_early(sources: LocalSources):
    stream = Counted(zeros(1024 * MB))
    assert len(stream.getvalue()) < 2 * MB
    inflate = zlib.decompressobj(31)
    assert len(inflate.decompress(stream.getvalue(), 300 * MB)) == 300 * MB

    with pytest.raises(UploadTooLarge):
        sources.archive(stream)
    assert stream.taken <= 128 * 1024


def test_a_bomb_that_hides_its_size_is_stopped_by_its_ratio(sources: LocalSources):
    """Small files of zeros, none of them suspicious alone."""
    parts = [entry(b"f%d" % n, bytes(60_000)) for n in range(500)]
    data = packed(*parts)
    assert len(data) < 30 * MB / 200

    assert "times its size" in refuse(sources, data)


def test_what_compresses_well_but_is_small_is_taken(sources: LocalSources):
    assert taken(sources, packed(entry(b"a.json", b"{}\n" * 1_000_000))) == ["a.json", "main.tf"]


def test_a_hundred_thousand_files_end_early(sources: LocalSources):
    noise = random.Random(1).randbytes(32)
    parts = (header(b"d/%d" % n + noise.hex().encode()[: n % 60]) for n in range(100_000))
    stream = Counted(gzip.compress(b"".join([MAIN, *parts, END]), 1))
    listed = subprocess.run(
        ["tar", "-tzf", "-"], input=stream.getvalue(), check=True, capture_output=True
    )
    assert listed.stdout.count(b"\n") == 100_001

    with pytest.raises(UploadTooLarge) as refusal:
        sources.archive(stream)
    assert "10000" in refusal.value.message()
    assert stream.taken < len(stream.getvalue()) / 5


@pytest.mark.parametrize("kind", [b"5", b"g"])
def test_folders_and_headers_count_as_files_do(sources: LocalSources, kind: bytes):
    parts = [entry(b"d%d" % n, kind=kind) for n in range(10_001)]

    assert "10000" in refuse(sources, packed(*parts))


def test_ignored_files_count_too(sources: LocalSources):
    refuse(sources, packed(*[entry(b"._%d" % n) for n in range(10_001)]))


def test_more_than_the_packed_cap_is_not_read(sources: LocalSources):
    noise = os.urandom(60 * MB)
    stream = Counted(gzip.compress(entry(b"noise", noise), 0))

    with pytest.raises(UploadTooLarge) as refusal:
        sources.archive(stream)
    assert "packed" in refusal.value.message()
    assert stream.taken <= 50 * MB + 64 * 1024


def test_an_upload_is_never_wholly_in_memory(sources: LocalSources):
    noise = random.Random(3).randbytes(40 * MB)
    stream = io.BytesIO(packed(entry(b"noise", noise)))
    del noise

    tracemalloc.start()
    sources.archive(stream).content.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MB


@pytest.mark.parametrize("size", [b"%011o\0" % (8**11 - 1), b"\x80" + b"\xff" * 11])
def test_a_size_over_the_cap_is_refused_before_the_content(sources: LocalSources, size: bytes):
    stream = Counted(packed(header(b"big", octal=size), random.Random(4).randbytes(MB)))

    with pytest.raises(UploadTooLarge):
        sources.archive(stream)
    assert stream.taken <= 64 * 1024


def test_a_negative_size_is_refused(sources: LocalSources):
    refuse(sources, packed(header(b"big", octal=b"\xff" * 12)))


# --- headers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"g"])
def test_a_huge_header_is_refused_before_it_is_read(sources: LocalSources, kind: bytes):
    name = b"a" * (20 * MB)
    body = record(b"path", name) if kind in b"xg" else name
    data = packed(entry(b"h", body, kind), entry(b"b.tf"))
    if kind == b"L":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            assert len(tar.getnames()[1]) == len(name)

    tracemalloc.start()
    assert "header" in refuse(sources, data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * MB


def test_headers_without_end_are_refused(sources: LocalSources):
    refuse(sources, packed(*[pax(record(b"comment", b"x"))] * 50_000))
    refuse(sources, packed(pax(*[record(b"k%d" % n, b"") for n in range(5_000)]), entry(b"a")))


@pytest.mark.parametrize(
    "body",
    [b"x", b"5 aa=\n", b"999 path=a\n", b"0 path=a\n", b"-1 path=a\n", b"10 path=aa", b"9 =aaaaa\n",
     b"12 path=ab\n", b"99999999999999999999 path=a\n", b"\0" * 20, b"11 path=a\nbX"],
)  # fmt: skip
def test_a_damaged_pax_header_is_refused(sources: LocalSources, body: bytes):
    refuse(sources, packed(entry(b"x", body, b"x"), entry(b"b.tf")))


def test_a_size_in_a_pax_header_counts_and_nothing_hides_behind_it(sources: LocalSources):
    inner = entry(b"../hidden.tf", b"x")
    assert taken(
        sources, packed(pax(record(b"size", b"1024")), header(b"a.bin") + filled(inner))
    ) == ["a.bin", "main.tf"]

    refuse(sources, packed(pax(record(b"size", b"-1")), header(b"a.bin")))
    refuse(sources, packed(pax(record(b"size", b"9" * 19)), header(b"a.bin")))
    refuse(sources, packed(pax(record(b"size", b"9" * 99)), header(b"a.bin")))


@pytest.mark.parametrize("key", [b"path", b"size", b"linkpath", b"GNU.sparse.name"])
def test_a_global_header_cannot_rename_what_follows(sources: LocalSources, key: bytes):
    refuse(sources, packed(pax(record(key, b"1"), kind=b"g"), entry(b"b.tf")))


def test_what_git_archive_writes_is_taken(sources: LocalSources, tmp_path: Path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.jp"]
    (tmp_path / "main.tf").write_text("# hello\n", encoding="utf-8")
    for words in (["init", "-q"], ["add", "main.tf"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    made = subprocess.run(
        [*git, "archive", "--format=tar.gz", "HEAD"], check=True, capture_output=True
    )
    assert b"comment=" in gzip.decompress(made.stdout)

    assert taken(sources, made.stdout) == ["main.tf"]


def test_what_macos_tar_writes_is_taken(sources: LocalSources):
    attribute = pax(
        record(b"LIBARCHIVE.xattr.com.apple.quarantine", b"MDA4MQ"),
        record(b"SCHILY.xattr.com.apple.quarantine", b"0081;\x00\xff"),
        record(b"mtime", b"1764000000.123"),
        record(b"hdrcharset", b"BINARY"),
    )
    double = attribute + entry(b"./._a.tf", b"\0\5\x16\7\0\2\0\0Mac OS X")
    data = packed(entry(b"./", kind=b"5"), double, attribute + entry(b"./a.tf", b"x"))

    assert taken(sources, data) == ["a.tf", "main.tf"]


@pytest.mark.parametrize("how", ["gnu", "pax"])
def test_a_sparse_file_is_refused(sources: LocalSources, how: str, tmp_path: Path):
    folder = tmp_path / "sparse"
    folder.mkdir()
    (folder / "main.tf").write_text("", encoding="utf-8")
    with (folder / "hole.bin").open("wb") as file:
        file.truncate(2**40)
        file.seek(2**30)
        file.write(b"x")
    data = subprocess.run(
        ["tar", "-czSf", "-", f"--format={how}", "-C", str(folder), "hole.bin", "main.tf"],
        check=True,
        capture_output=True,
    ).stdout
    assert len(data) < 100_000
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        assert tar.getmembers()[0].size == 2**40

    assert "sparse" in refuse(sources, data)


def test_a_header_with_a_wrong_checksum_is_refused(sources: LocalSources):
    refuse(sources, packed(entry(b"a.tf", checksum=b"000001\0 ")))


def test_a_folder_with_content_is_refused(sources: LocalSources):
    refuse(sources, packed(entry(b"d/", b"x", kind=b"5")))
    refuse(sources, packed(entry(b"./", b"x", kind=b"5")))


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [(b"a.tf", b"A.tf"), (b"m/a.tf", b"M/b.tf"), (b"a.tf", b"a.tf"), (b"a.tf", b"./a.tf"),
     (b"a.tf", b"a.tf/b"), (b"a/b", b"a"),
     ("が".encode(), unicodedata.normalize("NFD", "が").encode())],
)  # fmt: skip
def test_two_entries_for_one_name_are_refused(sources: LocalSources, one: bytes, other: bytes):
    assert len(taken(sources, packed(entry(one, b"1")))) == 2
    assert len(taken(sources, packed(entry(other, b"2")))) == 2
    refuse(sources, packed(entry(one, b"1"), entry(other, b"2")))


def test_a_file_where_an_empty_folder_was_is_refused(sources: LocalSources):
    refuse(sources, packed(entry(b"a/", kind=b"5"), entry(b"a", b"x")))
    refuse(sources, packed(entry(b"a", b"x"), entry(b"A/", kind=b"5")))


def test_the_last_of_two_main_files_does_not_win(
    sources: LocalSources, naive: Callable[[bytes], Path]
):
    data = packed(entry(b"main.tf", b"evil"))
    assert (naive(data) / "main.tf").read_bytes() == b"evil"

    assert "twice" in refuse(sources, data)


@pytest.mark.parametrize(
    "name",
    ["a\0b.tf", "a\nb.tf", "a\x1b[31m.tf", "a\x7f.tf", "a\x85.tf", "a\u202eft.tf", "\u200b.git",
     ".g\u200cit", "a\u2028.tf", "\ufeffmain.tf", "a\\b.tf", "C:evil.tf", ""],
)  # fmt: skip
def test_names_that_people_cannot_see_are_refused(sources: LocalSources, name: str):
    if name:
        refuse(sources, packed(pax(record(b"path", name.encode())), entry(b"a", b"x")))
    if "\0" not in name:
        refuse(sources, packed(entry(name.encode(), b"x")))


@pytest.mark.parametrize("name", [b"\xff.tf", "設定.tf".encode("cp932"), b"\xed\xa0\x80.tf"])
def test_a_name_that_is_not_utf8_is_refused(sources: LocalSources, name: bytes):
    with (
        tarfile.open(fileobj=io.BytesIO(packed(entry(name, b"x")))) as tar,
        pytest.raises(UnicodeEncodeError),
    ):
        tar.getnames()[1].encode()

    assert "UTF-8" in refuse(sources, packed(entry(name, b"x")))


def test_japanese_names_of_a_mac_are_taken_in_their_usual_form(sources: LocalSources):
    name = "ネットワーク/プロダクション/ガード.tf"
    apart = unicodedata.normalize("NFD", name)
    assert apart != name

    assert name in taken(sources, packed(pax(record(b"path", apart.encode())), entry(b"x", b"y")))
    assert name in taken(sources, packed(entry(b"@", apart.encode() + b"\0", b"L"), entry(b"x")))


def test_depth_and_length_have_caps(sources: LocalSources):
    refuse(sources, packed(entry(b"/".join([b"a"] * 33), b"x")))
    for name in (b"a" * 256, b"/".join([b"a" * 99] * 11), b"/" * 60_000):
        refuse(sources, packed(pax(record(b"path", name)), entry(b"x", b"y")))
        refuse(sources, packed(entry(b"@", name + b"\0", b"L"), entry(b"x", b"y")))


def test_a_shell_word_in_a_name_does_not_reach_a_shell(sources: LocalSources):
    assert "--exclude='$(id).pem'" in refuse(sources, packed(entry(b"$(id).pem", b"x")))


# --- streams -----------------------------------------------------------------------------------


def test_an_archive_that_is_cut_off_is_refused_wherever_it_is_cut(sources: LocalSources):
    data = packed(entry(b"a.tf", random.Random(5).randbytes(3000)), entry(b"b.tf", b"y" * 600))
    for end in range(len(data)):
        with pytest.raises(ArchiveInvalid):
            sources.archive(io.BytesIO(data[:end]))
    assert len(taken(sources, data)) == 3


def test_a_tar_that_is_cut_off_inside_a_whole_gzip_is_refused(sources: LocalSources):
    whole = MAIN + entry(b"b.tf", b"y" * 600) + END
    for end in range(0, len(whole), 128):
        refuse(sources, gzip.compress(whole[:end]))
    assert len(taken(sources, gzip.compress(whole))) == 2


def test_data_after_the_end_is_refused(sources: LocalSources):
    good = packed()
    tar = MAIN + END
    for data in (
        good + b"x",
        good + bytes(512),
        good + good,
        gzip.compress(tar + b"x"),
        gzip.compress(tar + bytes(20 * BLOCK) + MAIN + END),
        gzip.compress(MAIN + bytes(BLOCK) + MAIN + END),
    ):
        assert "after the end" in refuse(sources, data)
    assert taken(sources, gzip.compress(tar + bytes(18 * BLOCK))) == ["main.tf"]


def test_zeros_after_the_end_are_not_read_for_ever(sources: LocalSources):
    refuse(sources, gzip.compress(MAIN + END + bytes(100 * MB), 1))


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"", "nothing"), (b"PK\3\4" + bytes(100), "zip"), (b"BZh91AY", "bzip2"), (b"hello", "else"),
     (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (MAIN + END, "not compressed"),
     (b'--x\r\nContent-Disposition: form-data; name="f"', "curl"), (b'{"a": 1}', "JSON")],
)  # fmt: skip
def test_what_is_no_gzip_is_named(sources: LocalSources, data: bytes, word: str):
    assert word in refuse(sources, data)


def test_a_gzip_of_something_else_is_refused(sources: LocalSources):
    for inner in (b"", b"hello", b"x" * 5000, bytes(100), os.urandom(5000)):
        refuse(sources, gzip.compress(inner))


def test_a_stream_that_gives_a_byte_at_a_time_is_read_as_well(sources: LocalSources):
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 1, 1))

    snapshot = sources.archive(Slow(packed()))
    snapshot.content.close()
    assert [f.path for f in snapshot.manifest.files] == ["main.tf"]


def test_an_error_of_the_stream_is_not_ours_to_hide(sources: LocalSources, tmp_path: Path):
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        sources.archive(Broken())
    assert list((tmp_path / "spool").iterdir()) == []


def test_no_flipped_byte_breaks_the_reader(sources: LocalSources):
    """Thousands of damaged archives: each is refused in our words, or holds clean paths."""
    chance = random.Random(6)
    tar = bytearray(
        MAIN
        + pax(record(b"path", "深い/a.tf".encode()), record(b"size", b"3"))
        + entry(b"x", b"abc")
        + entry(b"@", b"long/" * 30 + b"b.tf\0", b"L")
        + entry(b"y", b"z" * 600)
        + entry(b"d/", kind=b"5")
        + END
    )
    refusals = 0
    for _ in range(3_000):
        damaged = bytearray(tar)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(tar))] = chance.choice(b"\0\xff/.0157xLg \x80=\n9A")
        _mend(damaged)
        try:
            snapshot = sources.archive(io.BytesIO(gzip.compress(damaged, 0)))
        except (Invalid, TooLarge):
            refusals += 1
            continue
        snapshot.content.close()
        for file in snapshot.manifest.files:
            assert not file.path.startswith("/")
            assert ".." not in file.path.split("/")
            assert file.path.isprintable()
    assert 300 < refusals < 2970


def _mend(tar: bytearray) -> None:
    """Make checksums right again where a header is, so that the damage gets past them."""
    for at in range(0, len(tar), BLOCK):
        if tar[at + 257 : at + 262] == b"ustar":
            tar[at + 148 : at + 156] = b" " * 8
            tar[at + 148 : at + 156] = b"%06o\0 " % sum(tar[at : at + BLOCK])
