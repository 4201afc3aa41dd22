"""Every story, by name."""

from tools.plan_fixtures import changes, plans, values

STORIES = (*values.STORIES, *changes.STORIES, *plans.STORIES)
