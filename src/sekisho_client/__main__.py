"""The client alone: `python -m sekisho_client push …`, or the same from `sekisho-client.pyz`."""

import argparse
import sys
from collections.abc import Sequence

from sekisho_client import __version__, push


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 refused or failed, 2 called wrongly, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="sekisho-client", description="The laptop's part of Sekisho; needs Python alone."
    )
    parser.add_argument("--version", action="version", version=f"sekisho-client {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    push.options(commands.add_parser("push", help=push.ABOUT, description=push.ABOUT)).set_defaults(
        command=push.run
    )
    args = parser.parse_args(argv)
    if getattr(args, "command", None) is None:
        parser.print_help()
        return 2
    return int(args.command(args))


if __name__ == "__main__":
    sys.exit(main())
