"""One loan, as long as it lasts: its token, its keys, and who is told of its secrets."""

import hmac
import json
import secrets
import threading
from datetime import timedelta
from typing import Protocol

from sekisho.domain.credentials import RENEWED_BEFORE, Keys, Loan
from sekisho.domain.errors import CredentialsAway, SekishoError
from sekisho.ports.credentials import Learn
from sekisho.ports.runtime import Clock, Journal

_REST, _REST_BARE = 10.0, 2.0
"""Seconds after a renewal in which what it left is served as it is, where that lives and where it
does not: a run that asks on and on does not make us ask STS, which all runs need, each time."""


class Roles(Protocol):
    """Assumes roles."""

    def assume(self, loan: Loan) -> Keys: ...


class Holding:
    """Keys that one run may fetch. Threads share it; one at a time assumes the role."""

    def __init__(self, loan: Loan, roles: Roles, clock: Clock, journal: Journal) -> None:
        """Assume the role. Raises CredentialsRefused, CredentialsAway, AwsMissing."""
        self._loan, self._roles, self._clock, self._journal = loan, roles, clock, journal
        self.name, self._token = secrets.token_hex(8), secrets.token_urlsafe(32)
        self._assuming, self._telling = threading.Lock(), threading.Lock()
        self._listeners: list[Learn] = []
        self._secrets = {self._token}
        self._rest_until = 0.0
        self._ended = False
        self._keys = self._assume()
        if self._keys.left(clock.now()) <= timedelta(0):
            problem = "its keys were over as they came (is the clock of this server right?)"
            raise CredentialsAway(role=loan.role, problem=problem)

    @property
    def token(self) -> str:
        """What the run shows to be served. It is good for this loan alone."""
        return self._token

    def admits(self, token: str) -> bool:
        """Say whether this token is ours and the loan lasts; how long it takes tells nothing."""
        good = hmac.compare_digest(self._token.encode(), token.encode(errors="replace"))
        return good and not self._ended

    def tell(self, learn: Learn) -> None:
        """Tell somebody every secret there is, and those that come before they are served."""
        with self._telling:
            self._listeners.append(learn)
            learn(frozenset(self._secrets))

    def end(self) -> None:
        """Serve nobody any more."""
        self._ended = True
        with self._telling:
            self._listeners.clear()

    def serve(self) -> bytes | None:
        """Return what SDKs want to hear; None where there are no keys that live."""
        keys = self._keys
        if self._ended or keys.left(self._clock.now()) <= timedelta(0):
            return None
        return json.dumps(
            {
                "AccessKeyId": keys.access_key_id,
                "SecretAccessKey": keys.secret_access_key,
                "Token": keys.session_token,
                "Expiration": keys.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "RoleArn": self._loan.role,
            }
        ).encode()

    def fresh(self) -> bool:
        """Say whether to ask nobody now: the keys in hand are good, or were just renewed."""
        left = self._keys.left(self._clock.now())
        return left > RENEWED_BEFORE or self._clock.monotonic() < self._rest_until

    def renew(self) -> None:
        """Assume the role again where that is due. What fails is told; older keys stay."""
        with self._assuming:
            if self._ended or self.fresh():
                return
            try:
                self._keys = self._assume()
            except SekishoError as error:
                self._journal.event("credentials.failed", warning=str(error), **self._named())
            except Exception as error:  # noqa: BLE001 (a thread of the listener: told, not raised)
                self._journal.event("credentials.failed", error=error, **self._named())
            lives = self._keys.left(self._clock.now()) > timedelta(seconds=_REST)
            self._rest_until = self._clock.monotonic() + (_REST if lives else _REST_BARE)

    def _assume(self) -> Keys:
        keys = self._roles.assume(self._loan)
        with self._telling:
            self._secrets |= keys.secrets
            for learn in self._listeners:
                learn(keys.secrets)
        self._journal.event(
            "credentials.lent",
            **self._named(),
            session=self._loan.session,
            source_identity=self._loan.source_identity or None,
            via=self._loan.via,
            access_key_id=keys.access_key_id,
            expires_at=keys.expires_at.isoformat(),
        )
        return keys

    def _named(self) -> dict[str, str]:
        return {"run_id": self._loan.run_id, "phase": self._loan.phase, "role": self._loan.role}
