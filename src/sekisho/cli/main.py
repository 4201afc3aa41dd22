"""Reads the command line and hands over to one small function per command."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from sekisho import __version__
from sekisho.cli import audits, hosts, output, plans, runs, servers, tokens, workspaces
from sekisho.cli.options import door_options
from sekisho.domain.errors import ArgumentsInvalid, SekishoError
from sekisho.domain.text import Language
from sekisho.settings import DOORS, environment
from sekisho_client.http import ClientError

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 refused or failed, 2 called wrongly."""
    parser = build_parser()
    args = parser.parse_args(argv)
    command: Command | None = getattr(args, "command", None)
    if command is None:
        if sys.stdin is None or sys.stdin.isatty():  # a person, not an IDE that speaks MCP
            parser.print_help()
            return output.USAGE
        command = servers.start
    language = reader_language()
    try:
        return command(args)
    except SekishoError as error:
        output.error(error.code, error.message(language), error.next_step(language))
    except ClientError as error:
        output.error(error.code, error.japanese if language == "ja" else error.message, error.step)
    except BrokenPipeError:
        return output.OK
    except KeyboardInterrupt:
        return 130
    except Exception:
        logging.getLogger("sekisho.cli").exception("command.failed")
        bug = SekishoError()
        output.error(bug.code, bug.message(language), bug.next_step(language))
    return output.FAILED


def reader_language() -> Language:
    """Return the language of whoever reads the terminal: SEKISHO_LANGUAGE, then the locale."""
    given = environment()
    names = ("SEKISHO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    first = next((v for n in names if (v := given.get(n, "").lower()) not in ("", "auto")), "")
    return "ja" if first.startswith("ja") else "en"


class Parser(argparse.ArgumentParser):
    """Says with a code, too, that a command was called wrongly; sub-commands are made alike."""

    def error(self, message: str) -> NoReturn:
        """Print how the command is used and what is wrong, and leave with 2."""
        self.print_usage(sys.stderr)
        wrong = ArgumentsInvalid(problem=message)
        language = reader_language()
        output.error(wrong.code, wrong.message(language), f"{self.prog} --help")
        self.exit(output.USAGE)


def build_parser() -> argparse.ArgumentParser:
    """Declare every command; the docs and the shell completion are made from this."""
    parser = Parser(
        prog="sekisho",
        description="A central Terraform server for AI agents: agents plan, people approve.",
    )
    parser.add_argument("--version", action="version", version=f"sekisho {__version__}")
    door_options(parser, (door for door in DOORS if door.anywhere))
    nouns = parser.add_subparsers(title="commands", metavar="COMMAND")
    for part in (servers, runs, plans, workspaces, audits, tokens, hosts):
        part.declare(nouns)
    return parser
