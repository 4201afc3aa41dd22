"""Access reviews: who could do what here, from the operator's file and from what is kept."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sekisho.domain.access_reviews import (
    EVERYBODY,
    AccessReview,
    Holder,
    claim_members,
    named_members,
)
from sekisho.domain.groups import folded
from sekisho.engine.audits import Audits
from sekisho.engine.parts import Parts
from sekisho.engine.tokens import HOST

_DECISIONS = frozenset(
    {"run.approve", "run.reject", "run.override", "run.break_glass", "run.follow_up"}
)


class AccessReviews:
    """Makes reviews of access; that one was made is on record."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def make(self) -> AccessReview:
        """Gather everybody who is known here, and what is declared at this moment."""
        parts, now = self._parts, self._parts.clock.now()
        groups = parts.catalog.groups()
        holders = _Holders()
        self._known(holders)
        for name in named_members(groups):
            holders.change(name)
        self._acted(holders)
        by_claim = [Holder("", claim) for claim in claim_members(groups)]
        access = parts.catalog.access()
        anybody = (Holder(EVERYBODY),) if access.grants is None else ()
        review = AccessReview(
            at=now,
            holders=(*anybody, *(known := holders.all()), *by_claim),
            groups=groups,
            access=access,
            workspaces=tuple(sorted(w.name for w in parts.catalog.all())),
        )
        facts = {
            "people": len(known),
            "claims": len(by_claim),
            "keys": sum(len(h.keys) for h in review.holders),
            "workspaces": len(review.workspaces),
        }
        parts.store.audit.append(parts.about(now, "access.report", HOST, None, **facts))
        return review

    def _known(self, holders: "_Holders") -> None:
        """Take in whom the store knows: people, their keys and passkeys, and who is signed in."""
        store = self._parts.store
        for person in store.people.all():
            names = (person.name, *(f.name for f in person.former))
            holders.alias(person.name, names)
            holders.change(person.name, subject=person.subject, last_seen_at=person.last_seen_at)
        for token in store.tokens.all():
            if not token.local:
                keys = holders.get(token.person).keys
                holders.change(token.person, keys=(*keys, token))
        for name in store.passkeys.people():
            count = holders.get(name).passkeys + len(store.passkeys.of(name))
            holders.change(name, passkeys=count)
        for holder in holders.all():
            sessions = sorted(store.sessions.of(holder.name), key=lambda s: s.created_at)
            if sessions:
                holders.change(holder.name, claims=sessions[-1].claims)

    def _acted(self, holders: "_Holders") -> None:
        """Take in when people last signed in and decided, from the audit: it forgets nothing."""
        signed_in: dict[str, datetime] = {}
        decided: dict[str, datetime] = {}
        for record in Audits(self._parts).all():
            entry = record.entry
            if entry.action == "session.begin":
                signed_in[entry.caller.person] = entry.at
            elif entry.action in _DECISIONS:
                decided[entry.caller.person] = entry.at
        for name, at in signed_in.items():
            if holders.knows(name):
                holders.change(name, last_sign_in_at=at)
        for name, at in decided.items():
            if holders.knows(name):
                holders.change(name, last_decision_at=at)


class _Holders:
    """Everybody by name; whoever was renamed is one person still."""

    def __init__(self) -> None:
        self._found: dict[str, Holder] = {}
        self._aliases: dict[str, str] = {}

    def alias(self, name: str, others: Iterable[str]) -> None:
        self._aliases |= {folded(other): folded(name) for other in others}

    def knows(self, name: str) -> bool:
        return self._key(name) in self._found

    def get(self, name: str) -> Holder:
        return self._found.get(self._key(name), Holder(name))

    def change(self, name: str, **facts: Any) -> None:
        self._found[self._key(name)] = dataclasses.replace(self.get(name), **facts)

    def all(self) -> tuple[Holder, ...]:
        return tuple(self._found[key] for key in sorted(self._found))

    def _key(self, name: str) -> str:
        key = folded(name)
        return self._aliases.get(key, key)
