"""What every store promises about the console's sessions."""

import dataclasses
from datetime import timedelta

import pytest

from sekisho.domain.sessions import Session
from sekisho.ports import Store
from tests.fakes.clock import START

HOUR = timedelta(hours=1)
ONE = Session("a" * 64, "Satō@example.jp", "https://idp|1", START, START + 8 * HOUR, START)
OTHER = dataclasses.replace(
    ONE, digest="b" * 64, last_used_at=START + HOUR, claims={"groups": ("infra", "運用")}
)
SUZUKI = dataclasses.replace(ONE, digest="c" * 64, person="suzuki", subject="https://idp|2")


def test_a_session_is_found_by_the_digest_of_its_secret(store: Store):
    for session in (OTHER, ONE, SUZUKI):
        store.sessions.add(session)

    assert store.sessions.find("b" * 64) == OTHER
    assert store.sessions.find("d" * 64) is None
    assert store.sessions.find("") is None
    with pytest.raises(ValueError):
        store.sessions.add(dataclasses.replace(SUZUKI, digest="a" * 64))
    assert store.sessions.find("a" * 64) == ONE


def test_the_sessions_of_a_person_come_by_last_use_however_the_name_is_written(store: Store):
    for session in (OTHER, ONE, SUZUKI):
        store.sessions.add(session)

    assert store.sessions.of("SATŌ@EXAMPLE.JP") == (ONE, OTHER)
    assert store.sessions.of("suzuki") == (SUZUKI,)
    assert store.sessions.of("nobody") == ()


def test_the_last_use_only_moves_on_and_brings_nothing_back(store: Store):
    store.sessions.add(ONE)

    store.sessions.use(ONE.digest, START + HOUR)
    store.sessions.use(ONE.digest, START)
    store.sessions.use("d" * 64, START)

    found = store.sessions.find(ONE.digest)
    assert found == dataclasses.replace(ONE, last_used_at=START + HOUR)
    assert store.sessions.remove(ONE.digest) is True
    assert store.sessions.remove(ONE.digest) is False
    store.sessions.use(ONE.digest, START + 2 * HOUR)
    assert store.sessions.find(ONE.digest) is None


def test_what_ended_or_is_idle_is_forgotten_and_nothing_else(store: Store):
    for session in (ONE, OTHER, SUZUKI):
        store.sessions.add(session)
    late = dataclasses.replace(ONE, digest="e" * 64, ends_at=START, last_used_at=START + HOUR)
    store.sessions.add(late)

    assert store.sessions.expire(START, START - HOUR) == 1
    assert store.sessions.find(late.digest) is None
    assert store.sessions.expire(START, START) == 2
    assert store.sessions.find(OTHER.digest) == OTHER
    assert store.sessions.of("suzuki") == ()
