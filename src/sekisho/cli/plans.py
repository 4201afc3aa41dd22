"""`sekisho plan …` and `sekisho approve`: making plans, reading them, opening the review."""

import argparse
import sys
import webbrowser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sekisho.cli import output
from sekisho.cli.exits import DETAILED_OPTION, detailed
from sekisho.cli.languages import reader_language
from sekisho.cli.options import Nouns, noun, remote_options, run_id_word, verb, workspace_word
from sekisho.cli.remote import client_of, settled, show_run
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.intents import ACTIONS

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
    _declare_promises(create)
    create.add_argument("--follow", action="store_true", help="wait until it settles")
    about = "wait, and end as `terraform plan` does: 0 no changes, 1 failed, 2 changes"
    create.add_argument(DETAILED_OPTION, action="store_true", help=about)
    _declare_show(plan)
    run_id_word(remote_options(verb(nouns, "approve", approve, "open the review page of a run")))


def _declare_promises(create: argparse.ArgumentParser) -> None:
    about = "how to roll back; @FILE reads it from a file, - from standard input"
    create.add_argument("--rollback", default="", metavar="TEXT|@FILE", help=about)
    about = "said beforehand: only addresses like this may change (`*` is any text); repeat it"
    create.add_argument(
        "--intent-address", action="append", default=[], metavar="PATTERN", help=about
    )
    about = "said beforehand: only this may be done; may be given again"
    create.add_argument(
        "--intent-action",
        action="append",
        default=[],
        choices=ACTIONS,
        metavar="ACTION",
        help=about,
    )
    about = "said beforehand: at most so many resources are deleted or replaced"
    create.add_argument("--max-destroys", type=int, metavar="N", help=about)


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
    run = client.post("/runs", asked | _promises(args) | source)
    if not (args.follow or args.detailed_exitcode):
        return show_run(args, run)
    run = settled(client, run["id"])
    code = show_run(args, run, followed=True)
    return detailed(run["status"]) if args.detailed_exitcode else code


def _promises(args: argparse.Namespace) -> dict[str, Any]:
    """Return what is said of a plan beforehand, where anything is."""
    intent = {"addresses": args.intent_address, "actions": args.intent_action}
    limit = {} if args.max_destroys is None else {"max_destroys": args.max_destroys}
    said = {"intent": intent | limit, "rollback": _text(args.rollback)}
    return {key: value for key, value in said.items() if value and any(_values(value))}


def _values(said: dict[str, Any] | str) -> Iterable[Any]:
    return (v not in ([], None) for v in said.values()) if isinstance(said, dict) else (True,)


def _text(said: str) -> str:
    """Return a text, or what is in the file that it names."""
    try:
        if said == "-":
            return sys.stdin.read(_READ)
        if said.startswith("@"):
            with Path(said[1:]).open(encoding="utf-8") as file:
                return file.read(_READ)
    except (OSError, ValueError) as error:
        problem = f"--rollback: {said[1:]} cannot be read as text ({type(error).__name__})"
        raise ArgumentsInvalid(problem=problem) from None
    return said


_READ = 100_000
"""Characters that are read at most; the server says how many it takes."""


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
