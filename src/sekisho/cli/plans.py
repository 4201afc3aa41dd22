"""`sekisho plan …` and `sekisho approve`: making plans, reading them, opening the review."""

import argparse
import webbrowser

from sekisho.cli import output
from sekisho.cli.options import Nouns, remote_options, verb
from sekisho.cli.remote import client_of, settled, show_run


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
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
    page = remote_options(verb(nouns, "approve", approve, "open the review page of a run"))
    page.add_argument("run_id")


def plan_create(args: argparse.Namespace) -> int:
    """`sekisho plan create`."""
    client = client_of(args)
    source = {"configuration": args.configuration} if args.configuration else {"folder": True}
    asked = {"workspace": args.workspace, "mode": args.mode, "targets": args.target}
    asked |= {"replace": args.replace, "message": args.message, "change_id": args.change_id}
    run = client.post("/runs", asked | source)
    return show_run(args, settled(client, run["id"]) if args.follow else run)


def plan_show(args: argparse.Namespace) -> int:
    """`sekisho plan show`."""
    plan = client_of(args).get(f"/runs/{args.run_id}/plan")
    if args.json:
        output.as_json(plan)
        return output.OK
    output.say(plan["summary"])
    return output.OK


def approve(args: argparse.Namespace) -> int:
    """`sekisho approve`: approving is done on the page, by a person; this only opens it."""
    client = client_of(args)
    client.get(f"/runs/{args.run_id}")
    url = f"{client.url}/runs/{args.run_id}"
    output.say(f"Review and approve here: {url}")
    webbrowser.open(url)
    return output.OK
