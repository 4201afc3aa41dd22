"""Who asks: a person, and the client or agent they ask through."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Caller:
    """A person and what they ask through; both are recorded on everything that is asked.

    `person` is an identity the server established (never a header's claim). `via` names the
    client or agent, as it named itself: recorded, never trusted. `proof` says how the person was
    established: `loopback`, `token`, `host`, `terminal_code`, `system`.
    """

    person: str
    via: str
    proof: str = "loopback"


SYSTEM = Caller(person="system", via="sekisho", proof="system")
"""The server itself: recovery, expiry, retention."""
