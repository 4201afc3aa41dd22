"""The vendor's listener: what it answers to whoever can connect to loopback, and what it tells."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from sekisho.credentials import Vendor
from sekisho.credentials.requests import parse
from sekisho.domain.credentials import RENEWED_BEFORE
from sekisho.domain.errors import CredentialsAway, CredentialsRefused
from sekisho.ports.credentials import Lent
from tests.fakes.clock import FakeClock
from tests.fakes.credentials import LOAN, ROLE, FakeRoles
from tests.fakes.journal import FakeJournal

TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
NOTHING = (404, b"")


class House:
    """A vendor with a loan, and raw requests to it."""

    def __init__(self) -> None:
        self.clock, self.journal = FakeClock(), FakeJournal()
        self.roles = FakeRoles(self.clock)
        self.vendor = Vendor(self.roles, self.clock, self.journal)

    def ask(self, lent: Lent, method: str = "GET", **changes: str) -> tuple[int, bytes]:
        place = urlsplit(lent.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
        path = changes.pop("path", place.path)
        fields = {"Host": place.netloc, "Authorization": lent.environment[TOKEN]} | changes
        head = "".join(f"{n}: {v}\r\n" for n, v in fields.items() if v)
        return said(lent.port, f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())


def said(port: int, raw: bytes) -> tuple[int, bytes]:
    """Send bytes; return the status and the body of the one answer."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(raw)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"Cache-Control: no-store" in head
    return int(head.split()[1]), body


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.vendor.close()


@pytest.fixture
def lent(house: House) -> Iterator[Lent]:
    with house.vendor.lend(LOAN) as given:
        yield given


def test_nothing_listens_before_the_first_loan_and_one_port_serves_all(house: House):
    assert house.vendor._listener is None
    with house.vendor.lend(LOAN) as one, house.vendor.lend(LOAN) as other:
        assert one.port == other.port


def test_it_listens_on_loopback_alone(lent: Lent):
    psutil = pytest.importorskip("psutil")
    listening = [c for c in psutil.Process().net_connections("tcp") if c.status == "LISTEN"]
    assert [c.laddr.ip for c in listening if c.laddr.port == lent.port] == ["127.0.0.1"]


def test_the_right_question_is_answered(house: House, lent: Lent):
    status, body = house.ask(lent)
    assert status == 200
    assert json.loads(body)["AccessKeyId"] == house.roles.keys[0].access_key_id


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("GET", {"Authorization": ""}),
        ("GET", {"Authorization": "x" * 43}),
        ("GET", {"Authorization": "Bearer TOKEN"}),
        ("GET", {"Authorization": "TOKENx"}),
        ("GET", {"Host": "evil.example"}),
        ("GET", {"Host": "localhost:PORT"}),
        ("GET", {"Host": "127.0.0.1"}),
        ("GET", {"Host": ""}),
        ("GET", {"path": "/"}),
        ("GET", {"path": "PATH/"}),
        ("GET", {"path": "PATH?x"}),
        ("GET", {"path": "/loans/0000000000000000"}),
        ("GET", {"path": "http://127.0.0.1:PORTPATH"}),
        ("GET", {"Content-Length": "5"}),
        ("GET", {"Transfer-Encoding": "chunked"}),
        ("GET", {"Authorization ": "x"}),
        ("GET", {"authorization": "TOKEN"}),
        ("GET", {"X": "\x01"}),
        ("GET", {"X": "鍵"}),
        ("POST", {}),
        ("PUT", {}),
        ("HEAD", {}),
        ("OPTIONS", {}),
        ("get", {}),
    ],
)
def test_all_else_is_answered_alike(house: House, lent: Lent, method: str, changes: dict[str, str]):
    place = urlsplit(lent.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    known = {"TOKEN": lent.environment[TOKEN], "PORT": str(lent.port), "PATH": place.path}
    for name, value in known.items():
        changes = {k: v.replace(name, value) for k, v in changes.items()}
    assert house.ask(lent, method, **changes) == NOTHING


def test_a_token_is_good_for_its_own_loan_alone(house: House, lent: Lent):
    with house.vendor.lend(LOAN) as other:
        assert house.ask(lent, Authorization=other.environment[TOKEN]) == NOTHING
        assert house.ask(other, Authorization=lent.environment[TOKEN]) == NOTHING
        assert house.ask(lent)[0] == house.ask(other)[0] == 200
    assert house.ask(other) == NOTHING, "it ended"


@pytest.mark.parametrize(
    "raw",
    [b"\r\n\r\n", b"\0" * 100 + b"\r\n\r\n", b"GET / HTTP/2\r\n\r\n", b"\x16\x03\x01\r\n\r\n"],
)
def test_what_is_no_http_is_answered_alike(lent: Lent, raw: bytes):
    assert said(lent.port, raw) == NOTHING


def test_a_huge_head_is_not_read_to_its_end(house: House, lent: Lent):
    with contextlib.suppress(ConnectionError):  # we may still write when it hangs up
        assert said(lent.port, b"GET / HTTP/1.1\r\nX: " + b"x" * 2**22) == NOTHING
    with contextlib.suppress(ConnectionError):
        assert house.ask(lent, X="x" * 8192) == NOTHING
    assert house.ask(lent, X="x" * 4000)[0] == 200


def test_many_at_once_are_all_answered(house: House, lent: Lent):
    with concurrent.futures.ThreadPoolExecutor(200) as threads:
        answers = list(threads.map(lambda _n: house.ask(lent)[0], range(200)))
    assert answers == [200] * 200
    assert len(house.roles.loans) == 1


def test_many_at_once_wait_for_one_renewal(house: House, lent: Lent):
    house.clock.advance(700)
    house.roles.go.clear()
    with concurrent.futures.ThreadPoolExecutor(60) as threads:
        asked = [threads.submit(house.ask, lent) for _ in range(60)]
        for _ in range(5000):
            if len(house.roles.loans) == 2:
                break
            threading.Event().wait(0.002)
        assert not any(a.done() for a in asked)
        house.roles.go.set()
        answers = {a.result(20) for a in asked}
    assert len(answers) == 1
    ((status, body),) = answers
    assert status == 200
    assert json.loads(body)["AccessKeyId"] == house.roles.keys[1].access_key_id
    assert len(house.roles.loans) == 2


def test_whoever_keeps_many_connections_open_keeps_nobody_out(house: House, lent: Lent):
    with contextlib.ExitStack() as stack:
        for _ in range(400):
            silent = socket.create_connection(("127.0.0.1", lent.port), 20)
            stack.enter_context(contextlib.closing(silent))
        assert house.ask(lent)[0] == 200


def test_who_has_asked_already_gives_way_to_nobody(house: House, lent: Lent):
    """A flood that comes behind a question must not push it out before it is read."""
    listener = house.vendor._listener
    assert listener
    busy, go = threading.Event(), threading.Event()
    listener._loop.call_soon_threadsafe(lambda: busy.set() or go.wait(20))
    assert busy.wait(20)
    with contextlib.ExitStack() as stack:
        honest = socket.create_connection(("127.0.0.1", lent.port), 20)
        stack.enter_context(contextlib.closing(honest))
        honest.sendall(asked(lent))
        for _ in range(400):
            silent = stack.enter_context(socket.socket())
            silent.setblocking(False)
            silent.connect_ex(("127.0.0.1", lent.port))
        go.set()
        assert honest.recv(12) == b"HTTP/1.1 200"


FLOOD = """
import socket, sys
kept = []
while True:
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(("127.0.0.1", int(sys.argv[1])))
    kept.append(one)
    if len(kept) > 500:
        for old in kept[:250]:
            old.close()
        del kept[:250]
"""


def test_a_flood_of_connections_keeps_nobody_out(house: House, lent: Lent):
    """SDKs try three times; in a run that floods the port, others still get their keys."""
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", FLOOD, str(lent.port)]) as flood:
        try:
            threading.Event().wait(1)
            assert [house.ask(lent)[0] for _ in range(20)] == [200] * 20
        finally:
            flood.kill()


def asked(lent: Lent) -> bytes:
    """The question of a run, as it goes over the line."""
    place = urlsplit(lent.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    head = f"Host: {place.netloc}\r\nAuthorization: {lent.environment[TOKEN]}\r\n\r\n"
    return f"GET {place.path} HTTP/1.1\r\n{head}".encode()


def connected(stack: contextlib.ExitStack, lent: Lent) -> socket.socket:
    """Ask, and wait for nothing."""
    one = socket.create_connection(("127.0.0.1", lent.port), 20)
    stack.enter_context(contextlib.closing(one))
    with contextlib.suppress(ConnectionError):
        one.sendall(asked(lent))
    return one


def test_a_run_that_waits_for_sts_with_many_connections_keeps_no_other_out(
    house: House, lent: Lent
):
    house.clock.advance(650)
    with house.vendor.lend(LOAN) as other, contextlib.ExitStack() as stack:
        house.clock.advance(50)
        house.roles.go.clear()
        for _ in range(400):
            connected(stack, lent)
        assert house.ask(other)[0] == 200
        status, body = house.ask(lent)
        assert (status, json.loads(body)["AccessKeyId"]) == (
            200,
            house.roles.keys[0].access_key_id,
        ), "the keys in hand still live"
        house.roles.go.set()


def test_no_more_connections_are_held_than_so_many(house: House, lent: Lent):
    with contextlib.ExitStack() as stack:
        loans = [lent, *(stack.enter_context(house.vendor.lend(LOAN)) for _ in range(4))]
        house.clock.advance(700)
        house.roles.go.clear()
        waiting = [connected(stack, loans[n % 5]) for n in range(400)]
        turned_away = set[socket.socket]()
        for _ in range(1000):
            readable, _, _ = select.select(set(waiting) - turned_away, [], [], 0.01)
            turned_away |= set(readable)
            if len(turned_away) >= 144:
                break
        assert len(turned_away) == 144
        for one in turned_away:
            with contextlib.suppress(ConnectionError):
                assert one.recv(1) == b"", "nothing was renewed yet"
        house.roles.go.set()
        assert all(one.recv(12) == b"HTTP/1.1 200" for one in set(waiting) - turned_away)
    assert house.ask(lent)[0] == 200
    assert len(house.roles.loans) == 10


def test_a_head_that_does_not_come_is_not_waited_for(lent: Lent):
    with socket.create_connection(("127.0.0.1", lent.port), 20) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionError):
            assert slow.recv(100) == b""


def test_a_loan_that_ends_while_it_is_renewed_serves_nothing(house: House):
    with house.vendor.lend(LOAN) as lent, concurrent.futures.ThreadPoolExecutor(1) as threads:
        house.clock.advance(700)
        house.roles.go.clear()
        asked = threads.submit(house.ask, lent)
        for _ in range(5000):
            if len(house.roles.loans) == 2:
                break
            threading.Event().wait(0.002)
        (holding,) = house.vendor._holdings.values()
        holding.end()
        house.roles.go.set()
        assert asked.result(20) == NOTHING


def test_a_renewal_that_fails_is_told_without_secrets_and_tried_again_later(
    house: House, lent: Lent
):
    house.roles.error = CredentialsRefused(role=ROLE, reason="AccessDenied")
    house.clock.advance(900 - RENEWED_BEFORE.total_seconds() + 1)
    for _ in range(5):
        assert house.ask(lent)[0] == 200
    assert len(house.roles.loans) == 2, "it is not asked again at once"
    house.clock.advance(11)
    assert house.ask(lent)[0] == 200
    assert len(house.roles.loans) == 3
    house.clock.advance(300)
    assert house.ask(lent) == (503, b"")
    told = house.journal.named("credentials.failed")
    assert len(told) == 3
    assert (told[0]["run_id"], told[0]["role"]) == (LOAN.run_id, ROLE)
    assert "AccessDenied" in told[0]["warning"]


def test_a_bug_in_what_assumes_roles_ends_no_listener(house: House, lent: Lent):
    house.roles.error = RuntimeError("boom")
    house.clock.advance(700)
    assert house.ask(lent)[0] == 200
    house.clock.advance(300)
    assert house.ask(lent) == (503, b"")
    house.roles.error = None
    house.clock.advance(3)
    assert house.ask(lent)[0] == 200


@pytest.mark.parametrize("lasts", [timedelta(minutes=4), timedelta(0), -timedelta(hours=9)])
def test_a_run_that_asks_on_and_on_makes_nobody_ask_sts_each_time(
    house: House, lent: Lent, lasts: timedelta
):
    """STS gives keys that are over soon, or already: our clock is wrong, or what answers is odd."""
    house.roles.lent_for = lasts
    house.clock.advance(900)
    assert {house.ask(lent)[0] for _ in range(20)} == {200 if lasts > timedelta(0) else 503}
    assert len(house.roles.loans) == 2
    house.clock.advance(11)
    house.roles.lent_for = timedelta(minutes=15)
    assert house.ask(lent)[0] == 200


def test_no_run_begins_with_keys_that_are_over_as_they_come(house: House):
    """The clock of the server is wrong: Terraform would find nothing, and say something else."""
    house.roles.lent_for = timedelta(0)
    with pytest.raises(CredentialsAway, match="clock"), house.vendor.lend(LOAN):
        raise AssertionError("nothing was lent")


def test_a_run_whose_role_was_taken_away_makes_nobody_ask_sts_each_time(house: House, lent: Lent):
    house.roles.error = CredentialsRefused(role=ROLE, reason="AccessDenied")
    house.clock.advance(900)
    assert {house.ask(lent) for _ in range(20)} == {(503, b"")}
    assert len(house.roles.loans) == 2
    assert len(house.journal.named("credentials.failed")) == 1


def test_who_lent_what_is_told_and_no_secret(house: House):
    with house.vendor.lend(LOAN) as lent:
        house.clock.advance(700)
        house.ask(lent)
        secrets = {lent.environment[TOKEN]}.union(*(k.secrets for k in house.roles.keys))
    first, second = house.journal.named("credentials.lent")
    keys = house.roles.keys
    assert first == {
        "run_id": "run-1",
        "phase": "plan",
        "role": ROLE,
        "session": "sekisho-run-1",
        "source_identity": "sato",
        "via": "kiro",
        "access_key_id": keys[0].access_key_id,
        "expires_at": keys[0].expires_at.isoformat(),
    }
    assert second["access_key_id"] == keys[1].access_key_id
    assert house.journal.named("credentials.ended") == [{"run_id": "run-1", "phase": "plan"}]
    for secret in secrets:
        assert secret not in repr(house.journal.events)
        assert secret not in repr(keys)


def test_a_request_is_read_within_its_bounds():
    good = b"GET /loans/a HTTP/1.1\r\nHost: h\r\nAuthorization: \t t \r\n\r\n"
    found = parse(good, "h")
    assert found is not None
    assert (found.path, found.token) == ("/loans/a", "t")
    many = b"".join(b"X-%d: 1\r\n" % n for n in range(51))
    for bad in (
        good.replace(b"\r\nHost", b"\nHost"),
        good.replace(b"Host: h", b"Host : h"),
        good.replace(b"Host: h", b" Host: h"),
        good.replace(b"Host: h", b"Host: h\r\nhost: h"),
        good.replace(b"Host", many + b"Host"),
        good.replace(b"/loans/a", b"/loans/%61"),
        good.replace(b"/loans/a", b"/loans/../a"),
        good.replace(b"t \r\n", b" " * 8000 + b"\xff\r\n"),
    ):
        assert parse(bad, "h") is None, bad[:80]
