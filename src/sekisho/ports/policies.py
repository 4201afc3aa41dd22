"""The port to what evaluates policies in Rego."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sekisho.domain.policies import PolicyOutcome, RegoPolicy


@dataclass(frozen=True)
class PolicyOrder:
    """A policy, and the plan as JSON (a file). `clean` takes secrets out of text."""

    policy: RegoPolicy
    plan: str
    clean: Callable[[str], str] = str


class PolicyEngine(Protocol):
    """Evaluates policies apart from this process. Threads may share it."""

    def version(self) -> str:
        """Return the version that is installed; empty where none is."""
        ...

    def evaluate(self, order: PolicyOrder) -> PolicyOutcome:
        """Hold a plan against a policy.

        Raises:
            PolicyEngineMissing: it is not installed.
            PolicyFailed: the policy cannot be evaluated, takes too long or too much.
        """
        ...
