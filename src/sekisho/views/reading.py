"""What both faces show of a run in one go: gathered from the engine, which blocks."""

import threading

from sekisho.domain.runs import WAITING, Run, RunStatus
from sekisho.engine.engine import Engine
from sekisho.views.logs import LogView, log_of
from sekisho.views.plans import PlanView, one_of, page_of, summary_of
from sekisho.views.runs import RunView


class _Recent:
    """The newest views of runs. Agents poll: the same run, unchanged, is asked for many times."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._views: dict[tuple[str, str], tuple[Run, RunView]] = {}
        self._lock = threading.Lock()

    def view(self, run: Run, url: str) -> RunView:
        """Return the view of a run: the one made before, where the run is equal to the letter."""
        with self._lock:
            before = self._views.get((run.id, url))
        if before and before[0] == run:
            return before[1]
        made = RunView.of(run, url)
        with self._lock:
            self._views[run.id, url] = (run, made)
            while len(self._views) > self._most:
                del self._views[next(iter(self._views))]
        return made


_RECENT = _Recent(128)
_FOR_PEOPLE = (RunStatus.AWAITING_APPROVAL, RunStatus.INTERRUPTED)


def run_shown(engine: Engine, run: Run, console: str = "") -> RunView:
    """Show a run, with its page of the console where a person should look at it.

    `console` is the console's address where the face knows it; else a running one is looked for.
    """
    if run.status not in _FOR_PEOPLE or not run.plan:
        return RunView.of(run)
    if console:
        return _RECENT.view(run, f"{console}/runs/{run.id}")
    link = engine.approvals.link(run.id)
    return RunView.of(run, link.url if link.running else "")


def plan_shown(
    engine: Engine, run_id: str, address: str = "", start: int | None = None
) -> PlanView:
    """Show a plan: a summary, one resource, or details from a place on.

    Raises:
        RunUnknown, PlanMissing: there is nothing to show.
        AddressUnknown, CursorInvalid: not in this plan.
    """
    run, reading = engine.runs.get(run_id), engine.plans.reading(run_id)
    if address:
        return one_of(run, reading, address)
    if start is not None:
        return page_of(run, reading, start)
    if run.status not in WAITING:
        return summary_of(run, reading)
    link = engine.approvals.link(run_id)
    return summary_of(run, reading, link.verdict, link.url if link.running else "")


def log_shown(engine: Engine, run_id: str, cursor: int, limit: int) -> LogView:
    """Show a page of a run's log. Raises RunUnknown."""
    run = engine.runs.get(run_id)
    page = engine.runs.log(run_id, cursor, limit)
    return log_of(run, page, lambda shorter: engine.runs.log(run_id, cursor, shorter))
