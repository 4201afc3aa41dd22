"""`sekisho serve` as a process, its terminal, and a person's browser before it."""

import contextlib
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client

from sekisho.domain.runs import RunStatus
from sekisho.engine.runs import UNSETTLED
from tests.e2e.persons import CODE

REPO = Path(__file__).parents[2]
ALL = frozenset(map(str, RunStatus))
WORKING = frozenset(map(str, UNSETTLED))


def environment(**more: str) -> dict[str, str]:
    """What a server under test is given: nothing of ours but PATH."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPO / "src"),
        "HOME": "/nonexistent",
        # What tests do with Terraform's own means, and providers of the tests' mirror.
        "SEKISHO_INSPECTION_ALLOW": "provisioner,external_data,remote_state_unsafe,provider_source",
    } | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """A running server. `lines` is what its terminal showed so far."""

    module = "sekisho"

    def __init__(
        self, data: Path, words: tuple[str, ...], more: dict[str, str], port: int | None = None
    ) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self._fresh: queue.Queue[str] = queue.Queue()
        command = [sys.executable, "-m", self.module, "serve", "--data-dir", str(data)]
        command += ["--port", str(self.port), "--log-format", "text", *words]
        self.process = subprocess.Popen(
            command, env=environment(**more), stderr=subprocess.PIPE, encoding="utf-8"
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait_ready()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.lines.append(line.rstrip())
            self._fresh.put(line)

    def _wait_ready(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.url}/healthz/ready", timeout=2).status_code == 200:
                    return
            time.sleep(0.02)
        raise AssertionError("\n".join(self.lines))

    def code(self) -> str:
        """Read the next one-time code from the terminal."""
        while True:
            found = CODE.search(self._fresh.get(timeout=20))
            if found:
                return found.group(1)

    def stop(self, number: int = signal.SIGTERM, timeout: float = 60) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        if self.process.stderr:
            self.process.stderr.close()
        return code

    def api(self) -> httpx2.Client:
        token = (self.data / "local.token").read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)

    def run(self, run_id: str) -> dict[str, Any]:
        with self.api() as api:
            return api.get(f"/runs/{run_id}").raise_for_status().json()

    def until(self, run_id: str, *statuses: str, seconds: float = 60) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while (run := self.run(run_id))["status"] not in statuses:
            assert time.monotonic() < end, run
            time.sleep(0.05)
        return run

    def settled(self, run_id: str) -> dict[str, Any]:
        run = self.run(run_id)
        while run["status"] in WORKING:
            run = self.until(run_id, *(ALL - WORKING))
        return run

    def approve(self, run_id: str) -> None:
        """Be the person: open the page, ask for a code, read the terminal, approve."""
        origin = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        with httpx2.Client(base_url=self.url, headers=origin, follow_redirects=True) as browser:
            page = browser.get(f"/runs/{run_id}").raise_for_status().text
            seal = re.search(r'name="seal"\s+value="([^"]+)"', page)
            assert seal, page
            form = {"seal": seal.group(1), "decision": "approve"}
            browser.post(f"/runs/{run_id}/code", data=form).raise_for_status()
            form = {"seal": seal.group(1), "code": self.code()}
            browser.post(f"/runs/{run_id}/approve", data=form).raise_for_status()


def failing(data: Path, **more: str) -> str:
    """Start a server that cannot start, and return what it says."""
    command = [sys.executable, "-m", "sekisho", "serve", "--data-dir", str(data), "--port", "0"]
    done = subprocess.run(
        command,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@contextlib.contextmanager
def serving(data: Path, *words: str, **more: str) -> Iterator[Serving]:
    """Serve, and stop at the end if it still runs."""
    server = Serving(data, words, more)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that must work, and return what it answered."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content
