"""Checkov's own environment: what is there, and how it gets there.

In the data folder, scanners/checkov/LOCK has a virtual environment made from the lock file that
comes with Sekisho, LOCK being the beginning of its digest: a newer Sekisho finds its own or none.
"""

import hashlib
import os
import re
import subprocess
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sekisho.domain.errors import ScannerSetupFailed
from sekisho.domain.text import plain

_PIN = re.compile(r"^checkov==(\S+)", re.MULTILINE)
_WITHIN = 900
_TAIL = 1500
_READY = "ready"
_PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")


@dataclass(frozen=True)
class Installation:
    """Where Checkov lies, or would."""

    folder: Path

    @property
    def place(self) -> Path:
        """The environment made from today's lock file."""
        return self.folder / hashlib.sha256(_lock().encode()).hexdigest()[:16]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        scripts = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return self.place / scripts

    @property
    def pinned(self) -> str:
        """The version of Checkov that the lock file names."""
        found = _PIN.search(_lock())
        if found is None:
            raise ScannerSetupFailed(problem="the lock file names no Checkov")
        return found[1]

    def version(self) -> str:
        """Return the version that is installed; empty where none is."""
        try:
            return (self.place / _READY).read_text(encoding="ascii").strip()
        except OSError:
            return ""

    def install(
        self, wheels: Path | None, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> str:
        """Install Checkov with pip, every file by its hash; return its version.

        `wheels`: a folder with all of them, for machines that reach no index. Otherwise pip goes
        where the machine's configuration of pip sends it; `environment` is part of that. What is
        left of an attempt that was broken off is replaced.

        Raises:
            ScannerSetupFailed: what pip said.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        say(f"making {self.place}")
        try:
            venv.EnvBuilder(clear=True, with_pip=True).create(self.place)
        except (OSError, subprocess.SubprocessError) as error:
            raise ScannerSetupFailed(problem=plain(error)) from None
        lock = self.place / "checkov.lock"
        lock.write_text(_lock(), encoding="utf-8")
        say(f"installing Checkov {self.pinned} and what it needs (about 300 MB)")
        offline = ("--no-index", "--find-links", str(wheels.resolve())) if wheels else ()
        only = ("--only-binary", ":all:", "--require-hashes", *offline, "-r", str(lock))
        _pip(self.python, only, environment)
        (self.place / _READY).write_text(self.pinned, encoding="ascii")
        return self.pinned


def _pip(python: Path, words: tuple[str, ...], environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            [str(python), *_PIP, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_WITHIN,
            check=False,
            env={**environment, "PYTHONDONTWRITEBYTECODE": ""},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScannerSetupFailed(problem=plain(type(error).__name__)) from None
    if done.returncode:
        said = done.stderr[-_TAIL:].decode(errors="replace")
        raise ScannerSetupFailed(problem=plain(said, _TAIL).strip() or "pip failed")


def _lock() -> str:
    return files("sekisho.scanners").joinpath("checkov.lock").read_text(encoding="utf-8")
