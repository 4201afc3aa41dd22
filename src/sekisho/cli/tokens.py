"""`sekisho token …`: keys for the HTTP faces. A key never approves."""

import argparse
from datetime import datetime, timedelta
from typing import Any, cast

from sekisho.cli import output
from sekisho.cli.hosts import open_app
from sekisho.cli.options import Nouns, host_options, json_option, noun, verb
from sekisho.domain.callers import POWERS, Power
from sekisho.domain.errors import TokenUnknown
from sekisho.domain.tokens import LASTS, LONGEST, SOON, Token, ends_soon, usable

_COLUMNS = ("id", "person", "client", "scope", "state", "expires_at", "last_used_at")


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "token", "keys for the HTTP faces; they never approve")
    make = _host(verb(verbs, "create", token_create, "make a key; it is shown once"))
    make.add_argument("person", help="whose it is, e.g. sato@example.jp")
    make.add_argument("--client", default="", help="what it is for, e.g. kiro")
    about = f"what it is good for: {', '.join(POWERS)}, by commas or given again (all of them)"
    make.add_argument("--scope", action="append", default=[], metavar="POWERS", help=about)
    about = f"how long it lasts ({LASTS.days}; at most {LONGEST.days})"
    make.add_argument("--days", type=int, default=LASTS.days, help=about)
    _host(verb(verbs, "list", token_list, "list keys, never their secrets"))
    end = _host(verb(verbs, "revoke", token_revoke, "end a key at once, or all of a person"))
    which = end.add_mutually_exclusive_group(required=True)
    which.add_argument("token_id", nargs="?", help="its id, from `sekisho token list`")
    which.add_argument("--person", help="all keys of this person")


def _host(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    return json_option(host_options(parser))


def token_create(args: argparse.Namespace) -> int:
    """`sekisho token create`."""
    words = [w.strip().lower() for given in args.scope for w in given.split(",")]
    powers = cast("tuple[Power, ...]", tuple(w for w in words if w)) if args.scope else POWERS
    lasts = timedelta(days=max(-1, min(args.days, 10 * LONGEST.days)))
    token, secret = open_app(args).engine.tokens.create(args.person, args.client, lasts, powers)
    if args.json:
        output.as_json(_row(token, token.created_at) | {"key": secret})
        return output.OK
    output.say(secret)
    end = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "-"
    output.note(
        f"{token.id} for {token.person}, good for {', '.join(token.powers)}, until {end}. "
        "It cannot be shown again, and it never approves."
    )
    return output.OK


def token_list(args: argparse.Namespace) -> int:
    """`sekisho token list`."""
    app = open_app(args)
    now, tokens = app.parts.clock.now(), app.engine.tokens.list()
    if args.json:
        output.as_json([_row(t, now) for t in tokens])
    else:
        output.table([_row(t, now) | {"scope": ",".join(t.powers)} for t in tokens], _COLUMNS)
    ending = [t for t in tokens if ends_soon(t, now)]
    if ending:
        named = ", ".join(f"{t.id} ({t.person})" for t in ending)
        output.note(f"warning: ending within {SOON.days} days: {named}. Make new ones in time.")
    return output.OK


def token_revoke(args: argparse.Namespace) -> int:
    """`sekisho token revoke`."""
    tokens, which = open_app(args).engine.tokens, args.person or args.token_id
    if args.person is not None:
        count = tokens.revoke_person(args.person)
    else:
        count = int(tokens.revoke(args.token_id))
    if not count:
        raise TokenUnknown(which=which)
    if args.json:
        output.as_json({"of": which, "revoked": count})
    else:
        output.say(f"{count} {'key is' if count == 1 else 'keys are'} revoked: {which}.")
    return output.OK


def _row(token: Token, now: datetime) -> dict[str, Any]:
    """Show a token: its digest stays here."""
    return {
        "id": token.id,
        "person": token.person,
        "client": token.client,
        "scope": list(token.powers),
        "state": _state(token, now),
        "local": token.local,
        "created_at": _moment(token.created_at),
        "expires_at": _moment(token.expires_at),
        "last_used_at": _moment(token.last_used_at),
        "revoked_at": _moment(token.revoked_at),
    }


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if not usable(token, now):
        return "expired"
    return "ends soon" if ends_soon(token, now) else "good"


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
