"""Asks a child what a policy says of a plan: one child for one question, with limits."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, cast

from sekisho.domain.errors import PolicyEngineMissing, PolicyFailed
from sekisho.domain.policies import PolicyOutcome, outcome_of
from sekisho.ports import PolicyOrder

MOST_PLAN = 12 * 1024**2
"""Bytes of plan JSON: the engine takes 200 times as much memory."""
_SECONDS = 60.0
_ANSWER = 8 * 1024**2
_PACKAGE = "regopy"


class RegoEngine:
    """The port `PolicyEngine` over regopy, an extra of Sekisho."""

    def __init__(self, seconds: float = _SECONDS, package: str = _PACKAGE) -> None:
        self._seconds, self._package = seconds, package
        self._lock = threading.Lock()
        """One at a time, whoever asks: each may take much memory."""

    def version(self) -> str:
        """Return the version that is installed; empty where none is."""
        from importlib import metadata

        try:
            return metadata.version(self._package)
        except metadata.PackageNotFoundError:
            return ""

    def evaluate(self, order: PolicyOrder) -> PolicyOutcome:
        """Hold a plan against a policy. Raises PolicyEngineMissing or PolicyFailed."""
        if not self.version():
            raise PolicyEngineMissing
        size = Path(order.plan).stat().st_size
        if size > MOST_PLAN:
            problem = f"the plan is {size} bytes of JSON, and {MOST_PLAN} are taken"
            raise PolicyFailed(policy=order.policy.name, problem=problem)
        asked = json.dumps({"files": order.policy.files, "plan": order.plan})
        with self._lock:
            answer = self._ask(asked.encode(), order)
        if "problem" in answer:
            problem = order.clean(str(answer["problem"]))
            raise PolicyFailed(policy=order.policy.name, problem=problem)
        return outcome_of(order.policy, answer["denied"], answer["warned"], order.clean)

    def _ask(self, question: bytes, order: PolicyOrder) -> dict[str, Any]:
        """Ask a child. Raises PolicyFailed where it does not answer as it should."""
        # The environment is no business of a policy: `opa.runtime` would tell it.
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", f"{__package__}.child", f"{self._seconds:.0f}"],
                input=question,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8"},
                start_new_session=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            problem = f"it took longer than {self._seconds:g} seconds"
            raise PolicyFailed(policy=order.policy.name, problem=problem) from None
        found = _answer(done.stdout) if done.returncode == 0 else None
        if found is None:
            problem = "it took too much memory or time, or ended the engine"
            raise PolicyFailed(policy=order.policy.name, problem=problem)
        return found


def _answer(raw: bytes) -> dict[str, Any] | None:
    """Read an answer; None where it is none."""
    if len(raw) > _ANSWER:
        return None
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    answer = cast("dict[str, Any]", found)
    whole = "problem" in answer or all(
        isinstance(answer.get(key), list) for key in ("denied", "warned")
    )
    return answer if whole else None
