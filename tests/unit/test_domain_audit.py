"""The audit's chain: whatever is done to it afterwards shows."""

import dataclasses
import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.domain.audit import GENESIS, AuditEntry, AuditRecord, canonical, chain, faults
from tests.fakes.clock import START
from tests.fakes.values import SATO, SUZUKI


def mac(message: bytes) -> str:
    return hmac.new(b"key", message, hashlib.sha256).hexdigest()


def a_chain(length: int = 5) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    for i in range(length):
        entry = AuditEntry(START, "run.create", SATO, "本番", f"run_{i}", {"n": i, "ok": True})
        records.append(chain(entry, records[-1] if records else None, mac))
    return records


def test_a_chain_as_it_was_written_has_no_fault():
    records = a_chain()

    assert faults(records, mac) == []
    assert faults([], mac) == []
    assert [r.sequence for r in records] == [1, 2, 3, 4, 5]
    assert (records[0].previous, records[1].previous) == (GENESIS, records[0].digest)


@pytest.mark.parametrize(
    "edit",
    [
        {"at": START.replace(year=2025)},
        {"action": "run.apply"},
        {"caller": SUZUKI},
        {"workspace": None},
        {"run_id": "run_9"},
        {"facts": {"n": 2, "ok": False}},
        {"facts": {"n": 2, "ok": True, "more": None}},
    ],
)
def test_an_edited_record_is_found(edit: dict[str, Any]):
    records = a_chain()
    records[2] = dataclasses.replace(
        records[2], entry=dataclasses.replace(records[2].entry, **edit)
    )

    assert [(f.sequence, f.reason) for f in faults(records, mac)] == [
        (3, "its content was changed after it was written")
    ]


def test_an_edit_that_chains_anew_without_the_key_is_found():
    records = a_chain()
    forged = chain(records[2].entry, records[1], lambda m: hashlib.sha256(m).hexdigest())

    found = faults([*records[:2], forged, *records[3:]], mac)

    assert [f.sequence for f in found] == [3, 4]


@pytest.mark.parametrize("gone", range(4))
def test_a_removed_record_is_missed(gone: int):
    records = a_chain()
    del records[gone]

    found = faults(records, mac)

    assert [(f.sequence, f.reason) for f in found] == [(gone + 2, f"record {gone + 1} is missing")]


def test_removed_records_whose_numbers_were_closed_up_are_found():
    records = a_chain()
    closed = [dataclasses.replace(r, sequence=i + 1) for i, r in enumerate(records[1:])]

    assert {f.sequence for f in faults(closed, mac)} == {1, 2, 3, 4}


def test_records_that_changed_places_are_found():
    records = a_chain()
    records[1], records[2] = records[2], records[1]

    assert [f.sequence for f in faults(records, mac)][:2] == [3, 2]


def test_an_inserted_record_is_found_even_with_the_key():
    records = a_chain()
    inserted = chain(records[0].entry, records[2], mac)

    found = faults([*records[:3], inserted, *records[3:]], mac)

    assert [(f.sequence, f.reason) for f in found] == [(4, "record 5 is missing")]


def test_a_record_of_another_chain_in_its_place_does_not_follow():
    records = a_chain()
    other = chain(records[3].entry, dataclasses.replace(records[2], digest="f" * 64), mac)

    found = faults([*records[:3], other], mac)

    assert [(f.sequence, f.reason) for f in found] == [(4, "does not follow the record before it")]


FACTS = st.dictionaries(
    st.text(st.characters(codec="utf-8")),
    st.one_of(st.text(st.characters(codec="utf-8")), st.integers(), st.booleans(), st.none()),
)


@settings(max_examples=40)
@given(FACTS, st.integers(1, 10**9))
def test_the_canonical_form_is_stable_and_tells_facts_apart(facts: dict[str, Any], sequence: int):
    entry = AuditEntry(START, "run.create", SATO, facts=facts)
    turned = dataclasses.replace(entry, facts=dict(reversed(list(facts.items()))))
    more = dataclasses.replace(entry, facts={**facts, "another fact": 1, "": "x"})

    assert canonical(entry, sequence, GENESIS) == canonical(turned, sequence, GENESIS)
    assert canonical(entry, sequence, GENESIS) != canonical(entry, sequence + 1, GENESIS)
    assert canonical(entry, sequence, GENESIS) != canonical(more, sequence, GENESIS)


def test_the_canonical_form_of_a_record_never_changes_between_versions_of_the_server():
    assert canonical(a_chain()[0].entry, 1, GENESIS).decode() == (
        '{"action":"run.create","at":"2026-04-01T09:00:00+00:00",'
        '"caller":{"person":"佐藤 花子","proof":"token","via":"kiro/0.9"},'
        '"facts":{"n":0,"ok":true},"previous":"' + "0" * 64 + '",'
        '"run_id":"run_0","sequence":1,"workspace":"本番"}'
    )


def test_a_team_that_a_caller_claims_is_in_the_chain_where_there_is_one():
    claims = dataclasses.replace(SATO, claimed_team="基盤")
    entry = AuditEntry(START, "run.create", claims)

    assert b'"claimed_team":"\xe5\x9f\xba\xe7\x9b\xa4"' in canonical(entry, 1, GENESIS)
    assert b"claimed_team" not in canonical(AuditEntry(START, "run.create", SATO), 1, GENESIS)
