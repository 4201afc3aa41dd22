"""Tables of attacks: a few rows run on every change, the breadth of them with the long tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def broad(*rows: Any, quick: Sequence[int] = (0, 1)) -> list[Any]:
    """Return the rows, those whose places `quick` does not name marked long."""
    assert all(place < len(rows) for place in quick)
    return [row if n in quick else _long(row) for n, row in enumerate(rows)]


def _long(row: Any) -> Any:
    values = row if isinstance(row, tuple) else (row,)
    return pytest.param(*values, marks=pytest.mark.long)
