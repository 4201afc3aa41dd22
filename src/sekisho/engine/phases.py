"""A phase is a list of named steps, run by one loop."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sekisho.domain.changes import NOTHING, Change
from sekisho.domain.errors import SekishoError
from sekisho.domain.leases import WorkerLease
from sekisho.domain.problems import problem, problem_of
from sekisho.domain.runs import Problem, Run, RunStatus, held_by
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.parts import Parts
from sekisho.engine.watching import RunWatch
from sekisho.ports import Desk, Finished


@dataclasses.dataclass(frozen=True)
class Claimed:
    """A run that this worker carries now, and its workspace as it was declared at that moment."""

    run: Run
    lease: WorkerLease
    workspace: Workspace


@dataclasses.dataclass(frozen=True)
class End:
    """How a phase ends: the status the run moves to, and why where something went wrong."""

    status: RunStatus
    problem: Problem | None = None


class Phase(Protocol):
    """What a phase works on; each phase adds what its steps hand to each other."""

    parts: Parts
    run: Run
    lease: WorkerLease
    workspace: Workspace
    watch: RunWatch
    desk: Desk | None


P = TypeVar("P", bound=Phase)
Step = tuple[str, Callable[[P], End | None]]


def run_steps(phase: P, steps: Sequence[Step[P]]) -> End:
    """Run steps until one ends the phase; an error of ours ends it as `errored`.

    The last step of a list always ends the phase. Whatever else is raised is a bug: it ends the
    phase as `internal`, and the exception goes to the operator's log, not to the run's.
    """
    journal = phase.parts.journal
    try:
        for name, step in steps:
            journal.event("step.begin", run_id=phase.run.id, step=name)
            end = step(phase)
            journal.event("step.end", run_id=phase.run.id, step=name)
            if end is not None:
                return end
    except SekishoError as error:
        return End(RunStatus.ERRORED, problem_of(error))
    except Exception as error:  # noqa: BLE001 (a run must end whatever happens)
        journal.event("step.failed", run_id=phase.run.id, error=error)
        return End(RunStatus.ERRORED, problem("internal"))
    return End(RunStatus.ERRORED, problem("internal"))


def change_held(
    phase: Phase, change: Callable[[Run, WorkspaceRecord], Change]
) -> Callable[[Run, WorkspaceRecord], Change]:
    """Wrap a change so that it does nothing once another worker, or a person, has the run."""
    lease = phase.lease

    def held(run: Run, record: WorkspaceRecord) -> Change:
        return change(run, record) if held_by(run, lease) else NOTHING

    return held


def said(finished: Finished) -> str:
    """Put Terraform's own errors into a few lines, for a problem's detail."""
    rows: list[str] = []
    for line in finished.errors[:20]:
        place = f" ({line.file}:{line.line})" if line.file else ""
        rows.append(f"{line.text}{place}" + (f": {line.detail}" if line.detail else ""))
    return "\n".join(rows)
