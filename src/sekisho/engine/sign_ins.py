"""Sign-ins: at the provider and back, bound to the browser that began; or by a load balancer.

Nothing is kept of a sign-in under way: its browser holds a signed cookie, and what goes to the
provider is derived from the cookie's state. One that is made for a decision has a ticket.
"""

import base64
import dataclasses
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast

from sekisho.domain.errors import (
    LoadBalancerUntrusted,
    PersonOther,
    SekishoError,
    SignInLost,
    SignInRefused,
    SignInStale,
)
from sekisho.domain.identities import Verified
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import (
    FRESH,
    SIGN_IN_FOR,
    Decision,
    decision_of,
    of_secret,
    proved,
)
from sekisho.domain.text import Text
from sekisho.domain.tickets import Ticket
from sekisho.engine.console_refusals import ConsoleRefusals
from sekisho.engine.parts import Parts
from sekisho.engine.refusals import attempting
from sekisho.engine.sessions import Opened, Sessions
from sekisho.ports import SignIn

Way = Literal["", "provider", "load_balancer"]
"""How people come to the console: nobody signs in, at a provider, or by a load balancer."""

_PROVIDER_SAID = Text("the provider said {word}", "プロバイダーの応答: {word}")
_NO_CODE = Text("the provider sent no code", "プロバイダーから認可コードが届きませんでした")
_OTHER_ISSUER = Text("the answer comes from another provider", "別のプロバイダーからの応答です")
_NO_HEADER = Text("it said nothing", "情報がありません")
_WORD = re.compile(r"[a-z_]{1,40}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Pending:
    """A sign-in under way, as its browser's cookie holds it. `to`: where it leads then."""

    state: str
    to: str
    fresh: bool
    ends: int


@dataclasses.dataclass(frozen=True)
class Proved:
    """A fresh sign-in that is done: `proof` is good once, for this decision."""

    decision: Decision
    proof: str


class SignIns:
    """Signs people in, and proves them anew for one decision."""

    def __init__(self, parts: Parts, sessions: Sessions, refusals: ConsoleRefusals) -> None:
        self._parts = parts
        self._sessions = sessions
        self._refusals = refusals

    @property
    def entrance(self) -> Way:
        """Say how people come to the console."""
        entrance = self._parts.entrance
        if entrance is None:
            return ""
        return "load_balancer" if entrance.load_balancer else "provider"

    @property
    def issuer(self) -> str:
        """Name the provider; empty where there is none."""
        return self._sign_in.issuer if self._sign_in else ""

    @property
    def fresh(self) -> bool:
        """Say whether a person can sign in afresh for one decision."""
        return self._sign_in is not None

    def begin(self, to: str) -> str:
        """Return the cookie of a new sign-in, which leads to `to` in the end."""
        return self._cookie(self._parts.ids.secret(), to, fresh=False)

    def begin_fresh(self, state: str, to: str) -> str:
        """Return the cookie of a sign-in that a step-up has begun."""
        return self._cookie(state, to, fresh=True)

    def address(self, cookie: str) -> str:
        """Return where the browser with this cookie goes to sign in.

        Raises:
            SignInLost: the cookie is none of ours, or too old.
            IdentityProviderAway: the provider cannot be asked.
        """
        pending = self._pending(cookie)
        return self._provider.address(
            pending.state,
            self._derived("nonce", pending.state),
            self._derived("verifier", pending.state),
            fresh=pending.fresh,
        )

    def finish(
        self, cookie: str, answer: Mapping[str, str], who: SignedIn | None
    ) -> tuple[Pending, Opened | Proved]:
        """Take the provider's answer; a person is signed in then, or proved for their decision.

        Raises:
            SignInLost: this browser did not begin it, or it was used or took too long.
            SignInRefused, SignInStale, PersonOther: it does not prove what it should.
            SekishoError: what the check of the token, or the provider, raises.
        """
        try:
            pending = self._pending(cookie)
            if not hmac.compare_digest(pending.state.encode(), answer.get("state", "").encode()):
                raise SignInLost
            if pending.fresh:
                return pending, self._prove(pending, answer, who)
            return pending, self._sessions.open(self._redeem(pending, answer), "oidc")
        except SekishoError as error:
            self._refusals.tell("session.refuse", error, attempting(who))
            raise

    def admit(self, data: str | None, secret: str) -> Opened:
        """Say who comes through the load balancer; one who comes first gets a session.

        The secret returned is empty where the browser's own is still good.

        Raises:
            LoadBalancerUntrusted: what it says is missing, or does not hold.
            SekishoError: the person cannot be named.
        """
        balancer = self._parts.entrance.load_balancer if self._parts.entrance else None
        try:
            if balancer is None or not data:
                raise LoadBalancerUntrusted(problem=_NO_HEADER)
            verified = balancer.verify(data)
            known = self._sessions.find(secret)
            if known is not None and known.subject == verified.subject:
                return Opened("", known)
            return self._sessions.open(verified, "load_balancer")
        except SekishoError as error:
            self._refusals.tell("session.refuse", error)
            raise

    def sign_out_address(self) -> str:
        """Return where a browser signs out at the provider too; empty where it cannot."""
        if self._sign_in is None:
            return ""
        try:
            return self._sign_in.sign_out_address()
        except SekishoError:
            return ""

    def _prove(self, pending: Pending, answer: Mapping[str, str], who: SignedIn | None) -> Proved:
        parts, now = self._parts, self._parts.clock.now()
        ticket = parts.store.tickets.take(of_secret(pending.state), FRESH, now)
        if ticket is None or who is None or ticket.facts["session"] != who.session:
            raise SignInLost
        verified = self._redeem(pending, answer)
        if verified.subject != who.subject:
            raise PersonOther
        if not _is_fresh(verified, ticket):
            raise SignInStale
        proof = parts.ids.secret()
        decision = decision_of(ticket)
        parts.store.tickets.put(proved(decision, who.session, proof, parts.clock.now()))
        return Proved(decision, proof)

    def _redeem(self, pending: Pending, answer: Mapping[str, str]) -> Verified:
        issuer = answer.get("iss")
        if issuer is not None and issuer != self._provider.issuer:
            raise SignInRefused(problem=_OTHER_ISSUER)
        if "error" in answer:
            word = answer["error"] if _WORD.fullmatch(answer["error"]) else "error"
            raise SignInRefused(problem=_PROVIDER_SAID.fill({"word": word}))
        if not answer.get("code"):
            raise SignInRefused(problem=_NO_CODE)
        verifier = self._derived("verifier", pending.state)
        return self._provider.redeem(
            answer["code"], verifier, self._derived("nonce", pending.state)
        )

    @property
    def _provider(self) -> SignIn:
        if self._sign_in is None:
            raise SignInLost
        return self._sign_in

    @property
    def _sign_in(self) -> SignIn | None:
        return self._parts.entrance.sign_in if self._parts.entrance else None

    def _cookie(self, state: str, to: str, *, fresh: bool) -> str:
        ends = int((self._parts.clock.now() + SIGN_IN_FOR).timestamp())
        held = json.dumps(dataclasses.asdict(Pending(state, to, fresh, ends)))
        body = base64.urlsafe_b64encode(held.encode()).decode().rstrip("=")
        return f"{body}.{self._derived('cookie', body)}"

    def _pending(self, cookie: str) -> Pending:
        body, _, mac = cookie.partition(".")
        if not hmac.compare_digest(mac.encode(), self._derived("cookie", body).encode()):
            raise SignInLost
        # What we signed ourselves is as we wrote it.
        held = cast("dict[str, Any]", json.loads(base64.urlsafe_b64decode(body + "==")))
        pending = Pending(**held)
        if self._parts.clock.now().timestamp() >= pending.ends:
            raise SignInLost
        return pending

    def _derived(self, purpose: str, text: str) -> str:
        """Derive what only this server knows of a state: 64 characters."""
        return self._parts.keys.mac(f"sign-in {purpose}\n{text}".encode(errors="replace"))


def _is_fresh(verified: Verified, ticket: Ticket) -> bool:
    """Say whether the person signed in after the decision was begun; providers tell seconds."""
    began = datetime.fromisoformat(ticket.facts["began"]).replace(microsecond=0)
    return verified.auth_time is not None and verified.auth_time >= began
