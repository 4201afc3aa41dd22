"""What every store promises about blobs."""

import io
import threading

import pytest

from sekisho.ports import Store

MIB = 1 << 20


class Trickle(io.RawIOBase):
    """A source that gives a little at a time, as a socket does; then it may break."""

    def __init__(self, content: bytes, step: int = 1000, breaks: Exception | None = None) -> None:
        self._content = io.BytesIO(content)
        self._step = step
        self._breaks = breaks

    def readable(self):
        return True

    def read(self, size: int = -1, /) -> bytes:
        part = self._content.read(self._step if size < 0 else min(size, self._step))
        if not part and self._breaks:
            raise self._breaks
        return part


def put(store: Store, name: str, content: bytes) -> int:
    return store.blobs.put(name, io.BytesIO(content))


def read(store: Store, name: str) -> bytes:
    with store.blobs.open(name) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 17])
def test_a_blob_of_any_size_is_read_back_as_it_was_put(store: Store, size: int):
    content = bytes(n % 251 for n in range(4096)) * (size // 4096 + 1)
    content = content[:size]

    assert put(store, "runs/run_1/plan", content) == size

    assert read(store, "runs/run_1/plan") == content


def test_a_source_may_give_a_little_at_a_time(store: Store):
    content = b"0123456789" * 150_000

    assert store.blobs.put("a", Trickle(content, 70_001)) == len(content)  # pyright: ignore[reportArgumentType]

    assert read(store, "a") == content


def test_a_blob_is_read_in_parts_and_from_any_place(store: Store):
    content = bytes(range(256)) * 12_000
    put(store, "a", content)

    with store.blobs.open("a") as file:
        assert file.read(10) == content[:10]
        assert file.seek(MIB - 5) == MIB - 5
        assert file.read(10) == content[MIB - 5 : MIB + 5]
        assert file.seek(-7, io.SEEK_END) == len(content) - 7
        assert file.read() == content[-7:]
        assert file.read() == b""
        assert file.seek(0) == 0
        assert file.read(3) == content[:3]
        assert file.tell() == 3
        assert file.readable()


def test_a_blob_nobody_put_is_a_key_error(store: Store):
    with pytest.raises(KeyError):
        store.blobs.open("runs/run_x/plan")

    assert store.blobs.has("runs/run_x/plan") is False


def test_a_blob_is_replaced_whole_and_its_reader_keeps_what_it_opened(store: Store):
    put(store, "a", b"old" * MIB)
    with store.blobs.open("a") as file:
        start = file.read(3)

        put(store, "a", b"new")

        assert start + file.read() == b"old" * MIB
    assert read(store, "a") == b"new"
    assert store.blobs.names() == ("a",)


def test_a_source_that_breaks_leaves_what_was_there_and_nothing_else(store: Store):
    put(store, "a", b"old")

    for name in ("a", "b/c"):
        source = Trickle(b"x" * 3 * MIB, 500_000, ConnectionResetError("caller went away"))
        with pytest.raises(ConnectionResetError):
            store.blobs.put(name, source)  # pyright: ignore[reportArgumentType]

    assert read(store, "a") == b"old"
    assert store.blobs.names() == ("a",)


def test_a_removed_blob_is_gone(store: Store):
    put(store, "runs/run_1/plan", b"x")
    put(store, "runs/run_2/plan", b"y")

    store.blobs.remove("runs/run_1/plan")
    store.blobs.remove("runs/run_1/plan")

    assert store.blobs.names() == ("runs/run_2/plan",)
    with pytest.raises(KeyError):
        store.blobs.open("runs/run_1/plan")
    put(store, "runs/run_1/plan", b"again")
    assert read(store, "runs/run_1/plan") == b"again"


def test_a_blob_may_be_called_as_the_folder_of_others(store: Store):
    for name in ("a/b", "a", "a/b/c", "a.enc", "a.enc/x", "a=/b"):
        put(store, name, name.encode())

    assert store.blobs.names() == ("a", "a.enc", "a.enc/x", "a/b", "a/b/c", "a=/b")
    assert [read(store, name).decode() for name in store.blobs.names()] == list(store.blobs.names())


def test_names_are_listed_by_prefix(store: Store):
    for name in ("runs/run_1/plan", "runs/run_1/bundle", "runs/run_10/plan", "states/x/1"):
        put(store, name, b"")

    assert store.blobs.names("runs/run_1") == (
        "runs/run_1/bundle",
        "runs/run_1/plan",
        "runs/run_10/plan",
    )
    assert store.blobs.names("runs/run_1/") == ("runs/run_1/bundle", "runs/run_1/plan")
    assert store.blobs.names("states/x/1") == ("states/x/1",)
    assert store.blobs.names("nothing/here") == ()
    assert store.blobs.names("../") == ()
    assert store.blobs.names("/") == ()


def test_names_may_be_long(store: Store):
    """The states of a workspace with a long Japanese name lie under its name in hexadecimal."""
    workspace = ("関" * 90).encode().hex()
    assert len(workspace) == 540
    names = tuple(f"states/{workspace}/{n:010d}-run_1" for n in (1, 2))

    for name in names:
        put(store, name, name.encode())

    assert store.blobs.names(f"states/{workspace}/") == names
    assert store.blobs.names(f"states/{workspace[:200]}") == names
    assert read(store, names[1]) == names[1].encode()
    store.blobs.remove(names[0])
    assert store.blobs.names() == names[1:]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        "a\\b",
        "a b",
        "a\0b",
        "a\nb",
        "a\n",
        "%2e",
        "a%enc",
        ".hidden",
        "-option",
        "計画",
        "x" * 1025,
    ],
)
def test_a_name_that_could_leave_its_place_is_refused(store: Store, name: str):
    for act in (store.blobs.open, store.blobs.has, store.blobs.remove):
        with pytest.raises(ValueError):
            act(name)
    with pytest.raises(ValueError):
        put(store, name, b"x")


def test_of_two_who_put_at_once_one_is_read_whole(store: Store):
    start = threading.Barrier(3)
    contents = [bytes([65 + n]) * (MIB + n) for n in range(3)]
    names = [f"deep/{n}/folder/{i}" for n in range(3) for i in range(5)]

    def write(n: int) -> None:
        start.wait(30)
        for _ in range(5):
            put(store, "shared/blob", contents[n])
        for name in names:
            put(store, name, b"x")
            store.blobs.remove(name)

    threads = [threading.Thread(target=write, args=[n]) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert read(store, "shared/blob") in contents
    assert store.blobs.names() == ("shared/blob",)
