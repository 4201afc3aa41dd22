"""Public test suites find nothing wrong: what any server must do, whatever its tools."""

import json
from pathlib import Path

import pytest

from tests.conformance.install import NodeTools
from tests.conformance.suites import run_client, run_scenario

pytestmark = pytest.mark.long

LEGACY = (
    "server-initialize",
    "ping",
    "tools-list",
    "resources-list",
    "prompts-list",
    "dns-rebinding-protection",
)
MODERN = (
    "server-stateless",
    "http-header-validation",
    "caching",
    "sep-2164-resource-not-found",
    "tools-list",
    "resources-list",
    "prompts-list",
    "dns-rebinding-protection",
)
# The first two can only be seen with a tool `test_missing_capability` that asks the client for
# sampling. No tool of ours asks a client for anything, so there is nothing to refuse.
UNTESTABLE = {
    "server-stateless": {
        "sep-2575-server-rejects-undeclared-capability",
        "sep-2575-missing-capability-http-400",
        # Diagnostic tools `test_streaming_elicitation` and `test_logging_tool`: an unknown tool is
        # a protocol error (-32602), which the suite itself reports as "Not testable".
        "sep-2575-http-server-no-independent-requests-on-stream",
        "sep-2575-server-no-log-without-loglevel",
    }
}


@pytest.mark.parametrize("scenario", LEGACY)
def test_a_legacy_client_finds_nothing_wrong(
    scenario: str, node_tools: NodeTools, conformance_url: str, tmp_path: Path
):
    suite = [*node_tools.legacy_suite(), "server", "--url", conformance_url]
    checks = run_scenario([*suite, "--scenario", scenario], tmp_path)
    assert [check for check in checks if check.status in ("FAILURE", "WARNING")] == []


@pytest.mark.parametrize("scenario", MODERN)
def test_a_client_of_2026_07_28_finds_nothing_wrong(
    scenario: str, node_tools: NodeTools, conformance_url: str, tmp_path: Path
):
    suite = [*node_tools.modern_suite(), "server", "--url", conformance_url]
    revision = ["--spec-version", "2026-07-28"]
    checks = run_scenario([*suite, *revision, "--scenario", scenario], tmp_path)
    wrong = [check for check in checks if check.status in ("FAILURE", "WARNING")]
    untestable = UNTESTABLE.get(scenario, set[str]())
    assert [check for check in wrong if check.id not in untestable] == []
    assert {check.id for check in wrong} == untestable, "testable now: no longer an exception"


def test_the_inspector_finds_every_schema_portable(
    node_tools: NodeTools, conformance_url: str, tmp_path: Path
):
    options = ["--transport", "http", "--method", "tools/list", "--strict"]
    command = [*node_tools.inspector(), "--cli", conformance_url, *options]
    done = run_client(command, tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["tools"]
