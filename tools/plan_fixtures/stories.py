"""Every story, by name."""

from tools.plan_fixtures import changes, counted, generated, plans, values

STORIES = (
    *values.STORIES,
    *changes.STORIES,
    *plans.STORIES,
    *generated.STORIES,
    *counted.STORIES,
)
