"""Reads the command line and hands over to one small function per command."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

from sekisho import __version__
from sekisho.cli import (
    access,
    audits,
    clients,
    completion,
    doctors,
    exits,
    gates,
    hosts,
    output,
    people,
    plans,
    pushes,
    runs,
    scans,
    servers,
    stops,
    tokens,
    usage,
    workspaces,
)
from sekisho.cli.errors import tell
from sekisho.cli.options import Nouns, colour_option, door_options, verb
from sekisho.domain.errors import CommandUnknown, SekishoError
from sekisho.settings import DOORS, environment
from sekisho_client.errors import ClientError

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; `exits.py` has the table."""
    words = list(sys.argv[1:] if argv is None else argv)
    output.set_up("auto", environment(), as_json="--json" in words)
    parser = build_parser()
    try:
        args = usage.parse(parser, words)
    except usage.USAGE_ERRORS as error:
        tell(error)
        # As in Terraform: 2 says there that something changes.
        return output.FAILED if exits.DETAILED_OPTION in words else output.USAGE
    output.set_up(getattr(args, "color", "auto"), environment(), as_json="--json" in words)
    command: Command | None = getattr(args, "command", None)
    if command is None:
        if sys.stdin is None or sys.stdin.isatty():  # a person, not an IDE that speaks MCP
            parser.print_help()
            return output.USAGE
        command = servers.start
    return _run(command, args)


def _run(command: Command, args: argparse.Namespace) -> int:
    try:
        return command(args)
    except CommandUnknown as error:  # `sekisho help WORD`
        tell(error)
        return output.USAGE
    except (SekishoError, ClientError) as error:
        tell(error)
    except BrokenPipeError:
        # The reader has seen enough. What is still in the buffer must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return output.OK
    except KeyboardInterrupt:
        return exits.Exit.INTERRUPTED
    except Exception:
        logging.getLogger("sekisho.cli").exception("command.failed")
        tell(SekishoError())
    return output.FAILED


def build_parser() -> argparse.ArgumentParser:
    """Declare every command; the docs and the shell completion are made from this."""
    parser = usage.Parser(
        prog="sekisho",
        description="A central Terraform server for AI agents: agents plan, people approve.",
        epilog=exits.epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"sekisho {__version__}",
        help="print the version and leave",
    )
    colour_option(parser)
    door_options(parser, (door for door in DOORS if door.anywhere))
    parser.set_defaults(whole=parser)
    nouns: Nouns = parser.add_subparsers(title="commands", metavar="COMMAND")  # pyright: ignore[reportAssignmentType] (invariant)
    parts = (
        servers,
        runs,
        plans,
        gates,
        pushes,
        scans,
        workspaces,
        audits,
        access,
        tokens,
        people,
        stops,
        hosts,
        clients,
        doctors,
        completion,
    )
    for part in parts:
        part.declare(nouns)
    _declare_help(nouns)
    return parser


def _declare_help(nouns: Nouns) -> None:
    about = "show the commands, or how one is called"
    parser = verb(nouns, "help", show_help, about)
    parser.add_argument("words", nargs="*", metavar="COMMAND", help="like: run list")


def show_help(args: argparse.Namespace) -> int:
    """`sekisho help`: the help of a command, exit codes at the end."""
    parser = build_parser()
    for word in args.words:
        below = usage.commands_of(parser)
        if word not in below:
            raise usage.unknown(parser, word)
        parser = below[word]
    parser.print_help()
    return output.OK
