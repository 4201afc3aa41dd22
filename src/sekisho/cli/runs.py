"""`sekisho run …`: looking at runs, and ending them."""

import argparse
import time
from typing import Any

from sekisho.cli import output
from sekisho.cli.options import Nouns, remote_options, verb
from sekisho.cli.remote import RUN_COLUMNS, client_of, settled, show_run
from sekisho.engine.runs import UNSETTLED


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    run = nouns.add_parser("run", help="look at runs and end them").add_subparsers(required=True)
    listing = remote_options(verb(run, "list", run_list, "list runs, newest first"))
    listing.add_argument("--workspace", help="of one workspace alone")
    listing.add_argument("--status", help="one status, e.g. awaiting_approval")
    listing.add_argument("--limit", type=int, default=20, help="at most so many (20)")
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


def run_list(args: argparse.Namespace) -> int:
    """`sekisho run list`."""
    query = {"workspace": args.workspace, "status": args.status, "limit": args.limit}
    answer = client_of(args).get("/runs", query)
    if args.json:
        output.as_json(answer)
    else:
        output.table(answer["runs"], RUN_COLUMNS)
    return output.OK


def run_get(args: argparse.Namespace) -> int:
    """`sekisho run get`."""
    client = client_of(args)
    run = settled(client, args.run_id) if args.follow else client.get(f"/runs/{args.run_id}")
    return show_run(args, run)


def run_log(args: argparse.Namespace) -> int:
    """`sekisho run log`."""
    client, cursor = client_of(args), 0
    while True:
        page = client.get(f"/runs/{args.run_id}/log", {"cursor": cursor, "limit": 200})
        cursor = page["cursor"]
        for line in page["lines"]:
            output.as_json(line) if args.json else output.say(_line(line))
        if page["more"]:
            continue
        working = client.get(f"/runs/{args.run_id}")["status"] in UNSETTLED
        if not args.follow or not (working or page["lines"]):
            return output.OK
        time.sleep(1)


def _line(line: dict[str, Any]) -> str:
    place = f" ({line['file']}:{line['line']})" if line.get("file") else ""
    detail = f"\n    {line['detail']}" if line.get("detail") else ""
    return f"{line['phase']:<6} {line['level']:<5} {line['text']}{place}{detail}"


def run_apply(args: argparse.Namespace) -> int:
    """`sekisho run apply`."""
    client = client_of(args)
    run = client.post(f"/runs/{args.run_id}/apply")
    return show_run(args, settled(client, args.run_id) if args.follow else run)


def run_cancel(args: argparse.Namespace) -> int:
    """`sekisho run cancel`."""
    return show_run(args, client_of(args).post(f"/runs/{args.run_id}/cancel"), good=True)


def run_discard(args: argparse.Namespace) -> int:
    """`sekisho run discard`."""
    return show_run(args, client_of(args).post(f"/runs/{args.run_id}/discard"), good=True)
