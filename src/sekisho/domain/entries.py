"""How a request came in, as the edge judged it before any face saw it."""

import dataclasses

ENTRY = "sekisho.entry"
"""Where an ASGI scope holds the `Entry` of its request."""


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
