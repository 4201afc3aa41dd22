"""What pages say of a decision: the gate in words, what was said beforehand, what was passed."""

from dataclasses import dataclass

from sekisho.domain.gate import Verdict
from sekisho.domain.runs import Run
from sekisho.domain.text import Language
from sekisho.engine.engine import Engine
from sekisho.views.intents import beyond, intent_said, rollback_shown
from sekisho.views.overrides import override_said
from sekisho.views.plan_gate import GateLines
from sekisho.web.visits import Visit


@dataclass(frozen=True)
class SaidBefore:
    """What the requester said of a plan beforehand, and what it does beyond that."""

    intent: str
    beyond: list[str]
    rollback: str | None


@dataclass(frozen=True)
class OverrideLine:
    """An override in one line; `waits`: nobody else has looked at it, `late`: nor in time."""

    said: str
    waits: bool
    late: bool


def said_before(run: Run, language: Language) -> SaidBefore:
    """Say what was said beforehand."""
    return SaidBefore(intent_said(run, language), beyond(run), rollback_shown(run))


def gate_lines(verdict: Verdict | None, visit: Visit, run: Run) -> GateLines | None:
    """Say what the gate found; None where nothing is judged any more."""
    return GateLines.of(verdict, visit.language, run) if verdict else None


def overrides_said(engine: Engine, run: Run, language: Language) -> list[OverrideLine]:
    """Say every override of a run."""
    late = engine.overrides.overdue(run)
    return [
        OverrideLine(override_said(o, language, late=o in late), not o.followed, o in late)
        for o in run.overrides
    ]
