# pyright: reportMissingImports=false
"""The Terraform provider acme/sim: slow, failing and secret-bearing resources, for tests.

    provider "sim" {
      data_dir = "FOLDER"     # where the things are: one file each, named by id
    }

    resource "sim_thing" "one" {
      name   = "a"            # a new name is a new thing
      secret = "s3cret"       # optional, sensitive
      delay  = 2              # optional: seconds that creating, updating and deleting take
      fail   = true           # optional: creating and updating end with AccessDenied
    }

Runs on the package `tf`, in the interpreter that make_mirror.py gives it.
"""

import json
import time
import uuid
from pathlib import Path
from typing import Any

from tf.iface import Provider, Resource
from tf.runner import run_provider
from tf.schema import Attribute, Schema
from tf.types import Bool, Number, String

State = dict[str, Any]


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
            ],
        )

    def create(self, ctx: Any, planned: State) -> State | None:
        return self._written(ctx, {**planned, "id": uuid.uuid4().hex[:8]})

    def read(self, ctx: Any, current: State) -> State | None:
        path = self._path(current["id"])
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def update(self, ctx: Any, current: State, planned: State) -> State | None:
        return self._written(ctx, {**planned, "id": current["id"]}) or current

    def delete(self, ctx: Any, current: State) -> None:
        time.sleep(current["delay"] or 0)
        self._path(current["id"]).unlink(missing_ok=True)

    def import_(self, ctx: Any, id: str) -> State | None:
        return self.read(ctx, {"id": id})

    def _written(self, ctx: Any, thing: State) -> State | None:
        time.sleep(thing["delay"] or 0)
        if thing["fail"]:
            ctx.diagnostics.add_error("AccessDenied simulated", "acme/sim was told to fail")
            return None
        path = self._path(thing["id"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(thing), encoding="utf-8")
        return thing

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


if __name__ == "__main__":
    run_provider(Sim())
