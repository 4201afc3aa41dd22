"""A seal pins every part: none can change unnoticed."""

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.seals import Seal, differences
from tests.fakes.values import a_seal

OTHER: dict[str, Any] = {
    "run_id": "run_000002",
    "workspace": "staging",
    "target": {"name": "spoke", "account": "333333333333"},
    "backend": {"kind": "server"},
    "options": "destroy",
    "configuration": "sha256:other",
    "modules": "sha256:other",
    "plan": "sha256:other",
    "lock_file": "sha256:other",
    "terraform": "sha256:other",
    "providers": {},
    "state": "lineage#8",
    "variables": "other",
    "rules": "sha256:other",
    "change_id": "",
    "expires_at": a_seal().expires_at + timedelta(microseconds=1),
    "origin": "upload",
    "promises": '{"rollback": "x"}',
    "judged": "sha256:other",
}


def test_every_part_of_a_seal_is_in_the_table():
    assert set(OTHER) == {f.name for f in dataclasses.fields(Seal)}


@pytest.mark.parametrize("part", OTHER)
def test_a_part_that_changed_alone_is_named_and_changes_the_digest(part: str):
    approved = a_seal()
    found = dataclasses.replace(approved, **{part: OTHER[part]})

    assert differences(approved, found) == (part,)
    assert found.digest != approved.digest


def test_all_parts_that_changed_are_named_in_their_order():
    assert differences(a_seal(), Seal(**OTHER)) == tuple(OTHER)
    assert differences(a_seal(), a_seal()) == ()


def test_the_canonical_form_does_not_depend_on_the_order_of_mappings():
    seal = a_seal()
    turned = dataclasses.replace(seal, target=dict(reversed(list(seal.target.items()))))

    assert turned.canonical() == seal.canonical()
    assert json.loads(seal.canonical())["state"] == "lineage#7"


def test_the_digest_of_a_seal_never_changes_between_versions_of_the_server():
    assert a_seal().digest == (
        "sha256:173320be8394bb3c1c4c3b732a0222800d1691dbbab7da42017d60615efd2f5b"
    )
