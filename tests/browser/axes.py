"""axe-core on a page: which rules of accessibility it breaks."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.installs.folders import CACHE
from tests.installs.node import npm_packages

_SOURCE = Path(__file__).resolve().parent / "axe"
GRAVE = ("serious", "critical")


@functools.cache
def script() -> str:
    """Return axe-core, installed on first use (how it is pinned: `tests/installs/node.py`)."""
    folder = npm_packages(_SOURCE, CACHE / "axe")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def faults(page: Page) -> list[str]:
    """Run every rule on the page as it stands; return what is grave, each with where."""
    # Evaluated, not put into the page: the console's policy lets no other script in.
    page.evaluate(script())
    report: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert report["passes"], "axe looked at nothing"
    return [
        f"{found['id']}: {found['help']}: {[n['target'] for n in found['nodes'][:3]]}"
        f" {found['nodes'][0].get('failureSummary', '')}"
        for found in report["violations"]
        if found["impact"] in GRAVE
    ]
