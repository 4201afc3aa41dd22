"""The journal: one line per event, as JSON for machines or plain for a terminal."""

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, TextIO

from sekisho.domain.errors import SettingInvalid
from sekisho.domain.text import plain

LogFormat = Literal["json", "text"]
Level = Literal["debug", "info", "warning", "error"]

_LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
_QUIET = frozenset({"step.begin", "step.end", "terraform.started", "http.request"})
"""Events that are of interest only at level debug."""

_WARNINGS = frozenset(
    {"decision.refused", "passkey.refuse", "session.refuse", "attempt.refused"}
    | {"operate.refused", "run.override", "run.break_glass"}
)
"""Events that an operator should see whatever else they leave out."""


class StreamJournal:
    """Writes events to a stream (standard error: standard output belongs to the stdio transport).

    Every value is stripped of control characters and capped, so that nothing that came from
    outside can forge a line. An `error` field brings its traceback at level error; a `warning`
    field makes its event a warning.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        form: LogFormat = "text",
        least: Level = "info",
        stream: TextIO | None = None,
    ) -> None:
        """Write events of at least level `least`."""
        self._now = now
        self._form = form
        self._least = _LEVELS.index(least)
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()

    def event(self, name: str, **fields: object) -> None:
        """Write one event; a stream that is gone is not an error."""
        level = _level(name, fields)
        if _LEVELS.index(level) < self._least:
            return
        shown = {k: _shown(v) for k, v in fields.items() if v is not None}
        at = self._now()
        if self._form == "json":
            body = {"ts": at.isoformat(), "level": level, "event": name} | shown
            line = json.dumps(body, ensure_ascii=False)
        else:
            told = " ".join(f"{k}={v}" for k, v in shown.items())
            line = f"{at:%H:%M:%S} {level:<7} {name} {told}".replace("\n", "\\n").rstrip()
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                return


def open_log(path: Path) -> TextIO:
    """Open a file to append the log to; only its owner may read what it makes.

    Raises:
        SettingInvalid: it cannot be opened.
    """
    try:
        opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        problem = f"{path} cannot be written ({error.strerror})"
        raise SettingInvalid(name="SEKISHO_LOG_FILE", problem=problem) from None
    return os.fdopen(opened, "a", encoding="utf-8", errors="backslashreplace")


def _level(name: str, fields: dict[str, object]) -> Level:
    if "error" in fields:
        return "error"
    if "warning" in fields or name in _WARNINGS:
        return "warning"
    return "debug" if name in _QUIET else "info"


def _shown(value: object) -> str | int | float | bool:
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, BaseException):
        return plain("".join(traceback.format_exception(value)), 8000)
    return plain(value, 1000)
