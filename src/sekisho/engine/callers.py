"""Callers: who is behind a request, as far as the server can prove it, and what they may do."""

import contextlib
import threading
from datetime import datetime
from typing import Literal

from sekisho.domain.callers import POWERS, Admission, Caller, Power
from sekisho.domain.errors import (
    CredentialInvalid,
    CredentialMistyped,
    CredentialNeeded,
    IdentityMissing,
    SekishoError,
    Unavailable,
)
from sekisho.domain.groups import Claims, groups_of
from sekisho.domain.sessions import SignedIn
from sekisho.domain.text import Text, plain
from sekisho.domain.tokens import PREFIX, Token, identifies, mistyped, usable, use_to_keep
from sekisho.engine.parts import Parts
from sekisho.engine.people import People
from sekisho.engine.tokens import digest
from sekisho.ports import Identities

LOOPBACK = "loopback"
"""The person behind requests on the loopback default: nobody signed in, and it says so."""
ANYBODY = "anybody"
"""The person behind requests without a credential where that is no proof of being near."""
BARE: tuple[Power, ...] = ("read", "plan")
"""What may be done without a credential on a server whose operator wants none."""

Auth = Literal["loopback", "keys", "none"]
"""Who may ask without a credential: everybody on this machine, nobody, everybody."""

NO_AUTH = Text(
    "SEKISHO_AUTH=none: whoever reaches this server may read and plan without a key.",
    "SEKISHO_AUTH=none: このサーバーに到達できる人は誰でも、キーなしで閲覧と計画ができます。",
)

_TEAM = 64
_IDENTITY_FOR = 10.0
"""Seconds for which a key that was seen to exist is taken to exist still."""


class Callers:
    """Identifies callers, by a key or a provider's token; without one, as the operator chose."""

    def __init__(self, parts: Parts, *, open_: bool, bare: tuple[Power, ...] = POWERS) -> None:
        """Let requests without a credential in where `open_`, and let them do `bare` alone."""
        self.people = People(parts)
        self._parts = parts
        self._open = open_
        self._bare = bare
        self._seen = float("-inf")
        self._uses: dict[str, datetime] = {}
        self._lock = threading.Lock()

    @property
    def auth(self) -> Auth:
        """Say who may ask without a credential."""
        if not self._open:
            return "keys"
        return "loopback" if self._bare == POWERS else "none"

    @property
    def provider(self) -> Identities | None:
        """Return who vouches for people besides our own keys, where the operator named somebody."""
        return self._parts.identities

    @property
    def issuer(self) -> str:
        """Name the provider; empty where there is none."""
        return self.provider.issuer if self.provider else ""

    def is_slow(self, secret: str | None) -> bool:
        """Say whether finding out who is behind a credential may take a question over a network."""
        return self.provider is not None and secret is not None and not secret.startswith(PREFIX)

    def identify(self, secret: str | None, via: str, team: str = "") -> Admission:
        """Say who is behind a credential, or behind none where that is allowed.

        A credential that is given must be good: a wrong one never falls back to "nobody". `team`
        is what the caller claims. Where there is no key at all, callers without one come in and may
        do nothing with runs: they are told what the operator must set. What is not one of our keys
        is a token of the identity provider, where there is one.

        Raises:
            CredentialMistyped: it begins as a key and is none.
            CredentialInvalid: unknown, revoked or expired.
            CredentialNeeded: none was given, and this server wants one.
            SekishoError: what is wrong with a token of the identity provider, or with asking it.
        """
        name, claim = plain(via, 120) or "unknown client", " ".join(plain(team, _TEAM).split())
        closure = self._parts.closed
        if secret is None:
            return self._without(name, claim, closure.error() if closure else None)
        if self.provider and self.is_slow(secret):
            caller, powers = self._vouched(self.provider, secret, name, claim), POWERS
        else:
            token = self._token(secret)
            caller, powers = self._keyed(token, name, claim), token.powers
        return Admission(caller, powers, closure.error() if closure else None)

    def at_console(self, via: str, who: SignedIn | None = None) -> Admission:
        """Say who is at the console: who signed in, else the person of the loopback default.

        Approving is not among the powers: it takes a proof of its own for each decision. On a
        server that wants keys the console shows, and takes decisions; the rest is for keys.
        """
        closure = self._parts.closed
        obstacle = closure.error() if closure else None
        if who is not None:
            return Admission(who.caller(), POWERS, obstacle)
        powers = self._bare if self._open else ("read",)
        return Admission(Caller(LOOPBACK, via), powers, obstacle)

    def has_identity(self) -> bool:
        """Say whether anybody can be told by a key: the server's own local one does not count."""
        if self.provider:
            return True
        now = self._parts.clock.monotonic()
        if now - self._seen < _IDENTITY_FOR:
            return True
        moment = self._parts.clock.now()
        found = any(identifies(t, moment) for t in self._parts.store.tokens.all())
        self._seen = now if found else float("-inf")
        return found

    @property
    def uses_wait(self) -> bool:
        """Say whether `keep_uses` has something to write."""
        return bool(self._uses)

    def keep_uses(self) -> None:
        """Write down which keys were used since the last time: seldom anything, and never vital.

        Apart from `identify`, which may run where nobody must wait for a write.
        """
        with self._lock:
            uses, self._uses = self._uses, {}
        with contextlib.suppress(Unavailable):
            for token_id, at in uses.items():
                self._parts.store.tokens.use(token_id, at)

    def _without(self, name: str, team: str, obstacle: SekishoError | None) -> Admission:
        if self.auth == "loopback":
            return Admission(Caller(LOOPBACK, name, "loopback", team), self._bare, obstacle)
        anybody = Caller(ANYBODY, name, "none", team)
        if self._open:
            return Admission(anybody, self._bare, obstacle)
        if self.has_identity():
            raise CredentialNeeded
        return Admission(anybody, (), obstacle or IdentityMissing())

    def _vouched(self, provider: Identities, token: str, name: str, team: str) -> Caller:
        """Take a provider's word. Approving is never among the powers, whatever the scopes."""
        verified = provider.access(token, self._parts.clock.now())
        person = self.people.recognise(verified, name)
        groups = self._groups(person.name, verified.claims)
        return Caller(person.name, name, "oidc", team, verified.subject, groups)

    def _keyed(self, token: Token, name: str, team: str) -> Caller:
        """Take a key's word: its person is whoever the provider knows by that name, if anybody."""
        client = f"{token.client}: {name}" if token.client else name
        subject = "" if token.local else self.people.subject_of(token.person)
        groups = () if token.local else self._groups(token.person, {})
        return Caller(token.person, client, "token", team, subject, groups)

    def _groups(self, person: str, claims: Claims) -> tuple[str, ...]:
        return groups_of(self._parts.catalog.groups(), person, claims)

    def _token(self, secret: str) -> Token:
        if mistyped(secret):
            raise CredentialMistyped
        ours = secret.isascii() and secret.startswith(PREFIX)
        token = self._parts.store.tokens.find(digest(secret)) if ours else None
        now = self._parts.clock.now()
        if token is None or not usable(token, now):
            raise CredentialInvalid
        if use_to_keep(token, now):
            with self._lock:
                self._uses[token.id] = now
        return token
