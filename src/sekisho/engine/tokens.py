"""Tokens: credentials for the HTTP faces, made and revoked by host commands."""

import hashlib
from datetime import timedelta

from sekisho.domain.callers import SYSTEM, Caller
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.text import plain
from sekisho.domain.tokens import PREFIX, Token
from sekisho.engine.parts import Parts

HOST = Caller(person="host", via="sekisho cli", proof="host")
"""Whoever runs commands on the server's own machine, with its data folder."""
_OURS = frozenset({SYSTEM.person, HOST.person, "loopback", "terminal"})
"""Names of persons that the server itself uses."""


class Tokens:
    """Makes, lists and revokes tokens. A token reads and asks; it never approves."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def create(self, person: str, client: str, lasts: timedelta | None) -> tuple[Token, str]:
        """Make a token for a person and a client; the secret is shown this once."""
        person, client = plain(person).strip(), plain(client).strip()
        if not person or person.casefold() in _OURS:
            raise ArgumentsInvalid(problem="person is empty, or a name the server itself uses")
        if lasts is not None and lasts <= timedelta(0):
            raise ArgumentsInvalid(problem="a token lasts longer than no time")
        parts, now = self._parts, self._parts.clock.now()
        secret = PREFIX + parts.ids.secret()
        token = Token(
            id=parts.ids.new("tok"),
            person=person,
            client=client,
            secret_digest=digest(secret),
            created_at=now,
            expires_at=now + lasts if lasts is not None else None,
        )
        parts.store.tokens.add(token)
        facts = {"token": token.id, "person": token.person, "client": client}
        parts.store.audit.append(parts.about(now, "token.create", HOST, None, **facts))
        return token, secret

    def list(self) -> tuple[Token, ...]:
        """Return all tokens, revoked and expired ones too."""
        return self._parts.store.tokens.all()

    def revoke(self, token_id: str) -> bool:
        """Revoke a token at once; False where there is none of this id."""
        parts, now = self._parts, self._parts.clock.now()
        done = parts.store.tokens.revoke(token_id, now)
        if done:
            parts.store.audit.append(parts.about(now, "token.revoke", HOST, None, token=token_id))
        return done


def digest(secret: str) -> str:
    """Return what is kept of a token: it is 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
