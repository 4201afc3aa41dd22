"""`sekisho gate …`: what keeps a plan from being applied, now or at another moment."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sekisho.cli import output
from sekisho.cli.languages import reader_language
from sekisho.cli.options import Nouns, noun, remote_options, verb
from sekisho.cli.remote import client_of
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.text import Language

_ZONE = "Asia/Tokyo"


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    gate = noun(nouns, "gate", "ask what keeps a plan from being applied")
    about = "say whether a plan could be applied at a moment, and everything that is unmet then"
    simulate = remote_options(verb(gate, "simulate", gate_simulate, about))
    simulate.add_argument("--plan", required=True, metavar="RUN", help="id of the plan's run")
    about = "the moment, like 2026-12-01T23:00+09:00; without a zone it is of --tz; default: now"
    simulate.add_argument("--at", default="", metavar="TIME", help=about)
    about = f"zone of a time that is written without one, like Europe/Paris ({_ZONE})"
    simulate.add_argument("--tz", default=_ZONE, metavar="ZONE", help=about)
    about = "language of the conditions (SEKISHO_LANGUAGE, then the locale)"
    simulate.add_argument("--lang", choices=("en", "ja"), help=about)


def gate_simulate(args: argparse.Namespace) -> int:
    """`sekisho gate simulate`: 0 where it could be applied, 1 where not."""
    language = args.lang or output.readable(reader_language())
    query = {"language": language}
    query |= {"at": _moment(args.at, args.tz)} if args.at else {}
    answer = client_of(args).get(f"/runs/{args.plan}/gate", query)
    if args.json:
        output.as_json(answer)
    else:
        for line in _lines(answer, language):
            output.say(line)
    return output.OK if answer["open"] else output.FAILED


def _lines(answer: dict[str, Any], language: Language) -> Iterator[str]:
    """Say a verdict in the reader's language; it came masked and inert."""
    from sekisho.views.plan_texts import say
    from sekisho.views.times import minute

    unmet, colon = answer["unmet"], say(language, "colon")
    when = minute(datetime.fromisoformat(answer["at"])) + colon if answer.get("at") else ""
    key = "gate.open" if answer["open"] else "gate.closed"
    yield f"{say(language, 'gate')}{colon}{when}{say(language, key, count=len(unmet))}"
    for heading, rows in (
        ("", unmet),
        ("gate.advice", answer.get("advice", [])),
        ("gate.passed", answer.get("passed", [])),
    ):
        head = say(language, heading) + colon if heading else ""
        for row in rows:
            at = datetime.fromisoformat(row["at"]) if row.get("at") else None
            notes = [say(language, "gate.at", at=minute(at))] if at else []
            notes += [say(language, "gate.final")] if row["final"] else []
            yield f"- {head}{row['text']}{''.join(f' ({n})' for n in notes)} [{row['code']}]"
    if answer.get("possible_at"):
        at = minute(datetime.fromisoformat(answer["possible_at"]))
        yield say(language, "gate.possible", at=at)
    given, needed = answer["approvals_given"], answer["approvals_needed"]
    yield say(language, "gate.approvals", given=given, needed=needed)


def _moment(text: str, zone: str) -> str:
    """Write a moment with its zone. Raises ArgumentsInvalid."""
    from sekisho.domain.windows import zone_of
    from sekisho.views.moments import moment_of

    try:
        return moment_of(text, zone_of(zone)).isoformat()
    except ValueError as error:
        raise ArgumentsInvalid(problem=str(error)) from None
