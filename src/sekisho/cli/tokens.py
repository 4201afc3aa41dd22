"""`sekisho token …`: credentials for the HTTP faces. A token never approves."""

import argparse
import dataclasses
from datetime import timedelta

from sekisho.cli import output
from sekisho.cli.hosts import open_app
from sekisho.cli.options import Nouns, host_options, json_option, noun, verb


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "token", "credentials for the HTTP faces; they never approve")
    make = _host(verb(verbs, "create", token_create, "make a token; it is shown once"))
    make.add_argument("person", help="whose it is, e.g. sato@example.jp")
    make.add_argument("--client", default="", help="what it is for, e.g. kiro")
    make.add_argument("--days", type=int, default=90, help="how long it lasts; 0: no end")
    _host(verb(verbs, "list", token_list, "list tokens, never their secrets"))
    end = _host(verb(verbs, "revoke", token_revoke, "end a token at once"))
    end.add_argument("token_id", help="id of the token; `sekisho token list` has them")


def _host(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    return json_option(host_options(parser))


def token_create(args: argparse.Namespace) -> int:
    """`sekisho token create`."""
    lasts = timedelta(days=args.days) if args.days else None
    token, secret = open_app(args).engine.tokens.create(args.person, args.client, lasts)
    if args.json:
        output.as_json({"id": token.id, "person": token.person, "secret": secret})
        return output.OK
    output.say(secret)
    output.note(f"{token.id} for {token.person}. It cannot be shown again.")
    return output.OK


def token_list(args: argparse.Namespace) -> int:
    """`sekisho token list`."""
    rows = [dataclasses.asdict(t) for t in open_app(args).engine.tokens.list()]
    columns = ("id", "person", "client", "created_at", "expires_at", "revoked_at")
    if args.json:
        output.as_json([{name: row[name] for name in columns} for row in rows])
    else:
        output.table(rows, columns)
    return output.OK


def token_revoke(args: argparse.Namespace) -> int:
    """`sekisho token revoke`."""
    if open_app(args).engine.tokens.revoke(args.token_id):
        if args.json:
            output.as_json({"id": args.token_id, "revoked": True})
        else:
            output.say(f"{args.token_id} is revoked.")
        return output.OK
    output.error("token_unknown", f"There is no such token: {args.token_id}.", "sekisho token list")
    return output.FAILED
