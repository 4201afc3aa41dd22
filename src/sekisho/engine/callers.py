"""Callers: who is behind a request, as far as the server can prove it."""

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CredentialInvalid, CredentialNeeded
from sekisho.domain.text import plain
from sekisho.domain.tokens import usable
from sekisho.engine.parts import Parts
from sekisho.engine.tokens import digest

LOOPBACK = "loopback"
"""The person behind requests on the loopback default: nobody signed in, and it says so."""


class Callers:
    """Identifies callers. `open` lets requests without a credential in: loopback alone."""

    def __init__(self, parts: Parts, *, open_: bool) -> None:
        self._parts = parts
        self._open = open_

    def identify(self, secret: str | None, via: str) -> Caller:
        """Return the caller behind a credential, or behind none where that is allowed.

        A credential that is given must be good: a wrong one never falls back to "nobody".

        Raises:
            CredentialInvalid: unknown, revoked or expired.
            CredentialNeeded: none was given, and this server wants one.
        """
        name = plain(via, 120) or "unknown client"
        if secret is None:
            if not self._open:
                raise CredentialNeeded
            return Caller(LOOPBACK, name, "loopback")
        token = self._parts.store.tokens.find(digest(secret))
        if token is None or not usable(token, self._parts.clock.now()):
            raise CredentialInvalid
        return Caller(token.person, f"{token.client}: {name}" if token.client else name, "token")
