"""A ticket: what the server remembers, for minutes, of something that a person has begun.

The challenge of a passkey, a sign-in for one decision, the code for a first passkey. Each is kept
under a digest that only its holder leads to, and used up by the first who comes.
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime


@dataclasses.dataclass(frozen=True)
class Ticket:
    """`facts` is what it is about; `tries` how often something wrong was shown for it."""

    key: str
    kind: str
    expires_at: datetime
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    tries: int = 0
