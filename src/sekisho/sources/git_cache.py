"""The cache of repositories: bare, shallow, one per address and credential, bounded.

One process at a time is in a repository: it holds a lock, which the Git processes that it starts
hold too. So after a kill nobody else is at work there, and what was half done is swept away.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from sekisho.domain.errors import GitTimeout
from sekisho.domain.git import GitSource
from sekisho.sources.git_process import Deadline, Git, GitOptions, folder_bytes

_ASK_EVERY = 0.05
_READY = "sekisho-ready"


@dataclass(frozen=True)
class Held:
    """A repository of the cache that this process alone is in.

    `history` is another one beside it, for commits without files; `prepare` it before use.
    """

    commits: Git
    history: Git
    fresh: bool
    """Nothing was here before: what is wrong with it is not the cache's fault."""


class GitCache:
    """Keeps repositories below a folder; several processes may share it."""

    def __init__(self, folder: Path, options: GitOptions) -> None:
        self._folder = folder
        self._options = options

    @contextlib.contextmanager
    def held(self, source: GitSource, deadline: Deadline, *, anew: bool = False) -> Generator[Held]:
        """Give the repository of an address, made where it is missing (or always: `anew`).

        Raises:
            GitTimeout: others were in it for too long.
        """
        name = key_of(source)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked(name, source, deadline) as lock:
            entry = self._folder / name
            if anew:
                shutil.rmtree(entry, ignore_errors=True)
            fresh = not entry.exists()
            gits = [
                Git(self._options, entry / part, source, deadline, held=lock)
                for part in ("commits.git", "history.git")
            ]
            prepare(gits[0])
            yield Held(gits[0], gits[1], fresh)
            os.utime(entry)
            self._prune(name, lock)

    @contextlib.contextmanager
    def _locked(self, name: str, source: GitSource, deadline: Deadline) -> Generator[int]:
        lock = os.open(self._folder / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            while not _taken(lock):
                if deadline.left() <= 0:
                    raise GitTimeout(url=source.url, seconds=round(deadline.seconds))
                threading.Event().wait(_ASK_EVERY)
            os.utime(lock)
            yield lock
        finally:
            os.close(lock)

    def _prune(self, mine: str, lock: int) -> None:
        """Remove what was not used for long, then the longest unused until the rest fits."""
        now = os.fstat(lock).st_mtime
        entries = sorted(self._entries(), key=lambda found: found[1])
        total = sum(size for _, _, size in entries)
        for name, used, size in entries:
            if now - used > self._options.cache_seconds or total > self._options.cache_bytes:
                total -= size
                self._remove(name, mine)

    def _entries(self) -> list[tuple[str, float, int]]:
        """List (name, last use, bytes) of every repository."""
        found: list[tuple[str, float, int]] = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.is_dir():
                    found.append((path.name, path.stat().st_mtime, folder_bytes(path)))
        return found

    def _remove(self, name: str, mine: str) -> None:
        """Remove a repository that nobody is in; its lock file stays, others may wait at it."""
        if name == mine:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            return
        lock = os.open(self._folder / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            if _taken(lock):
                shutil.rmtree(self._folder / name, ignore_errors=True)
        finally:
            os.close(lock)


def key_of(source: GitSource) -> str:
    """Name the repository of an address, apart for each credential.

    What one workspace may read is then never served to another from the cache.
    """
    parts = (source.url, source.username, source.token, source.ssh_key, source.ca_file)
    whole = hashlib.sha256()
    for part in parts:
        whole.update(f"{len(part)}:{part}".encode())
    return whole.hexdigest()[:40]


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def prepare(git: Git) -> None:
    """Make a bare repository, or sweep from one what a killed fetch left."""
    folder = git.repository
    if not (folder / _READY).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        git.run("init", "--quiet", "--bare", "--template=")
        (folder / _READY).touch()
        return
    for left in (*folder.glob("*.lock"), *folder.glob("objects/**/tmp_*"), *_ref_locks(folder)):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _ref_locks(folder: Path) -> list[Path]:
    return list((folder / "refs").rglob("*.lock"))
