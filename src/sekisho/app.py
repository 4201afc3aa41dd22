"""The wiring: the one place that names concrete classes, and imports them late."""

import base64
import dataclasses
import getpass
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sekisho.domain.configurations import Limits as Caps
from sekisho.domain.gate import Require, Rule
from sekisho.engine.engine import Engine
from sekisho.engine.parts import Parts
from sekisho.engine.worker import Worker
from sekisho.ports import Catalog, Journal, Limits, StepUp
from sekisho.settings import Settings

_CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1: 32 symbols, so 8 of them are 40 bits."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Return the time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()


class SystemIds:
    """Ids that sort by time: 48 bits of milliseconds and 40 random ones, in lower-case base32."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def new(self, kind: str) -> str:
        """Return `kind-` and 18 characters; ids made in one process never go back in order."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1_000_000)
            stamp = self._last
        raw = (stamp << 42) | secrets.randbits(42)
        digits = "0123456789abcdefghjkmnpqrstvwxyz"
        text = "".join(digits[(raw >> shift) & 31] for shift in range(85, -1, -5))
        return f"{kind}-{text}"

    def secret(self) -> str:
        """Return 256 random bits, URL-safe."""
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()

    def code(self) -> str:
        """Return 8 characters that a person can read and type."""
        return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(8))
