"""What commands share that ask a server over HTTP."""

import argparse
from typing import Any

from sekisho.cli import output
from sekisho.cli.exits import of_status
from sekisho.cli.progress import Progress
from sekisho.engine.runs import UNSETTLED
from sekisho_client.http import Client
from sekisho_client.settings import find_server

FOLLOW = 2
"""Seconds that one request for a run waits on the server; then the phase is shown again."""
RUN_COLUMNS = ("id", "workspace", "status", "requested_by", "created_at", "message")


def client_of(args: argparse.Namespace) -> Client:
    """Find the server and the credential that a command should use."""
    from sekisho.settings import read_settings

    data_dir = args.data_dir or read_settings().data_dir
    return Client(find_server(args.server, data_dir))


def settled(client: Client, run_id: str) -> dict[str, Any]:
    """Wait until a run settles, and show how it goes."""
    with Progress() as progress:
        run = client.get(f"/runs/{run_id}")
        while run["status"] in UNSETTLED:
            progress.phase(run["status"])
            run = client.get(f"/runs/{run_id}", {"wait": FOLLOW})
    return run


def show_run(
    args: argparse.Namespace, run: dict[str, Any], *, good: bool = False, followed: bool = False
) -> int:
    """Print a run, and return what that means for a script.

    `good`: however it stands, it is what was wanted. `followed`: it has been waited for.
    """
    if args.json:
        output.as_json(run)
    else:
        _print_run(run)
    if good or run["status"] in UNSETTLED:
        return output.OK
    return of_status(run["status"], followed=followed)


def _print_run(run: dict[str, Any]) -> None:
    output.table([run | {"requested_by": _person(run)}], RUN_COLUMNS)
    problem = run.get("problem")
    if problem:
        output.error(problem["code"], problem["text"], problem["next"])
        if problem.get("detail"):
            output.say(problem["detail"])
    for step in run.get("next", []):
        output.say(f"next: {step}")


def _person(run: dict[str, Any]) -> str:
    """Return who asked: a list names them, a run shows the whole caller."""
    asked: Any = run["requested_by"]
    return asked if isinstance(asked, str) else str(asked["person"])
