"""What `init` really installed: sources that modules brought along, and what stands in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from sekisho.domain.inspections import Finding, FindingKind

_MANIFEST = "modules.json"
_PROVIDER = re.compile(r'^provider "([^"\n]+)" \{', re.MULTILINE)
_LOCK = ".terraform.lock.hcl"
_LOCAL = ("./", "../")


def providers_in(lock_file: Path) -> Iterator[Finding]:
    """Find the providers that were locked: also those that no file names."""
    if lock_file.is_file():
        text = lock_file.read_text(encoding="utf-8", errors="replace")
        for address in _PROVIDER.findall(text):
            yield Finding(_LOCK, 0, FindingKind.PROVIDER_SOURCE, address, address)


def fetched(key: str, source: str) -> Finding:
    """Say where a module came from."""
    return Finding(_MANIFEST, 0, FindingKind.MODULE_SOURCE, f"module.{key}"[:200], source[:200])


def modules_in(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield (key, source, folder) of modules that were fetched. Raises ValueError, OSError."""
    manifest = folder / _MANIFEST
    if not manifest.is_file():
        return
    entries: list[dict[str, Any]] = json.loads(manifest.read_bytes()).get("Modules") or []
    for entry in entries:
        source = cast("str", entry.get("Source") or "")
        if source and source not in (".", "..") and not source.startswith(_LOCAL):
            key = cast("str", entry.get("Key") or "")
            # TF_DATA_DIR lies beside the configuration: the folder is named from there.
            name = Path(cast("str", entry["Dir"])).parts
            below = name[name.index("modules") + 1 :] if "modules" in name else ()
            yield key, source, folder.joinpath(*below)
