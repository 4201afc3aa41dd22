"""What an SDK asks for its keys by: one GET, read strictly; whatever else comes is no request."""

import re
from dataclasses import dataclass

MOST_BYTES = 8 * 1024
"""Of a head. SDKs send some hundred."""
_LINE = re.compile(rb"GET (/[A-Za-z0-9/_-]{1,100}) HTTP/1\.[01]")
_NAME, _VALUE = re.compile(rb"[A-Za-z0-9-]{1,64}"), re.compile(rb"[\x20-\x7e]*")
_MOST_FIELDS = 50


@dataclass(frozen=True)
class Request:
    """A path, and what was shown for it."""

    path: str
    token: str


def parse(head: bytes, host: str) -> Request | None:
    """Read a head up to its empty line; None for all that is not exactly what is served.

    `host` is the one name that we go by here: a page in a browser that was led here has another.
    """
    first, *rows = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    line = _LINE.fullmatch(first)
    fields = _fields(rows)
    if line is None or fields is None or fields.get("host") != host:
        return None
    if "transfer-encoding" in fields or fields.get("content-length", "0") != "0":
        return None
    return Request(line[1].decode("ascii"), fields.get("authorization", ""))


def _fields(rows: list[bytes]) -> dict[str, str] | None:
    """Return fields by name in lower case; None where one is there twice, or malformed."""
    found: dict[str, str] = {}
    for row in rows:
        name, colon, value = row.partition(b":")
        key, value = name.lower().decode("ascii", "replace"), value.strip(b" \t")
        well_formed = colon and _NAME.fullmatch(name) and _VALUE.fullmatch(value)
        if not well_formed or key in found or len(found) >= _MOST_FIELDS:
            return None
        found[key] = value.decode("ascii")
    return found
