"""A session, a passkey or a person that another hand wrote into the database lets nobody in."""

from __future__ import annotations

import dataclasses
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from sekisho.domain.errors import StoreTampered
from sekisho.domain.identities import Verified
from sekisho.domain.passkeys import Passkey
from sekisho.domain.people import Person, Recognition
from sekisho.domain.sessions import Session
from sekisho.stores.codec import PASSKEY, PERSON, SESSION
from tests.contract.stores import Digests, sqlite
from tests.fakes.clock import START
from tests.fakes.folders import FolderWorld

ENDS = START + timedelta(hours=8)
MINE = Session("a" * 64, "sato", "https://idp|1", START, ENDS, START)
KEY = Passkey("pky_1", "Y3JlZA", "a2V5", "sato", "https://idp|1", "laptop", START)
SATO = Person("https://idp|1", "sato", START, START)
SUZUKI = Person("https://idp|2", "suzuki", START, START)


def test_a_row_of_somebody_elses_making_is_told_and_not_believed(tmp_path: Path):
    store = sqlite(tmp_path, Digests())
    store.sessions.add(MINE)
    store.passkeys.add(KEY, 10)
    forged = dataclasses.replace(KEY, public_key="dGhlaXJz")
    theirs = dataclasses.replace(MINE, digest="b" * 64)
    with sqlite3.connect(tmp_path / "data" / "sekisho.db") as hand:
        hand.execute("UPDATE passkeys SET body = ?", (PASSKEY.dump(forged),))
        row = (theirs.digest, "sato", 2**52, 2**52, SESSION.dump(theirs))
        hand.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)
    hand.close()

    assert store.sessions.find(MINE.digest) == MINE
    with pytest.raises(StoreTampered):
        store.sessions.find(theirs.digest)
    with pytest.raises(StoreTampered):
        store.passkeys.of("sato")
    store.close()


THEIRS = dataclasses.replace(SATO, name="suzuki")
EDITS = {
    "renamed": (
        "UPDATE people SET body = ? WHERE subject = ?",
        (PERSON.dump(THEIRS), SATO.subject),
    ),
    "given another's name": (
        "UPDATE person_names SET subject = ? WHERE name = 'suzuki'",
        (SATO.subject,),
    ),
    "moved": (
        "UPDATE people SET body = (SELECT body FROM people WHERE subject = ?) WHERE subject = ?",
        (SUZUKI.subject, SATO.subject),
    ),
    "gone": ("DELETE FROM people WHERE subject = ? OR subject = ?", (SATO.subject, SUZUKI.subject)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_person_whom_another_hand_edited_is_told_and_not_believed(tmp_path: Path, edit: str):
    store = sqlite(tmp_path, Digests())
    for person in (SATO, SUZUKI):
        store.people.update(person.subject, person.name, lambda *_, p=person: Recognition(p))
    assert store.people.find(SATO.subject) == SATO
    assert store.people.named("SUZUKI") == SUZUKI
    with sqlite3.connect(tmp_path / "data" / "sekisho.db") as hand:
        hand.execute(*EDITS[edit])
    hand.close()

    known = Recognition(SATO)
    for ask in (
        lambda: (store.people.find(SATO.subject), store.people.named("suzuki")),
        lambda: store.people.update(SATO.subject, "suzuki", lambda *_: known),
    ):
        with pytest.raises(StoreTampered):
            ask()
    store.close()


@pytest.mark.parametrize("edit", EDITS)
def test_nobody_signs_in_past_a_person_that_another_hand_edited(tmp_path: Path, edit: str):
    world = FolderWorld(tmp_path)
    sato, suzuki = (Verified(p.subject, p.name, {}, ENDS) for p in (SATO, SUZUKI))
    for verified in (sato, suzuki):
        world.engine.sessions.open(verified, "oidc")
    before = len(world.store.sessions.of("suzuki"))
    with sqlite3.connect(tmp_path / "store" / "sekisho.db") as hand:
        hand.execute(*EDITS[edit])
    hand.close()

    with pytest.raises(StoreTampered):  # noqa: PT012 (one of the two is who was edited)
        world.engine.sessions.open(sato, "oidc")
        world.engine.sessions.open(dataclasses.replace(sato, person="suzuki"), "oidc")

    assert len(world.store.sessions.of("suzuki")) == before
    assert world.engine.audits.verify().faults
    world.store.close()
