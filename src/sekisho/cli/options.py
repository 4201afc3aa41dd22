"""Options that several commands share."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.settings import DOORS, Door
from sekisho_client.colours import CHOICES

if TYPE_CHECKING:
    # argparse has no public name for it
    Nouns = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
else:
    Nouns = Any


def noun(nouns: Nouns, name: str, about: str) -> Nouns:
    """Add a noun, and return what its verbs are added to."""
    parser = nouns.add_parser(name, help=about, description=about)
    return parser.add_subparsers(required=True, metavar="VERB", title="verbs")


def verb(
    nouns: Nouns, name: str, command: Callable[[argparse.Namespace], int], about: str
) -> argparse.ArgumentParser:
    """Add a command that `main` will call."""
    parser = nouns.add_parser(name, help=about, description=about)
    parser.set_defaults(command=command, parser=parser)
    colour_option(parser)
    return parser


def colour_option(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add `--color`; before the command and after it, the last one counts."""
    about = "colour: on a terminal (auto), always, never; NO_COLOR and FORCE_COLOR are known"
    parser.add_argument(
        "--color", choices=CHOICES, default=argparse.SUPPRESS, metavar="WHEN", help=about
    )
    return parser


def host_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add what commands need that open the stores on this machine."""
    parser.add_argument("--data-dir", type=Path, help="the data folder (SEKISHO_DATA_DIR)")
    parser.add_argument("--config", type=Path, help="sekisho.yaml (SEKISHO_CONFIG)")
    parser.add_argument(
        "--root", type=Path, help="folder with one workspace a sub-folder (SEKISHO_ROOT)"
    )
    return parser


def json_option(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add `--json`: the result on standard output, an error on standard error."""
    parser.add_argument("--json", action="store_true", help="print JSON, errors too")
    return parser


def remote_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add what commands need that ask a server."""
    parser.add_argument("--server", help="address of the server (SEKISHO_URL)")
    parser.add_argument("--data-dir", type=Path, help="data folder of a server on this machine")
    return json_option(parser)


def run_id_word(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the run that a command is about."""
    parser.add_argument("run_id", help="id of the run, like run-01k…; `sekisho run list` has them")
    return parser


def workspace_word(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the workspace that a command is about."""
    parser.add_argument("workspace", help="name of the workspace; `sekisho workspace list`")
    return parser


DOOR = "door_"
"""What the values of these flags are called by: other commands have a `--host` of their own."""


def door_options(
    parser: argparse.ArgumentParser, doors: Iterable[Door] = DOORS
) -> argparse.ArgumentParser:
    """Add the flags that HashiCorp's server has, by their names there.

    They have no default: a flag that stands before the command is not undone by its absence after.
    """
    group = parser.add_argument_group("server", "the names of HashiCorp's server; flags win")
    for door in doors:
        if door.flags:
            action = "store_true" if door.switch else "store"
            where = DOOR + (door.field or door.flags[0].strip("-").replace("-", "_"))
            about = door.about.removesuffix(".")
            group.add_argument(
                *door.flags, dest=where, action=action, default=argparse.SUPPRESS, help=about
            )
    return parser


def door_values(args: argparse.Namespace) -> dict[str, Any]:
    """Return what flags of that kind say, by setting."""
    fields = {door.field for door in DOORS if door.flags and door.field}
    return {f: getattr(args, DOOR + f) for f in fields if hasattr(args, DOOR + f)}
