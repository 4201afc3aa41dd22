"""Names of blobs: what every store takes, so that none can leave its folder or bucket."""

import re

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.=-]*", re.ASCII)
_CHARACTERS = 1024
"""What S3 takes."""


def is_blob_name(name: str) -> bool:
    """Say whether `name` is `/`-separated parts of ASCII letters, digits and `_ . = -`.

    Anything else is not: empty, absolute, climbing, hidden, or too long.
    """
    return len(name) <= _CHARACTERS and all(_PART.fullmatch(part) for part in name.split("/"))


def check_blob_name(name: str) -> None:
    """Let through the name of a blob. Raises ValueError."""
    if not is_blob_name(name):
        raise ValueError(f"not the name of a blob: {name!r}")
