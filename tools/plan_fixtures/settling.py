"""Takes what is random out of a state, so that a plan made from it is the same on every machine.

The plan JSON itself is never touched for it: Terraform plans from the settled state.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_RANDOM_IDS = ("terraform_data", "null_resource", "sim_thing")
_NAMESPACE = uuid.UUID(int=0)
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
FIXED = "2026-01-01T00:00:00Z"


def settle(folder: Path, things: Path) -> None:
    """Name random ids, deposed keys and moments after what they belong to, in state and things."""
    path = folder / "terraform.tfstate"
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    for old, new in dict(_names(json.loads(text))).items():
        text = text.replace(json.dumps(old), json.dumps(new))
        if (things / old).exists():
            thing = (things / old).read_text(encoding="utf-8")
            (things / old).unlink()
            (things / new).write_text(thing.replace(old, new), encoding="utf-8")
    path.write_text(_MOMENT.sub(FIXED, text), encoding="utf-8")


def _names(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is random and what it becomes."""
    for resource in state["resources"]:
        for instance in resource["instances"]:
            deposed = instance.get("deposed")
            place = [resource.get("module", ""), resource["type"], resource["name"]]
            key = json.dumps([*place, instance.get("index_key"), bool(deposed)])
            if deposed:
                yield deposed, hashlib.sha256(key.encode()).hexdigest()[:8]
            attributes = instance.get("attributes") or {}
            if resource["type"] in _RANDOM_IDS and isinstance(attributes.get("id"), str):
                yield attributes["id"], _id(resource["type"], key)
            if resource["type"] == "sim_thing":
                for name in ("started_at", "finished_at"):
                    if attributes.get(name):
                        yield attributes[name], "1767225600.000000"


def _id(kind: str, key: str) -> str:
    if kind == "terraform_data":
        return str(uuid.uuid5(_NAMESPACE, key))
    digest = hashlib.sha256(key.encode()).hexdigest()
    return str(int(digest[:15], 16)) if kind == "null_resource" else digest[:8]
