"""A step-up: how a person who is signed in proves, for one decision, that it is them.

By a passkey, whose challenge is made of the decision itself; or by a fresh sign-in, which was begun
for the decision. Both are good once, for this session, and for minutes.
"""

import dataclasses
import hashlib
import json
from datetime import datetime, timedelta
from typing import Literal

from sekisho.domain.tickets import Ticket

Way = Literal["passkey", "fresh_sign_in"]
"""What proves a person; the words are those of `Caller.proof`."""

PROOF_FOR = timedelta(minutes=2)
"""How long a challenge waits for its answer, and a proof for its decision."""
SIGN_IN_FOR = timedelta(minutes=10)
"""How long a sign-in at the provider may take."""

CHALLENGE = "challenge"
FRESH = "fresh"
PROVED = "proved"
"""Kinds of tickets: a passkey is asked, a fresh sign-in is under way, one is done."""


@dataclasses.dataclass(frozen=True)
class Decision:
    """The one thing that a step-up is for: this verb, about this plan as it is sealed.

    What a person does with their own passkeys has a verb alone.
    """

    run_id: str
    seal: str
    verb: str

    def digest(self, session: str, salt: str = "") -> str:
        """Return what binds a proof to this decision, to this session, and to this occasion."""
        body = [salt, session, self.run_id, self.seal, self.verb]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def challenge_of(decision: Decision, session: str, salt: str) -> bytes:
    """Return the challenge for a passkey: what is signed says what was decided, and where."""
    return bytes.fromhex(decision.digest(session, salt))


def asked(decision: Decision, session: str, salt: str, now: datetime) -> Ticket:
    """Return the ticket of a challenge; a new one for the same decision takes its place."""
    key = decision.digest(session, CHALLENGE)
    return Ticket(key, CHALLENGE, now + PROOF_FOR, {"salt": salt})


def begun(decision: Decision, session: str, state: str, now: datetime) -> Ticket:
    """Return the ticket of a fresh sign-in that is under way."""
    facts = {"session": session, "began": now.isoformat(), **dataclasses.asdict(decision)}
    return Ticket(of_secret(state), FRESH, now + SIGN_IN_FOR, facts)


def proved(decision: Decision, session: str, proof: str, now: datetime) -> Ticket:
    """Return the ticket of a fresh sign-in that is done: `proof` is good for the decision once."""
    facts = {"decision": decision.digest(session)}
    return Ticket(of_secret(proof), PROVED, now + PROOF_FOR, facts)


def decision_of(ticket: Ticket) -> Decision:
    """Return what a fresh sign-in was begun for."""
    return Decision(ticket.facts["run_id"], ticket.facts["seal"], ticket.facts["verb"])


def of_secret(secret: str) -> str:
    """Return the key of a ticket that a secret leads to."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
