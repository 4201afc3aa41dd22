"""What `init` really installed: sources that modules brought along, and what stands in them."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from sekisho.domain.inspections import Finding, FindingKind
from sekisho.terraform.files import is_regular, read_small

_MANIFEST = "modules.json"
_PROVIDER = re.compile(r'^provider "([^"\n]+)" \{', re.MULTILINE)
_LOCK = ".terraform.lock.hcl"
_LOCAL = ("./", "../")


def providers_in(lock_file: Path) -> Iterator[Finding]:
    """Find the providers that were locked: also those that no file names."""
    if is_regular(lock_file):
        text = read_small(lock_file).decode(errors="replace")
        for address in _PROVIDER.findall(text):
            yield Finding(_LOCK, 0, FindingKind.PROVIDER_SOURCE, address, address)


def providers_under(folder: Path) -> Iterator[Finding]:
    """Find the providers that lie there, however a lock file may be written."""
    for place in sorted(folder.glob("*/*/*")):
        address = place.relative_to(folder).as_posix()
        yield Finding(_LOCK, 0, FindingKind.PROVIDER_SOURCE, address, address)


def fetched(key: str, source: str) -> Finding:
    """Say where a module came from."""
    return Finding(_MANIFEST, 0, FindingKind.MODULE_SOURCE, f"module.{key}"[:200], source[:200])


def modules_in(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield (key, source, folder) of modules that were fetched. Raises ValueError, OSError."""
    manifest = folder / _MANIFEST
    if not os.path.lexists(manifest):
        return
    # What ran in `init` could have put a link or a pipe there.
    entries: list[dict[str, Any]] = json.loads(read_small(manifest)).get("Modules") or []
    for entry in entries:
        source = cast("str", entry.get("Source") or "")
        if source and source not in (".", "..") and not source.startswith(_LOCAL):
            key = cast("str", entry.get("Key") or "")
            # TF_DATA_DIR lies beside the configuration: the folder is named from there.
            name = Path(cast("str", entry["Dir"])).parts
            below = name[name.index("modules") + 1 :] if "modules" in name else ()
            if ".." in below:
                raise ValueError(key)
            yield key, source, folder.joinpath(*below)
