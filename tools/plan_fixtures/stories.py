"""Every story, by name."""

from tools.plan_fixtures import (
    addresses,
    changes,
    counted,
    generated,
    leaves,
    masks,
    outside,
    plans,
)

STORIES = (
    *masks.STORIES,
    *leaves.STORIES,
    *addresses.STORIES,
    *changes.STORIES,
    *outside.STORIES,
    *plans.STORIES,
    *generated.STORIES,
    *counted.STORIES,
)
