"""Tokens: keys for the HTTP faces, made and revoked by host commands."""

import hashlib
from datetime import timedelta

from sekisho.domain.callers import POWERS, Caller, Power, is_own_name
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.text import plain
from sekisho.domain.tokens import LASTS, LONGEST, Token, usable, whole
from sekisho.engine.parts import Parts

HOST = Caller(person="host", via="sekisho cli", proof="host")
"""Whoever runs commands on the server's own machine, with its data folder."""
_NAME = 200


class Tokens:
    """Makes, lists and revokes tokens. No token approves, whatever its powers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def create(
        self,
        person: str,
        client: str,
        lasts: timedelta | None = None,
        powers: tuple[Power, ...] = POWERS,
    ) -> tuple[Token, str]:
        """Make a token for a person and a client; the secret is shown this once.

        Raises:
            ArgumentsInvalid: a name is not fit, it would last too long or no time, or do nothing.
        """
        lasts = LASTS if lasts is None else lasts
        person, client = plain(person).strip(), plain(client).strip()
        if not person or is_own_name(person):
            raise ArgumentsInvalid(problem="person is empty, or a name the server itself uses")
        if len(person) > _NAME or len(client) > _NAME:
            raise ArgumentsInvalid(problem=f"person and client have at most {_NAME} characters")
        if not timedelta(0) < lasts <= LONGEST:
            raise ArgumentsInvalid(problem=f"a token lasts up to {LONGEST.days} days")
        if not powers or not set(powers) <= set(POWERS):
            raise ArgumentsInvalid(problem=f"a scope is some of {', '.join(POWERS)}")
        return self._make(person, client, lasts, tuple(p for p in POWERS if p in powers))

    def create_local(self, user: str) -> tuple[Token, str]:
        """Make the token of commands on the server's own machine: it has no end, and is nobody's.

        Those made before are void.
        """
        for old in self.list():
            if old.local:
                self.revoke(old.id)
        return self._make(f"{plain(user)}@localhost", "cli", None, POWERS)

    def _make(
        self, person: str, client: str, lasts: timedelta | None, powers: tuple[Power, ...]
    ) -> tuple[Token, str]:
        parts, now = self._parts, self._parts.clock.now()
        secret = whole(parts.ids.secret())
        token = Token(
            id=parts.ids.new("tok"),
            person=person,
            client=client,
            secret_digest=digest(secret),
            created_at=now,
            expires_at=now + lasts if lasts is not None else None,
            powers=powers,
            local=lasts is None,
        )
        facts = {"token": token.id, "person": token.person, "client": client}
        facts |= {"powers": ",".join(powers)}
        # Told first: no key is good that the audit does not know.
        parts.store.audit.append(parts.about(now, "token.create", HOST, None, **facts))
        parts.store.tokens.add(token)
        return token, secret

    def list(self) -> tuple[Token, ...]:
        """Return all tokens, revoked and expired ones too."""
        return self._parts.store.tokens.all()

    def revoke(self, token_id: str) -> bool:
        """Revoke a token at once; False where there is none of this id."""
        parts, now = self._parts, self._parts.clock.now()
        if all(token.id != token_id for token in self.list()):
            return False
        parts.store.audit.append(parts.about(now, "token.revoke", HOST, None, token=token_id))
        return parts.store.tokens.revoke(token_id, now)

    def revoke_person(self, person: str) -> int:
        """Revoke every good token of a person; return how many those were."""
        now, name = self._parts.clock.now(), plain(person).strip()
        mine = [t.id for t in self.list() if t.person == name and usable(t, now)]
        return sum(self.revoke(token_id) for token_id in mine)


def digest(secret: str) -> str:
    """Return what is kept of a token: it is 256 random bits, so a plain digest is enough.

    The store finds it by this digest: what a look-up's time tells is nothing about the token.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
