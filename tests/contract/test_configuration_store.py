"""What every store promises about configurations."""

import dataclasses

import pytest

from sekisho.domain.configurations import Configuration
from sekisho.domain.errors import ConfigurationUnknown
from sekisho.ports import Store
from tests.fakes.clock import START
from tests.fakes.values import SATO, SUZUKI

ONE = Configuration("sha256:" + "1" * 64, "upload", 3, 4096, START, SATO)
OTHER = dataclasses.replace(ONE, digest="sha256:" + "2" * 64, source="inline")


def test_a_configuration_is_read_back_as_it_was_put(store: Store):
    store.configurations.put(ONE)

    assert store.configurations.get(ONE.digest) == ONE


def test_an_unknown_digest_is_refused(store: Store):
    with pytest.raises(ConfigurationUnknown) as caught:
        store.configurations.get(ONE.digest)

    assert caught.value.facts == {"digest": ONE.digest}


def test_the_first_to_bring_a_digest_stays_its_creator(store: Store):
    store.configurations.put(ONE)
    store.configurations.put(dataclasses.replace(ONE, created_by=SUZUKI))

    assert store.configurations.get(ONE.digest).created_by == SATO


def test_all_configurations_are_listed_until_removed(store: Store):
    store.configurations.put(OTHER)
    store.configurations.put(ONE)
    assert store.configurations.all() == (ONE, OTHER)

    store.configurations.remove(ONE.digest)
    store.configurations.remove(ONE.digest)

    assert store.configurations.all() == (OTHER,)
    with pytest.raises(ConfigurationUnknown):
        store.configurations.get(ONE.digest)
