"""Reads the command line and hands over to one small function per command."""

import argparse
from collections.abc import Callable, Sequence

from sekisho import __version__
from sekisho.cli import audits, hosts, output, plans, pushes, runs, servers, tokens, workspaces
from sekisho.domain.errors import SekishoError
from sekisho.domain.text import Language
from sekisho.settings import environment
from sekisho_client.http import ClientError

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 refused or failed, 2 called wrongly."""
    parser = build_parser()
    args = parser.parse_args(argv)
    command: Command | None = getattr(args, "command", None)
    if command is None:
        parser.print_help()
        return output.USAGE
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
    return output.FAILED


def reader_language() -> Language:
    """Return the language of whoever reads the terminal: SEKISHO_LANGUAGE, then the locale."""
    given = environment()
    names = ("SEKISHO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    first = next((v for n in names if (v := given.get(n, "").lower()) not in ("", "auto")), "")
    return "ja" if first.startswith("ja") else "en"


def build_parser() -> argparse.ArgumentParser:
    """Declare every command; the docs and the shell completion are made from this."""
    parser = argparse.ArgumentParser(
        prog="sekisho",
        description="A central Terraform server for AI agents: agents plan, people approve.",
    )
    parser.add_argument("--version", action="version", version=f"sekisho {__version__}")
    nouns = parser.add_subparsers(title="commands", metavar="COMMAND")
    for part in (servers, runs, plans, pushes, workspaces, audits, tokens, hosts):
        part.declare(nouns)
    return parser
