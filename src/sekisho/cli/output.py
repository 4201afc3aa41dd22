"""How commands print: tables for people, JSON for programs, errors with the next step."""

import dataclasses
import io
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from sekisho.cli.colours import TONES
from sekisho.cli.exits import Exit
from sekisho.domain.text import Language, plain
from sekisho_client.colours import Tone, paint, wants_colour
from sekisho_client.terminal import cut, error_text, width

OK, FAILED, USAGE = Exit.DONE, Exit.FAILED, Exit.USAGE
_NARROWEST = 8
"""A column is not cut below this."""
_WHOLE = frozenset({"id", "run", "status", "sequence", "code", "result"})
"""Columns that are never cut: people copy them."""
_GAP = 2


@dataclasses.dataclass
class Style:
    """How this process prints: colours by stream, errors as JSON, and the width of the terminal."""

    colour: bool = False
    error_colour: bool = False
    json: bool = False
    width: int | None = None


_style = Style()


def set_up(choice: str, environment: Mapping[str, str], *, as_json: bool) -> None:
    """Look at the terminal once, at the start of a command."""
    out, err = sys.stdout.isatty(), sys.stderr.isatty()
    _style.colour = wants_colour(choice, environment, terminal=out)
    _style.error_colour = wants_colour(choice, environment, terminal=err)
    _style.json = as_json
    _style.width = terminal_width() if out else None


def columns() -> int | None:
    """Return how many cells a line of standard output has; None where nobody looks on."""
    return _style.width


def in_colour() -> bool:
    """Say whether standard output is coloured."""
    return _style.colour


def encoding() -> str:
    """Return the encoding of standard output."""
    return sys.stdout.encoding or "ascii"


def readable(language: Language) -> Language:
    """Return a language that this terminal can show: English where it has no Japanese."""
    try:
        "計画".encode(encoding())
    except (UnicodeEncodeError, LookupError):
        return "en"
    return language


def exactly(text: str) -> None:
    """Print a text that is the same bytes everywhere: UTF-8, whatever the terminal speaks."""
    out: TextIO = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8", newline="")
    out.write(text)


def prints_json() -> bool:
    """Say whether this command prints for a program."""
    return _style.json


def terminal_width() -> int:
    """Return how many cells a line of the terminal has."""
    return shutil.get_terminal_size().columns


def as_json(value: object) -> None:
    """Print a value for programs."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_isoformat)
    sys.stdout.write("\n")


def as_json_line(value: object) -> None:
    """Print one of many values for programs: JSON Lines."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=_isoformat)
    sys.stdout.write("\n")
    sys.stdout.flush()


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows under upper-case heads; wide (Japanese) characters count as two.

    On a terminal the widest columns are cut so that a row is a line; piped, nothing is cut.
    """
    cells = [[c.upper() for c in columns]]
    cells += [[_cell(row.get(c)) for c in columns] for row in rows]
    widths = [max(width(line[i]) for line in cells) for i in range(len(columns))]
    if _style.width is not None:
        widths = fitted(widths, columns, _style.width)
    for number, line in enumerate(cells):
        head = Tone.HEAD if number == 0 else None
        padded = [_padded(text, wide, head) for text, wide in zip(line, widths, strict=True)]
        sys.stdout.write((" " * _GAP).join(padded).rstrip() + "\n")


def fitted(widths: Sequence[int], columns: Sequence[str], terminal: int) -> list[int]:
    """Take from the widest column that may be cut until a row fits, or nothing more can go."""
    left = list(widths)
    cut = [i for i, name in enumerate(columns) if name not in _WHOLE]
    while sum(left) + _GAP * (len(left) - 1) > terminal:
        widest = max(cut, key=lambda i: left[i], default=None)
        if widest is None or left[widest] <= _NARROWEST:
            break
        left[widest] -= 1
    return left


def error(code: str, message: str, step: str = "") -> None:
    """Print what went wrong and what to do next, on standard error."""
    note(error_text(code, message, step, colour=_style.error_colour, as_json=_style.json))


def note(text: str) -> None:
    """Print a line for the person, on standard error: standard output is for results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say(text: str = "") -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def flush() -> None:
    """Show at once what was printed."""
    sys.stdout.flush()


def told(text: str, tone: Tone | None = None) -> str:
    """Colour a word for standard output, where that is wanted; its own tone unless one is given."""
    return paint(text, tone or TONES.get(text)) if _style.colour else text


def _padded(text: str, columns: int, head: Tone | None) -> str:
    shown = cut(text, columns)
    return told(shown, head) + " " * (columns - width(shown))


def _cell(value: object) -> str:
    return "-" if value in (None, "") else " ".join(plain(value).split())


def _isoformat(value: object) -> str:
    """Write times as JSON does; nothing else is unknown to it."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
