"""The vendor: lends roles to runs, each by an address and a token that end with the phase."""

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

from sekisho.credentials.holdings import Holding, Roles
from sekisho.credentials.listener import HOST, Listener
from sekisho.credentials.requests import Request
from sekisho.domain.credentials import Loan
from sekisho.domain.errors import CredentialsAway
from sekisho.ports.credentials import Lent
from sekisho.ports.runtime import Clock, Journal

_RENEWALS = 32
"""Roles that may be assumed again at once: more than phases that run."""
_WAITING = 64
"""Questions of one loan that wait for a renewal: more than a run has SDKs. Who comes when so many
wait is served what is in hand, so that no run takes all connections while STS is slow."""
_PATH = "/loans/"


class Vendor:
    """The port `Lender`. It listens from the first loan on, on loopback alone."""

    def __init__(self, roles: Roles, clock: Clock, journal: Journal) -> None:
        self._roles, self._clock, self._journal = roles, clock, journal
        self._holdings: dict[str, Holding] = {}
        self._renewals: dict[str, asyncio.Future[None]] = {}
        self._waiting: Counter[str] = Counter()
        self._threads = ThreadPoolExecutor(_RENEWALS, thread_name_prefix="assume-role")
        self._listener: Listener | None = None
        self._starting = threading.Lock()

    @contextlib.contextmanager
    def lend(self, loan: Loan) -> Generator[Lent]:
        holding = Holding(loan, self._roles, self._clock, self._journal)
        port = self._port(loan)
        path = f"{_PATH}{holding.name}"
        self._holdings[path] = holding
        try:
            yield Lent(
                environment={
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{HOST}:{port}{path}",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": holding.token,
                },
                port=port,
                tell=holding.tell,
            )
        finally:
            holding.end()
            self._holdings.pop(path, None)
            self._journal.event("credentials.ended", run_id=loan.run_id, phase=loan.phase)

    def close(self) -> None:
        for holding in tuple(self._holdings.values()):
            holding.end()
        with self._starting:
            if self._listener:
                self._listener.close()
                self._listener = None
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _port(self, loan: Loan) -> int:
        with self._starting:
            if self._listener is None:
                try:
                    self._listener = Listener(self._answer)
                except OSError as error:
                    problem = f"no port of loopback can be listened on ({error.strerror})"
                    raise CredentialsAway(role=loan.role, problem=problem) from None
            return self._listener.port

    async def _answer(self, request: Request) -> tuple[int, bytes]:
        """Answer in the listener's loop; what waits for STS is done in a thread."""
        holding = self._holdings.get(request.path)
        if holding is None or not holding.admits(request.token):
            return 404, b""
        if not holding.fresh() and self._waiting[request.path] < _WAITING:
            await self._renewed(request.path, holding)
        body = holding.serve()
        if body is None:
            return (503, b"") if holding.admits(request.token) else (404, b"")
        return 200, body

    async def _renewed(self, path: str, holding: Holding) -> None:
        """Wait for the one renewal that is under way; begin it where there is none."""
        renewal = self._renewals.get(path)
        if renewal is None:
            loop = asyncio.get_running_loop()
            renewal = loop.run_in_executor(self._threads, holding.renew)
            self._renewals[path] = renewal
            renewal.add_done_callback(lambda _done: self._renewals.pop(path, None))
        self._waiting[path] += 1
        try:
            # Whoever goes away meanwhile does not end it for the others.
            await asyncio.shield(renewal)
        finally:
            self._waiting[path] -= 1
            self._waiting += Counter()  # those that nobody waits for are forgotten
