"""A client under test: its driver as a process, or a command line of it run to its end."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.clients.install import Clients
from tests.e2e.serving import REPO, environment

SECONDS = 60
"""What any client gets to start and answer, on a machine with other things to do."""


def stdio_server(data: Path) -> dict[str, Any]:
    """Say how a client starts the server itself."""
    command = [sys.executable, "-m", "sekisho", "stdio", "--data-dir", str(data)]
    return {"command": command, "env": environment()}


def run(command: Sequence[str], home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a client to its end, with a home of its own and nothing else from our environment."""
    return subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "NO_COLOR": "1"} | more,
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


class Driven:
    """A driver that runs; see `drivers/__init__.py` for what it is asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._answers.put(json.loads(line))
        self._answers.put(None)

    def begin(self, *asked: Any) -> None:
        """Ask, and do not wait; a driver that already gave up has said why."""
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Return the next answer, whatever it is."""
        found = self._answers.get(timeout=SECONDS)
        assert found is not None, "the driver ended without a word"
        return found

    def ask(self, *asked: Any) -> dict[str, Any]:
        """Ask, and return what must be no failure of the client."""
        self.begin(*asked)
        found = self.answer()
        assert "failed" not in found, found["failed"]
        return found

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that must work; return its structured content."""
        found = self.ask("call", tool, arguments)
        assert not found["error"], found
        return found["structured"]

    def end(self) -> None:
        """Let it close in good order; what does not is ended."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(20)
        finally:
            self._process.kill()
            self._reader.join(20)
            if self._process.stdout:
                self._process.stdout.close()


class Drivers:
    """Starts drivers; `more` is what they are given besides a home."""

    def __init__(self, clients: Clients, home: Path, more: dict[str, str]) -> None:
        self._clients = clients
        self._home = home
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPO),
            "HOME": str(home),
            "OPENAI_AGENTS_DISABLE_TRACING": "1",
        } | more

    def start(self, name: str, server: dict[str, Any]) -> Driven:
        """Start the client `library` or `library era`; `end` it."""
        library, _, era = name.partition(" ")
        if library == "mcp_remote" and "url" in server:
            library, server = "mcp_sdk", self._bridged(server)
        command = (
            self._clients.typescript(library)
            if library.startswith("typescript")
            else self._clients.python(library)
        )
        process = subprocess.Popen(
            [*command, json.dumps(server | {"mode": era or "legacy"})],
            env=self._environment,
            cwd=self._home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        return Driven(process)

    @contextlib.contextmanager
    def running(self, name: str, server: dict[str, Any]) -> Iterator[Driven]:
        """Start a client, and end it."""
        driven = self.start(name, server)
        try:
            yield driven
        finally:
            driven.end()

    def _bridged(self, server: dict[str, Any]) -> dict[str, Any]:
        headers = [
            w for n, v in server.get("headers", {}).items() for w in ("--header", f"{n}:{v}")
        ]
        command = [*self._clients.mcp_remote(), server["url"], "--transport", "http-only", *headers]
        return {"command": command, "env": self._environment}
