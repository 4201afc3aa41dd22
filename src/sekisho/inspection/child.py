"""The process that reads configurations: whatever a file does to a parser, it does it here.

Started as `python -I -m sekisho.inspection.child`; a line in is a configuration, a line
out is what was found in it.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

from sekisho.inspection.reading import Tree, encoded, inspect

_MEMORY = 3 * 1024**3
"""Bytes of address space; the Go runtime reserves most of it without using it."""
_RECURSION = 4000


def main() -> int:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(_RECURSION)
    for line in sys.stdin.buffer:
        asked: dict[str, Any] = json.loads(line)
        tree = Tree(Path(asked["root"]), tuple(asked["paths"]), asked["directory"])
        sys.stdout.write(f"{encoded(inspect(tree))}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
