"""`sekisho workspace …`: what is declared, and who holds what."""

import argparse

from sekisho.cli import output
from sekisho.cli.options import Nouns, remote_options, verb
from sekisho.cli.remote import client_of


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    workspace = nouns.add_parser("workspace", help="look at workspaces")
    verbs = workspace.add_subparsers(required=True)
    remote_options(verb(verbs, "list", workspace_list, "list workspaces"))
    one = remote_options(verb(verbs, "get", workspace_get, "show one workspace"))
    one.add_argument("workspace")


def workspace_list(args: argparse.Namespace) -> int:
    """`sekisho workspace list`."""
    answer = client_of(args).get("/workspaces")
    if args.json:
        output.as_json(answer)
    else:
        rows = [
            row
            | {"sources": ", ".join(row["sources"]), "state": "yes" if row["has_state"] else "no"}
            for row in answer["workspaces"]
        ]
        output.table(rows, ("name", "target", "sources", "state", "busy"))
    return output.OK


def workspace_get(args: argparse.Namespace) -> int:
    """`sekisho workspace get`."""
    output.as_json(client_of(args).get(f"/workspaces/{args.workspace}"))
    return output.OK
