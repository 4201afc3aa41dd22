"""A person at the server's terminal."""

import re

from sekisho.engine.engine import Engine

CODE = re.compile(r"\b([A-Z2-9]{4}-?[A-Z2-9]{4})\b")


def approve(engine: Engine, run_id: str, codes: list[str]) -> None:
    """Ask for a code, read it from what the terminal shows, approve."""
    seen = len(codes)
    seal = engine.approvals.begin(run_id, "approve")
    engine.approvals.approve(run_id, seal, read_code(codes[seen:]))


def read_code(lines: list[str]) -> str:
    for text in lines:
        for line in text.splitlines():
            found = CODE.search(line)
            if found:
                return found.group(1)
    raise AssertionError(f"no code in {lines}")
