"""What commands share that ask a server over HTTP."""

import argparse
from typing import Any

from sekisho.cli import output
from sekisho.engine.runs import UNSETTLED
from sekisho_client.http import Client
from sekisho_client.settings import find_server

FOLLOW = 10
"""Seconds that one request for a run waits on the server."""
RUN_COLUMNS = ("id", "workspace", "status", "requested_by", "created_at", "message")
_GOOD = frozenset({"awaiting_approval", "approved", "applied", "no_changes"})


def client_of(args: argparse.Namespace) -> Client:
    """Find the server and the credential that a command should use."""
    from sekisho.settings import read_settings

    data_dir = args.data_dir or read_settings().data_dir
    return Client(find_server(args.server, data_dir))


def settled(client: Client, run_id: str) -> dict[str, Any]:
    """Wait until a run settles."""
    while True:
        run = client.get(f"/runs/{run_id}", {"wait": FOLLOW})
        if run["status"] not in UNSETTLED:
            return run


def show_run(args: argparse.Namespace, run: dict[str, Any], *, good: bool = False) -> int:
    """Print a run; fail where it ended badly and `good` does not say that was wanted."""
    if args.json:
        output.as_json(run)
    else:
        output.table([run | {"requested_by": _person(run)}], RUN_COLUMNS)
        problem = run.get("problem")
        if problem:
            output.error(problem["code"], problem["text"], problem["next"])
            if problem.get("detail"):
                output.say(problem["detail"])
        for step in run.get("next", []):
            output.say(f"next: {step}")
    fine = good or run["status"] in _GOOD | UNSETTLED
    return output.OK if fine else output.FAILED


def _person(run: dict[str, Any]) -> str:
    """Return who asked: a list names them, a run shows the whole caller."""
    asked: Any = run["requested_by"]
    return asked if isinstance(asked, str) else str(asked["person"])
