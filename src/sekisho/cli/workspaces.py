"""`sekisho workspace …`: what is declared, and who holds what."""

import argparse
import json
from typing import Any
from urllib.parse import quote

from sekisho.cli import hosts, output
from sekisho.cli.options import Nouns, noun, remote_options, verb, workspace_word
from sekisho.cli.remote import client_of


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "workspace", "look at workspaces")
    remote_options(verb(verbs, "list", workspace_list, "list workspaces"))
    hosts.declare_holds(verbs)
    workspace_word(remote_options(verb(verbs, "get", workspace_get, "show one workspace")))


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
    found = client_of(args).get(f"/workspaces/{quote(args.workspace, safe='')}")
    if args.json:
        output.as_json(found)
    else:
        rows = [{"field": k, "value": _shown(v)} for k, v in found.items() if v not in (None, [])]
        output.table(rows, ("field", "value"))
    return output.OK


def _shown(value: Any) -> str:
    """Write a value in a cell; what is nested as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
