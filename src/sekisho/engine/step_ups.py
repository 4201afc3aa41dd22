"""Step-ups of people who are signed in: a passkey for this decision, or a sign-in made for it."""

from sekisho.domain.callers import Caller
from sekisho.domain.errors import PasskeyWrong, StepUpNeeded
from sekisho.domain.passkeys import Passkey
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import (
    CHALLENGE,
    PROVED,
    Decision,
    Way,
    asked,
    begun,
    challenge_of,
    of_secret,
    proved,
)
from sekisho.ports import Authenticators, Clock, Ids, Store

_JSON = "{"
"""What the answer of a passkey begins with; a proof of ours never does."""


class PeopleStepUp:
    """The port `StepUp` where people sign in. `signs_in`: a fresh sign-in can be asked for."""

    def __init__(
        self, store: Store, passkeys: Authenticators, clock: Clock, ids: Ids, *, signs_in: bool
    ) -> None:
        self._store = store
        self._passkeys = passkeys
        self._clock = clock
        self._ids = ids
        self._signs_in = signs_in

    def begin(
        self,
        run_id: str,
        seal: str,
        decision: str,
        who: SignedIn | None = None,
        way: Way = "passkey",
    ) -> str:
        """Return what a browser asks a passkey, or the state of a sign-in that was begun.

        Raises:
            StepUpNeeded: nobody is signed in, or they cannot prove themselves so.
        """
        if who is None:
            raise StepUpNeeded
        about, now = Decision(run_id, seal, decision), self._clock.now()
        self._store.tickets.expire(now)
        secret = self._ids.secret()
        if way == "passkey":
            known = self._known(who)
            self._store.tickets.put(asked(about, who.session, secret, now))
            return self._passkeys.request(challenge_of(about, who.session, secret), known)
        if not self._signs_in:
            raise StepUpNeeded
        self._store.tickets.put(begun(about, who.session, secret, now))
        return secret

    def finish(
        self, run_id: str, seal: str, decision: str, proof: str, who: SignedIn | None = None
    ) -> Caller:
        """Check the answer of a passkey, or the proof that a fresh sign-in left.

        Raises:
            StepUpNeeded: nobody is signed in, or there is no proof of this decision.
            PasskeyWrong: the passkey's answer does not hold, is late, or was for something else.
            PasskeyCloned: it holds, and its authenticator counted backwards.
        """
        if who is None or not proof:
            raise StepUpNeeded
        about = Decision(run_id, seal, decision)
        if proof.lstrip().startswith(_JSON):
            self._use_passkey(about, proof, who)
            return who.caller("passkey")
        now = self._clock.now()
        ticket = self._store.tickets.take(of_secret(proof.strip()), PROVED, now)
        wanted = proved(about, who.session, proof, now).facts
        if ticket is None or ticket.facts != wanted:
            raise StepUpNeeded
        return who.caller("fresh_sign_in")

    def _use_passkey(self, about: Decision, answer: str, who: SignedIn) -> None:
        now = self._clock.now()
        key = about.digest(who.session, CHALLENGE)
        ticket = self._store.tickets.take(key, CHALLENGE, now)
        if ticket is None:
            raise PasskeyWrong
        challenge = challenge_of(about, who.session, ticket.facts["salt"])
        passkey, count = self._passkeys.asserted(answer, challenge, self._known(who))
        self._store.passkeys.use(passkey.id, count, now)

    def _known(self, who: SignedIn) -> tuple[Passkey, ...]:
        found = passkeys_of(self._store, who)
        if not found:
            raise StepUpNeeded
        return found


def passkeys_of(store: Store, who: SignedIn) -> tuple[Passkey, ...]:
    """Return a person's passkeys: those of somebody else by the same name are not theirs."""
    return tuple(p for p in store.passkeys.of(who.person) if p.subject == who.subject)
