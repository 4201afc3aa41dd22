"""Plans over the API: asking for one."""

from sekisho.domain.errors import (
    AccessMissing,
    AllowanceSpent,
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    ConfigurationUnknown,
    CoolingDown,
    DiskFull,
    InlineTooLarge,
    PlansWaiting,
    QuotaSpent,
    ServerStopped,
    SourceRefused,
    UploadTooLarge,
    WorkspaceUnknown,
)
from sekisho.domain.errors.git import GIT_ERRORS
from sekisho.views.long_calls import at_length
from sekisho.views.orders import PlanAsk
from sekisho.views.runs import RunView
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import (
    Answer,
    Ask,
    Nothing,
    Operation,
    Versioned,
)


async def plan_create(ask: Ask[Nothing, PlanAsk]) -> Answer:
    """Plan a configuration in a workspace.

    Nothing is changed; it answers at once with a run. Give exactly one of files, configuration,
    folder and git_ref.
    """
    if ask.body.quick:
        run = await on_thread(ask.body.start, ask.engine, ask.caller)
    else:
        run = await at_length(ask.caller.person, ask.body.start, ask.engine, ask.caller)
    return Versioned(RunView.of(run), run.version)


TAKES_FILES = (
    WorkspaceUnknown,
    ConfigurationUnknown,
    SourceRefused,
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    InlineTooLarge,
    UploadTooLarge,
    DiskFull,
    AllowanceSpent,
    *GIT_ERRORS,
)
"""What can be wrong with files that come along."""

_ON_ITS_RUN = ("run_get", "plan_get", "run_log", "gate_check", "run_cancel", "run_discard")

PLAN_OPERATIONS = (
    Operation(
        "POST",
        "/runs",
        plan_create,
        RunView,
        "plan",
        body=PlanAsk,
        raises=(*TAKES_FILES, PlansWaiting, AccessMissing, ServerStopped, QuotaSpent, CoolingDown),
        links=dict.fromkeys(_ON_ITS_RUN, ("run_id", "/id")),
    ),
)
