"""Containment on this machine: Landlock, an account of its own, and limits, as far as each holds.

Each working directory has a tenancy. A command of it is started from a thread that is held first
(`threads`); the account is switched by the C code of `subprocess`, between fork and exec.
"""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sekisho.executors.containment import accounts, limits
from sekisho.executors.containment.accounts import Account, passable
from sekisho.executors.containment.landlock import LOOK, WORK, Fence, restrict
from sekisho.executors.containment.levels import Levels, Wanted, find
from sekisho.executors.containment.places import system
from sekisho.executors.containment.powers import drop_powers
from sekisho.executors.containment.threads import apart
from sekisho.ports.containment import NOTHING, Bounds, Terms

T = TypeVar("T")
_LOCKS = Path("/run/sekisho-accounts")
"""One place for every server of this machine: they share the numbers."""


class LocalTenancy:
    """One working directory's. `account` is None where its commands run as the server does."""

    def __init__(self, levels: Levels, wanted: Wanted, account: Account | None) -> None:
        self._levels, self._wanted, self.account = levels, wanted, account

    @property
    def held(self) -> str:
        landlock, tool = self._levels.landlock, self._levels.tool
        words = ((f"landlock-{landlock}", landlock), ("account", self.account), ("limits", tool))
        return " ".join(word for word, there in words if there) or NOTHING

    def own(self, *places: Path) -> None:
        if self.account is None:
            return
        for path in places:
            os.chown(path, self.account.number, self.account.number, follow_symlinks=False)

    def own_all(self, *places: Path) -> None:
        if self.account is None:
            return
        number = self.account.number
        for path in _all(places):
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
                _readable(path, found)
            else:
                os.chown(path, number, number, follow_symlinks=False)

    def show(self, *places: Path) -> None:
        if self.account is None:
            return
        for path in places:
            os.chown(path, -1, self.account.number, follow_symlinks=False)
            path.chmod(0o750 if path.is_dir() else 0o640)

    def take_back(self, place: Path) -> None:
        if self.account is None:
            return
        for path in _all((place,)):
            os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)
            _readable(path, path.lstat())

    def spawn(self, start: Callable[[Terms], T], bounds: Bounds) -> T:
        return apart(lambda: self._spawn(start, bounds))

    def _spawn(self, start: Callable[[Terms], T], bounds: Bounds) -> T:
        terms = self._terms()
        drop_powers()
        if self._levels.landlock:
            reads = [(path, LOOK) for path in bounds.reads]
            writes = [(path, WORK) for path in bounds.writes]
            named = self._wanted.ports
            ports = None if named is None else (*named, *bounds.ports)
            fence = Fence((*system(), *reads, *writes), ports)
            try:
                restrict(fence, self._levels.landlock)
            except OSError as error:
                # Never an OSError: callers would take it for a Terraform that is not there.
                raise RuntimeError("containment could not be put on") from error
        return start(terms)

    def _terms(self) -> Terms:
        own = self.account is not None
        prefix = limits.words(self._levels.tool, self._wanted.limits, own_account=own)
        if self.account is None:
            return Terms(prefix)
        return Terms(prefix, self.account.number, (self._wanted.accounts[0],))

    def started(self, process: int) -> None:
        # Whatever it starts inherits it. The kernel then ends the largest of them, not the server.
        with contextlib.suppress(OSError):
            Path("/proc", str(process), "oom_score_adj").write_text("1000", encoding="ascii")

    def clear(self) -> None:
        if self.account and self.account.processes():
            self.account.kill()

    def leave(self) -> None:
        if self.account:
            # Once for certain: what cannot be read of a process tells nothing of whose it is.
            self.account.kill()
            self.account.give_back()
            self.account = None


class LocalContainment:
    """Gives each working directory what holds here."""

    def __init__(self, levels: Levels, wanted: Wanted, within: Path) -> None:
        """`within`: folders of ours, which accounts of runs are let through."""
        self.levels, self._wanted, self._within = levels, wanted, within

    @classmethod
    def found(cls, wanted: Wanted, within: Path) -> "LocalContainment":
        """Make it of what is found here."""
        return cls(find(wanted), wanted, within)

    def tenancy(self, root: Path, programs: tuple[Path, ...] = ()) -> LocalTenancy:
        return LocalTenancy(self.levels, self._wanted, self._account(root, programs))

    def why_not(self, root: Path, programs: tuple[Path, ...] = ()) -> str:
        """Say what keeps a working directory from having an account of its own, if anything."""
        if not self.levels.accounts:
            return "the server may not switch accounts"
        group = self._wanted.accounts[0]
        outside = [p for p in root.parents if p.exists() and not p.is_relative_to(self._within)]
        for path in (*outside[:1], *programs):
            if not passable(path, group):
                return f"other accounts cannot pass to {path}"
        return ""

    def _account(self, root: Path, programs: tuple[Path, ...]) -> Account | None:
        if self.why_not(root, programs):
            return None
        self._open_way(root)
        account = accounts.take(self._wanted.accounts[1:], _LOCKS)
        if account is None:
            raise RuntimeError("every account of runs is taken")
        return account

    def _open_way(self, root: Path) -> None:
        """Let the group of runs, and nobody else, through our folders: pass, not look around."""
        group = self._wanted.accounts[0]
        for path in root.parents:
            if not path.is_relative_to(self._within):
                return
            found = path.stat()
            if not found.st_mode & stat.S_IXOTH:
                os.chown(path, -1, group)
                path.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXGRP)


def _readable(path: Path, found: os.stat_result) -> None:
    """Let others read what stays the server's; they get to it through one folder alone."""
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        return
    more = (mode & 0o400) >> 2 | (mode & 0o400) >> 4 | (mode & 0o100) >> 2 | (mode & 0o100) >> 4
    kept = mode & ~0o022 & 0o777
    if mode != kept | more:
        path.chmod(kept | more)


def _all(places: tuple[Path, ...]) -> Iterator[Path]:
    for place in places:
        if place.is_symlink() or place.exists():
            yield place
        if place.is_symlink() or not place.is_dir():
            continue
        for here, folders, files in os.walk(place):
            for name in (*folders, *files):
                yield Path(here, name)
