"""Options that several commands share."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.settings import DOORS, Door

if TYPE_CHECKING:
    # argparse has no public name for it
    Nouns = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
else:
    Nouns = Any


def verb(
    nouns: Nouns, name: str, command: Callable[[argparse.Namespace], int], about: str
) -> argparse.ArgumentParser:
    """Add a command that `main` will call."""
    parser = nouns.add_parser(name, help=about, description=about)
    parser.set_defaults(command=command)
    return parser


def host_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add what commands need that open the stores on this machine."""
    parser.add_argument("--data-dir", type=Path, help="the data folder (SEKISHO_DATA_DIR)")
    parser.add_argument("--config", type=Path, help="sekisho.yaml (SEKISHO_CONFIG)")
    parser.add_argument(
        "--root", type=Path, help="folder with one workspace a sub-folder (SEKISHO_ROOT)"
    )
    return parser


def remote_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add what commands need that ask a server."""
    parser.add_argument("--server", help="address of the server (SEKISHO_URL)")
    parser.add_argument("--data-dir", type=Path, help="data folder of a server on this machine")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


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
            where = door.field or door.flags[0].strip("-").replace("-", "_")
            group.add_argument(
                *door.flags, dest=where, action=action, default=argparse.SUPPRESS, help=door.about
            )
    return parser


def door_values(args: argparse.Namespace) -> dict[str, Any]:
    """Return what flags of that kind say, by setting."""
    fields = {door.field for door in DOORS if door.flags and door.field}
    return {field: getattr(args, field) for field in fields if hasattr(args, field)}
