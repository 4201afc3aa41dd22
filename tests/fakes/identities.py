"""An identity provider whose tokens are words: it knows those that a test gave out."""

import dataclasses
from datetime import datetime

from sekisho.domain.errors import SekishoError, TokenExpired, TokenMalformed
from sekisho.domain.identities import Verified


class FakeIdentities:
    """`away` is raised at every question, as where the provider does not answer."""

    issuer = "https://id.example"
    required_scope = ""

    def __init__(self) -> None:
        self._known: dict[str, Verified] = {}
        self.away: SekishoError | None = None

    def give(self, verified: Verified) -> str:
        """Give out a token that says this."""
        token = f"e.{len(self._known)}.s"
        self._known[token] = verified
        return token

    def said(self, subject: str, person: str, expires_at: datetime) -> Verified:
        return Verified(f"{self.issuer}|{subject}", person, {}, expires_at)

    def access(self, token: str, now: datetime) -> Verified:
        if self.away:
            raise self.away
        found = self._known.get(token)
        if found is None:
            raise TokenMalformed(problem="it is not one of these")
        if now >= found.expires_at:
            raise TokenExpired
        return dataclasses.replace(found)
