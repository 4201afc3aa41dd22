"""Install the clients under `.cache/clients`: npm packages and two Python environments.

    python -m tests.clients.install          (about 60 s, 700 MB; then nothing to do)

How packages of npm are pinned: `tests/installs/node.py`. Python's are pinned anew with, in the
folder `python`:

    uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "see tests/clients/install.py" \
        sdk1.in -o sdk1.lock
"""

import dataclasses
import platform
import shutil
import sys
from pathlib import Path

from tests.installs.folders import CACHE, report
from tests.installs.node import node, npm_packages
from tests.installs.python import python_environment

HERE = Path(__file__).resolve().parent
FOLDER = CACHE / "clients"


@dataclasses.dataclass(frozen=True)
class Clients:
    """Where the clients are; each method gives the start of a command line."""

    packages: Path
    sdk1: Path
    sdk2: Path

    def _script(self, path: str) -> list[str]:
        return [str(node()), str(self.packages / "node_modules" / path)]

    def typescript(self, name: str) -> list[str]:
        """A driver in TypeScript's runtime; it lies beside the packages, where Node looks."""
        for path in (HERE / "drivers").glob("*.mjs"):
            shutil.copyfile(path, self.packages / path.name)
        return [str(node()), str(self.packages / f"{name}.mjs")]

    def python(self, name: str) -> list[str]:
        """A driver in Python: of the SDK that we have, or of one of the two environments."""
        own = {"mcp_sdk": sys.executable, "langchain": self.sdk1, "openai_agents": self.sdk1}
        return [str(own.get(name, self.sdk2)), "-m", f"tests.clients.drivers.{name}"]

    def claude(self) -> list[str]:
        """Claude Code, one native program; its package's install script would only link it."""
        system = {"Darwin": "darwin", "Windows": "win32"}.get(platform.system(), "linux")
        machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x64"
        package = self.packages / "node_modules/@anthropic-ai" / f"claude-code-{system}-{machine}"
        return [str(package / ("claude.exe" if system == "win32" else "claude"))]

    def gemini(self) -> list[str]:
        """Gemini CLI."""
        return self._script("@google/gemini-cli/bundle/gemini.js")

    def mcp_remote(self) -> list[str]:
        """The bridge for clients that only start programs: stdio here, HTTP there.

        Give it `--transport http-only`: else it tries SSE after a refusal.
        """
        return self._script("mcp-remote/dist/proxy.js")


def install() -> Clients:
    """Return the clients, installed first where they are missing or out of date."""
    return Clients(
        npm_packages(HERE / "node", FOLDER / "node"),
        python_environment(HERE / "python" / "sdk1.lock", FOLDER / "sdk1"),
        python_environment(HERE / "python" / "sdk2.lock", FOLDER / "sdk2"),
    )


if __name__ == "__main__":
    report(install)
