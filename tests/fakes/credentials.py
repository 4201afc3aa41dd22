"""Roles and a lender in memory."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Generator

from sekisho.domain.credentials import LENT_FOR, RENEWED_BEFORE, Keys, Loan
from sekisho.domain.errors import SekishoError
from sekisho.ports import Clock
from sekisho.ports.credentials import Learn, Lent

ROLE = "arn:aws:iam::222222222222:role/terraform-plan"
LOAN = Loan("run-1", "plan", ROLE, "ap-northeast-1", person="sato", via="kiro")


class FakeRoles:
    """Assumes any role. `error` is what the coming ones raise; `go` lets them through.

    Its secrets look like none: who hides them must know them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.error: Exception | None = None
        self.lent_for = LENT_FOR
        self.loans: list[Loan] = []
        self.keys: list[Keys] = []
        self.go = threading.Event()
        self.go.set()

    def assume(self, loan: Loan) -> Keys:
        self.loans.append(loan)
        assert self.go.wait(20)
        if self.error:
            raise self.error
        keys = Keys(
            access_key_id=f"ASIA{len(self.keys):016d}",
            secret_access_key=f"what {loan.phase} number {len(self.keys)} of {loan.run_id} hides",
            session_token=f"which session {loan.phase} {len(self.keys)} of {loan.run_id} has",
            expires_at=self._clock.now() + self.lent_for,
        )
        self.keys.append(keys)
        return keys


class FakeLender:
    """The port `Lender` without a network: `fetch` is what an SDK does with what was lent."""

    def __init__(self, roles: FakeRoles, clock: Clock) -> None:
        self.roles, self._clock = roles, clock
        self._lent: dict[str, Keys] = {}
        self._listeners: dict[str, list[Learn]] = {}
        self.loans: list[Loan] = []

    @property
    def out(self) -> int:
        """How many loans last."""
        return len(self._lent)

    @contextlib.contextmanager
    def lend(self, loan: Loan) -> Generator[Lent]:
        keys, token = self.roles.assume(loan), secrets.token_urlsafe(32)
        self._lent[token], self._listeners[token] = keys, []
        self.loans.append(loan)

        def tell(learn: Learn) -> None:
            self._listeners[token].append(learn)
            learn({token, *self._lent[token].secrets})

        try:
            yield Lent(
                {
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:9/{loan.run_id}",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
                },
                9,
                tell,
            )
        finally:
            self._lent.pop(token, None)

    def fetch(self, lent: Lent) -> Keys | None:
        token = lent.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        keys = self._lent.get(token)
        if keys and keys.left(self._clock.now()) <= RENEWED_BEFORE:
            with contextlib.suppress(SekishoError):
                loan = next(one for one in self.loans if one.run_id in str(lent.environment))
                keys = self._lent[token] = self.roles.assume(loan)
                for learn in self._listeners[token]:
                    learn(keys.secrets)
        return keys if keys and keys.expires_at > self._clock.now() else None

    def close(self) -> None:
        self._lent.clear()
