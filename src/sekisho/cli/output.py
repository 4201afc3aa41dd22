"""How commands print: tables for people, JSON for programs, errors with the next step."""

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

OK, FAILED, USAGE = 0, 1, 2
"""Exit codes: done, refused or failed, called wrongly."""


def as_json(value: object) -> None:
    """Print a value for programs."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows under upper-case heads; wide (Japanese) characters count as two."""
    cells = [[str(c).upper() for c in columns]]
    cells += [[_cell(row.get(c)) for c in columns] for row in rows]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        pairs = zip(line, widths, strict=True)
        padded = (text + " " * (width - _width(text)) for text, width in pairs)
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def error(code: str, message: str, step: str = "") -> None:
    """Print what went wrong and what to do next, on standard error."""
    sys.stderr.write(f"error [{code}]: {message}\n")
    if step:
        sys.stderr.write(f"  next: {step}\n")


def note(text: str) -> None:
    """Print a line for the person, on standard error: standard output is for results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say(text: str = "") -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def _cell(value: object) -> str:
    return "-" if value in (None, "") else str(value).replace("\n", " ")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
