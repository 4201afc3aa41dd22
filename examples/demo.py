"""The main job, end to end, with everything real: the server, an MCP client, Terraform, a person.

    make demo

An agent uploads a configuration and plans it over MCP; it tries to get round the approval and is
refused; a person (played here) reads the one-time code from the server's own terminal and approves
on the console's page; exactly that plan is applied; the audit proves it. The data stays for
`make serve`.
"""

import asyncio
import io
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
DATA = Path(os.environ.get("SEKISHO_DATA_DIR", REPO / ".sekisho")).absolute()
SEKISHO = [sys.executable, "-m", "sekisho"]
DEADLINE = 60.0
_COLOR = sys.stdout.isatty()


class Story:
    """Prints what happens, with the time since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def tell(self, who: str, what: str) -> None:
        """Print one line of the story."""
        name = f"\033[1m{who:<9}\033[0m" if _COLOR else f"{who:<9}"
        print(f"{time.monotonic() - self._start:6.2f} s  {name} {what}", flush=True)

    def show(self, text: str) -> None:
        """Print something that was read, indented."""
        for line in text.strip().splitlines():
            print(f"            │ {line}", flush=True)


class Server:
    """`sekisho serve` as a process; its terminal is read line by line, as a person would."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._lines: queue.Queue[str] = queue.Queue()
        self.terminal: list[str] = []
        command = [*SEKISHO, "serve", "--data-dir", str(DATA), "--port", str(port)]
        self._process = subprocess.Popen(
            [*command, "--log-format", "text"],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stderr or ():
            self.terminal.append(line.rstrip())
            self._lines.put(line)

    def wait_ready(self) -> None:
        """Wait until it says that it is ready."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/healthz/ready", timeout=2).status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.05)
        sys.exit("the server did not start:\n" + "\n".join(self.terminal))

    def read_code(self) -> str:
        """Read the one-time code from the server's terminal."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            found = re.search(r"\b([A-Z2-9]{4}-[A-Z2-9]{4})\b", self._lines.get(timeout=DEADLINE))
            if found:
                return found.group(1)
        sys.exit("no code appeared on the server's terminal")

    def stop(self) -> None:
        """End it as `Ctrl-C` would."""
        self._process.terminate()
        self._process.wait(timeout=60)


class Person:
    """A person's browser: pages and forms, with cookies, and no credential at all."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(base_url=url, follow_redirects=True, timeout=30)
        self._origin = {"Origin": url, "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}

    def seal_on_screen(self, run_id: str) -> str:
        """Open the review page and return the seal that its form is bound to."""
        page = self._http.get(f"/runs/{run_id}", headers=self._origin)
        found = re.search(r'name="seal"\s+value="([^"]+)"', page.raise_for_status().text)
        if not found:
            sys.exit("the review page shows no form to approve with")
        return found.group(1)

    def ask_code(self, run_id: str, seal: str) -> None:
        """Press "send me a code"."""
        form = {"seal": seal, "decision": "approve"}
        self._http.post(f"/runs/{run_id}/code", data=form, headers=self._origin).raise_for_status()

    def approve(self, run_id: str, seal: str, code: str) -> int:
        """Press "approve"; return the HTTP status of what came back."""
        form = {"seal": seal, "code": code, "comment": "reviewed in the demo"}
        url = f"/runs/{run_id}/approve"
        return self._http.post(url, data=form, headers=self._origin).status_code


def packed(folder: Path, greeting: str) -> bytes:
    """Pack a folder as `tar -czf - -C FOLDER .` does, with a value for its variable."""
    buffer = io.BytesIO()
    values = f'greeting = "{greeting}"\n'.encode()
    file = tarfile.TarInfo("demo.auto.tfvars")
    file.size = len(values)
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.add(folder, arcname=".")
        tar.addfile(file, io.BytesIO(values))
    return buffer.getvalue()


async def call(client: Client, tool: str, **arguments: Any) -> tuple[bool, str, dict[str, Any]]:
    """Call a tool: whether it worked, its text, its structured content."""
    result = await client.call_tool(tool, arguments)
    text = "\n".join(getattr(part, "text", "") for part in result.content)
    return not result.is_error, text, result.structured_content or {}


async def settled(client: Client, run_id: str) -> dict[str, Any]:
    """Follow a run until it settles, by long polls."""
    working = {"plan_queued", "planning", "apply_queued", "applying"}
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        _, _, run = await call(client, "run_get", run_id=run_id, wait_seconds=10)
        if run["status"] not in working:
            return run
    raise TimeoutError(run_id)


async def play(story: Story, server: Server) -> tuple[str, int]:
    """Play the story; return the run's id and how many things went wrong."""
    wrong = 0

    def expect(held: bool, what: str) -> None:
        nonlocal wrong
        if not held:
            wrong += 1
            story.tell("WRONG", what)

    async with Client(f"{server.url}/mcp") as client:
        tools = await client.list_tools()
        story.tell("agent", f"connects over MCP, finds {len(tools.tools)} tools; none approves")
        ok, _, upload = await call(client, "config_upload", workspace="default")
        expect(ok, "config_upload failed")
        # Another greeting each time: a second demo on the same state has something to change too.
        now = time.strftime("%Y-%m-%d %H:%M:%S")
        archive = packed(HERE / "hello", f"こんにちは、関所 ({now})")
        answer = httpx2.put(upload["url"], content=archive, timeout=30)
        digest = answer.raise_for_status().json()["digest"]
        story.tell("agent", f"uploads examples/hello: {len(archive)} bytes → {digest[:19]}…")

        message = "the demo's plan"
        ok, text, run = await call(
            client, "plan_create", workspace="default", configuration=digest, message=message
        )
        expect(ok, text)
        run_id = run["id"]
        run = await settled(client, run_id)
        story.tell("server", f"planned {run_id} with real Terraform: {run['status']}")
        expect(run["status"] == "awaiting_approval", f"status is {run['status']}")
        _, text, _ = await call(client, "plan_get", run_id=run_id)
        story.show(text)

        person = Person(server.url)
        seal = person.seal_on_screen(run_id)
        ok, text, _ = await call(client, "run_apply", run_id=run_id)
        expect(not ok and "gate_unmet" in text, "run_apply was not refused")
        story.tell("agent", f"try 1: run_apply at once → refused: {text.split(':')[0]}")
        status = Person(server.url).approve(run_id, seal, "AAAA-2222")
        expect(status == 403, f"a guessed code was answered with {status}")
        story.tell("agent", f"try 2: posts the approval form with a guessed code → {status}")
        token = (DATA / "local.token").read_text(encoding="utf-8").strip()
        answer = httpx2.post(
            f"{server.url}/api/v1/runs/{run_id}/approve",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        expect(answer.status_code == 403, f"a token was answered with {answer.status_code}")
        code = answer.json()["error"]["code"]
        story.tell("agent", f"try 3: approves with its person's token → refused: {code}")

        person.ask_code(run_id, seal)
        code = server.read_code()
        story.tell("person", "reviews the page, reads the one-time code on the server's terminal")
        status = person.approve(run_id, seal, code)
        expect(status == 200, f"the approval was answered with {status}")
        run = await settled(client, run_id)
        expect(run["status"] == "approved", f"status is {run['status']}")
        story.tell("person", f"approves: the run is {run['status']}; nothing has been applied yet")

        ok, text, _ = await call(client, "run_apply", run_id=run_id)
        expect(ok, text)
        run = await settled(client, run_id)
        expect(run["status"] == "applied", f"status is {run['status']}")
        story.tell("server", f"applied exactly that plan: {run['status']}")
        _, text, _ = await call(client, "output_get", workspace="default")
        story.show(text)

        ok, text, _ = await call(client, "run_apply", run_id=run_id)
        expect(not ok and "move_illegal" in text, "the same plan was taken twice")
        story.tell("agent", f"tries the same plan again → refused: {text.split(':')[0]}")

    api = httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"})
    told = api.get(f"/api/v1/runs/{run_id}").raise_for_status().json()
    expect(told["status"] == "applied", f"the API says {told['status']}")
    audit = api.get("/api/v1/audit", params={"run_id": run_id}).raise_for_status().json()
    actions = [record["action"] for record in audit["records"]]
    wanted = [
        "run.create",
        "run.plan",
        "run.approve",
        "run.apply",
        "run.apply_start",
        "run.applied",
    ]
    expect([a for a in actions if a in wanted] == wanted, f"the audit tells {actions}")
    story.tell("api", f"status {told['status']}; audit: {' → '.join(a[4:] for a in actions)}")
    return run_id, wrong


def free_port(wanted: int) -> int:
    """Return `wanted` if nobody listens there, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    sys.exit("no free port")


def main() -> int:
    """Run the demo; exit code 0 only when every step went as told."""
    story = Story()
    terraform = shutil.which("terraform") or shutil.which("tofu") or "the engine extra"
    story.tell("demo", f"data in {DATA}; Terraform is {Path(terraform).name}")
    server = Server(free_port(8080))
    try:
        server.wait_ready()
        story.tell("server", f"ready at {server.url}")
        run_id, wrong = asyncio.run(play(story, server))
    except BaseException:
        story.show("\n".join(server.terminal[-40:]))
        raise
    finally:
        server.stop()
    verify = [*SEKISHO, "audit", "verify", "--data-dir", str(DATA)]
    proof = subprocess.run(verify, capture_output=True, encoding="utf-8", check=False)
    wrong += proof.returncode != 0
    story.tell("operator", f"sekisho audit verify: {(proof.stdout or proof.stderr).strip()}")
    if wrong:
        story.tell("demo", f"{wrong} step(s) did not go as told")
        story.show("\n".join(server.terminal[-40:]))
        return 1
    story.tell(
        "demo", "done. Look around: make serve, then open http://127.0.0.1:8080/runs/" + run_id
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
