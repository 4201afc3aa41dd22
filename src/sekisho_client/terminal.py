"""The person's terminal: two languages, colour and progress where it can show them.

Standard output is for results, standard error for everything else.
"""

import contextlib
import io
import shutil
import sys
import unicodedata
from typing import TextIO

from sekisho_client.settings import Display

_RED, _YELLOW, _DIM, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
_BAR = 24


class Terminal:
    """Writes to standard error; `results` is standard output."""

    def __init__(self, display: Display, notes: TextIO | None = None) -> None:
        self._notes = notes or sys.stderr
        self._japanese = display.language == "ja"
        self.live = self._notes.isatty()
        """Whether somebody is looking on: progress is drawn, questions may be asked."""
        self._colour = display.colour and self.live
        self._drawn = 0
        for stream in (self._notes, sys.stdout):
            # A console of another encoding must not end the command half-way.
            if isinstance(stream, io.TextIOWrapper):
                with contextlib.suppress(OSError, ValueError):
                    stream.reconfigure(errors="backslashreplace")

    def words(self, english: str, japanese: str) -> str:
        """Choose the reader's language."""
        return japanese if self._japanese else english

    def note(self, english: str, japanese: str) -> None:
        """Say something."""
        self._line(self.words(english, japanese))

    def aside(self, english: str, japanese: str) -> None:
        """Say something that may be overlooked."""
        self._line(self._painted(_DIM, self.words(english, japanese)))

    def warn(self, english: str, japanese: str) -> None:
        """Say something that must not be overlooked."""
        head = self._painted(_YELLOW, self.words("warning:", "警告:"))
        self._line(f"{head} {self.words(english, japanese)}")

    def error(self, code: str, message: str, step: str = "") -> None:
        """Say what went wrong and what to do next."""
        self._line(f"{self._painted(_RED, f'error [{code}]:')} {message}")
        if step:
            self._line(f"  next: {step}")

    def progress(self, done: int, whole: int, label: str) -> None:
        """Draw how far it is; only where somebody is looking on."""
        if not self.live:
            return
        part = done / whole if whole else 1.0
        full = round(part * _BAR)
        text = f"{'█' * full}{'░' * (_BAR - full)} {part:4.0%}  {label}"
        text = clipped(text, shutil.get_terminal_size().columns - 1)
        self._write("\r" + text + " " * max(self._drawn - width(text), 0))
        self._drawn = width(text)

    def ask(self, english: str, japanese: str) -> bool:
        """Ask a question of yes or no; no answer is no."""
        self._write(f"{self.words(english, japanese)} [y/N] ")
        try:
            return input().strip().lower() in ("y", "yes", "はい", "ｙ")
        except EOFError:
            self._line("")
            return False

    def _painted(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._colour else text

    def _line(self, text: str) -> None:
        if self._drawn:
            self._write("\r" + " " * self._drawn + "\r")
            self._drawn = 0
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more: that ends no transfer
            self._notes.write(text)
            self._notes.flush()


def width(text: str) -> int:
    """Return the columns that a text takes: Japanese characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def clipped(text: str, columns: int) -> str:
    """Return as much of a text as fits."""
    taken = 0
    for at, character in enumerate(text):
        taken += width(character)
        if taken > columns:
            return text[:at]
    return text


def shown(path: str) -> str:
    """Return a path as it may be printed: nothing in it moves the cursor or hides."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in path
    )


def size_shown(size: int) -> str:
    """Write a number of bytes for reading."""
    amount, units = float(size), ("B", "KB", "MB", "GB")
    unit = 0
    while amount >= 1024 and unit < len(units) - 1:  # noqa: PLR2004 (bytes in a kilobyte)
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {units[unit]}" if unit == 0 else f"{amount:.1f} {units[unit]}"
