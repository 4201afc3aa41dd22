"""A policy engine in memory: it says what it was told to say, by the name of the policy."""

from __future__ import annotations

from collections.abc import Callable

from sekisho.domain.errors import PolicyEngineMissing, SekishoError
from sekisho.domain.policies import PolicyOutcome, outcome_of
from sekisho.ports import PolicyOrder


class FakePolicyEngine:
    """The port `PolicyEngine`: `denies` and `warns` by name; `error` is what it raises."""

    def __init__(self, installed: str = "1.5.2") -> None:
        self.installed = installed
        self.denies: dict[str, list[str]] = {}
        self.warns: dict[str, list[str]] = {}
        self.error: SekishoError | None = None
        self.happens: Callable[[], object] = bool
        """What goes on while a policy is evaluated."""

    def version(self) -> str:
        return self.installed

    def evaluate(self, order: PolicyOrder) -> PolicyOutcome:
        if not self.installed:
            raise PolicyEngineMissing
        if self.error:
            raise self.error
        self.happens()
        name = order.policy.name
        return outcome_of(
            order.policy, self.denies.get(name, []), self.warns.get(name, []), order.clean
        )
