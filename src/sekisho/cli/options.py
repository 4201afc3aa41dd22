"""Options that several commands share."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
