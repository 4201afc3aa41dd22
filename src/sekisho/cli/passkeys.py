"""`sekisho person enroll|forget-passkeys|sign-out`: what people hold at the console."""

import argparse

from sekisho.cli import output
from sekisho.cli.hosts import open_app
from sekisho.cli.options import Nouns, host_options, json_option, verb
from sekisho.domain.errors import PersonUnknown
from sekisho.domain.groups import folded
from sekisho.domain.passkeys import CODE_FOR
from sekisho.domain.text import plain

_GROUP = 4


def declare_verbs(verbs: Nouns) -> None:
    """Declare what the noun `person` has of this."""
    about = "make the code with which a person enrols their first passkey; it is shown once"
    _person(verb(verbs, "enroll", person_enroll, about))
    about = "forget all passkeys of a person: lost, stolen or copied ones"
    _person(verb(verbs, "forget-passkeys", person_forget_passkeys, about))
    about = "sign a person out of the console everywhere, at once"
    _person(verb(verbs, "sign-out", person_sign_out, about))


def _person(parser: argparse.ArgumentParser) -> None:
    json_option(host_options(parser))
    parser.add_argument("person", help="their name as it is on their own page of the console")


def person_enroll(args: argparse.Namespace) -> int:
    """`sekisho person enroll`."""
    code = open_app(args).engine.passkeys.enrol(args.person)
    spaced = "-".join(code[i : i + _GROUP] for i in range(0, len(code), _GROUP))
    minutes = int(CODE_FOR.total_seconds() // 60)
    if args.json:
        output.as_json({"person": args.person, "code": spaced, "minutes": minutes})
        return output.OK
    output.say(spaced)
    output.note(
        f"For {plain(args.person, 200)}, {minutes} minutes, once: under Passkeys in the console. "
        "Give it to the person themselves, on a way that no agent reads; the one before is void."
    )
    return output.OK


def person_forget_passkeys(args: argparse.Namespace) -> int:
    """`sekisho person forget-passkeys`."""
    engine = open_app(args).engine
    count = engine.passkeys.forget(args.person)
    known = any(folded(args.person) in person.names for person in engine.people.list())
    if not count and not known:
        raise PersonUnknown(person=args.person)
    if args.json:
        output.as_json({"person": args.person, "forgotten": count})
    else:
        output.say(f"{count} {'passkey is' if count == 1 else 'passkeys are'} forgotten.")
    return output.OK


def person_sign_out(args: argparse.Namespace) -> int:
    """`sekisho person sign-out`."""
    count = open_app(args).engine.sessions.revoke(args.person)
    if args.json:
        output.as_json({"person": args.person, "ended": count})
    else:
        output.say(f"{count} {'session is' if count == 1 else 'sessions are'} ended.")
    return output.OK
