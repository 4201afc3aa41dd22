"""Tools around approving. None of them approves: that takes a person, in the console."""

from sekisho.mcp_server.arguments import LanguageChoice, Moment, RunId
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.approvals import ApprovalRequestView
from sekisho.views.gate import GateView
from sekisho.views.reading import approval_shown, gate_shown


async def approval_request(
    call: Call, run_id: RunId, language: LanguageChoice = "en"
) -> ApprovalRequestView:
    """Get the page where a person reviews a plan and decides, and everything that is still unmet.

    You cannot approve: no tool and no credential can. Give the user the address and wait for them.
    Next: run_get after they have decided, then run_apply.
    """
    return await call.ask(approval_shown, call.engine, run_id, language)


async def gate_check(
    call: Call, run_id: RunId, language: LanguageChoice = "en", at: Moment = ""
) -> GateView:
    """Say whether a plan may be applied (now, or at a moment), all that is unmet, and until when.

    It changes nothing. Next: approval_request where approvals are missing, run_apply where nothing
    is.
    """
    return await call.ask(gate_shown, call.engine, run_id, language, at)


APPROVAL_TOOLS = (
    ToolSpec(approval_request, "Ask for an approval", short=True),
    ToolSpec(gate_check, "Check what a plan still needs", short=True),
)
