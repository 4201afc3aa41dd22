"""Redacted readings of plans and states, in memory."""

from sekisho.domain.plans import PlanReading
from sekisho.domain.states import StateIndex
from sekisho.stores.writes import Turn


class MemoryReadings:
    """Keeps readings of plans by run, and of states by workspace."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._plans: dict[str, PlanReading] = {}
        self._states: dict[str, StateIndex] = {}

    def put_plan(self, run_id: str, reading: PlanReading) -> None:
        with self._turn:
            self._plans[run_id] = reading

    def plan(self, run_id: str) -> PlanReading | None:
        with self._turn:
            return self._plans.get(run_id)

    def put_state(self, workspace: str, index: StateIndex) -> None:
        with self._turn:
            self._states[workspace] = index

    def state(self, workspace: str) -> StateIndex | None:
        with self._turn:
            return self._states.get(workspace)

    def remove(self, run_id: str) -> None:
        with self._turn:
            self._plans.pop(run_id, None)
