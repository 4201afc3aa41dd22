"""What every store promises about passkeys."""

import contextlib
import dataclasses
import threading
from datetime import timedelta

import pytest

from sekisho.domain.errors import PasskeyCloned, PasskeyKnown, PasskeysTooMany, PasskeyUnknown
from sekisho.domain.passkeys import Passkey
from sekisho.ports import Store
from tests.fakes.clock import START

LATER = START + timedelta(hours=1)
ONE = Passkey(
    "pky_1", "Y3JlZA", "a2V5", "佐藤", "https://idp|1", "仕事用 PC", START, 5, ("usb", "nfc")
)
OTHER = dataclasses.replace(ONE, id="pky_2", credential_id="b3RoZXI", sign_count=0)


def test_the_passkeys_of_a_person_come_back_as_they_were_kept(store: Store):
    store.passkeys.add(OTHER, 10)
    store.passkeys.add(ONE, 10)
    store.passkeys.add(dataclasses.replace(ONE, id="p", credential_id="x", person="Suzuki"), 10)

    assert store.passkeys.of("佐藤") == (ONE, OTHER)
    assert [p.id for p in store.passkeys.of("ＳＵＺＵＫＩ")] == ["p"]
    assert store.passkeys.of("tanaka") == ()
    assert store.passkeys.people() == ("Suzuki", "佐藤")


@pytest.mark.parametrize("twin", [{"id": "pky_1"}, {"credential_id": "Y3JlZA"}])
def test_neither_an_id_nor_a_credential_is_kept_twice(store: Store, twin: dict[str, str]):
    store.passkeys.add(ONE, 10)

    with pytest.raises(PasskeyKnown):
        store.passkeys.add(dataclasses.replace(OTHER, person="suzuki", **twin), 10)

    assert store.passkeys.of("佐藤") == (ONE,)
    assert store.passkeys.of("suzuki") == ()


def test_a_person_has_as_many_as_the_cap_says_and_no_more(store: Store):
    store.passkeys.add(ONE, 1)

    with pytest.raises(PasskeysTooMany):
        store.passkeys.add(OTHER, 1)

    assert store.passkeys.of("佐藤") == (ONE,)


def test_a_use_is_kept_and_a_count_that_goes_back_is_refused(store: Store):
    store.passkeys.add(ONE, 10)

    after = store.passkeys.use("pky_1", 6, LATER)

    assert after == dataclasses.replace(ONE, sign_count=6, last_used_at=LATER)
    for count in (6, 5, 0):
        with pytest.raises(PasskeyCloned):
            store.passkeys.use("pky_1", count, LATER + timedelta(hours=1))
    assert store.passkeys.of("佐藤") == (after,)
    with pytest.raises(PasskeyUnknown):
        store.passkeys.use("pky_x", 9, LATER)


def test_an_authenticator_that_never_counts_is_good_each_time(store: Store):
    store.passkeys.add(OTHER, 10)

    for _ in range(2):
        assert store.passkeys.use("pky_2", 0, LATER).sign_count == 0


def test_of_two_who_show_the_same_count_at_once_one_gets_through(store: Store):
    store.passkeys.add(ONE, 10)
    start, through = threading.Barrier(4), []

    def attempt() -> None:
        start.wait(5)
        with contextlib.suppress(PasskeyCloned):
            through.append(store.passkeys.use("pky_1", 6, LATER))

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(through) == 1


def test_a_removed_passkey_is_gone(store: Store):
    store.passkeys.add(ONE, 10)

    assert store.passkeys.remove("pky_1") is True
    assert store.passkeys.remove("pky_1") is False
    assert store.passkeys.of("佐藤") == ()
    with pytest.raises(PasskeyUnknown):
        store.passkeys.use("pky_1", 9, LATER)
