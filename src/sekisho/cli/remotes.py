"""Commands that ask a server over HTTP: `run`, `plan`, `workspace`, `approve`."""

import argparse
import time
import webbrowser
from typing import Any

from sekisho.cli import output
from sekisho.cli.options import Nouns, remote_options, verb
from sekisho_client.http import Client
from sekisho_client.settings import find_server

_FOLLOW = 10
"""Seconds that one request for a run waits on the server."""
_RUN_COLUMNS = ("id", "workspace", "status", "requested_by", "created_at", "message")
_GOOD = frozenset({"awaiting_approval", "approved", "applied", "no_changes"})
_WORKING = frozenset({"plan_queued", "planning", "apply_queued", "applying"})


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    run = nouns.add_parser("run", help="look at runs and end them").add_subparsers(required=True)
    listing = remote_options(verb(run, "list", run_list, "list runs, newest first"))
    listing.add_argument("--workspace")
    listing.add_argument("--status", help="one status, e.g. awaiting_approval")
    listing.add_argument("--limit", type=int, default=20)
    for name, command, about in (
        ("get", run_get, "show one run"),
        ("log", run_log, "print the log of a run"),
        ("apply", run_apply, "apply an approved plan"),
        ("cancel", run_cancel, "cancel a run, or stop the one under way"),
        ("discard", run_discard, "throw a waiting plan away"),
    ):
        parser = remote_options(verb(run, name, command, about))
        parser.add_argument("run_id")
        if name in {"get", "log", "apply"}:
            parser.add_argument("--follow", action="store_true", help="wait until it settles")
    plan = nouns.add_parser("plan", help="make and read plans").add_subparsers(required=True)
    create = remote_options(verb(plan, "create", plan_create, "plan a workspace's own folder"))
    create.add_argument("workspace")
    create.add_argument("--configuration", help="digest of an uploaded configuration")
    create.add_argument("--mode", default="normal", choices=("normal", "destroy", "refresh_only"))
    create.add_argument("--target", action="append", default=[])
    create.add_argument("--replace", action="append", default=[])
    create.add_argument("--message", default="")
    create.add_argument("--change-id", default="")
    create.add_argument("--follow", action="store_true", help="wait until it settles")
    show = remote_options(verb(plan, "show", plan_show, "show what a run's plan would change"))
    show.add_argument("run_id")
    workspace = nouns.add_parser("workspace", help="look at workspaces")
    verbs = workspace.add_subparsers(required=True)
    remote_options(verb(verbs, "list", workspace_list, "list workspaces"))
    one = remote_options(verb(verbs, "get", workspace_get, "show one workspace"))
    one.add_argument("workspace")
    page = remote_options(verb(nouns, "approve", approve, "open the review page of a run"))
    page.add_argument("run_id")


def _client(args: argparse.Namespace) -> Client:
    return Client(find_server(args.server, args.data_dir))


def run_list(args: argparse.Namespace) -> int:
    """`sekisho run list`."""
    query = {"workspace": args.workspace, "status": args.status, "limit": args.limit}
    answer = _client(args).get("/runs", query)
    if args.json:
        output.as_json(answer)
    else:
        output.table(answer["runs"], _RUN_COLUMNS)
    return output.OK


def run_get(args: argparse.Namespace) -> int:
    """`sekisho run get`."""
    client = _client(args)
    run = _settled(client, args.run_id) if args.follow else client.get(f"/runs/{args.run_id}")
    return _show_run(args, run)


def run_log(args: argparse.Namespace) -> int:
    """`sekisho run log`."""
    client, cursor = _client(args), 0
    while True:
        page = client.get(f"/runs/{args.run_id}/log", {"cursor": cursor, "limit": 200})
        cursor = page["cursor"]
        for line in page["lines"]:
            output.as_json(line) if args.json else output.say(_line(line))
        if page["more"]:
            continue
        working = client.get(f"/runs/{args.run_id}")["status"] in _WORKING
        if not args.follow or not (working or page["lines"]):
            return output.OK
        time.sleep(1)


def _line(line: dict[str, Any]) -> str:
    place = f" ({line['file']}:{line['line']})" if line.get("file") else ""
    detail = f"\n    {line['detail']}" if line.get("detail") else ""
    return f"{line['phase']:<6} {line['level']:<5} {line['text']}{place}{detail}"


def run_apply(args: argparse.Namespace) -> int:
    """`sekisho run apply`."""
    client = _client(args)
    run = client.post(f"/runs/{args.run_id}/apply")
    return _show_run(args, _settled(client, args.run_id) if args.follow else run)


def run_cancel(args: argparse.Namespace) -> int:
    """`sekisho run cancel`."""
    return _show_run(args, _client(args).post(f"/runs/{args.run_id}/cancel"), good=True)


def run_discard(args: argparse.Namespace) -> int:
    """`sekisho run discard`."""
    return _show_run(args, _client(args).post(f"/runs/{args.run_id}/discard"), good=True)


def plan_create(args: argparse.Namespace) -> int:
    """`sekisho plan create`."""
    client = _client(args)
    source = {"configuration": args.configuration} if args.configuration else {"folder": True}
    asked = {"workspace": args.workspace, "mode": args.mode, "targets": args.target}
    asked |= {"replace": args.replace, "message": args.message, "change_id": args.change_id}
    run = client.post("/runs", asked | source)
    return _show_run(args, _settled(client, run["id"]) if args.follow else run)


def plan_show(args: argparse.Namespace) -> int:
    """`sekisho plan show`."""
    plan = _client(args).get(f"/runs/{args.run_id}/plan")
    if args.json:
        output.as_json(plan)
        return output.OK
    output.say(plan["summary"])
    return output.OK


def workspace_list(args: argparse.Namespace) -> int:
    """`sekisho workspace list`."""
    answer = _client(args).get("/workspaces")
    if args.json:
        output.as_json(answer)
    else:
        output.table(answer["workspaces"], ("name", "backend", "terraform", "state", "held_by"))
    return output.OK


def workspace_get(args: argparse.Namespace) -> int:
    """`sekisho workspace get`."""
    output.as_json(_client(args).get(f"/workspaces/{args.workspace}"))
    return output.OK


def approve(args: argparse.Namespace) -> int:
    """`sekisho approve`: approving is done on the page, by a person; this only opens it."""
    client = _client(args)
    client.get(f"/runs/{args.run_id}")
    url = f"{client.url}/runs/{args.run_id}"
    output.say(f"Review and approve here: {url}")
    webbrowser.open(url)
    return output.OK


def _settled(client: Client, run_id: str) -> dict[str, Any]:
    while True:
        run = client.get(f"/runs/{run_id}", {"wait": _FOLLOW})
        if run["status"] not in _WORKING:
            return run


def _show_run(args: argparse.Namespace, run: dict[str, Any], *, good: bool = False) -> int:
    if args.json:
        output.as_json(run)
    else:
        output.table([run], _RUN_COLUMNS)
        problem = run.get("problem")
        if problem:
            output.error(problem["code"], problem["text"], problem["next"])
            if problem.get("detail"):
                output.say(problem["detail"])
        for step in run.get("next", []):
            output.say(f"next: {step}")
    fine = good or run["status"] in _GOOD | _WORKING
    return output.OK if fine else output.FAILED
