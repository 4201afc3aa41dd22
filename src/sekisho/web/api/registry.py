"""Every call of the API, in the order in which the document lists them."""

from typing import Any

from sekisho.web.api.approvals import APPROVAL_OPERATIONS
from sekisho.web.api.audits import AUDIT_OPERATIONS
from sekisho.web.api.callers import CALLER_OPERATIONS
from sekisho.web.api.configurations import CONFIGURATION_OPERATIONS
from sekisho.web.api.logs import LOG_OPERATIONS
from sekisho.web.api.operations import Operation
from sekisho.web.api.plan_documents import PLAN_DOCUMENT_OPERATIONS
from sekisho.web.api.plan_reviews import PLAN_REVIEW_OPERATIONS
from sekisho.web.api.plans import PLAN_OPERATIONS
from sekisho.web.api.pushes import PUSH_OPERATIONS
from sekisho.web.api.runs import RUN_OPERATIONS
from sekisho.web.api.scans import SCAN_OPERATIONS
from sekisho.web.api.states import STATE_OPERATIONS
from sekisho.web.api.workspaces import WORKSPACE_OPERATIONS

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    *WORKSPACE_OPERATIONS,
    *CONFIGURATION_OPERATIONS,
    *PUSH_OPERATIONS,
    *PLAN_OPERATIONS,
    *PLAN_REVIEW_OPERATIONS,
    *PLAN_DOCUMENT_OPERATIONS,
    *SCAN_OPERATIONS,
    *RUN_OPERATIONS,
    *LOG_OPERATIONS,
    *STATE_OPERATIONS,
    *APPROVAL_OPERATIONS,
    *CALLER_OPERATIONS,
    *AUDIT_OPERATIONS,
)
"""The one list: routes, powers, the document, the reference page and tests derive from it."""
