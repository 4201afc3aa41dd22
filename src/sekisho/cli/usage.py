"""The parser: argparse, with our errors in place of its own, and the nearest word as a hint."""

import argparse
import difflib
import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

from sekisho.domain.errors import (
    ArgumentsInvalid,
    ArgumentsMissing,
    ChoiceInvalid,
    CommandUnknown,
    OptionUnknown,
    SekishoError,
)

USAGE_ERRORS = (
    ArgumentsInvalid,
    ArgumentsMissing,
    ChoiceInvalid,
    CommandUnknown,
    OptionUnknown,
)
"""What `parse` raises."""
_MISSING = re.compile(r"the following arguments are required: (?P<names>.+)", re.DOTALL)
_NO_VALUE = re.compile(r"argument (?P<names>\S+): expected .*argument", re.DOTALL)
_CHOICE = re.compile(r"argument (?P<name>.+?): invalid choice: (?P<q>['\"])(?P<given>.*?)(?P=q) \(")
_VALUE = re.compile(r"argument (?P<name>.+?): invalid (?P<kind>\w+) value: '(?P<given>.*)'")
_NUMBERS = "0, 1, 2, …"


class Parser(argparse.ArgumentParser):
    """Raises a SekishoError where argparse would print and leave."""

    def __init__(self, *args: object, **more: object) -> None:
        more.setdefault("allow_abbrev", False)  # a script must not break when an option is added
        super().__init__(*args, **more)  # pyright: ignore[reportArgumentType] (argparse's own)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found, in our words."""
        raise problem_of(self, message)


def parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Read a command line.

    Raises:
        SekishoError: one of USAGE_ERRORS.
    """
    args, unknown = parser.parse_known_args(words)
    if unknown:
        of: argparse.ArgumentParser = getattr(args, "parser", parser)
        given = unknown[0].partition("=")[0]
        near = _near(given, [option for option, _ in options_of(of)])
        raise OptionUnknown(command=of.prog, given=given, near=near, help=_help(of))
    return args


def problem_of(parser: argparse.ArgumentParser, message: str) -> SekishoError:
    """Turn a message of argparse into an error of ours."""
    command, help_ = parser.prog, _help(parser)
    for pattern in (_MISSING, _NO_VALUE):
        if found := pattern.match(message):
            return ArgumentsMissing(command=command, names=found["names"], help=help_)
    if found := _CHOICE.match(message):
        return _not_a_choice(parser, found["name"], found["given"])
    if (found := _VALUE.match(message)) and found["kind"] == "int":
        return ChoiceInvalid(
            name=found["name"], given=found["given"], wanted=_NUMBERS, near="", help=help_
        )
    return ArgumentsInvalid(problem=message)


def _not_a_choice(parser: argparse.ArgumentParser, name: str, given: str) -> SekishoError:
    verbs = commands_of(parser)
    if verbs and not name.startswith("-"):
        return unknown(parser, given)
    found = (words for option, words in choices_of(parser) if option in name.split("/"))
    words = next(found, list[str]())
    return ChoiceInvalid(
        name=name,
        given=given,
        wanted=", ".join(words),
        near=_near(given, words),
        help=_help(parser),
    )


def unknown(parser: argparse.ArgumentParser, given: str) -> SekishoError:
    """Make the error for a command that is not below a parser."""
    return CommandUnknown(given=given, near=_near_command(parser, given), help=_help(parser))


def _near_command(parser: argparse.ArgumentParser, given: str) -> str:
    """Find the command that is meant: a near name here, or a verb that some noun has."""
    verbs = commands_of(parser)
    if near := _near(given, list(verbs)):
        return f"{parser.prog} {near}"
    of_nouns = {
        verb: sub.prog for noun in verbs.values() for verb, sub in commands_of(noun).items()
    }
    near = _near(given, list(of_nouns))
    return of_nouns.get(near, "")


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the commands right below a parser."""
    for action in parser._actions:  # noqa: SLF001 (argparse has no public way)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            return dict(action.choices)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return {}


def every_command(
    parser: argparse.ArgumentParser, path: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Walk the commands that do something, as they are typed."""
    below = commands_of(parser)
    if path and not below:
        yield path, parser
    for name, sub in below.items():
        yield from every_command(sub, f"{path} {name}".strip())


def own_options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Walk the options of one command but `--help`, each once."""
    for action in parser._actions:  # noqa: SLF001 (argparse has no public way)
        if action.option_strings and action.dest != "help":
            yield action


def options_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    """Walk the options of one command, each with all its spellings."""
    for action in parser._actions:  # noqa: SLF001 (argparse has no public way)
        for option in action.option_strings:
            yield option, action


def words_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Walk what a command takes by place."""
    for action in parser._actions:  # noqa: SLF001 (argparse has no public way)
        if not action.option_strings and action.dest not in ("command", argparse.SUPPRESS):
            yield action


def choices_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, list[str]]]:
    """Walk what has a closed list of values, by the name that argparse's messages use."""
    for action in parser._actions:  # noqa: SLF001 (argparse has no public way)
        if action.choices is not None:
            words = [str(c) for c in action.choices]
            for name in action.option_strings or [str(action.metavar or action.dest)]:
                yield name, words


def _near(given: str, known: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(given, known, n=1)), "")


def _help(parser: argparse.ArgumentParser) -> str:
    return f"{parser.prog} --help"
