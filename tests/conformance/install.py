"""Install the public MCP test suites under `.cache/conformance`, and the Node they need beside.

    python -m tests.conformance.install          (about 30 s, 350 MB; then nothing to do)

How they are pinned, and how to pin them anew: `tests/installs/node.py`.
"""

import dataclasses
from pathlib import Path

from tests.installs.folders import CACHE, report
from tests.installs.node import node, npm_packages


@dataclasses.dataclass(frozen=True)
class NodeTools:
    """Where the suites are; each method gives the start of a command line."""

    folder: Path

    def _script(self, path: str) -> list[str]:
        return [str(node()), str(self.folder / "node_modules" / path)]

    def legacy_suite(self) -> list[str]:
        """The conformance suite for revisions up to 2025-11-25."""
        return self._script("conformance-legacy/dist/index.js")

    def modern_suite(self) -> list[str]:
        """The conformance suite that knows revision 2026-07-28 too."""
        return self._script("conformance-modern/dist/index.js")

    def inspector(self) -> list[str]:
        """The MCP Inspector."""
        return self._script("@modelcontextprotocol/inspector/clients/launcher/build/index.js")


def install() -> NodeTools:
    """Return the suites, installed first where they are missing or out of date."""
    return NodeTools(npm_packages(Path(__file__).resolve().parent, CACHE / "conformance"))


if __name__ == "__main__":
    report(install)
