"""Colour on the terminal: when, and which. Never the only sign: the word is always there too."""

import enum
from collections.abc import Mapping


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


TONES: Mapping[str, Tone] = {
    "plan_queued": Tone.QUIET,
    "planning": Tone.WORK,
    "awaiting_approval": Tone.WAIT,
    "approved": Tone.GOOD,
    "apply_queued": Tone.WORK,
    "applying": Tone.WORK,
    "applied": Tone.GOOD,
    "no_changes": Tone.QUIET,
    "blocked": Tone.BAD,
    "rejected": Tone.BAD,
    "discarded": Tone.QUIET,
    "canceled": Tone.QUIET,
    "expired": Tone.QUIET,
    "stale": Tone.QUIET,
    "errored": Tone.BAD,
    "interrupted": Tone.BAD,
    "safe": Tone.GOOD,
    "review": Tone.WAIT,
    "dangerous": Tone.BAD,
    "OK": Tone.GOOD,
    "NG": Tone.BAD,
    "SKIP": Tone.QUIET,
}
"""Word of a status, a risk or a check → its tone."""
CHOICES = ("auto", "always", "never")


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
    return terminal and environment.get("TERM", "") != "dumb"


def paint(text: str, tone: Tone | None) -> str:
    """Colour a text."""
    return f"\x1b[{tone}m{text}\x1b[0m" if tone else text
