"""How long the answers of our tools are, in tokens, for one plan: all that an agent may ask."""

import dataclasses
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from mcp import Client
from tests.bpe import count
from tests.faces.house import CONSOLE, build
from tests.fakes.readings import put_reading

from sekisho.domain.plans import PlanReading
from sekisho.mcp_server.call import FaceOptions
from sekisho.mcp_server.server import build_server

SUMMARY, DRILL = 1500, 4000


@dataclasses.dataclass(frozen=True)
class Planned:
    """A run that was planned: what an agent can name when it asks."""

    run_id: str
    addresses: tuple[str, ...]
    before: str

    def pages(self) -> Iterator[dict[str, Any]]:
        """Ask for rows by pages: the first, one in the middle, the last; and by risk."""
        total = len(self.addresses)
        yield {}
        yield from ({"cursor": place} for place in {total // 2, total - 1} if place)
        yield {"risk": ["irreversible", "dangerous"]}

    def sections(self) -> Iterator[dict[str, Any]]:
        """Ask for the parts of the summary in full."""
        yield from ({"section": s} for s in ("code", "outputs", "checks", "actions"))

    def earlier(self) -> Iterator[dict[str, Any]]:
        """Ask for what another plan did differently."""
        yield {"with_run": self.before}

    def singles(self) -> Iterator[dict[str, Any]]:
        """Ask for single resources, over the whole plan."""
        step = max(len(self.addresses) // 25, 1)
        yield from ({"address": address} for address in self.addresses[::step])

    def plain(self) -> Iterator[dict[str, Any]]:
        """Ask with the run's id alone."""
        yield {}


Asking = Callable[[Planned], Iterator[dict[str, Any]]]
ASKED: tuple[tuple[str, int, Asking], ...] = (
    ("plan_get", SUMMARY, Planned.plain),
    ("plan_get", DRILL, Planned.sections),
    ("plan_changes", DRILL, Planned.pages),
    ("plan_change", DRILL, Planned.singles),
    ("plan_explain", DRILL, Planned.plain),
    ("plan_explain", DRILL, Planned.singles),
    ("plan_compare", DRILL, Planned.earlier),
    ("run_log", DRILL, Planned.plain),
)
"""Each tool, its budget, and what it is asked. A new tool on plans is one more row."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer: which tool, asked what, its budget, and its tokens, text and JSON together."""

    tool: str
    asked: str
    budget: int
    tokens: int
    refused: str = ""


async def answers(reading: PlanReading, addresses: tuple[str, ...]) -> AsyncIterator[Answer]:
    """Ask the real server, in memory, for everything in `ASKED` about one plan."""
    with tempfile.TemporaryDirectory() as folder:
        house = build(Path(folder))
        before, run = house.planned(), house.planned()
        half = dataclasses.replace(reading, changes=reading.changes[::2])
        put_reading(house.store, before.id, half)
        put_reading(house.store, run.id, reading)
        server = build_server(house.engine, FaceOptions(version="1.2.3", base_url=CONSOLE))
        planned = Planned(run.id, addresses, before.id)
        async with Client(server) as client:
            for tool, budget, asking in ASKED:
                for words in asking(planned):
                    told = json.dumps(words, ensure_ascii=False)[:80]
                    result = await client.call_tool(tool, {"run_id": run.id, **words})
                    text = "".join(getattr(part, "text", "") for part in result.content)
                    form = result.structured_content
                    whole = text + json.dumps(form, ensure_ascii=False, separators=(",", ":"))
                    refused = text[:100] if result.is_error else ""
                    yield Answer(tool, told, budget, count(whole), refused)
