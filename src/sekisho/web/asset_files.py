"""Style, script and icon: served by us, named after their content, kept by browsers for long."""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "assets"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file: `served` is its name with the beginning of its digest in it."""

    name: str
    served: str
    media_type: str
    content: bytes


@functools.cache
def assets() -> Mapping[str, Asset]:
    """Return every asset by its plain name."""
    return {p.name: _read(p) for p in sorted(_FOLDER.iterdir()) if p.suffix in _TYPES}


@functools.cache
def served() -> Mapping[str, Asset]:
    """Return every asset by the name that it is served under."""
    return {a.served: a for a in assets().values()}


def address(name: str) -> str:
    """Return where an asset is served. An unknown name is a KeyError."""
    return f"/assets/{assets()[name].served}"


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(path.name, f"{path.stem}-{digest}{path.suffix}", _TYPES[path.suffix], content)
