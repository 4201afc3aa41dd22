"""What reaches an agent when something goes wrong: codes and next steps, and nothing else."""

import logging
from typing import Any

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, TextContent

from sekisho.domain import errors
from sekisho.domain.errors import SekishoError
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.errors import error_result
from sekisho.mcp_server.server import build_server
from sekisho.views.call_errors import KINDS, kind_of
from tests.faces.house import House

pytestmark = pytest.mark.anyio

SECRET = "hunter2-AKIAIOSFODNN7EXAMPLE"


def every_error() -> list[type[SekishoError]]:
    found = [v for v in vars(errors).values() if isinstance(v, type)]
    return [c for c in found if issubclass(c, SekishoError)]


@pytest.mark.parametrize("error", every_error(), ids=lambda e: e.__name__)
def test_every_class_of_errors_has_a_kind_and_an_answer(error: type[SekishoError]):
    kind = kind_of(error)
    assert error is SekishoError or kind != "internal"
    names = "run_id name near digest status problem size cap count path verb legal holder since "
    names += "owner reason url parts person pid unmet source allowed command setting wanted found "
    names += "address method"
    result = error_result(error(**dict.fromkeys(names.split(), "x")))
    assert result.is_error
    assert result.structured_content is None
    assert (result.meta or {})["sekisho/error"]["kind"] == kind


def test_the_six_kinds_of_the_tree_are_the_kinds_of_the_table():
    direct = {c for c in every_error() if SekishoError in c.__bases__}
    assert direct | {SekishoError} == set(KINDS)


class Broken:
    """A catalog with a bug that would tell a secret."""

    def get(self, name: str) -> Any:
        raise RuntimeError(f"boom {SECRET}")

    def all(self) -> Any:
        raise RuntimeError(f"boom {SECRET}")


async def call(server: MCPServer, tool: str, arguments: dict[str, Any]) -> tuple[str, Any]:
    async with Client(server) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text, result


async def test_nothing_of_an_unexpected_exception_reaches_the_client(
    tmp_path: Any, caplog: pytest.LogCaptureFixture
):
    from tests.faces.house import build

    server = build_server(build(tmp_path, catalog=Broken()).engine, FaceOptions(version="1"))
    with caplog.at_level(logging.ERROR, logger="sekisho.mcp"):
        text, result = await call(server, "workspace_list", {})
    assert text.startswith("internal: ")
    assert SECRET not in result.model_dump_json()
    assert "boom" not in result.model_dump_json()
    assert any(r.message == "tool.failed" and r.exc_info for r in caplog.records)


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("run_get", {"run_id": "r", "wait": 1}, "wait is unknown (known: run_id, wait_seconds)"),
        ("run_get", {}, "run_id is missing"),
        ("run_get", {"run_id": "r", "wait_seconds": 21}, "wait_seconds"),
        ("run_get", {"run_id": {"deep": SECRET}}, "run_id"),
        ("run_log", {"run_id": "r", "limit": 0}, "limit"),
        ("run_list", {"status": [SECRET]}, "status"),
        ("plan_create", {"workspace": "network", "files": {"main.tf": [SECRET]}}, "files"),
        ("plan_create", {"workspace": "network", "mode": SECRET}, "mode"),
        ("gate_check", {"run_id": "r", "language": SECRET}, "language"),
        ("caller_get", {SECRET: 1}, "is unknown"),
    ],
)
async def test_arguments_that_do_not_fit_are_named_and_never_repeated(
    server: MCPServer, tool: str, arguments: dict[str, Any], named: str
):
    text, result = await call(server, tool, arguments)
    assert text.startswith("arguments_invalid: ")
    assert named in text
    assert "AKIAIOSFODNN7EXAMPLE" not in result.model_dump_json()


async def test_an_illegal_move_names_what_is_legal(house: House, server: MCPServer):
    run = house.planned()
    house.engine.runs.discard(run.id, run.requested_by)
    text, _ = await call(server, "run_apply", {"run_id": run.id})
    assert text.startswith("move_illegal: ")
    assert "plan_create" in text


async def test_an_unknown_tool_is_a_protocol_error_with_our_code_and_near_names(server: MCPServer):
    async with Client(server) as client:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("run_approve", {"run_id": "x"})
    error = refused.value.error
    assert error.code == INVALID_PARAMS
    assert error.message.startswith("tool_unknown: ")
    assert error.data["sekisho/error"]["code"] == "tool_unknown"
    assert "run_apply" in error.data["sekisho/error"]["next"]
