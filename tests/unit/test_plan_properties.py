"""No plan JSON that fits the schema breaks the index; the same plan gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plan_filters import ChangeFilter
from sekisho.domain.plan_groups import groups_of, in_order
from sekisho.stores.codec import PLAN_CHANGE, PLAN_CHANGES
from sekisho.stores.disk.plan_pages import PLAN_PAGES, PlanPages, written
from sekisho.terraform.plan_json import open_plan, read_plan
from tests.fakes.readings import origin, read_whole
from tests.plan_strategies import NAMES, PLANS, VALUES

CALM = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@CALM
@given(PLANS)
def test_every_plan_that_fits_the_schema_is_read_and_kept(plan: dict[str, Any]):
    found: list[ResourceChange] = []
    reading = read_plan(plan, origin(), found.append)
    assert [c.number for c in found] == list(range(len(found)))
    assert reading.rows == tuple(c.row() for c in found)
    kept = [PLAN_CHANGE.dump_bytes(c) for c in found]
    again = PLAN_CHANGES.load(b"[" + b",".join(kept) + b"]")
    assert [PLAN_CHANGE.dump_bytes(c) for c in again] == kept
    assert repr(PLAN_CHANGES.load(written(found))) == repr(again)
    pages = PlanPages(reading, "folder", (0,), len(found), ())
    assert repr(PLAN_PAGES.load(written(pages))) == repr(PLAN_PAGES.load(PLAN_PAGES.dump(pages)))
    counts = reading.counts
    assert min(vars(counts).values()) >= 0
    assert sum(g.count for g in groups_of(reading.changes)) == len(reading.changes)
    assert in_order(ChangeFilter().apply(reading.changes)) == in_order(reading.changes)


@CALM
@given(PLANS)
def test_the_same_plan_gives_the_same_reading_from_a_file_and_from_memory(plan: dict[str, Any]):
    text = json.dumps(plan, separators=(",", ":"))
    # As a file says it: keys of an object come once, in their order.
    whole = read_whole(json.loads(text))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(text, encoding="utf-8")
        assert repr(read_whole(open_plan(path))) == repr(whole)
    assert repr(read_whole(json.loads(text))) == repr(whole)


SECRET = "Himitsu-9f3k2-no-kotoba"


@CALM
@given(VALUES, VALUES, st.lists(NAMES | st.integers(0, 3), min_size=1, max_size=3))
def test_what_a_mask_covers_is_nowhere_in_the_reading(
    before: Any, after: Any, path: list[str | int]
):
    def planted(value: Any) -> tuple[Any, Any]:
        """Put the secret at `path`, and a mask over it."""
        spot: Any = SECRET
        mask: Any = True
        for step in reversed(path):
            if isinstance(step, int):
                spot, mask = [value] * step + [spot], [False] * step + [mask]
            else:
                spot, mask = {"x": value, step: spot}, {step: mask}
        return spot, mask

    (old, old_mask), (new, new_mask) = planted(before), planted(after)
    change = {
        "actions": ["update"],
        "before": {"v": old, "copy": f"see {SECRET}"},
        "after": {"v": new, "copy": f"see {SECRET}!"},
        "before_sensitive": {"v": old_mask},
        "after_sensitive": {"v": new_mask},
    }
    resource = {"address": "a.b", "type": "a", "name": "b", "mode": "managed", "change": change}
    reading = read_whole({"format_version": "1.2", "resource_changes": [resource]})
    assert SECRET not in repr(reading)
