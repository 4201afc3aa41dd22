"""Our counts against the `Plan:` line that Terraform itself printed of the same plan."""

from __future__ import annotations

import pytest

from sekisho.views.plan_line import plan_line
from tests.plan_fixtures import PLANS, made, names, read

COUNTED = names("counts-*")
GENUINE = [n for n in names("case*") if not made(n)["hand_edited"] and made(n)["plan_line"]]


def test_thirty_plans_are_generated_and_five_made_by_hand():
    assert len(names("counts-gen-*")) == 30
    assert len(names("counts-hand-*")) == 5


@pytest.mark.parametrize("name", COUNTED)
def test_our_counts_say_what_terraform_printed(name: str):
    text = (PLANS / f"{name}.json").read_text(encoding="utf-8")
    assert "Plan:" not in text, "its own line would be given away"
    assert "change_summary" not in text
    printed = made(name)
    assert plan_line(read(name).reading.counts) == printed["plan_line"]
    assert printed["plan_line"] == printed["change_summary"]


@pytest.mark.parametrize("name", GENUINE)
def test_our_counts_of_the_cases_say_what_terraform_printed(name: str):
    assert plan_line(read(name).reading.counts) == made(name)["plan_line"]


def test_what_is_counted_is_varied():
    seen = [read(name).reading.counts for name in COUNTED]
    for kind in ("add", "change", "destroy", "replace", "importing", "move", "forget", "actions"):
        assert len({getattr(counts, kind) for counts in seen}) > 2, kind
