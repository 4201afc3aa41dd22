"""The HTTP API: what the tools offer, for scripts and pipelines; and where uploads arrive.

Every operation is declared once (`Operation`): its routes, the reading of requests and the OpenAPI
document derive from the declarations. All of /api/v1 but the document itself needs a bearer
credential, on loopback too. Nothing here approves.
"""

from sekisho.web.api.answering import ApiOptions, api_routes
from sekisho.web.api.operations import Operation
from sekisho.web.api.registry import OPERATIONS

__all__ = ["OPERATIONS", "ApiOptions", "Operation", "api_routes"]
