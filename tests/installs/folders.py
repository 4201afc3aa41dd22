"""A folder under `.cache` that is made once, and again where what decides its content changed."""

import contextlib
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"


class InstallError(Exception):
    """Something could not be installed."""


def kept(folder: Path, inputs: Iterable[Path], build: Callable[[Path], None]) -> Path:
    """Return `folder`, emptied and built where it is missing, was cut off or is out of date.

    `inputs` are the files that decide what is built. Two sessions wait for each other.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp, wanted = folder / "stamp", _digest(folder, inputs)
    with _locked(folder.parent / f"{folder.name}.lock"):
        if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            stamp.write_text(wanted, encoding="utf-8")
    return folder


def run(command: list[str], folder: Path) -> None:
    """Run one step of an installation.

    Raises:
        InstallError: it failed; what it printed.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise InstallError(f"{shlex.join(command)} failed:\n{done.stderr or done.stdout}")


def report(install: Callable[[], object]) -> None:
    """Install as a command: say what came of it and how long it took."""
    started = time.monotonic()
    try:
        made = install()
    except InstallError as error:
        sys.exit(f"error: {error}")
    sys.stdout.write(f"{made} ready in {time.monotonic() - started:.1f} s\n")


def _digest(folder: Path, inputs: Iterable[Path]) -> str:
    """Return the digest over all that decides what is built: files, this Python, the place."""
    digest = hashlib.sha256(f"{sys.version}\0{folder}\0".encode())
    for path in inputs:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process install at a time, where the system can do that."""
    with path.open("w", encoding="utf-8") as handle:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
