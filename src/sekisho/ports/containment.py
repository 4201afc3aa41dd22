"""How a child process is kept to what it was started for, whatever runs inside it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

T = TypeVar("T")
NOTHING = "none"


@dataclass(frozen=True)
class Bounds:
    """What a command may touch besides the system's own folders.

    `reads`: to read and to run. `writes`: to read, run, write, make and remove what is in there.
    `ports`: TCP ports to connect to besides those that the operator names, where they are named.
    """

    reads: tuple[Path, ...] = ()
    writes: tuple[Path, ...] = ()
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Terms:
    """What a process is started with: words before its own, and whose it is (None: ours)."""

    prefix: tuple[str, ...] = ()
    account: int | None = None
    groups: tuple[int, ...] = ()


class Tenancy(Protocol):
    """Who the commands of one working directory run as. Threads do not share it."""

    @property
    def held(self) -> str:
        """What holds them, in words that stay the same: `landlock-6 account limits`, or `none`."""
        ...

    def own(self, *places: Path) -> None:
        """Give files and folders, but not what is in them, to whoever the commands run as."""
        ...

    def own_all(self, *places: Path) -> None:
        """Give folders with all in them.

        Files that lie elsewhere too (hard links) stay the server's, and can be read.
        """
        ...

    def show(self, *places: Path) -> None:
        """Let the commands read files and pass folders that stay the server's."""
        ...

    def take_back(self, place: Path) -> None:
        """Make all in a folder the server's again; it can still be read."""
        ...

    def spawn(self, start: Callable[[Terms], T], bounds: Bounds) -> T:
        """Call `start` where what it starts is contained; what it raises is raised again."""
        ...

    def started(self, process: int) -> None:
        """Take note of what was just started: it goes first where the machine has no memory."""
        ...

    def clear(self) -> None:
        """Kill what a command left behind, as far as it can be told from other processes."""
        ...

    def leave(self) -> None:
        """Kill what is left for certain, and let others have the account."""
        ...


class Containment(Protocol):
    """Finds out what this machine can hold, and holds."""

    def tenancy(self, root: Path, programs: tuple[Path, ...] = ()) -> Tenancy:
        """Begin in a folder of ours; `programs` are what has to be started and read there."""
        ...


class _Anywhere:
    """Nobody is held."""

    held = NOTHING

    def own(self, *places: Path) -> None:
        pass

    def own_all(self, *places: Path) -> None:
        pass

    def show(self, *places: Path) -> None:
        pass

    def take_back(self, place: Path) -> None:
        pass

    def spawn(self, start: Callable[[Terms], T], bounds: Bounds) -> T:
        del bounds
        return start(Terms())

    def started(self, process: int) -> None:
        pass

    def clear(self) -> None:
        pass

    def leave(self) -> None:
        pass


class Uncontained:
    """What an operator gets who switched containment off."""

    def tenancy(self, root: Path, programs: tuple[Path, ...] = ()) -> Tenancy:
        """Hold nobody."""
        del root, programs
        return _Anywhere()
