"""Sessions: people signed in at the console, each with one browser."""

import dataclasses

from sekisho.domain.callers import Caller
from sekisho.domain.groups import groups_of
from sekisho.domain.identities import Verified
from sekisho.domain.sessions import (
    IDLE,
    LASTS,
    PER_PERSON,
    VIA,
    Session,
    SignedIn,
    alive,
    use_to_keep,
)
from sekisho.engine.parts import Parts
from sekisho.engine.people import People
from sekisho.engine.tokens import HOST, digest


@dataclasses.dataclass(frozen=True)
class Opened:
    """A session that was just begun. `secret` is for the browser's cookie, and kept nowhere."""

    secret: str
    who: SignedIn


class Sessions:
    """Begins, finds and ends sessions; of each, the store has only the digest of its secret."""

    def __init__(self, parts: Parts, people: People) -> None:
        self._parts = parts
        self._people = people

    def open(self, verified: Verified, how: str) -> Opened:
        """Begin a session of a person whom a provider, or a load balancer, has just named.

        It has a secret of its own, whatever the browser had before. Raises IdentityConflict.
        """
        parts, now = self._parts, self._parts.clock.now()
        person = self._people.recognise(verified, VIA).name
        secret = parts.ids.secret()
        session = Session(
            digest=digest(secret),
            person=person,
            subject=verified.subject,
            created_at=now,
            ends_at=now + LASTS,
            last_used_at=now,
            claims=verified.claims,
        )
        who = self._signed_in(session)
        parts.store.sessions.expire(now, now - IDLE)
        for old in self._crowd(person):
            self._end(old, who.caller(), "session.end", "too_many")
        # Told first: if that cannot be written, nobody is signed in.
        entry = parts.about(now, "session.begin", who.caller(), None, how=how, session=_short(who))
        parts.store.audit.append(entry)
        parts.store.sessions.add(session)
        return Opened(secret, who)

    def find(self, secret: str) -> SignedIn | None:
        """Say who is signed in by a secret, and keep that it was used; None where nobody is."""
        parts, now = self._parts, self._parts.clock.now()
        session = parts.store.sessions.find(digest(secret)) if secret else None
        if session is None or not alive(session, now):
            return None
        if use_to_keep(session, now):
            parts.store.sessions.use(session.digest, now)
        return self._signed_in(session)

    def end(self, who: SignedIn) -> None:
        """Sign a browser out."""
        session = self._parts.store.sessions.find(who.session)
        if session:
            self._end(session, who.caller(), "session.end", "sign_out")

    def end_all(self, who: SignedIn) -> int:
        """Sign a person out everywhere; return with how many browsers they were signed in."""
        return self._end_of(who.person, who.caller(), "sign_out_everywhere")

    def revoke(self, person: str) -> int:
        """Sign a person out everywhere, by a host command."""
        return self._end_of(person, HOST, "host")

    def list(self, who: SignedIn) -> tuple[Session, ...]:
        """Return the sessions of a person, the one used last comes first."""
        now = self._parts.clock.now()
        found = self._parts.store.sessions.of(who.person)
        mine = [s for s in found if s.subject == who.subject and alive(s, now)]
        return tuple(reversed(mine))

    def _crowd(self, person: str) -> tuple[Session, ...]:
        mine = self._parts.store.sessions.of(person)
        return mine[: max(0, len(mine) - PER_PERSON + 1)]

    def _end_of(self, person: str, by: Caller, why: str) -> int:
        mine = self._parts.store.sessions.of(person)
        return sum(self._end(session, by, "session.end", why) for session in mine)

    def _end(self, session: Session, by: Caller, action: str, why: str) -> bool:
        parts = self._parts
        facts = {"person": session.person, "why": why, "session": session.digest[:12]}
        done = parts.store.sessions.remove(session.digest)
        if done:
            parts.store.audit.append(parts.about(parts.clock.now(), action, by, None, **facts))
        return done

    def _signed_in(self, session: Session) -> SignedIn:
        declared = self._parts.catalog.groups()
        groups = groups_of(declared, session.person, session.claims)
        return SignedIn(session.digest, session.person, session.subject, groups)


def _short(who: SignedIn) -> str:
    """Write the beginning of a session's digest: enough to tell sessions apart in the audit."""
    return who.session[:12]
