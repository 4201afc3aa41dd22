"""`sekisho access report`: who could do what here, for the review of access (棚卸し)."""

import argparse

from sekisho.cli import output
from sekisho.cli.audit_files import add_output, write_pieces, zone_named
from sekisho.cli.hosts import open_app
from sekisho.cli.options import Nouns, host_options, json_option, noun, verb
from sekisho.domain.errors import ArgumentsInvalid

_COLUMNS = ("person", "workspace", "act", "through", "key", "last_sign_in", "last_decision")


def declare(nouns: Nouns) -> None:
    """Declare the command."""
    verbs = noun(nouns, "access", "review who may do what")
    about = "list every person, what they may do where and through which group, and their keys"
    report = json_option(host_options(verb(verbs, "report", access_report, about)))
    report.add_argument(
        "--format", choices=("text", "csv"), default="text", help="text (and with --json), or csv"
    )
    report.add_argument("--zone", default="UTC", help="time zone of the times, Asia/Tokyo")
    report.add_argument("--language", choices=("en", "ja"), default="en", help="of CSV headers")
    report.add_argument(
        "--bom",
        action=argparse.BooleanOptionalAction,
        help="begin CSV with a byte order mark, for Excel (with --language ja it does)",
    )
    add_output(report)


def access_report(args: argparse.Namespace) -> int:
    """`sekisho access report`."""
    from sekisho.views.access_reviews import access_csv, access_rows, access_short

    zone = zone_named(args.zone)
    if args.output and (args.json or args.format != "csv"):
        raise ArgumentsInvalid(problem="--output is for --format csv")
    review = open_app(args).engine.access_reviews.make()
    if args.json:
        output.as_json(list(access_rows(review, zone, args.language)))
    elif args.format == "csv":
        bom = args.language == "ja" if args.bom is None else args.bom
        write_pieces(args.output, access_csv(review, zone, args.language, bom=bom))
    else:
        output.table(list(access_short(review, zone, args.language)), _COLUMNS)
    return output.OK
