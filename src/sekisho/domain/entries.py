"""How a request came in, as the edge judged it before any face saw it."""

import dataclasses
import re
from collections.abc import Sequence

ENTRY = "sekisho.entry"
"""Where an ASGI scope holds the `Entry` of its request."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A request at the edge.

    `client` is the address it came from, as far as the operator lets us believe it.
    `credential_needed`: it comes from a web page that is let in only with a credential, so it must
    never count as the person of the loopback default.
    """

    request_id: str
    client: str
    credential_needed: bool = False


def names_of(hosts: Sequence[str]) -> frozenset[str]:
    """Return the name by which a request reached us, with its port and without.

    `hosts` are its Host headers; where there is not just one, or it is malformed, there is no name.
    """
    found = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
    return frozenset(found.group(0, 1)) if found else frozenset()
