"""TEMPORARY until p-graph merges."""

from typing import Any


class References:
    def attributes(self, block: str) -> dict[str, tuple[str, ...]]:
        return {}


def references_of(configuration: Any, clean: Any) -> References:
    return References()


def config_address(module: str, type_: str, name: str, mode: str) -> str:
    import re

    module = re.sub(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]', "", module)
    own = f"data.{type_}.{name}" if mode == "data" else f"{type_}.{name}"
    return f"{module}.{own}" if module else own
