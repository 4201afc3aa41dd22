"""`sekisho push`: the client's command, which finds the data folder as the server does."""

import argparse

from sekisho.cli.options import Nouns, verb
from sekisho_client import push


def declare(nouns: Nouns) -> None:
    """Declare the command."""
    push.options(verb(nouns, "push", push_folder, push.ABOUT))


def push_folder(args: argparse.Namespace) -> int:
    """`sekisho push`."""
    from sekisho.settings import read_settings

    return push.run(args, args.data_dir or read_settings().data_dir)
