"""The bundle: what `init`, and data sources at plan time, put beside the configuration.

Providers are not in it: they come again from the mirror, and Terraform checks each against the
lock file, which is. Everything in it is pinned by the seal through the fingerprints.
"""

import json
import os
import re
import stat
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from sekisho.domain.configurations import OVERRIDE_FILE
from sekisho.domain.errors import ConfigurationInvalid, DiskFull
from sekisho.terraform.files import (
    entries,
    is_full,
    is_regular,
    open_regular,
    read_small,
    sha256_of,
    tree_digest,
)
from sekisho.terraform.layout import ERRORED, LOCK_FILE, Layout

_PROVIDERS = "providers"
_NOT_GENERATED = (OVERRIDE_FILE, LOCK_FILE, ERRORED)
_BLOCK = re.compile(r'^provider "(?P<source>[^"]+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)
_HASH = re.compile(r'"(h1:[^"]+)"')
_BACKEND_SETTINGS = "data/terraform.tfstate"
"""Terraform's note of the backend in use; the backend is sealed by itself."""
_DEPTH = 5
"""Parts of a provider's folder: host, namespace, type, version, platform."""


def generated(layout: Layout, uploaded: frozenset[str]) -> list[tuple[str, Path]]:
    """List the files that planning made in the configuration's folder, such as archives."""
    known = uploaded | {layout.name_in_config(name) for name in _NOT_GENERATED}
    return [(n, p) for n, p in entries(layout.config) if n not in known and not p.is_symlink()]


def modules_digest(layout: Layout, uploaded: frozenset[str]) -> str:
    """Return the digest of installed modules, their manifest, and generated files."""
    carried = _carried(layout, uploaded)
    found = ((n, p) for n, p in carried if n != _BACKEND_SETTINGS)
    return tree_digest(found, layout.root)


def _carried(layout: Layout, uploaded: frozenset[str]) -> Iterator[tuple[str, Path]]:
    for name, path in entries(layout.data, leave_out=frozenset({_PROVIDERS})):
        yield f"data/{name}", path
    for name, path in generated(layout, uploaded):
        yield f"generated/{name}", path


def providers(layout: Layout) -> dict[str, str]:
    """Return version and package hashes of every provider installed, by source.

    The hashes are the lock file's: Terraform itself compares the packages with them on each start.
    """
    locked = _locked(layout.lock_file)
    found: dict[str, str] = {}
    for folder in provider_folders(layout.data):
        host, namespace, kind, version, _ = folder.parts[-_DEPTH:]
        source = f"{host}/{namespace}/{kind}"
        hashes = ",".join(sorted(locked.get(source, ())))
        found[source] = f"{version} {hashes or _digest(folder, layout)}"
    return found


def _digest(folder: Path, layout: Layout) -> str:
    """Return the digest of a provider's folder; of a link's target where it leads elsewhere.

    What ran while it was planned could have led it to the whole disk, or to a file without end.
    """
    data, real = layout.data.resolve(), folder.resolve()
    if real.is_relative_to(data):
        return tree_digest(entries(real), data)
    return f"link:{real}"


def provider_folders(data: Path) -> list[Path]:
    """List the folders, or links to folders, of installed provider packages."""
    root = data / _PROVIDERS
    return sorted(p for p in root.glob("*/*/*/*/*") if p.is_dir()) if root.is_dir() else []


def lock_digest(layout: Layout) -> str:
    """Return the lock file's SHA-256; the empty file's where there is none."""
    if is_regular(layout.lock_file):
        return f"sha256:{sha256_of(layout.lock_file)}"
    return "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def pack(layout: Layout, uploaded: frozenset[str], goal: Path) -> None:
    """Write the bundle; the same working directory gives the same bytes."""
    with tarfile.open(goal, "w", format=tarfile.PAX_FORMAT) as tar:
        _add_bytes(tar, "providers.json", json.dumps(sorted(providers(layout))).encode())
        if is_regular(layout.lock_file):
            _add_bytes(tar, "lock", read_small(layout.lock_file))
        for name, path in _carried(layout, uploaded):
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                _add_link(tar, name, str(path.readlink()))
            elif stat.S_ISREG(mode):
                with open_regular(path, layout.root) as content:
                    header = _header(name, os.fstat(content.fileno()).st_size)
                    header.mode = 0o555 if mode & stat.S_IXUSR else 0o444
                    tar.addfile(header, content)


def restore(bundle: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Lay a bundle out again; return the sources of the providers that it needs.

    Raises:
        ConfigurationInvalid: it is no bundle of ours.
    """
    needed: tuple[str, ...] = ()
    try:
        with tarfile.open(fileobj=bundle, mode="r|*") as tar:
            for member in tar:
                if member.name == "providers.json":
                    content = tar.extractfile(member)
                    needed = tuple(cast("list[str]", json.loads(content.read() if content else "")))
                else:
                    _lay(tar, member, layout)
    except (tarfile.TarError, OSError, ValueError) as error:
        if is_full(error):
            raise DiskFull from error
        problem = f"its bundle cannot be restored ({type(error).__name__})"
        raise ConfigurationInvalid(problem=problem) from error
    return needed


def _lay(tar: tarfile.TarFile, member: tarfile.TarInfo, layout: Layout) -> None:
    goal = _goal(member.name, layout)
    goal.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if member.issym():
        goal.symlink_to(member.linkname)
        return
    content = tar.extractfile(member)
    if content is None:
        raise ValueError(member.name)
    if goal == layout.lock_file:
        goal.unlink(missing_ok=True)  # the upload's own, read-only
    with goal.open("xb") as file:
        while chunk := content.read(1024 * 1024):
            file.write(chunk)
    # The backend's settings are Terraform's to write again; all else stays as it was sealed.
    goal.chmod(0o600 if goal.parent == layout.data else member.mode & 0o555)


def _goal(name: str, layout: Layout) -> Path:
    if name == "lock":
        return layout.lock_file
    top, _, rest = name.partition("/")
    if top not in ("data", "generated") or not rest or ".." in rest.split("/"):
        raise ValueError(name)
    goal = (layout.data if top == "data" else layout.config) / rest
    # Earlier members may have laid links: what is written stays inside, wherever they lead.
    if not goal.parent.resolve().is_relative_to(layout.root.resolve()):
        raise ValueError(name)
    return goal


def _locked(path: Path) -> dict[str, list[str]]:
    if not is_regular(path):
        return {}
    text = read_small(path).decode(errors="replace")
    return {b["source"]: _HASH.findall(b["body"]) for b in _BLOCK.finditer(text)}


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o444
    return header


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_header(name, len(content)), BytesIO(content))


def _add_link(tar: tarfile.TarFile, name: str, target: str) -> None:
    header = _header(name, 0)
    header.type, header.linkname = tarfile.SYMTYPE, target
    tar.addfile(header)
