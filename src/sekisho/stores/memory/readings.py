"""Redacted readings of plans and states, in memory."""

from collections.abc import Callable, Sequence

from sekisho.domain.plan_changes import Keep, ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.states import StateIndex
from sekisho.stores.writes import Turn


class MemoryReadings:
    """Keeps readings of plans by run, and of states by workspace."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._plans: dict[str, tuple[PlanReading, list[ResourceChange]]] = {}
        self._states: dict[str, StateIndex] = {}

    def put_plan(self, run_id: str, read: Callable[[Keep], PlanReading]) -> PlanReading:
        whole: list[ResourceChange] = []
        reading = read(whole.append)
        with self._turn:
            self._plans[run_id] = reading, whole
        return reading

    def plan(self, run_id: str) -> PlanReading | None:
        with self._turn:
            found = self._plans.get(run_id)
        return found[0] if found else None

    def changes(self, run_id: str, numbers: Sequence[int]) -> tuple[ResourceChange, ...]:
        with self._turn:
            whole = self._plans[run_id][1]
        if any(not 0 <= n < len(whole) for n in numbers):
            raise KeyError(run_id)
        return tuple(whole[n] for n in numbers)

    def put_state(self, workspace: str, index: StateIndex) -> None:
        with self._turn:
            self._states[workspace] = index

    def state(self, workspace: str) -> StateIndex | None:
        with self._turn:
            return self._states.get(workspace)

    def remove(self, run_id: str) -> None:
        with self._turn:
            self._plans.pop(run_id, None)
