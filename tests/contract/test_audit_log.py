"""What every store promises about the audit."""

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.audit import GENESIS, AuditEntry, AuditRecord, chain
from sekisho.ports import Store
from sekisho.stores.codec import AUDIT_ENTRY, AUDIT_RECORD
from tests.contract.stores import Digests
from tests.fakes.clock import START
from tests.fakes.values import SATO, a_run, an_entry


def test_an_empty_audit_holds(store: Store):
    assert store.audit.read() == ()
    assert store.audit.verify() == ()


def test_records_are_chained_from_the_first_without_gaps(store: Store, digests: Digests):
    given_back = [store.audit.append(an_entry(f"server.event_{n}", 番号=n)) for n in range(5)]

    records = store.audit.read()
    assert list(records) == given_back
    assert [r.sequence for r in records] == [1, 2, 3, 4, 5]
    assert [r.previous for r in records] == [GENESIS, *(r.digest for r in records[:-1])]
    last: AuditRecord | None = None
    for record in records:
        last = chain(record.entry, last, digests)
        assert record == last
    assert store.audit.verify() == ()


def test_every_kind_of_fact_is_read_back_as_it_was(store: Store):
    facts = {
        "text": "理由 \u0000 😀",
        "yes": True,
        "one": 1,
        "zero": 0,
        "no": False,
        "nothing": None,
    }
    facts |= {"digits": "1", "word": "true", "large": 2**70, "below": -1, "empty": ""}
    entry = AuditEntry(START, "server.test", SATO, facts=facts)

    store.audit.append(entry)

    (record,) = store.audit.read()
    assert dict(record.entry.facts) == facts
    assert {k: type(v) for k, v in record.entry.facts.items()} == {
        k: type(v) for k, v in facts.items()
    }
    assert store.audit.verify() == ()


def test_moments_keep_their_microseconds_and_zone(store: Store):
    tokyo = datetime(2026, 4, 1, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=9)))

    store.audit.append(AuditEntry(tokyo, "server.test", SATO))

    (record,) = store.audit.read()
    assert record.entry.at.isoformat() == "2026-04-01T23:59:59.999999+09:00"
    assert store.audit.verify() == ()


def test_records_are_read_in_parts(store: Store):
    for n in range(7):
        store.audit.append(an_entry(f"server.event_{n}"))

    assert [r.sequence for r in store.audit.read(after=2, limit=3)] == [3, 4, 5]
    assert [r.sequence for r in store.audit.read(after=6)] == [7]
    assert store.audit.read(after=7) == ()


def test_records_are_read_by_run_in_parts(store: Store):
    one, other = a_run("run_000001"), a_run("run_000002")
    for n in range(6):
        store.audit.append(an_entry(f"run.event_{n}", one if n % 2 else other))
    store.audit.append(an_entry("server.event"))

    assert [r.sequence for r in store.audit.read(run_id="run_000001")] == [2, 4, 6]
    assert [r.sequence for r in store.audit.read(after=2, limit=1, run_id="run_000001")] == [4]
    assert store.audit.read(run_id="run_x") == ()


def test_verifying_with_another_key_finds_every_record(store: Store, digests: Digests):
    for n in range(3):
        store.audit.append(an_entry(f"server.event_{n}"))

    digests.use_another_key()

    assert [fault.sequence for fault in store.audit.verify()] == [1, 2, 3]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
facts = st.dictionaries(texts, texts | st.integers() | st.booleans() | st.none(), max_size=5)
entries = st.builds(
    AuditEntry,
    at=st.datetimes(timezones=zones),
    action=texts,
    caller=st.just(SATO),
    workspace=texts | st.none(),
    run_id=texts | st.none(),
    facts=facts,
)


@given(entries)
def test_any_entry_digests_alike_after_it_was_stored(entry: AuditEntry):
    digests = Digests()
    record = chain(entry, None, digests)

    read = AUDIT_RECORD.load(AUDIT_RECORD.dump(record))

    assert read == record
    assert chain(AUDIT_ENTRY.load(AUDIT_ENTRY.dump(entry)), None, digests) == record
