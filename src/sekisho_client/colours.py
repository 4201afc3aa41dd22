"""Colour on the terminal: when, and which. Never the only sign: the word is always there too."""

import enum
import os
from collections.abc import Mapping

CHOICES = ("auto", "always", "never")


class Tone(enum.StrEnum):
    """How a word is shown, by the sixteen colours that every theme defines to be readable.

    No yellow (lost on white) and no blue (lost on black).
    """

    GOOD = "32"
    BAD = "1;31"
    WAIT = "1;35"
    WORK = "36"
    QUIET = "2"
    HEAD = "1"


def wants_colour(choice: str, environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Decide for one stream: `--color`, then NO_COLOR, FORCE_COLOR, and whether it is a terminal.

    NO_COLOR and FORCE_COLOR count where they are not empty, as their conventions say.
    """
    if choice in ("always", "never"):
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    # Windows' old console shows escape sequences as they are; its Terminal sets WT_SESSION.
    able = os.name != "nt" or "WT_SESSION" in environment
    return terminal and able and environment.get("TERM", "") != "dumb"


def paint(text: str, tone: Tone | None) -> str:
    """Colour a text."""
    return f"\x1b[{tone}m{text}\x1b[0m" if tone else text
