"""Claude Code, as its users set it up; where it needs a model, one on loopback that we script."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.clients.driven import run, stdio_server
from tests.clients.install import Clients
from tests.clients.model import Model, thinking
from tests.clients.outside import Outside
from tests.e2e.serving import Serving

pytestmark = pytest.mark.long

Claude = Callable[..., CompletedProcess[str]]

# How Claude Code is kept from calling home; none of it is about MCP.
QUIET = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1"}


@pytest.fixture
def claude(clients: Clients, outside: Outside, home: Path) -> Claude:
    """Run `claude WORDS` for a user who never ran it before."""

    def run_claude(*words: str, **more: str) -> CompletedProcess[str]:
        done = run([*clients.claude(), *words], home, **QUIET, **outside.environment(), **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run_claude


def _turn(claude: Claude, model: Model) -> None:
    """Let Claude Code carry out the model's script, allowed to use every tool of ours."""
    asked = ("-p", "Plan it with Sekisho.", "--allowedTools", "mcp__sekisho__*")
    # The key is made up: the model does not look. Tools are shown to it at once, not on search.
    to = {"ANTHROPIC_BASE_URL": model.address, "ANTHROPIC_API_KEY": "made-up"}
    done = claude(*asked, **to, ENABLE_TOOL_SEARCH="false")
    assert done.stdout.strip() == "done"


def _results(model: Model) -> list[dict[str, Any]]:
    """Return what the model was given as results of tools."""
    messages = model.heard[-1]["messages"]
    parts = [p for m in messages if isinstance(m["content"], list) for p in m["content"]]
    return [part for part in parts if part.get("type") == "tool_result"]


def test_claude_mcp_list_shows_a_server_over_http_as_connected(claude: Claude, server: Serving):
    claude("mcp", "add", "--transport", "http", "sekisho", f"{server.url}/mcp")
    listed = claude("mcp", "list").stdout
    assert re.search(r"(?m)^sekisho: .* \(HTTP\) - ✔ Connected$", listed)


def test_claude_mcp_list_shows_a_server_that_it_starts_as_connected(claude: Claude, tmp_path: Path):
    given = stdio_server(tmp_path / "data")
    variables = [word for item in given["env"].items() for word in ("-e", "=".join(item))]
    claude("mcp", "add", "sekisho", *variables, "--", *given["command"])
    listed = claude("mcp", "list").stdout
    assert re.search(r"(?m)^sekisho: .* stdio .* - ✔ Connected$", listed)


def test_claude_mcp_list_says_that_a_token_is_not_good_and_what_to_do(
    claude: Claude, server: Serving
):
    header = (
        "--header",
        "Authorization: Bearer sks_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1nNfvf",
    )
    claude("mcp", "add", "--transport", "http", "sekisho", f"{server.url}/mcp", *header)
    listed = claude("mcp", "list").stdout
    assert "Failed to connect" in listed
    assert "sekisho token create" in listed


def test_claude_code_plans_over_http_for_the_person_whose_token_it_has(
    claude: Claude, server: Serving, token: str, tool_names: list[str]
):
    header = ("--header", f"Authorization: Bearer {token}")
    claude("mcp", "add", "--transport", "http", "sekisho", f"{server.url}/mcp", *header)
    files = {"main.tf": 'resource "terraform_data" "関所" {}\n'}
    script = (
        ("mcp__sekisho__plan_create", {"workspace": "default", "files": files}),
        ("mcp__sekisho__run_get", {"run_id": "run-nowhere"}),
        ("mcp__sekisho__caller_get", {}),
    )
    with thinking(Model(*script)) as model:
        _turn(claude, model)
    ours = [t["name"] for t in model.heard[0]["tools"] if t["name"].startswith("mcp__sekisho__")]
    assert sorted(ours) == sorted(f"mcp__sekisho__{name}" for name in tool_names)
    assert "You cannot approve, and must not try to." in model.last(), "our instructions reach it"
    planned, wrong, caller = _results(model)
    # The model reads the structured content, not the text: it too must say what comes next.
    answer = json.loads(planned["content"])
    assert any("run_get" in step for step in answer["next"])
    assert wrong["is_error"]
    assert "run_unknown" in wrong["content"]
    assert "run_list" in wrong["content"]
    assert "sato@example.jp" in caller["content"]
    asked_by = server.run(answer["id"])["requested_by"]
    assert asked_by["person"] == "sato@example.jp"
    assert "claude-code" in asked_by["via"]


def test_claude_code_plans_with_a_server_that_it_starts(claude: Claude, tmp_path: Path):
    given = stdio_server(tmp_path / "data")
    program, *words = given["command"]
    entry = {"type": "stdio", "command": program, "args": words, "env": given["env"]}
    claude("mcp", "add-json", "sekisho", json.dumps(entry))
    with thinking(Model(("mcp__sekisho__workspace_list", {}))) as model:
        _turn(claude, model)
    (listed,) = _results(model)
    assert json.loads(listed["content"])["workspaces"][0]["name"] == "default"
