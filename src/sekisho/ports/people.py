"""People: their authenticators, where they sign in, and how they prove themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sekisho.domain.callers import Caller
from sekisho.domain.identities import Verified
from sekisho.domain.passkeys import Passkey
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import Way


class StepUp(Protocol):
    """How a person proves, for one decision, that it is them: never anything a tool could hold.

    `who` is the person whose session it is; None where nobody signs in.
    """

    def begin(
        self,
        run_id: str,
        seal: str,
        decision: str,
        who: SignedIn | None = None,
        way: Way = "passkey",
    ) -> str:
        """Give the person what they need to prove it: a code on the server's terminal.

        Or, what is returned, for their browser to answer.
        It takes the place of what an earlier call gave for the same decision. Raises CodesTooMany,
        StepUpNeeded where the person cannot prove themselves so.
        """
        ...

    def finish(
        self, run_id: str, seal: str, decision: str, proof: str, who: SignedIn | None = None
    ) -> Caller:
        """Check the proof, once, and say who it was.

        Raises CodeWrong, StepUpNeeded, PasskeyWrong, PasskeyCloned.
        """
        ...


@dataclass(frozen=True)
class Registered:
    """What a new authenticator says of itself; bytes as base64url."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...] = ()


class Authenticators(Protocol):
    """Speaks WebAuthn with people's browsers, in JSON. Users are always verified."""

    def creation(self, who: SignedIn, challenge: bytes, known: Sequence[Passkey]) -> str:
        """Return what a browser needs to make a passkey that is none of the known ones."""
        ...

    def registered(self, answer: str, challenge: bytes) -> Registered:
        """Check the answer to that. Raises PasskeyWrong."""
        ...

    def request(self, challenge: bytes, known: Sequence[Passkey]) -> str:
        """Return what a browser needs to ask one of these passkeys."""
        ...

    def asserted(
        self, answer: str, challenge: bytes, known: Sequence[Passkey]
    ) -> tuple[Passkey, int]:
        """Check the answer to that; return which passkey it was and what it counts now.

        The count is not judged here. Raises PasskeyWrong.
        """
        ...


class SignIn(Protocol):
    """An identity provider where people sign in, by the authorization code flow with PKCE."""

    @property
    def issuer(self) -> str: ...

    def address(self, state: str, nonce: str, verifier: str, *, fresh: bool) -> str:
        """Return where a browser goes to sign in; `fresh`: whoever is signed in must do it again.

        Raises IdentityProviderAway.
        """
        ...

    def redeem(self, code: str, verifier: str, nonce: str) -> Verified:
        """Take back the code that the provider gave the browser; say who it is.

        Raises SignInRefused, IdentityProviderAway, and what the check of an ID token raises.
        """
        ...

    def sign_out_address(self) -> str:
        """Return where a browser signs out at the provider; empty where it offers that not."""
        ...


class LoadBalancer(Protocol):
    """A load balancer in front that signs people in, and signs what it says of them."""

    def verify(self, data: str) -> Verified:
        """Check what it says. Raises LoadBalancerUntrusted, IdentityProviderAway."""
        ...
