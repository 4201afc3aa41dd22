# pyright: reportMissingImports=false
"""The Terraform provider acme/sim: slow, failing and secret-bearing resources, for tests.

    provider "sim" {
      data_dir = "FOLDER"     # where the things are: one file each, named by id
    }

    resource "sim_thing" "one" {
      name   = "a"            # a new name is a new thing
      secret = "s3cret"       # optional, sensitive
      delay  = 0.1            # optional: seconds that creating, updating and deleting take
      fail   = true           # optional: creating and updating end with AccessDenied
      round  = 2              # optional: another one updates in place
    }

`started_at` and `finished_at` say when the thing was last created or updated: seconds since 1970,
as text, with microseconds. Beside the data folder, FOLDER.journal.jsonl gets one line when an
operation ends: op, name, id, started_at, finished_at, pid, outcome. Who was at work when is there.
FOLDER.begun is there as soon as a first operation began: Terraform says "Creating..." before that.

It stops as the big providers do: a request to stop lets what is under way finish, SIGINT to the
process group is Terraform's affair, and after Terraform's death it ends what it began, then leaves.

Runs on the package `tf`, in the interpreter that make_mirror.py gives it.
"""

import contextlib
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tf import runner
from tf.iface import Provider, Resource
from tf.schema import Attribute, Schema
from tf.types import Bool, Number, String, Unknown

State = dict[str, Any]
TIMES = ("started_at", "finished_at")

_under_way: set[int] = set()


def now() -> str:
    """The time as text: as a Terraform number it would show binary noise."""
    return f"{time.time():.6f}"


class Operation:
    """One create, update or delete."""

    def __init__(self, thing: State) -> None:
        self.id: str | None = None
        self.times = dict.fromkeys(TIMES, now())
        self._delay = float(thing["delay"] or 0)  # Terraform sends 0.1 as text

    def wait(self) -> None:
        time.sleep(self._delay)
        self.times["finished_at"] = now()


class Thing(Resource):
    """A file that Terraform believes to be infrastructure."""

    def __init__(self, provider: "Sim") -> None:
        self._provider = provider

    @classmethod
    def get_name(cls) -> str:
        return "thing"

    @classmethod
    def get_schema(cls) -> Schema:
        return Schema(
            version=0,
            attributes=[
                Attribute("id", String(), computed=True),
                Attribute("name", String(), required=True, requires_replace=True),
                Attribute("secret", String(), optional=True, sensitive=True),
                Attribute("delay", Number(), optional=True),
                Attribute("fail", Bool(), optional=True),
                Attribute("round", Number(), optional=True),
                *(Attribute(name, String(), computed=True) for name in TIMES),
            ],
        )

    def plan(self, ctx: Any, current: State | None, planned: State) -> State:
        """An update is a new operation: its times are not known yet."""
        return {**planned, **dict.fromkeys(TIMES, Unknown)} if ctx.changed_fields else planned

    def create(self, ctx: Any, planned: State) -> State | None:
        return self._written(ctx, "create", planned, uuid.uuid4().hex[:8])

    def read(self, ctx: Any, current: State) -> State | None:
        path = self._path(current["id"])
        if not path.exists():
            return None
        return {**current, **json.loads(path.read_text(encoding="utf-8"))}

    def update(self, ctx: Any, current: State, planned: State) -> State:
        return self._written(ctx, "update", planned, current["id"]) or current

    def delete(self, ctx: Any, current: State) -> None:
        with self._journaled("delete", current) as operation:
            operation.wait()
            self._path(current["id"]).unlink(missing_ok=True)
            operation.id = current["id"]

    def import_(self, ctx: Any, id: str) -> State | None:
        return self.read(ctx, {"id": id, **dict.fromkeys(TIMES)})

    def _written(self, ctx: Any, op: str, planned: State, id: str) -> State | None:
        with self._journaled(op, planned) as operation:
            operation.wait()
            if planned["fail"]:
                ctx.diagnostics.add_error("AccessDenied simulated", "acme/sim was told to fail")
                return None
            operation.id = id
            thing = {name: planned[name] for name in planned if name not in TIMES} | {"id": id}
            path = self._path(id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(thing), encoding="utf-8")
            return {**thing, **operation.times}

    @contextlib.contextmanager
    def _journaled(self, op: str, thing: State) -> Iterator[Operation]:
        operation = Operation(thing)
        _under_way.add(id(operation))
        self._beside("begun").touch()
        try:
            yield operation
            outcome = "ok" if operation.id else "failed"
            facts = {"op": op, "name": thing["name"], "id": operation.id, **operation.times}
            self._append({**facts, "pid": os.getpid(), "outcome": outcome})
        finally:
            _under_way.discard(id(operation))

    def _append(self, facts: State) -> None:
        """Add a line in a single write, so that lines of several processes never mix."""
        path = self._beside("journal.jsonl")
        journal = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            os.write(journal, json.dumps(facts).encode() + b"\n")
        finally:
            os.close(journal)

    def _beside(self, name: str) -> Path:
        folder = self._provider.data_dir
        folder.parent.mkdir(parents=True, exist_ok=True)
        return folder.with_name(f"{folder.name}.{name}")

    def _path(self, id: str) -> Path:
        return self._provider.data_dir / id


class Sim(Provider):
    """The provider: it knows where its things are."""

    data_dir = Path("-")

    def full_name(self) -> str:
        return "registry.terraform.io/acme/sim"

    def get_model_prefix(self) -> str:
        return "sim_"

    def get_provider_schema(self, diags: Any) -> Schema:
        return Schema(version=0, attributes=[Attribute("data_dir", String(), required=True)])

    def validate_config(self, diags: Any, config: State) -> None:
        """Take any: a missing `data_dir` is Terraform's to refuse."""

    def configure_provider(self, diags: Any, config: State) -> None:
        self.data_dir = Path(config["data_dir"])

    def get_resources(self) -> list[type[Thing]]:
        return [Thing]

    def get_data_sources(self) -> list[Any]:
        return []


class FinishFirst(runner._ShutdownInterceptor):
    """`tf` cuts off what is under way when Terraform asks it to stop; this one does not."""

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        if handler_call_details.method.endswith("/StopProvider"):
            return continuation(handler_call_details)
        return super().intercept_service(continuation, handler_call_details)


def leave_when_orphaned() -> None:
    """Without Terraform nobody says goodbye: leave when the last operation has ended."""
    terraform = os.getppid()
    while os.getppid() == terraform or _under_way:
        time.sleep(0.2)
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=leave_when_orphaned, daemon=True).start()
    runner._ShutdownInterceptor = FinishFirst
    runner.run_provider(Sim())
