"""What is odd about a plan as a whole: one rule and one wording for the console and documents."""

from sekisho.domain.plans import PlanMode, PlanReading
from sekisho.domain.runs import Run
from sekisho.domain.scans import Severity
from sekisho.domain.text import Text
from sekisho.views.plan_texts import TEXTS
from sekisho.views.policies import policy_warnings
from sekisho.views.view import one_line

_NAMED = 10
_LOUD = {Severity.HIGH, Severity.CRITICAL}


def warnings_of(run: Run, reading: PlanReading, *, declared: bool) -> tuple[Text, ...]:
    """Say it, worst first. `declared`: the workspace of the run still is."""
    said = {
        "warning.destroy": run.options.mode == PlanMode.DESTROY,
        "warning.partial": bool(run.options.targets),
        "warning.errored": reading.errored,
        "warning.incomplete": not reading.complete and not reading.errored,
        "warning.not_applyable": not reading.applyable and not reading.errored and _does(reading),
        "warning.undeclared": not declared,
    }
    found = [TEXTS[key] for key, holds in said.items() if holds]
    found += policy_warnings(run.plan.policies if run.plan else ())
    found += _scan(run)
    if reading.extra:
        names = ", ".join(one_line(name, 60) for name in reading.extra[:_NAMED])
        found.append(TEXTS["warning.unknown_fields"].fill({"names": names}))
    return tuple(found)


def _scan(run: Run) -> list[Text]:
    mark = run.plan.scan if run.plan else None
    if mark is None:
        return []
    if mark.problem:
        return [TEXTS["warning.unscanned"].fill({"problem": mark.problem})]
    counts = mark.counts_on(mark.at.date())
    # Every plan has mild findings: who is warned of them always does not look when it matters.
    if not counts.keys() & _LOUD:
        return []
    said = ", ".join(f"{n} {name}" for name, n in counts.items())
    return [TEXTS["warning.scan"].fill({"counts": said, "suppressed": mark.suppressed})]


def _does(reading: PlanReading) -> bool:
    return bool(reading.changes or reading.outputs)
