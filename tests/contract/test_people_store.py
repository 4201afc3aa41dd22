"""What every store promises about people: a name is one subject's alone."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sekisho.domain.audit import AuditEntry
from sekisho.domain.callers import Caller
from sekisho.domain.errors import IdentityConflict
from sekisho.domain.people import FormerName, Person, PersonChange, Recognition, recognised
from sekisho.ports import Store
from tests.contract.stores import Digests
from tests.fakes.clock import START

LATER = START + timedelta(days=1)
SATO = Person("https://id.example|1", "佐藤 花子", START, START)
SUZUKI = Person("https://id.example|2", "suzuki", START, START)
ENTRY = AuditEntry(START, "person.add", Caller("sato", "kiro", "oidc"))


def keeping(person: Person, *audit: AuditEntry) -> PersonChange:
    return lambda _mine, _holder: Recognition(person, audit)


def recognising(now: Person) -> PersonChange:
    return lambda mine, holder: Recognition(recognised(mine, holder, now))


def come(store: Store, now: Person) -> Person:
    return store.people.update(now.subject, now.name, recognising(now))


def actions(store: Store) -> list[str]:
    return [record.entry.action for record in store.audit.read()]


def test_a_person_is_found_by_subject_and_by_name_however_it_is_written(store: Store):
    assert store.people.update(SUZUKI.subject, "suzuki", keeping(SUZUKI, ENTRY)) == SUZUKI
    come(store, SATO)

    assert store.people.find(SATO.subject) == SATO
    assert store.people.named("佐藤 花子") == SATO
    assert store.people.named("ＳＵＺＵＫＩ") == SUZUKI
    assert store.people.find("suzuki") is None
    assert store.people.named(SATO.subject) is None
    assert store.people.named("") is None
    assert store.people.all() == (SATO, SUZUKI)
    assert actions(store) == ["person.add"]


def test_who_comes_by_the_name_of_another_is_refused_and_nothing_is_kept(store: Store):
    come(store, SUZUKI)
    other = dataclasses.replace(SATO, name="Suzuki")

    with pytest.raises(IdentityConflict):
        come(store, other)

    assert store.people.all() == (SUZUKI,)
    assert store.people.find(other.subject) is None


def test_a_renamed_person_stays_the_same_and_keeps_the_name_of_before(store: Store):
    come(store, SATO)
    renamed = dataclasses.replace(SATO, name="tanaka", last_seen_at=LATER)

    found = come(store, renamed)

    kept = dataclasses.replace(renamed, former=(FormerName("佐藤 花子", LATER),))
    assert found == kept
    assert store.people.named("佐藤 花子") == store.people.named("TANAKA") == kept
    with pytest.raises(IdentityConflict):
        come(store, dataclasses.replace(SUZUKI, name="佐藤 花子"))
    back = come(store, dataclasses.replace(SATO, last_seen_at=LATER))
    assert (back.name, back.former) == ("佐藤 花子", (FormerName("tanaka", LATER),))


def test_of_many_who_come_by_one_name_at_once_one_has_it(store: Store):
    people = [dataclasses.replace(SATO, subject=f"https://id.example|{n}") for n in range(8)]
    begin = threading.Barrier(len(people))

    def comes(now: Person) -> bool:
        begin.wait(20)
        try:
            come(store, now)
        except IdentityConflict:
            return False
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        came = list(pool.map(comes, people))

    assert came.count(True) == 1
    assert store.people.all() == (people[came.index(True)],)


def test_a_change_that_would_give_a_name_twice_is_a_mistake(store: Store):
    come(store, SUZUKI)
    twin = dataclasses.replace(SATO, former=(FormerName("suzuki", START),))

    with pytest.raises(ValueError):
        store.people.update(SATO.subject, SATO.name, keeping(twin, ENTRY))
    with pytest.raises(ValueError):
        store.people.update(SATO.subject, SATO.name, keeping(SUZUKI, ENTRY))

    assert store.people.all() == (SUZUKI,)
    assert store.people.named("suzuki") == SUZUKI
    assert actions(store) == []


def test_a_person_and_all_their_names_can_be_forgotten(store: Store):
    come(store, SATO)
    come(store, dataclasses.replace(SATO, name="tanaka", last_seen_at=LATER))
    entry = dataclasses.replace(ENTRY, action="person.release")

    assert store.people.remove(SATO.subject, entry) is True
    assert store.people.remove(SATO.subject, entry) is False

    assert store.people.all() == ()
    assert store.people.named("tanaka") is None
    assert actions(store) == ["person.release"]
    assert come(store, dataclasses.replace(SUZUKI, name="tanaka")).subject == SUZUKI.subject


def test_what_cannot_be_audited_is_not_kept(store: Store, digests: Digests):
    come(store, SUZUKI)
    digests.broken = True

    with pytest.raises(Exception, match="away"):
        store.people.update(SATO.subject, SATO.name, keeping(SATO, ENTRY))
    with pytest.raises(Exception, match="away"):
        store.people.remove(SUZUKI.subject, ENTRY)

    digests.broken = False
    assert store.people.all() == (SUZUKI,)
    assert store.people.named("suzuki") == SUZUKI
