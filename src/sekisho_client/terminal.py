"""The person's terminal: two languages, colour and progress where it can show them.

Standard output is for results, standard error for everything else.
"""

import contextlib
import io
import json
import shutil
import sys
import unicodedata
from typing import TextIO

from sekisho_client.colours import Tone, paint
from sekisho_client.errors import ClientError
from sekisho_client.settings import Display

_BAR = 24


class Terminal:
    """Writes to standard error; `results` is standard output."""

    def __init__(
        self, display: Display, notes: TextIO | None = None, *, as_json: bool = False
    ) -> None:
        """`as_json`: a program reads errors."""
        self._notes = notes or sys.stderr
        self._json = as_json
        self._japanese = display.language == "ja"
        self.live = self._notes.isatty()
        """Whether somebody is looking on: progress is drawn, questions may be asked."""
        self._colour = display.colour
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
        self._line(self._painted(Tone.QUIET, self.words(english, japanese)))

    def warn(self, english: str, japanese: str) -> None:
        """Say something that must not be overlooked."""
        head = self._painted(Tone.WAIT, self.words("warning:", "警告:"))
        self._line(f"{head} {self.words(english, japanese)}")

    def error(self, error: ClientError) -> None:
        """Say what went wrong and what to do next."""
        self.problem(error.code, self.words(*error.message), self.words(*error.step))

    def problem(self, code: str, message: str, step: str) -> None:
        """Say the same of something that is no error of ours: a run that failed."""
        self._line(error_text(code, message, step, colour=self._colour, as_json=self._json))

    def progress(self, done: int, whole: int, label: str) -> None:
        """Draw how far it is; only where somebody is looking on."""
        if not self.live:
            return
        text = f"{bar(done, whole)} {label}"
        text = cut(text, shutil.get_terminal_size().columns - 1)
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

    def _painted(self, tone: Tone, text: str) -> str:
        return paint(text, tone) if self._colour else text

    def _line(self, text: str) -> None:
        if self._drawn:
            self._write("\r" + " " * self._drawn + "\r")
            self._drawn = 0
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more: that ends no transfer
            self._notes.write(text)
            self._notes.flush()


def error_text(code: str, message: str, step: str, *, colour: bool, as_json: bool) -> str:
    """Write an error as every command does: for people, or as one line of JSON."""
    if as_json:
        told = {"error": {"code": code, "message": message, "next": step}}
        return json.dumps(told, ensure_ascii=False)
    head = f"error [{code}]:"
    lines = [f"{paint(head, Tone.BAD) if colour else head} {message}"]
    return "\n".join(lines + ([f"  next: {step}"] if step else []))


def bar(done: int, whole: int) -> str:
    """Draw how far it is, in characters that every console has; nothing where it is not known."""
    if whole <= 0:
        return ""
    part = min(done / whole, 1.0)
    full = int(part * _BAR)
    return f"[{'#' * full}{'.' * (_BAR - full)}] {int(part * 100)} %"


def width(text: str) -> int:
    """Return the columns that a text takes: Japanese characters take two."""
    return sum(map(_columns, text))


def cut(text: str, columns: int) -> str:
    """Cut a text to so many columns; what was cut ends in `…`."""
    if width(text) <= columns:
        return text
    kept, room = "", columns - 1
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
