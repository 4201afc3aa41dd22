"""Tools around approving. None of them approves: that takes a person, in the console."""

from sekisho.domain.text import Language
from sekisho.engine.engine import Engine
from sekisho.mcp_server.arguments import LanguageChoice, RunId
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.approvals import ApprovalRequestView
from sekisho.views.gate import GateView


async def approval_request(
    call: Call, run_id: RunId, language: LanguageChoice = "en"
) -> ApprovalRequestView:
    """Get the page where a person reviews a plan and decides, and everything that is still unmet.

    You cannot approve: no tool and no credential can. Give the user the address and wait for them.
    Next: run_get after they have decided, then run_apply.
    """
    return await call.ask(_request, call.engine, run_id, language)


async def gate_check(call: Call, run_id: RunId, language: LanguageChoice = "en") -> GateView:
    """Say whether a plan may be applied now, and everything that keeps it from being applied.

    It changes nothing. Next: approval_request where approvals are missing, run_apply where nothing
    is.
    """
    return await call.ask(_check, call.engine, run_id, language)


def _request(engine: Engine, run_id: str, language: Language) -> ApprovalRequestView:
    return ApprovalRequestView.of(engine.runs.get(run_id), engine.approvals.link(run_id), language)


def _check(engine: Engine, run_id: str, language: Language) -> GateView:
    return GateView.of(engine.runs.get(run_id), engine.gate.check(run_id), language)


APPROVAL_TOOLS = (
    ToolSpec(approval_request, "Ask for an approval", short=True),
    ToolSpec(gate_check, "Check what a plan still needs", short=True),
)
