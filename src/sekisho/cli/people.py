"""`sekisho person …`: whom an identity provider vouched for, and whose a name is."""

import argparse
from collections import Counter
from datetime import datetime
from typing import Any

from sekisho.cli import output, passkeys
from sekisho.cli.hosts import open_app
from sekisho.cli.options import Nouns, host_options, json_option, noun, verb
from sekisho.domain.people import Person
from sekisho.domain.text import plain

_COLUMNS = ("name", "subject", "former", "passkeys", "first_seen_at", "last_seen_at")


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "person", "people whom an identity provider vouched for")
    json_option(host_options(verb(verbs, "list", person_list, "list them, and whose a name is")))
    about = "give the names of a person free: the next who comes by one of them has it"
    free = json_option(host_options(verb(verbs, "release", person_release, about)))
    free.add_argument("person", help="a name of theirs, or their subject")
    passkeys.declare_verbs(verbs)


def person_list(args: argparse.Namespace) -> int:
    """`sekisho person list`."""
    engine = open_app(args).engine
    people, counts = engine.people.list(), Counter(p.subject for p in engine.passkeys.all())
    rows: list[dict[str, Any]] = [_row(p) | {"passkeys": counts[p.subject]} for p in people]
    if args.json:
        output.as_json(rows)
    else:
        output.table([row | {"former": ", ".join(row["former"])} for row in rows], _COLUMNS)
    return output.OK


def person_release(args: argparse.Namespace) -> int:
    """`sekisho person release`."""
    person = open_app(args).engine.people.release(args.person)
    if args.json:
        output.as_json(_row(person))
        return output.OK
    output.say(f"{plain(person.name)} ({plain(person.subject)}) is forgotten.")
    output.note("Whoever comes by that name next has it; what was done before stays on record.")
    return output.OK


def _row(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "subject": person.subject,
        "former": _former(person),
        "first_seen_at": _moment(person.first_seen_at),
        "last_seen_at": _moment(person.last_seen_at),
    }


def _former(person: Person) -> list[str]:
    return [former.name for former in person.former]


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
