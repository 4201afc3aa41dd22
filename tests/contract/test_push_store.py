"""What every store promises about pushes and their packs."""

import dataclasses
from datetime import timedelta

import pytest

from sekisho.domain.configurations import File, Manifest
from sekisho.domain.errors import PushUnknown
from sekisho.domain.pushes import Pack, PackedFile, Push
from sekisho.ports import Store
from tests.fakes.clock import START
from tests.fakes.values import SATO, WORKSPACE

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
FILES = Manifest.of([File("main.tf", 1, "a" * 64), File("設計/図.png", 2, "b" * 64, True)])
PUSH = Push("psh-1", "owner", WORKSPACE, SATO, FILES, START + DAY)
PACK = Pack("pck-1", "owner", (PackedFile("a" * 64, 1), PackedFile("b" * 64, 2)))


def test_a_push_is_kept_as_it_was(store: Store):
    store.pushes.put(PUSH)
    assert store.pushes.get("psh-1") == PUSH


def test_a_push_takes_the_place_of_what_it_was(store: Store):
    store.pushes.put(PUSH)
    done = dataclasses.replace(PUSH, configuration="sha256:構成", expires_at=START + 2 * DAY)
    store.pushes.put(done)
    assert store.pushes.get("psh-1") == done
    assert store.pushes.of("owner") == (done,)
    assert store.pushes.expire(START + DAY + TICK) == 0


def test_an_unknown_push_is_unknown(store: Store):
    with pytest.raises(PushUnknown):
        store.pushes.get("psh-1")
    store.pushes.put(PUSH)
    store.pushes.remove("psh-1")
    store.pushes.remove("psh-1")
    with pytest.raises(PushUnknown):
        store.pushes.get("psh-1")


def test_pushes_of_an_owner_come_in_the_order_they_expire(store: Store):
    for name, days in (("psh-b", 3), ("psh-a", 1), ("psh-c", 2)):
        store.pushes.put(dataclasses.replace(PUSH, id=name, expires_at=START + days * DAY))
    store.pushes.put(dataclasses.replace(PUSH, id="psh-x", owner="other"))
    assert [push.id for push in store.pushes.of("owner")] == ["psh-a", "psh-c", "psh-b"]
    assert store.pushes.of("nobody") == ()


def test_expired_pushes_are_forgotten_and_counted(store: Store):
    for days in range(4):
        push = dataclasses.replace(PUSH, id=f"psh-{days}", expires_at=START + days * DAY)
        store.pushes.put(push)
    assert store.pushes.expire(START + 2 * DAY) == 2
    assert [push.id for push in store.pushes.of("owner")] == ["psh-2", "psh-3"]


def test_packs_are_kept_per_owner(store: Store):
    other = dataclasses.replace(PACK, id="pck-0", owner="other")
    for pack in (dataclasses.replace(PACK, id="pck-2"), PACK, other):
        store.pushes.add_pack(pack)
    assert store.pushes.packs("owner") == (PACK, dataclasses.replace(PACK, id="pck-2"))
    assert store.pushes.packs("other") == (other,)
    assert store.pushes.owners() == ("other", "owner")


def test_a_pack_is_forgotten_with_its_last_owner(store: Store):
    store.pushes.add_pack(PACK)
    store.pushes.remove_pack("pck-1")
    store.pushes.remove_pack("pck-1")
    assert store.pushes.packs("owner") == ()
    assert store.pushes.owners() == ()
