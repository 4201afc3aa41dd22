"""A model on loopback, for clients that only call tools where a model says so.

It speaks Anthropic's and Google's HTTP forms, streamed or not. It asks for the tools that its
script names, one after the other, then says that it is done. What the client sends it is kept:
that is what a model reads of our server.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.clients.outside import listening

Step = tuple[str, dict[str, Any]]
"""A tool, by the name that the client gives it, and its arguments."""
Writing = Callable[[Step | None], Any]


class Model:
    """The script, and what was said to the model: one request a turn."""

    def __init__(self, *script: Step) -> None:
        self.script = script
        self.heard: list[dict[str, Any]] = []
        self.address = ""

    def next_step(self, answered: int) -> Step | None:
        """Return the step after `answered` results."""
        return self.script[answered] if answered < len(self.script) else None

    def last(self) -> str:
        """Return the last request as text, with Japanese as it is."""
        return json.dumps(self.heard[-1], ensure_ascii=False)


@contextlib.contextmanager
def thinking(model: Model) -> Iterator[Model]:
    """Let the model answer."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            asked = json.loads(self.rfile.read(length))
            google = ":" in self.path
            if asked.get("tools"):  # clients ask other things too: a title, whether it is safe
                model.heard.append(asked)
            count, events = (_google if google else _anthropic)(asked)
            step = model.next_step(count) if asked.get("tools") else None
            streamed = asked.get("stream") or "streamGenerateContent" in self.path
            self._send(events(step), streamed)

        def _send(self, events: list[dict[str, Any]], streamed: bool) -> None:
            if streamed:
                body = "".join(_told(event) for event in events)
            else:
                body = json.dumps(events[0].get("message", events[0]))
            data = body.encode()
            self.send_response(200)
            kind = "text/event-stream" if streamed else "application/json"
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
            """Say nothing: `heard` is the log."""

    with listening(Answering) as model.address:
        yield model


def _told(event: dict[str, Any]) -> str:
    """Return one event of a stream; Google's have no names, and its client takes none."""
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n"


def _anthropic(asked: dict[str, Any]) -> tuple[int, Writing]:
    """Return how many results the model has, and how it answers."""
    parts = [p for m in asked["messages"] if isinstance(m["content"], list) for p in m["content"]]
    count = sum(part.get("type") == "tool_result" for part in parts)

    def events(step: Step | None) -> list[dict[str, Any]]:
        if step:
            name, arguments = step
            block = {"type": "tool_use", "id": f"toolu_{count}", "name": name, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
        else:
            block = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": "done"}
        message = {
            "id": f"msg_{count}",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        stop = {"stop_reason": "tool_use" if step else "end_turn", "stop_sequence": None}
        return [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        ]

    return count, events


def _google(asked: dict[str, Any]) -> tuple[int, Writing]:
    """Return the same in Google's form."""
    parts = [p for c in asked["contents"] for p in c.get("parts", [])]
    count = sum("functionResponse" in part for part in parts)

    def events(step: Step | None) -> list[dict[str, Any]]:
        part = {"functionCall": {"name": step[0], "args": step[1]}} if step else {"text": "done"}
        content = {"role": "model", "parts": [part]}
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        candidate = {"index": 0, "content": content, "finishReason": "STOP"}
        return [{"candidates": [candidate], "usageMetadata": usage}]

    return count, events
