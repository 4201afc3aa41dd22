"""What both faces show of a run in one go: gathered from the engine, which blocks."""

import threading
from collections.abc import Mapping

from sekisho.domain.callers import Admission, Caller
from sekisho.domain.configurations import Limits
from sekisho.domain.errors import AddressUnknown, ConsoleAway, InlineTooLarge
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.text import Language
from sekisho.engine.engine import Engine
from sekisho.views.approvals import START, ApprovalRequestView
from sekisho.views.callers import CallerAnswer
from sekisho.views.configurations import FormatView, UploadView, ValidationView
from sekisho.views.gate import GateView
from sekisho.views.moments import moment_of
from sekisho.views.orders import Source
from sekisho.views.runs import RunView
from sekisho.views.states import OutputPage
from sekisho.views.stops import stop_line


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
        if before and (before[0] is run or before[0] == run):
            return before[1]
        made = RunView.of(run, url)
        with self._lock:
            self._views[run.id, url] = (run, made)
            while len(self._views) > self._most:
                del self._views[next(iter(self._views))]
        return made


_RECENT = _Recent(128)
_QUEUED = (RunStatus.PLAN_QUEUED, RunStatus.APPLY_QUEUED)
_FOR_PEOPLE = (RunStatus.AWAITING_APPROVAL, RunStatus.INTERRUPTED)


def run_shown(engine: Engine, run: Run) -> RunView:
    """Show a run, with its page of the console where a person should look at it.

    One that waits for its turn while everything is stopped says so.
    """
    if run.status in _QUEUED:
        return RunView.of(run).model_copy(update={"stopped": stop_line(engine.stops.get())})
    if run.status not in _FOR_PEOPLE or not run.plan:
        return RunView.of(run)
    console = engine.approvals.console()
    return _RECENT.view(run, f"{console}/runs/{run.id}" if console else "")


def caller_shown(engine: Engine, admission: Admission, version: str) -> CallerAnswer:
    """Show who asks; to those who may read, also that everything is stopped."""
    reads = admission.obstacle is None and "read" in admission.powers
    stop = engine.stops.get() if reads else None
    callers = engine.callers
    return CallerAnswer.of(admission, callers.auth, version, callers.issuer, stop)


def approval_shown(engine: Engine, run_id: str, language: Language) -> ApprovalRequestView:
    """Show where a person decides about a plan. Raises RunUnknown."""
    return ApprovalRequestView.of(engine.runs.get(run_id), engine.approvals.link(run_id), language)


def gate_shown(engine: Engine, run_id: str, language: Language, at: str = "") -> GateView:
    """Show whether a plan may be applied now, or at the moment that `at` writes.

    Raises:
        RunUnknown, PlanMissing.
        ArgumentsInvalid: `at` is no moment.
    """
    moment = moment_of(at) if at.strip() else None
    return GateView.of(engine.runs.get(run_id), engine.gate.check(run_id, moment), language, moment)


def outputs_shown(engine: Engine, workspace: str, name: str = "") -> OutputPage:
    """Show all outputs, or one. Raises WorkspaceUnknown, StateMissing, AddressUnknown."""
    known = engine.states.list(workspace)
    if name and all(o.name != name for o in known.index.outputs):
        raise AddressUnknown(address=name, name=workspace)
    return OutputPage.of(known, name)


def upload_shown(engine: Engine, workspace: str, caller: Caller, address: str) -> UploadView:
    """Open an upload and show where it goes; `address` is that of our HTTP side, if known.

    Raises:
        ConsoleAway: this process has no HTTP side, and none runs beside it.
        WorkspaceUnknown, SourceRefused: it is not for this workspace.
    """
    # Over stdio there is no HTTP side of our own: that of the server on the same data folder.
    found = address or engine.approvals.console()
    if not found:
        raise ConsoleAway(command=START)
    upload, secret = engine.configurations.open_upload(workspace, caller)
    return UploadView.of(upload, f"{found}/uploads/{secret}")


def validation_shown(
    engine: Engine, source: Source, workspace: str, caller: Caller
) -> ValidationView:
    """Bring a configuration in, validate it, and show what Terraform says of it."""
    digest = source.taken(engine, workspace, caller)
    errors = engine.configurations.validate(workspace, digest)
    return ValidationView.of(digest, workspace, errors, source.git_ref)


def format_shown(engine: Engine, files: Mapping[str, str]) -> FormatView:
    """Format files and show those that change. Raises InlineTooLarge, ConfigurationInvalid."""
    size, cap = sum(len(text.encode()) for text in files.values()), Limits().inline_bytes
    if size > cap:
        raise InlineTooLarge(size=size, cap=cap)
    return FormatView.of(files, engine.configurations.format(files))
