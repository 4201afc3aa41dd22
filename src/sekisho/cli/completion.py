"""`sekisho completion SHELL`: completion made from the parser, so that it cannot be out of date.

A script is a table (command → words, option → values) and a few lines that look words up in it.
It starts no process: a Python start at every TAB would be felt.
"""

import argparse
from collections.abc import Iterator

from sekisho.cli import output
from sekisho.cli.completion_scripts import FILES, SCRIPTS, Command
from sekisho.cli.options import Nouns, verb
from sekisho.cli.usage import commands_of, options_of, words_of

_PATHS = frozenset({"--data-dir", "--config", "--root", "--ca-file"})


def declare(nouns: Nouns) -> None:
    """Declare the command."""
    about = "print the completion script of a shell; docs/en/ides.md says where it goes"
    parser = verb(nouns, "completion", completion, about)
    parser.add_argument("shell", choices=tuple(SCRIPTS), help="the shell")


def completion(args: argparse.Namespace) -> int:
    """`sekisho completion`."""
    output.say(SCRIPTS[args.shell](list(table_of(args.whole))))
    return output.OK


def table_of(parser: argparse.ArgumentParser, path: str = "") -> Iterator[Command]:
    """Walk every command, the root first."""
    below = commands_of(parser)
    words = {name: (sub.description or "") for name, sub in below.items()}
    if not below:
        words |= {str(c): "" for word in words_of(parser) for c in word.choices or ()}
    options: dict[str, str] = {}
    values: dict[str, tuple[str, ...]] = {}
    for option, action in options_of(parser):
        options[option] = action.help or ""
        if action.nargs != 0:
            known = tuple(str(c) for c in action.choices or ())
            values[option] = (FILES,) if option in _PATHS else known
    yield Command(path, words, options, values)
    for name, sub in below.items():
        yield from table_of(sub, f"{path} {name}".strip())
