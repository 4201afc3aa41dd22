"""What every store promises about API tokens."""

import dataclasses
from datetime import timedelta

import pytest

from sekisho.domain.tokens import Token
from sekisho.ports import Store
from tests.fakes.clock import START

ONE = Token("token_1", "佐藤", "kiro", "a" * 64, START, START + timedelta(days=30))
OTHER = Token("token_2", "鈴木", "CI", "b" * 64, START)


def test_a_token_is_found_by_the_digest_of_its_secret(store: Store):
    store.tokens.add(OTHER)
    store.tokens.add(ONE)

    assert store.tokens.find(ONE.secret_digest) == ONE
    assert store.tokens.find("c" * 64) is None
    assert store.tokens.find("") is None
    assert store.tokens.all() == (ONE, OTHER)


@pytest.mark.parametrize("twin", [{"id": "token_1"}, {"secret_digest": "a" * 64}])
def test_neither_an_id_nor_a_secret_is_given_twice(store: Store, twin: dict[str, str]):
    store.tokens.add(ONE)

    with pytest.raises(ValueError):
        store.tokens.add(dataclasses.replace(OTHER, **twin))

    assert store.tokens.all() == (ONE,)


def test_a_revoked_token_is_kept_with_the_time_it_was_first_revoked(store: Store):
    store.tokens.add(ONE)
    store.tokens.add(OTHER)
    at = START + timedelta(hours=1)

    assert store.tokens.revoke("token_1", at) is True
    assert store.tokens.revoke("token_1", at + timedelta(hours=1)) is True

    revoked = dataclasses.replace(ONE, revoked_at=at)
    assert store.tokens.find(ONE.secret_digest) == revoked
    assert store.tokens.all() == (revoked, OTHER)


def test_revoking_a_token_that_is_not_there_says_so(store: Store):
    assert store.tokens.revoke("token_x", START) is False


def test_the_last_use_of_a_token_only_moves_on(store: Store):
    store.tokens.add(ONE)
    store.tokens.add(dataclasses.replace(OTHER, powers=("read",), local=True))
    at = START + timedelta(hours=1)

    store.tokens.use("token_1", at)
    store.tokens.use("token_1", START)
    store.tokens.use("token_x", at)

    assert store.tokens.find(ONE.secret_digest) == dataclasses.replace(ONE, last_used_at=at)
    assert store.tokens.all()[1].last_used_at is None
    assert store.tokens.revoke("token_1", at)
    store.tokens.use("token_1", at + timedelta(hours=1))
    used = store.tokens.find(ONE.secret_digest)
    assert used is not None
    assert used.revoked_at == at, "a use brings nothing back"
