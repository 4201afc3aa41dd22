"""`sekisho plan …` and `sekisho approve`: making plans, reading them, opening the review."""

import argparse
import webbrowser

from sekisho.cli import output
from sekisho.cli.exits import DETAILED_OPTION, detailed
from sekisho.cli.languages import reader_language
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
    _declare_show(plan)
    run_id_word(remote_options(verb(nouns, "approve", approve, "open the review page of a run")))


def _declare_show(plan: Nouns) -> None:
    about = "show the review of a run's plan: what matters on one screen, or all of it"
    show = run_id_word(remote_options(verb(plan, "show", plan_show, about)))
    about = "every change with its values below; equal changes are told once"
    show.add_argument("--full", action="store_true", help=about)
    about = "as --full, and nothing is folded: equal changes one by one"
    show.add_argument("--no-fold", action="store_true", help=about)
    about = "these changes alone, in full, by the numbers that the review shows, as in #3"
    show.add_argument("--changes", type=int, nargs="+", metavar="N", help=about)
    about = "print Markdown for a merge request or a ticket, 60,000 characters at most"
    show.add_argument("--markdown", action="store_true", help=about)
    about = "language of the review (SEKISHO_LANGUAGE, then the locale)"
    show.add_argument("--lang", choices=("en", "ja"), help=about)


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
    from sekisho.cli.plan_shows import PlanPages, show

    language = args.lang or output.readable(reader_language())
    pages = PlanPages(client_of(args), args.run_id, language, tuple(args.changes or ()))
    return show(args, pages)


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
