"""Sends a push: what the server has not got, pack by pack, on and on through passing failures."""

import dataclasses
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from sekisho_client.errors import ClientError
from sekisho_client.http import Client
from sekisho_client.packs import Content, grouped, packed

RETRIES = 6
"""Failures in a row, without a pack arriving between them, after which it is given up."""
_LONGEST_WAIT = 60.0
_PASSING_STATUSES = frozenset({408, 429, 502, 503, 504})
_PASSING_CODES = frozenset({"server_unreachable", "push_unknown", "push_incomplete"})


@dataclasses.dataclass
class Report:
    """What a transfer did."""

    already: int = 0
    """Bytes that the server had before."""
    sent: int = 0
    """Bytes of contents that were sent."""
    packs: int = 0
    retries: int = 0


@dataclasses.dataclass(frozen=True)
class Watcher:
    """Is told how far it is: bytes that are there, of how many; and of waits before a retry."""

    progress: Callable[[int, int], None]
    waiting: Callable[[ClientError, float], None]
    sleep: Callable[[float], None] = time.sleep


class Transfer:
    """One push of one manifest to one workspace."""

    def __init__(
        self, client: Client, workspace: str, contents: list[Content], watcher: Watcher
    ) -> None:
        self._client = client
        self._ask = {
            "workspace": workspace,
            "files": [dataclasses.asdict(content.file) for content in contents],
        }
        # One content may be that of many files: it is sent once.
        self._contents = {content.file.sha256: content for content in contents}
        self._whole = sum(content.file.size for content in self._contents.values())
        self._watcher = watcher
        self._failures = 0
        self.report = Report()

    def run(self) -> Mapping[str, Any]:
        """Send everything and return the configuration. Raises ClientError."""
        first = True
        while True:
            try:
                push = self._client.post("/pushes", self._ask)
                if first:
                    self.report.already = self._whole - self._left(push)
                    first = False
                return push.get("configuration") or self._finished(push)
            except ClientError as error:
                self._wait(error)

    def _finished(self, push: Mapping[str, Any]) -> Mapping[str, Any]:
        missing = [self._contents[sha256] for sha256 in push["missing"]]
        there = self._whole - self._left(push)
        self._watcher.progress(there, self._whole)
        for pack in grouped(missing):
            size = sum(content.file.size for content in pack)
            with packed(pack) as (content, packed_bytes):
                self._client.put(f"/pushes/{push['id']}/files", content, packed_bytes)
            self._failures = 0
            self.report.sent += size
            self.report.packs += 1
            there += size
            self._watcher.progress(there, self._whole)
        return self._client.post(f"/pushes/{push['id']}/finish")

    def _left(self, push: Mapping[str, Any]) -> int:
        return sum(self._contents[sha256].file.size for sha256 in push["missing"])

    def _wait(self, error: ClientError) -> None:
        """Wait before the next try; raise what is not going to pass."""
        passing = error.code in _PASSING_CODES or error.status in _PASSING_STATUSES
        if not passing or self._failures >= RETRIES:
            raise error
        pause = 0.5 * 2**self._failures * random.uniform(0.75, 1.25)  # noqa: S311 (spreads clients)
        pause = min(max(pause, error.retry_after or 0), _LONGEST_WAIT)
        self._failures += 1
        self.report.retries += 1
        self._watcher.waiting(error, pause)
        self._watcher.sleep(pause)
