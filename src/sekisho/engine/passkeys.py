"""Passkeys: enrolling, using up the code for the first one, removing, forgetting."""

import hmac
from typing import Final

from sekisho.domain.callers import is_own_name
from sekisho.domain.errors import (
    ArgumentsInvalid,
    ConsoleAway,
    EnrolmentCodeWrong,
    PasskeyUnknown,
    PasskeyWrong,
)
from sekisho.domain.groups import folded, same_name
from sekisho.domain.passkeys import CODE_FOR, CODE_TRIES, NAME, PER_PERSON, Passkey
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import PROOF_FOR, Decision, challenge_of, of_secret
from sekisho.domain.text import plain
from sekisho.domain.tickets import Ticket
from sekisho.engine.parts import Parts
from sekisho.engine.step_ups import passkeys_of
from sekisho.engine.tokens import HOST
from sekisho.ports import Authenticators

ADD: Final = "passkey_add"
REMOVE: Final = "passkey_remove"
"""Verbs that a person proves themselves for beside decisions; removing names the passkey."""
_CREATION = "creation"
_ENROLMENT = "enrolment"
_LONGEST_PERSON = 200


class Passkeys:
    """Enrols and removes passkeys. Without one, a code that a host command made is needed."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def of(self, who: SignedIn) -> tuple[Passkey, ...]:
        """Return the passkeys of a person, oldest first."""
        return passkeys_of(self._parts.store, who)

    def all(self) -> tuple[Passkey, ...]:
        """Return everybody's passkeys."""
        store = self._parts.store.passkeys
        return tuple(p for person in store.people() for p in store.of(person))

    def enrol(self, person: str) -> str:
        """Make the code with which a person enrols their first passkey; shown this once.

        The one before is void.

        Raises:
            ArgumentsInvalid: this can be nobody's name.
        """
        parts, now = self._parts, self._parts.clock.now()
        name = plain(person).strip()
        if not name or len(name) > _LONGEST_PERSON or is_own_name(name):
            raise ArgumentsInvalid(problem="person is empty, or a name the server itself uses")
        code = parts.ids.code() + parts.ids.code()
        parts.store.audit.append(parts.about(now, "passkey.invite", HOST, None, person=name))
        parts.store.tickets.put(
            Ticket(_of_person(name), _ENROLMENT, now + CODE_FOR, {"code": self._kept(name, code)})
        )
        return code

    def ask(self, who: SignedIn, verb: str) -> str:
        """Return what a browser asks a passkey, to prove the person for a verb of this class.

        Raises:
            StepUpNeeded: they have none.
        """
        return self._parts.step_up.begin("", "", verb, who)

    def creation(self, who: SignedIn) -> str:
        """Return what a browser needs to make a passkey; the answer goes to `add`."""
        parts, now = self._parts, self._parts.clock.now()
        about, salt = Decision("", "", _CREATION), parts.ids.secret()
        ticket = Ticket(about.digest(who.session), _CREATION, now + PROOF_FOR, {"salt": salt})
        parts.store.tickets.put(ticket)
        challenge = challenge_of(about, who.session, salt)
        return self._authenticators.creation(who, challenge, self.of(who))

    def add(self, who: SignedIn, answer: str, name: str, proof: str) -> Passkey:
        """Keep a new passkey. `proof`: an answer of one that is there, or the code for the first.

        Raises:
            EnrolmentCodeWrong, PasskeyWrong, PasskeyCloned, StepUpNeeded: the proof does not hold.
            PasskeyKnown, PasskeysTooMany.
        """
        parts, now = self._parts, self._parts.clock.now()
        first = not self.of(who)
        if first:
            self._check_code(who, proof)
        about = Decision("", "", _CREATION)
        ticket = parts.store.tickets.take(about.digest(who.session), _CREATION, now)
        if ticket is None:
            raise PasskeyWrong
        challenge = challenge_of(about, who.session, ticket.facts["salt"])
        made = self._authenticators.registered(answer, challenge)
        if first:
            self._use_code(who, proof)
        else:
            parts.step_up.finish("", "", ADD, proof, who)
        passkey = Passkey(
            id=parts.ids.new("pky"),
            credential_id=made.credential_id,
            public_key=made.public_key,
            person=who.person,
            subject=who.subject,
            name=plain(name, NAME).strip() or "passkey",
            created_at=now,
            sign_count=made.sign_count,
            transports=made.transports,
        )
        parts.store.passkeys.add(passkey, PER_PERSON)
        facts = {"passkey": passkey.id, "name": passkey.name, "first": first}
        caller = who.caller("session" if first else "passkey")
        parts.store.audit.append(parts.about(now, "passkey.add", caller, None, **facts))
        return passkey

    def remove(self, who: SignedIn, passkey_id: str, proof: str) -> None:
        """Remove a passkey, as one proves who has it or another.

        Raises:
            PasskeyUnknown, PasskeyWrong, PasskeyCloned, StepUpNeeded.
        """
        parts = self._parts
        found = next((p for p in self.of(who) if p.id == passkey_id), None)
        if found is None:
            raise PasskeyUnknown
        caller = parts.step_up.finish("", "", removing(passkey_id), proof, who)
        facts = {"passkey": found.id, "name": found.name}
        entry = parts.about(parts.clock.now(), "passkey.remove", caller, None, **facts)
        parts.store.audit.append(entry)
        parts.store.passkeys.remove(passkey_id)

    def forget(self, person: str) -> int:
        """Forget all passkeys of a person, by a host command; return how many those were."""
        parts, store = self._parts, self._parts.store
        mine = store.passkeys.of(person)
        if mine:
            facts = {"person": mine[0].person, "count": len(mine)}
            entry = parts.about(parts.clock.now(), "passkey.forget", HOST, None, **facts)
            store.audit.append(entry)
        return sum(store.passkeys.remove(p.id) for p in mine if same_name(p.person, person))

    @property
    def _authenticators(self) -> Authenticators:
        if self._parts.entrance is None:
            raise ConsoleAway(command="sekisho serve")
        return self._parts.entrance.authenticators

    def _check_code(self, who: SignedIn, code: str) -> None:
        """Let through the code of this person, and leave it: a passkey must come of it yet."""
        parts = self._parts
        key = _of_person(who.person)
        ticket = parts.store.tickets.peek(key, _ENROLMENT, parts.clock.now())
        good = ticket is not None and self._is_code(who, code, ticket)
        if not good:
            parts.store.tickets.miss(key, _ENROLMENT, CODE_TRIES)
            raise EnrolmentCodeWrong(person=who.person)

    def _use_code(self, who: SignedIn, code: str) -> None:
        parts = self._parts
        ticket = parts.store.tickets.take(_of_person(who.person), _ENROLMENT, parts.clock.now())
        if ticket is None or not self._is_code(who, code, ticket):
            raise EnrolmentCodeWrong(person=who.person)

    def _is_code(self, who: SignedIn, code: str, ticket: Ticket) -> bool:
        return hmac.compare_digest(ticket.facts["code"], self._kept(who.person, code))

    def _kept(self, person: str, code: str) -> str:
        """Return what is kept of a code: a keyed digest, since a person's code is not long."""
        spelled = "".join(c for c in code[:200].upper() if c.isalnum())
        return self._parts.keys.mac(f"enrolment\n{folded(person)}\n{spelled}".encode())


def removing(passkey_id: str) -> str:
    """Return the verb of removing this passkey."""
    return f"{REMOVE}:{passkey_id}"


def _of_person(person: str) -> str:
    return of_secret(f"{_ENROLMENT}\n{folded(person)}")
