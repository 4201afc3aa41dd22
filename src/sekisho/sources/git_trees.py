"""The files of a commit, read without a checkout: no hook, filter, link or LFS ever runs.

What is taken is what `sekisho push` and a folder of the same files give. Two things are refused
that a folder leaves out, for Terraform would have read them: an override file that sorts after
ours, and a file whose content is elsewhere (LFS).
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase

from sekisho.domain.configurations import Limits, checked_path, ignored, is_terraform, refused
from sekisho.domain.errors import (
    ConfigurationInvalid,
    GitContentRefused,
    GitPathUnknown,
    UploadTooLarge,
)
from sekisho.domain.git import GitSource
from sekisho.sources.git_process import Git
from sekisho.sources.snapshots import CHUNK, Spool

_ENTRY = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]{40}) +(\d+|-)\t(.+)", re.DOTALL)
_LFS = b"version https://git-lfs.github.com/spec/"
_LONGEST_ENTRY = 64 * 1024
_MODULES_CAP = 256 * 1024
_KEY = re.compile(r"submodule\.(.+)\.(path|url)", re.DOTALL)
_GITLINK, _LINK = b"160000", b"120000"
_FILES = {b"100644": False, b"100664": False, b"100755": True}


@dataclass(frozen=True)
class Gitlink:
    """A submodule's place: where its files go, where it is in its repository, its commit."""

    prefix: str
    path: str
    commit: str


@dataclass
class Listing:
    """What a tree holds of a configuration."""

    files: list[tuple[str, str, int, bool]] = field(
        default_factory=list[tuple[str, str, int, bool]]
    )
    links: list[Gitlink] = field(default_factory=list[Gitlink])


@dataclass(frozen=True)
class Tree:
    """The files of one commit, below `source.path`, on their way to `prefix`."""

    git: Git
    source: GitSource
    commit: str
    prefix: str
    limits: Limits

    def take(self, spool: Spool, count: int) -> list[Gitlink]:
        """Put every file into the spool, `count` being there; return the submodules.

        Raises:
            GitPathUnknown: the commit has no such folder.
            ConfigurationInvalid, ArchiveInvalid, UploadTooLarge: what is not taken.
        """
        listing = self._listing(count)
        with self.git.asked("cat-file", "--batch") as (asking, answers):
            for path, blob, size, executable in listing.files:
                spool.expect(size)
                spool.add(path, _content(asking, answers, path, blob), executable=executable)
        return listing.links

    def modules(self) -> dict[str, str]:
        """Return what `.gitmodules` of the commit says: path → address, as it is written."""
        blob = self._object(".gitmodules", "blob")
        if blob is None:
            return {}
        printed = self.git.run(
            "config", f"--blob={blob}", "--no-includes", "-z", "--list", cap=_MODULES_CAP
        )
        found: dict[str, dict[str, str]] = {}
        for item in printed.decode(errors="replace").split("\0"):
            key, _, value = item.partition("\n")
            match = _KEY.fullmatch(key)
            if match:
                found.setdefault(match[1], {})[match[2]] = value
        return {m["path"].strip("/"): m["url"] for m in found.values() if {"path", "url"} <= set(m)}

    def _listing(self, count: int) -> Listing:
        tree = self._object(self.source.path.strip("/"), "tree")
        if tree is None:
            raise GitPathUnknown(commit=self.commit[:12], path=self.source.path or "/")
        listing = Listing()
        with self.git.started("ls-tree", "-r", "-z", "--long", "--end-of-options", tree) as out:
            for entry in _entries(out):
                self._list(listing, entry)
                if count + len(listing.files) + len(listing.links) > self.limits.files:
                    raise UploadTooLarge(problem=f"more than {self.limits.files} files")
        return listing

    def _list(self, listing: Listing, entry: bytes) -> None:
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise GitContentRefused(
                url=self.source.url, problem="an entry of its tree is malformed"
            )
        mode, name, oid = match[1], _named(match[5]), match[3].decode()
        path = checked_path(f"{self.prefix}/{name}" if self.prefix else name, self.limits)
        if ignored(path) or _left_out(path):
            return
        if mode == _GITLINK:
            inside = f"{self.source.path.strip('/')}/{name}".strip("/")
            listing.links.append(Gitlink(path, inside, oid))
        elif mode == _LINK:
            problem = f"{path!r} is a symbolic link; put the file itself there"
            raise ConfigurationInvalid(problem=problem)
        elif mode in _FILES and match[4].isdigit():
            listing.files.append((path, oid, int(match[4]), _FILES[mode]))
        else:
            raise ConfigurationInvalid(problem=f"{path!r} is neither a file nor a folder")

    def _object(self, path: str, kind: str) -> str | None:
        """Return the id of what is at `path` of the commit, where it is of this kind."""
        asked = f"{self.commit}:{path}\n".encode()
        words = self.git.run("cat-file", "--batch-check", given=asked).split(b" ")
        return words[0].decode() if words[1:2] == [kind.encode()] else None


def _left_out(path: str) -> bool:
    """Say whether a file is left out, as a push and a folder leave it out.

    Raises:
        ConfigurationInvalid: Terraform would read it: leaving it out would change what is planned.
    """
    reason = refused(path)
    if reason and is_terraform(path):
        raise ConfigurationInvalid(problem=f"{path!r}: {reason}")
    return reason is not None


def _named(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        shown = raw.decode(errors="replace")
        raise ConfigurationInvalid(problem=f"the name {shown!r} is not in UTF-8") from None


def _entries(out: BufferedIOBase) -> Iterator[bytes]:
    """Split what ls-tree prints, a little at a time."""
    held = b""
    while chunk := out.read1(CHUNK):
        *whole, held = (held + chunk).split(b"\0")
        yield from whole
        if len(held) > _LONGEST_ENTRY:
            raise UploadTooLarge(problem=f"a path longer than {_LONGEST_ENTRY} bytes")


def _content(
    asking: BufferedIOBase, answers: BufferedIOBase, path: str, blob: str
) -> Generator[bytes]:
    """Ask for one file and give its content."""
    asking.write(f"{blob}\n".encode())
    asking.flush()
    words = _line(answers).split()
    if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 (id, type, size)
        raise EOFError
    left, first = int(words[2]), True
    while left:
        chunk = answers.read(min(CHUNK, left))
        if not chunk:
            raise EOFError
        if first and chunk.startswith(_LFS):
            problem = f"{path!r} is kept in Git LFS, which is not fetched"
            raise ConfigurationInvalid(problem=problem)
        left, first = left - len(chunk), False
        yield chunk
    if answers.read(1) != b"\n":
        raise EOFError


def _line(answers: BufferedIOBase) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = answers.read(1)
        if not byte or len(line) > _LONGEST_ENTRY:
            raise EOFError
        line += byte
    return line
