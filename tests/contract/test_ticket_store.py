"""What every store promises about tickets: minutes long, used up by the first who comes."""

import dataclasses
import threading
from datetime import timedelta

from sekisho.domain.tickets import Ticket
from sekisho.ports import Store
from tests.fakes.clock import START

ENDS = START + timedelta(minutes=2)
ONE = Ticket("a" * 64, "decide", ENDS, {"run": "run_1", "理由": "確認済み"})


def test_a_ticket_is_taken_once(store: Store):
    store.tickets.put(ONE)

    assert store.tickets.peek(ONE.key, "decide", START) == ONE
    assert store.tickets.take(ONE.key, "decide", START) == ONE
    assert store.tickets.take(ONE.key, "decide", START) is None
    assert store.tickets.peek(ONE.key, "decide", START) is None


def test_a_ticket_of_another_kind_or_key_or_an_old_one_is_none(store: Store):
    store.tickets.put(ONE)

    assert store.tickets.take(ONE.key, "enrol", START) is None
    assert store.tickets.take("b" * 64, "decide", START) is None
    assert store.tickets.take(ONE.key, "decide", ENDS) is None
    assert store.tickets.peek(ONE.key, "decide", ENDS) is None
    assert store.tickets.take(ONE.key, "decide", ENDS - timedelta(seconds=1)) == ONE


def test_a_new_ticket_takes_the_place_of_the_one_before(store: Store):
    store.tickets.put(ONE)
    fresh = dataclasses.replace(ONE, facts={"run": "run_2"})
    store.tickets.put(fresh)

    assert store.tickets.take(ONE.key, "decide", START) == fresh
    assert store.tickets.take(ONE.key, "decide", START) is None


def test_wrong_tries_are_counted_and_void_it_in_the_end(store: Store):
    store.tickets.put(ONE)

    store.tickets.miss(ONE.key, "enrol", 1)
    for tries in (1, 2):
        store.tickets.miss(ONE.key, "decide", 3)
        assert store.tickets.peek(ONE.key, "decide", START) == dataclasses.replace(ONE, tries=tries)
    store.tickets.miss(ONE.key, "decide", 3)

    assert store.tickets.peek(ONE.key, "decide", START) is None
    store.tickets.miss(ONE.key, "decide", 3)
    assert store.tickets.take(ONE.key, "decide", START) is None


def test_old_tickets_are_forgotten(store: Store):
    store.tickets.put(ONE)
    store.tickets.put(dataclasses.replace(ONE, key="b" * 64, expires_at=START))

    assert store.tickets.expire(ENDS) == 1
    assert store.tickets.take(ONE.key, "decide", START) == ONE


def test_of_many_who_take_at_once_one_gets_it(store: Store):
    store.tickets.put(ONE)
    start, through = threading.Barrier(4), []

    def attempt() -> None:
        start.wait(5)
        through.append(store.tickets.take(ONE.key, "decide", START))

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert through.count(ONE) == 1
    assert through.count(None) == 3
