"""ETags: what a caller has seen already, and what they saw last of a run."""

import hashlib
import re

_TAG = re.compile(r'(W/)?"([^"]*)"')
_OF_RUN = re.compile(r"(\d{1,15})-[0-9a-f]{24}")


def tag_of(body: bytes, version: int | None = None) -> str:
    """Return the ETag of an answer; that of something with versions begins with its number."""
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def known(header: str | None, tag: str) -> bool:
    """Say whether If-None-Match names this tag."""
    if header is None:
        return False
    return header.strip() == "*" or any(f'"{t}"' == tag for _, t in _TAG.findall(header))


def versions_seen(header: str | None) -> frozenset[int] | None:
    """Return which versions of a run If-Match names; None where any will do.

    A tag that is weak, or not one of ours, matches no version.
    """
    if header is None or header.strip() == "*":
        return None
    strong = (tag for weak, tag in _TAG.findall(header) if not weak)
    return frozenset(int(found[1]) for tag in strong if (found := _OF_RUN.fullmatch(tag)))
