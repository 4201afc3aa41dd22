"""`sekisho plan …` and `sekisho approve`: making plans, reading them, opening the review."""

import argparse
import webbrowser

from sekisho.cli import output
from sekisho.cli.exits import DETAILED_OPTION, detailed
from sekisho.cli.options import Nouns, noun, remote_options, run_id_word, verb, workspace_word
from sekisho.cli.remote import client_of, settled, show_run

_MODES = ("normal", "destroy", "refresh_only")
_CREATE = "plan a workspace's own folder, its Git repository, or an uploaded configuration"


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    plan = noun(nouns, "plan", "make and read plans")
    create = workspace_word(remote_options(verb(plan, "create", plan_create, _CREATE)))
    create.add_argument("--configuration", help="digest of an uploaded configuration")
    about = "what to plan: the changes (normal), an end to everything, or the state alone"
    create.add_argument("--mode", default="normal", choices=_MODES, help=about)
    about = "branch, tag or commit of the workspace's repository; default: the declared one"
    create.add_argument("--git-ref", metavar="REF", help=about)
    about = "plan this address alone; may be given again"
    create.add_argument("--target", action="append", default=[], metavar="ADDRESS", help=about)
    about = "replace this address; may be given again"
    create.add_argument("--replace", action="append", default=[], metavar="ADDRESS", help=about)
    create.add_argument("--message", default="", help="why, for reviewers")
    create.add_argument("--change-id", default="", help="change number, if any")
    create.add_argument("--follow", action="store_true", help="wait until it settles")
    about = "wait, and end as `terraform plan` does: 0 no changes, 1 failed, 2 changes"
    create.add_argument(DETAILED_OPTION, action="store_true", help=about)
    run_id_word(
        remote_options(verb(plan, "show", plan_show, "show what a run's plan would change"))
    )
    run_id_word(remote_options(verb(nouns, "approve", approve, "open the review page of a run")))


def plan_create(args: argparse.Namespace) -> int:
    """`sekisho plan create`."""
    client = client_of(args)
    given = {"configuration": args.configuration, "git_ref": args.git_ref}
    source = {name: said for name, said in given.items() if said} or {"folder": True}
    asked = {"workspace": args.workspace, "mode": args.mode, "targets": args.target}
    asked |= {"replace": args.replace, "message": args.message, "change_id": args.change_id}
    run = client.post("/runs", asked | source)
    if not (args.follow or args.detailed_exitcode):
        return show_run(args, run)
    run = settled(client, run["id"])
    code = show_run(args, run, followed=True)
    return detailed(run["status"]) if args.detailed_exitcode else code


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
    if args.json:
        output.as_json({"run_id": args.run_id, "review_url": url})
        return output.OK
    output.say(f"Review and approve here: {url}")
    webbrowser.open(url)
    return output.OK
