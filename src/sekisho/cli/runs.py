"""`sekisho run …`: looking at runs, and ending them."""

import argparse
import sys
from typing import Any

from sekisho.cli import output
from sekisho.cli.colours import Tone
from sekisho.cli.options import Nouns, noun, remote_options, run_id_word, verb
from sekisho.cli.progress import Progress
from sekisho.cli.remote import RUN_COLUMNS, client_of, settled, show_run
from sekisho.domain.runs import RunStatus
from sekisho.engine.runs import UNSETTLED

_WAIT = "where time alone is missing, let the server apply it when the window opens"
_STATUSES = tuple(str(status) for status in RunStatus)
_LEVELS = {"error": Tone.BAD, "warn": Tone.WAIT, "warning": Tone.WAIT}


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    run = noun(nouns, "run", "look at runs and end them")
    listing = remote_options(verb(run, "list", run_list, "list runs, newest first"))
    listing.add_argument("--workspace", help="of one workspace alone")
    about = "of one status alone, like awaiting_approval"
    listing.add_argument("--status", choices=_STATUSES, metavar="STATUS", help=about)
    listing.add_argument("--limit", type=int, default=20, help="at most so many (20)")
    for name, command, about in (
        ("get", run_get, "show one run"),
        ("log", run_log, "print the log of a run"),
        ("apply", run_apply, "apply an approved plan"),
        ("cancel", run_cancel, "cancel a run, or stop the one under way"),
        ("discard", run_discard, "throw a waiting plan away"),
    ):
        parser = run_id_word(remote_options(verb(run, name, command, about)))
        if name in {"get", "log", "apply"}:
            parser.add_argument("--follow", action="store_true", help="wait until it settles")
        if name == "apply":
            parser.add_argument("--wait", action="store_true", help=_WAIT)


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
    return show_run(args, run, followed=args.follow)


def run_log(args: argparse.Namespace) -> int:
    """`sekisho run log`."""
    client = client_of(args)
    with Progress() as progress:
        cursor, working = 0, True
        while True:
            page = client.get(f"/runs/{args.run_id}/log", {"cursor": cursor, "limit": 200})
            cursor = page["cursor"]
            _print_lines(args, page["lines"], progress)
            if page["more"]:
                continue
            if not args.follow or not (working or page["lines"]):
                return output.OK
            # Waits on the server while nothing happens, and once more for the last lines.
            run = client.get(f"/runs/{args.run_id}", {"wait": 1})
            progress.phase(run["status"])
            working = run["status"] in UNSETTLED


def _print_lines(args: argparse.Namespace, lines: list[Any], progress: Progress) -> None:
    if lines:
        progress.hide()
    for line in lines:
        output.as_json_line(line) if args.json else output.say(_line(line))
    sys.stdout.flush()


def _line(line: dict[str, Any]) -> str:
    place = f" ({line['file']}:{line['line']})" if line.get("file") else ""
    detail = f"\n    {line['detail']}" if line.get("detail") else ""
    level = output.told(f"{line['level']:<5}", _LEVELS.get(line["level"]))
    return f"{line['phase']:<6} {level} {line['text']}{place}{detail}"


def run_apply(args: argparse.Namespace) -> int:
    """`sekisho run apply`."""
    client = client_of(args)
    run = client.post(f"/runs/{args.run_id}/apply", {"wait_for_window": args.wait})
    if not args.follow:
        return show_run(args, run)
    return show_run(args, settled(client, args.run_id), followed=True)


def run_cancel(args: argparse.Namespace) -> int:
    """`sekisho run cancel`."""
    return show_run(args, client_of(args).post(f"/runs/{args.run_id}/cancel"), good=True)


def run_discard(args: argparse.Namespace) -> int:
    """`sekisho run discard`."""
    return show_run(args, client_of(args).post(f"/runs/{args.run_id}/discard"), good=True)
