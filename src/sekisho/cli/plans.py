"""`sekisho plan …` and `sekisho approve`: making plans, reading them, opening the review."""

import argparse
import webbrowser

from sekisho.cli import output
from sekisho.cli.options import Nouns, remote_options, verb
from sekisho.cli.remote import client_of, settled, show_run

_CREATE = "plan a workspace's own folder, its Git repository, or an uploaded configuration"


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    plan = nouns.add_parser("plan", help="make and read plans").add_subparsers(required=True)
    create = remote_options(verb(plan, "create", plan_create, _CREATE))
    create.add_argument("workspace")
    create.add_argument("--configuration", help="digest of an uploaded configuration")
    about = "branch, tag or commit of the workspace's repository; default: the declared one"
    create.add_argument("--git-ref", metavar="REF", help=about)
    create.add_argument("--mode", default="normal", choices=("normal", "destroy", "refresh_only"))
    about = "plan this address alone; may be given again"
    create.add_argument("--target", action="append", default=[], metavar="ADDRESS", help=about)
    about = "replace this address; may be given again"
    create.add_argument("--replace", action="append", default=[], metavar="ADDRESS", help=about)
    create.add_argument("--message", default="", help="why, for reviewers")
    create.add_argument("--change-id", default="", help="change number, if any")
    create.add_argument("--follow", action="store_true", help="wait until it settles")
    show = remote_options(verb(plan, "show", plan_show, "show what a run's plan would change"))
    show.add_argument("run_id")
    page = remote_options(verb(nouns, "approve", approve, "open the review page of a run"))
    page.add_argument("run_id")


def plan_create(args: argparse.Namespace) -> int:
    """`sekisho plan create`."""
    client = client_of(args)
    given = {"configuration": args.configuration, "git_ref": args.git_ref}
    source = {name: said for name, said in given.items() if said} or {"folder": True}
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
    for code in plan["code_that_runs"]:
        output.say(f"runs code: {code}")
    rows = [row | {"why": row.get("why"), "risk": row.get("risk")} for row in plan["changes"]]
    if rows:
        output.table(rows, ("action", "address", "risk", "why"))
    if plan["left_out"]:
        output.say(f"… {plan['left_out']} more: see the review page")
    if plan["outputs"]:
        output.say(f"outputs that change: {', '.join(plan['outputs'])}")
    output.say(plan["summary"])
    for unmet in plan["unmet"]:
        output.say(f"unmet: {unmet['text']}")
    if plan.get("review_url"):
        output.say(f"review page: {plan['review_url']}")
    return output.OK


def approve(args: argparse.Namespace) -> int:
    """`sekisho approve`: approving is done on the page, by a person; this only opens it."""
    client = client_of(args)
    client.get(f"/runs/{args.run_id}")
    url = f"{client.url}/runs/{args.run_id}"
    output.say(f"Review and approve here: {url}")
    webbrowser.open(url)
    return output.OK
