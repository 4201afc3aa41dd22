"""Gemini CLI, as its users set it up; where it needs a model, one on loopback that we script."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.clients.driven import run, stdio_server
from tests.clients.install import Clients
from tests.clients.model import Model, thinking
from tests.clients.outside import Outside
from tests.e2e.serving import Serving

pytestmark = pytest.mark.long

Gemini = Callable[..., CompletedProcess[str]]

# It reaches no server of a folder that nobody trusts. The rest keeps it from calling home.
SETTINGS = {
    "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "security": {"auth": {"selectedType": "gemini-api-key"}},
}

# A model that is named: else it asks one which to take.
ASKED = ("--model", "gemini-2.5-flash", "--prompt", "Plan it with Sekisho.", "--yolo")


@pytest.fixture
def gemini(clients: Clients, outside: Outside, home: Path) -> Gemini:
    """Run `gemini WORDS` for a user who set it up just now."""
    (home / ".gemini").mkdir()
    (home / ".gemini" / "settings.json").write_text(json.dumps(SETTINGS), encoding="utf-8")

    def run_gemini(*words: str, **more: str) -> CompletedProcess[str]:
        trusting = outside.environment() | {"GEMINI_CLI_TRUST_WORKSPACE": "true"}
        done = run([*clients.gemini(), *words], home, **trusting, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run_gemini


def _shown(done: CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def test_gemini_mcp_list_shows_a_server_over_http_as_connected(gemini: Gemini, server: Serving):
    address = f"{server.url}/mcp"
    gemini("mcp", "add", "--scope", "user", "--transport", "http", "sekisho", address)
    listed = _shown(gemini("mcp", "list"))
    assert re.search(r"(?m)^✓ sekisho: .* \(http\) - Connected$", listed)


def test_gemini_mcp_list_shows_a_server_that_it_starts_as_connected(
    gemini: Gemini, home: Path, tmp_path: Path
):
    given = stdio_server(tmp_path / "data")
    program, *words = given["command"]
    entry = {"sekisho": {"command": program, "args": words, "env": given["env"]}}
    settings = json.dumps(SETTINGS | {"mcpServers": entry})
    (home / ".gemini" / "settings.json").write_text(settings, encoding="utf-8")
    connected = re.compile(r"(?m)^✓ sekisho: .* \(stdio\) - Connected$")
    listed = ""
    for _ in range(3):  # it gives a server 5 s to start, which a busy machine may not do
        listed = _shown(gemini("mcp", "list"))
        if connected.search(listed):
            return
    pytest.fail(listed)


def test_gemini_mcp_list_shows_that_a_token_is_not_good(gemini: Gemini, server: Serving):
    where = ("--scope", "user", "--transport", "http", "sekisho", f"{server.url}/mcp")
    gemini(
        "mcp",
        "add",
        *where,
        "--header",
        "Authorization: Bearer sks_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1nNfvf",
    )
    listed = _shown(gemini("mcp", "list"))
    assert re.search(r"(?m)^✗ sekisho: .* \(http\) - Disconnected$", listed)


def test_gemini_cli_plans_over_http_for_the_person_whose_token_it_has(
    gemini: Gemini, server: Serving, token: str, tool_names: list[str]
):
    where = ("--scope", "user", "--transport", "http", "sekisho", f"{server.url}/mcp")
    gemini("mcp", "add", *where, "--header", f"Authorization: Bearer {token}")
    files = {"main.tf": 'resource "terraform_data" "関所" {}\n'}
    script = (
        ("mcp_sekisho_plan_create", {"workspace": "default", "files": files}),
        ("mcp_sekisho_run_get", {"run_id": "run-nowhere"}),
        ("mcp_sekisho_caller_get", {}),
    )
    with thinking(Model(*script)) as model:
        to = {"GOOGLE_GEMINI_BASE_URL": model.address, "GEMINI_API_KEY": "made-up"}
        done = gemini(*ASKED, **to)
    assert "done" in done.stdout
    shown = [f["name"] for t in model.heard[0]["tools"] for f in t["functionDeclarations"]]
    ours = [name for name in shown if name.startswith("mcp_sekisho_")]
    assert sorted(ours) == sorted(f"mcp_sekisho_{name}" for name in tool_names)
    parts = [p for c in model.heard[-1]["contents"] for p in c["parts"]]
    results = [p["functionResponse"] for p in parts if "functionResponse" in p]
    planned, wrong, caller = [json.dumps(r, ensure_ascii=False) for r in results]
    assert "run_get" in planned
    assert "run_unknown" in wrong
    assert "sato@example.jp" in caller


def test_gemini_cli_calls_a_tool_of_a_server_that_it_starts(
    gemini: Gemini, home: Path, tmp_path: Path
):
    given = stdio_server(tmp_path / "data")
    program, *words = given["command"]
    entry = {"sekisho": {"command": program, "args": words, "env": given["env"]}}
    settings = json.dumps(SETTINGS | {"mcpServers": entry})
    (home / ".gemini" / "settings.json").write_text(settings, encoding="utf-8")
    with thinking(Model(("mcp_sekisho_workspace_list", {}))) as model:
        to = {"GOOGLE_GEMINI_BASE_URL": model.address, "GEMINI_API_KEY": "made-up"}
        gemini(*ASKED, **to)
    assert "takes inline" in model.last()
