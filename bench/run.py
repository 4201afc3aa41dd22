"""The budgets of the design, measured: `make bench`. Ratios within one run, since machines differ.

    python bench/run.py [NAME …]      start plan read plans scans

Prints one line a figure, with its budget, and exits 1 where a budget was missed.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # some benches use `tests`, too

import httpx2
from figures import figure, missed
from hand import by_hand, cold_folder
from mcp import Client
from plans import bench_plans
from raw import calls
from scans import bench_scans
from servers import BARE, Server, sekisho

HELLO = Path(__file__).resolve().parent.parent / "examples" / "hello" / "main.tf"


def bench_start() -> None:
    """Time to ready, and memory when idle."""
    ready: list[float] = []
    memory = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            with sekisho(Path(folder)) as server:
                ready.append(server.ready_after)
                time.sleep(3)
                memory = server.memory_mb()
    figure("ready (best of 5)", min(ready), "s", 1.0)
    figure("idle memory, with the inspector (PSS)", memory, "MB", 100)


async def plan_through(url: str, files: dict[str, str], times: int = 1) -> list[float]:
    """Plan through MCP and read the summary; return seconds from call to summary, each time.

    The client is one that has been connected for a while, as an IDE's is: it knows the tools and
    has called one.
    """
    took: list[float] = []
    async with Client(f"{url}/mcp") as client:
        await client.list_tools()
        await client.call_tool("workspace_list", {})
        for _ in range(times):
            began = time.perf_counter()
            asked = await client.call_tool("plan_create", {"workspace": "default", "files": files})
            run = content(asked)
            while run["status"] in {"plan_queued", "planning"}:
                again = await client.call_tool("run_get", {"run_id": run["id"], "wait_seconds": 10})
                run = content(again)
            content(await client.call_tool("plan_get", {"run_id": run["id"]}))
            took.append(time.perf_counter() - began)
    return took


def content(result: Any) -> dict[str, Any]:
    """Return what a tool answered; a refusal ends the bench."""
    if result.is_error:
        sys.exit(result.content[0].text)
    return result.structured_content


def bench_plan() -> None:
    """A trivial plan through MCP against init, plan and show by hand, cold and warm."""
    text = HELLO.read_text(encoding="utf-8")
    cold, warm, cold_hand, warm_hand = [], [], [], []
    for _ in range(7):
        with tempfile.TemporaryDirectory() as folder, sekisho(Path(folder) / "data") as server:
            time.sleep(1)  # a server that is up: it has looked for Terraform
            content_of = {"main.tf": text}
            first, *others = asyncio.run(plan_through(server.url, content_of, times=4))
            cold.append(first)
            warm += others
            hand = cold_folder(Path(folder) / "hand", text)
            cold_hand.append(by_hand(hand))
            warm_hand += [by_hand(hand) for _ in range(3)]
    told = f"{statistics.median(cold):.3f} s against {statistics.median(cold_hand):.3f} s by hand"
    print(f"      cold: {told}")
    told = f"{statistics.median(warm):.3f} s against {statistics.median(warm_hand):.3f} s by hand"
    print(f"      warm: {told}")
    over = statistics.median(cold) - statistics.median(cold_hand)
    figure("plan through MCP, cold: more than by hand", over * 1000, "ms", 150)
    ratio = statistics.median(warm) / statistics.median(warm_hand)
    figure("plan through MCP, warm: ratio to by hand", ratio, "×", 1.0)


def bench_read() -> None:
    """Calls a second of a read tool against a bare SDK tool, and p99 while an apply runs."""
    seconds = 4.0
    rates: list[float] = []
    ours: list[float] = []
    plain: list[float] = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder, sekisho(Path(folder)) as server:
            asyncio.run(plan_through(server.url, {"main.tf": HELLO.read_text(encoding="utf-8")}))
            run_id = newest(server)
            ours = asyncio.run(calls(server.url, "run_get", {"run_id": run_id}, seconds))
        with Server([sys.executable, BARE]) as bare:
            plain = asyncio.run(calls(bare.url, "hello", {"name": "x"}, seconds))
        rates.append(len(ours) / len(plain))
    told = f"{len(ours) / seconds:.0f}/s, bare SDK tool {len(plain) / seconds:.0f}/s, 8 connections"
    print(f"      run_get {told}")
    figure(
        "read tool: throughput against a bare SDK tool",
        statistics.median(rates),
        "×",
        0.8,
        at_least=True,
    )
    with tempfile.TemporaryDirectory() as folder, sekisho(Path(folder)) as server:
        busy = 'resource "terraform_data" "n" {\n  count = 200\n  input = timestamp()\n}\n'
        took = asyncio.run(beside_plans(server, busy))
    p99 = sorted(took)[int(len(took) * 0.99) - 1]
    figure(f"read tool p99 while Terraform runs ({len(took)} calls)", p99 * 1000, "ms", 50)


async def beside_plans(server: Server, text: str) -> list[float]:
    """Measure one connection's reads while Terraform is at work in the same server."""
    headers = {"Authorization": f"Bearer {server.token()}"}
    body = {"workspace": "default", "files": {"main.tf": text}}
    took: list[float] = []
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60) as api:
        for _ in range(6):
            (await api.post("/api/v1/runs", json=body)).raise_for_status()
        while (await api.get("/api/v1/runs?status=planning&status=plan_queued")).json()["runs"]:
            took += await calls(server.url, "run_list", {"limit": 5}, 0.5, connections=1)
    return took


def newest(server: Server) -> str:
    """Return the id of the newest run."""
    headers = {"Authorization": f"Bearer {server.token()}"}
    return httpx2.get(f"{server.url}/api/v1/runs", headers=headers).json()["runs"][0]["id"]


BENCHES: dict[str, Callable[[], None]] = {
    "start": bench_start,
    "plan": bench_plan,
    "read": bench_read,
    "plans": bench_plans,
    "scans": bench_scans,
}


def main() -> int:
    """Run the benches that were named, or all; the code is 1 where a budget was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=", ".join(BENCHES))
    wanted = parser.parse_args().benches or list(BENCHES)
    if unknown := [name for name in wanted if name not in BENCHES]:
        parser.error(f"there is no bench {unknown[0]}; there are {', '.join(BENCHES)}")
    version = subprocess.run(["uname", "-sm"], capture_output=True, encoding="utf-8", check=False)
    print(f"Python {sys.version.split()[0]}, {version.stdout.strip()}")
    for name in wanted:
        BENCHES[name]()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
