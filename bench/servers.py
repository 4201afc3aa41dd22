"""Servers under measurement, as processes."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

BARE = str(Path(__file__).with_name("bare.py"))


class Server:
    """A server that takes `--port` and answers on /healthz/ready (any status means it is up)."""

    def __init__(self, command: Sequence[str], data: Path | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._data = data
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [*command, "--port", str(port)], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                httpx2.get(f"{self.url}/healthz/ready", timeout=1)
                break
            if self._process.poll() is not None or time.perf_counter() - began > 30:
                sys.exit(f"did not start: {command}")
            time.sleep(0.005)
        self.ready_after = time.perf_counter() - began

    def memory_mb(self) -> float:
        """Return the memory of the server and its children: PSS, so shared pages count once."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        children = [pid for task in tasks for pid in (task / "children").read_text().split()]
        return sum(map(_memory, (str(self._process.pid), *children)))

    def token(self) -> str:
        """Return the local token."""
        return (self._data or Path()).joinpath("local.token").read_text(encoding="utf-8").strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


def _memory(pid: str) -> float:
    """Read the proportional share of memory of a process, in MB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    return int(next(row for row in rollup.splitlines() if row.startswith("Pss:")).split()[1]) / 1024


@contextlib.contextmanager
def sekisho(data: Path) -> Iterator[Server]:
    """Run `sekisho serve` over a data folder."""
    os.environ.pop("SEKISHO_CONFIG", None)
    command = [sys.executable, "-m", "sekisho", "serve", "--data-dir", str(data)]
    with Server(command, data) as server:
        yield server
