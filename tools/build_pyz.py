"""Builds the client as one `.pyz` file: the same bytes from the same source, on any machine.

python tools/build_pyz.py dist/sekisho-client.pyz
"""

import sys
import zipfile
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
MAIN = "import sys\n\nfrom sekisho_client.__main__ import main\n\nsys.exit(main())\n"
EPOCH = (1980, 1, 1, 0, 0, 0)


def build(target: Path) -> None:
    """Write the file; whoever makes it executable may start it by its name."""
    members = {"__main__.py": MAIN.encode()}
    for path in sorted((SOURCE / "sekisho_client").rglob("*.py")):
        # Line ends as in the repository, whatever a checkout on Windows made of them.
        text = path.read_bytes().replace(b"\r\n", b"\n")
        members[path.relative_to(SOURCE).as_posix()] = text
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        # Stored, not deflated: what deflate makes of it depends on the version of zlib.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, content in members.items():
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
    target.chmod(0o755)


def main() -> None:
    """Build what is named."""
    target = Path(sys.argv[1])
    build(target)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
