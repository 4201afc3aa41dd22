"""What lies in a folder: asked of Git in a work tree, walked elsewhere. Links are never followed.

This is the one module of the client that starts a process: `git ls-files`, with a fixed argument
list and an environment without Git's own variables, and never with a file system monitor, which a
repository could name to have a program of its choice run.
"""

import dataclasses
import os
import shutil
import stat
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from sekisho_client.errors import ClientError, failure
from sekisho_client.manifests import refused

Kind = Literal["file", "link", "special", "folder", "gone"]

MOST = 200_000
"""Entries that are looked at; whoever has more has named the wrong folder."""
_DEEPEST = 16
"""Repositories within repositories."""
_PATIENCE = 120
_LIST = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "ls-files", "-z")
_LINK_TAGS = frozenset({0xA000000C, 0xA0000003})
"""What Windows calls symbolic links and junctions."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """Something in the folder: where it is, and what its path is called in a configuration."""

    name: str
    place: Path
    kind: Kind
    executable: bool = False


@dataclasses.dataclass
class Listing:
    """Everything in a folder that Git does not ignore, and what people should know about it."""

    entries: list[Entry] = dataclasses.field(default_factory=list[Entry])
    by_git: bool = False
    unchecked: list[str] = dataclasses.field(default_factory=list[str])
    """Submodules that are not checked out."""
    git_missing: bool = False


def list_folder(folder: Path, environment: Mapping[str, str]) -> Listing:
    """List a folder. Raises ClientError."""
    if not folder.is_dir():
        raise failure("folder_missing", path=folder)
    listing = Listing()
    if _in_work_tree(folder):
        git = _git(folder)
        listing.git_missing = git is None
        if git:
            listing.by_git = True
            _ask_git(Git(git, environment), folder, "", listing)
            return listing
    for entry in _walk(folder, folder):
        _add(listing, entry)
    return listing


@dataclasses.dataclass(frozen=True)
class Git:
    """Git's executable, and the environment it is given."""

    path: str
    environment: Mapping[str, str]

    def list(self, folder: Path, *options: str) -> list[str]:
        """Run `git ls-files` in a folder. Raises ClientError."""
        try:
            done = subprocess.run(
                [self.path, *_LIST, *options],
                cwd=folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _git_failed(str(error)) from None
        if done.returncode:
            raise _git_failed(done.stderr.decode(errors="replace"))
        names = done.stdout.split(b"\0")
        return [_decoded(name) for name in names if name]


def _ask_git(git: Git, folder: Path, prefix: str, listing: Listing) -> None:
    """Add what Git lists in `folder`, and in the repositories inside it."""
    modes = dict(map(_mode, git.list(folder, "--stage")))
    real: dict[Path, bool] = {folder: True}
    for name in dict.fromkeys(git.list(folder, "-co", "--exclude-standard")):
        place = folder / name
        kind = _kind(place) if _reached(place.parent, real) else "gone"
        if kind == "folder":
            _inside(git, (place, f"{prefix}{name.rstrip('/')}/"), listing)
            continue
        executable = modes.get(name) == "100755" if os.name == "nt" else _runs(place, kind)
        _add(listing, Entry(_named(prefix + name), place, kind, executable))


def _inside(git: Git, inner: tuple[Path, str], listing: Listing) -> None:
    """Add a repository inside a repository: a submodule, or one that Git does not know."""
    place, prefix = inner
    if not (place / ".git").exists():
        listing.unchecked.append(_named(prefix))
        return
    if prefix.count("/") > _DEEPEST:
        raise failure("folder_too_large", count=MOST)
    _ask_git(git, place, prefix, listing)


def _walk(folder: Path, root: Path) -> Iterator[Entry]:
    """Walk a folder without Git; what never travels is named, and not entered."""
    waiting = [folder]
    while waiting:
        try:
            found = sorted(os.scandir(waiting.pop()), key=lambda item: item.name)
        except OSError as error:
            raise failure(
                "folder_unreadable", path=error.filename, problem=error.strerror
            ) from None
        for item in found:
            place = Path(item.path)
            name = _named(place.relative_to(root).as_posix())
            kind = _kind(place)
            if kind == "folder" and not refused(name):
                waiting.append(place)
            else:
                # Of a folder that never travels, its name is enough.
                yield Entry(name, place, "file" if kind == "folder" else kind, _runs(place, kind))


def _add(listing: Listing, entry: Entry) -> None:
    if len(listing.entries) >= MOST:
        raise failure("folder_too_large", count=MOST)
    listing.entries.append(entry)


def _kind(place: Path) -> Kind:
    try:
        found = place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "gone"
    except OSError:
        return "special"
    if stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) in _LINK_TAGS:
        return "link"
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    return "file" if stat.S_ISREG(found.st_mode) else "special"


def _runs(place: Path, kind: Kind) -> bool:
    return kind == "file" and os.name != "nt" and bool(place.lstat().st_mode & stat.S_IXUSR)


def _reached(folder: Path, known: dict[Path, bool]) -> bool:
    """Say whether a folder is reached without a link: Git's index may remember other times."""
    if folder not in known:
        known[folder] = _reached(folder.parent, known) and _kind(folder) == "folder"
    return known[folder]


def _named(path: str) -> str:
    return unicodedata.normalize("NFC", path.replace(os.sep, "/"))


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape") if os.name == "nt" else os.fsdecode(name)


def _mode(line: str) -> tuple[str, str]:
    """Read a line of `git ls-files --stage`: `MODE OBJECT STAGE⇥PATH`."""
    facts, _, path = line.partition("\t")
    return path, facts.partition(" ")[0]


def _in_work_tree(folder: Path) -> bool:
    here = folder.resolve()
    return any((place / ".git").exists() for place in (here, *here.parents))


def _git(folder: Path) -> str | None:
    """Find Git on PATH; one that lies in the folder itself is not ours to start."""
    found = shutil.which("git")
    if found is None or Path(found).resolve().is_relative_to(folder.resolve()):
        return None
    return str(Path(found).absolute())


def _git_failed(problem: str) -> ClientError:
    return failure("git_failed", problem=" ".join(problem.split())[:300])
