"""The OpenAPI document: valid, whole, and true of the routes of the running app."""

import re
from typing import Any

import httpx2
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route

from sekisho.domain.callers import POWERS
from sekisho.mcp_server.tools import TOOLS
from sekisho.views.http_errors import http_status
from sekisho.web.api import OPERATIONS, ApiOptions, api_routes
from sekisho.web.api.answering import DOCUMENT, Endpoint
from sekisho.web.api.document import errors_of, openapi
from tests.faces.house import House
from tests.faces.serving import serving

DOCUMENTED = openapi("1.2.3")


def calls() -> list[tuple[str, str, dict[str, Any]]]:
    return [(p, m, c) for p, path in DOCUMENTED["paths"].items() for m, c in path.items()]


def test_the_document_is_valid():
    OpenAPIV31SpecValidator(DOCUMENTED).validate()


def test_every_route_of_the_app_is_in_the_document_and_no_other(house: House):
    routes = [r for r in api_routes(house.engine, ApiOptions()) if isinstance(r, Route)]
    served = {
        (route.path, method.lower())
        for route in routes
        if isinstance(route.endpoint, Endpoint)
        for method in route.endpoint._taken
    }
    assert served == {(path, method) for path, method, _ in calls()}
    others = {r.path for r in routes if not isinstance(r.endpoint, Endpoint)}
    assert others == {DOCUMENT, "/api/v1", "/uploads"}


def test_a_running_server_answers_every_documented_call_and_wants_its_credential(house: House):
    with serving(house) as url, httpx2.Client(base_url=url, timeout=30) as nobody:
        for path, method, call in calls():
            answer = nobody.request(method, re.sub(r"{\w+}", "x", path))
            wanted = 401 if call.get("security") != [] else 404
            assert answer.status_code == wanted, (method, path, answer.text)
        served = nobody.get(DOCUMENT)
        again = nobody.get(DOCUMENT, headers={"If-None-Match": served.headers["etag"]})
    assert served.json() == DOCUMENTED
    assert (again.status_code, again.content) == (304, b"")


def test_scripts_can_do_all_that_agents_can():
    assert {tool.name for tool in TOOLS} <= {op.name for op in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: op.name)
def test_a_call_documents_its_errors_and_its_power(operation: Any):
    call = DOCUMENTED["paths"][operation.place][operation.method.lower()]
    for error in errors_of(operation):
        name = call["responses"][str(http_status(error()))]["$ref"].rpartition("/")[2]
        assert error.code in name.split(".")
    assert call.get("x-power") == operation.power
    assert operation.power is None or operation.power in POWERS
    if operation.method == "GET":
        assert operation.power == "read"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: op.name)
def test_lists_take_a_cursor_and_a_limit_and_answer_a_cursor(operation: Any):
    taken = operation.query.model_fields
    assert ("limit" in taken) <= ("cursor" in taken)
    if "cursor" in taken:
        assert "cursor" in operation.answers.model_fields


def test_every_link_leads_to_a_call_of_the_document():
    names = {op.name: op for op in OPERATIONS}
    for operation in OPERATIONS:
        for name, (part, _) in operation.links.items():
            assert part in names[name].parts
