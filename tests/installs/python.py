"""A Python environment of its own for packages that do not fit beside ours."""

import sys
import venv
from pathlib import Path

from tests.installs.folders import kept, run


def python_environment(lock: Path, folder: Path) -> Path:
    """Return the interpreter of an environment with what `lock` pins, installed on first use."""

    def build(goal: Path) -> None:
        venv.create(goal / "venv", with_pip=False)
        pip = [sys.executable, "-m", "pip", "--python", str(_interpreter(goal))]
        pins = ["--require-hashes", "--only-binary=:all:", "--requirement", str(lock)]
        # Python compiles what is imported, a quarter of it, when it is.
        quiet = ["--quiet", "--disable-pip-version-check", "install", "--no-compile"]
        run([*pip, *quiet, *pins], goal)

    return _interpreter(kept(folder, [Path(__file__), lock], build))


def _interpreter(folder: Path) -> Path:
    windows = sys.platform == "win32"
    return folder / "venv" / ("Scripts/python.exe" if windows else "bin/python")
