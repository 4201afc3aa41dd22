"""A session or a passkey that another hand wrote into the database file lets nobody in."""

from __future__ import annotations

import dataclasses
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from sekisho.domain.errors import StoreTampered
from sekisho.domain.passkeys import Passkey
from sekisho.domain.sessions import Session
from sekisho.stores.codec import PASSKEY, SESSION
from tests.contract.stores import Digests, sqlite
from tests.fakes.clock import START

ENDS = START + timedelta(hours=8)
MINE = Session("a" * 64, "sato", "https://idp|1", START, ENDS, START)
KEY = Passkey("pky_1", "Y3JlZA", "a2V5", "sato", "https://idp|1", "laptop", START)


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
