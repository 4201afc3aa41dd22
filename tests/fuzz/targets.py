"""What a hunt throws bytes at, and what must hold whatever they are.

Each takes bytes and returns; an `AssertionError`, or anything that is no error of ours, is a find.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import tarfile
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sekisho.domain.configurations import Limits, refused
from sekisho.domain.errors import SekishoError
from sekisho.domain.git import beside, path_problem, place, ref_problem, url_problem
from sekisho.domain.inspections import FindingKind
from sekisho.inspection.reading import Tree, inspect
from sekisho.sources.archives import take_archive
from sekisho.sources.snapshots import Spool

_LIMITS = Limits(packed_bytes=64 * 1024, unpacked_bytes=256 * 1024, files=50, header_bytes=2048)
_OWN = b'\nresource "terraform_data" "own" {\n  provisioner "local-exec" {\n  }\n}\n'
_GLOB = frozenset("*?[\\~^: ")
_FOLDER = Path(tempfile.gettempdir())


def archives(data: bytes) -> None:
    """An archive is refused with an error of ours, or gives files that lie where they should.

    The first byte says whether the rest is packed already.
    """
    packed = data[1:] if data[:1] == b"\0" else gzip.compress(data[1:], 1)
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        spool = Path(folder)
        try:
            with Spool(spool, _LIMITS) as taking:
                snapshot = take_archive(io.BytesIO(packed), taking, _LIMITS)
        except SekishoError:
            return
        with snapshot.content, tarfile.open(fileobj=snapshot.content) as tar:
            members = tar.getmembers()
            contents = [tar.extractfile(member) for member in members if member.isfile()]
            sizes = [len(content.read()) for content in contents if content]
        names = [member.name for member in members]
        files = snapshot.manifest.files
        assert len(files) <= _LIMITS.files
        assert sum(sizes) == snapshot.manifest.size <= _LIMITS.unpacked_bytes
        assert {f.path for f in files} <= set(names)
        assert all(member.isfile() or member.isdir() for member in members)
        alike = [unicodedata.normalize("NFC", name).casefold() for name in names]
        assert len(set(alike)) == len(alike)
        for name in names:
            assert not name.startswith("/")
            assert posixpath.normpath(name) == name
            assert ".." not in name.split("/")
            assert "\\" not in name
            assert refused(name) is None


def git_arguments(data: bytes) -> None:
    """What callers and operators name for Git is refused, or can be no option and nothing else.

    Up to three lines: a ref, an address, and something relative to it.
    """
    lines = [*data.decode("utf-8", "surrogateescape").split("\n", 2), "", ""]
    ref, url, relative = lines[:3]
    if ref_problem(ref) is None:
        assert not ref.startswith(("-", "/", "."))
        assert ".." not in ref
        assert "@{" not in ref
        assert ref.isprintable()
        assert not _GLOB & set(ref)
    if path_problem(ref) is None and ref:
        assert not ref.startswith(("-", "/"))
        assert ".." not in posixpath.normpath(ref).split("/")
    if url_problem(url) is not None:
        return
    scheme, host, port = place(url)
    assert scheme in ("https", "ssh")
    assert not url.startswith("-")
    assert host
    assert not host.startswith("-")
    assert 0 < port < 65536
    if "://" in url:
        parts = urlsplit(url)
        assert (parts.hostname or "") == host.strip("[]")
        assert parts.password is None
        assert not parts.query
        assert not parts.fragment
    found = beside(url, relative)
    if found is not None and url_problem(found) is None:  # as a submodule's address is taken
        assert place(found) == place(url)


def inspection(data: bytes) -> None:
    """Reading never raises, says the same twice, and a provisioner behind it is found or refused.

    The first byte chooses the syntax.
    """
    name = "main.tf.json" if data[:1] == b"\0" else "main.tf"
    found = _kinds(name, data[1:])
    assert found == _kinds(name, data[1:])
    if name == "main.tf" and FindingKind.UNMODELLED not in found:
        more = _kinds(name, data[1:] + _OWN)
        assert more & {FindingKind.PROVISIONER, FindingKind.UNMODELLED}


def _kinds(name: str, content: bytes) -> frozenset[FindingKind]:
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        (Path(folder) / name).write_bytes(content)
        return frozenset(f.kind for f in inspect(Tree(Path(folder), (name,))))


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "archives": archives,
    "git_arguments": git_arguments,
    "inspection": inspection,
}
