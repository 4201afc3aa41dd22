"""The fixtures of plan JSON are what the tool makes of the stories, and say how they were made."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.plan_fixtures.kiln import Kiln
from tools.plan_fixtures.stories import STORIES

from tests.plan_fixtures import PLANS, load, made, names
from tests.providers.make_mirror import Mirror

BY_NAME = {story.name: story for story in STORIES}


def test_every_story_has_its_fixture_and_every_fixture_its_story():
    assert len(BY_NAME) == len(STORIES)
    assert sorted(BY_NAME) == names()
    assert {p.name for p in PLANS.iterdir()} == {
        "README.md",
        *(f"{name}.json" for name in BY_NAME),
        *(f"{name}.made.json" for name in BY_NAME),
    }


@pytest.mark.parametrize("name", names())
def test_a_fixture_tells_how_it_was_made(name: str):
    story, told, plan = BY_NAME[name], made(name), load(name)
    assert told["planned"] == story.planned
    assert [(s["files"], s["fails"]) for s in told["applied"]] == [
        (s.files, s.fails) for s in story.applied
    ]
    assert (told["options"], told["world"]) == (list(story.options), story.world)
    assert told["terraform"] == plan["terraform_version"]
    assert told["hand_edited"] == story.edited
    assert bool(story.edit) == bool(story.edited)
    assert told["about"]
    assert told["commands"][-1] == "terraform show -json plan.bin"


def test_all_numbered_cases_have_a_fixture():
    assert {name[:6] for name in names("case*")} == {f"case{n:02}" for n in range(1, 14)}


def test_fixtures_are_small():
    assert max(p.stat().st_size for p in PLANS.iterdir()) < 200_000
    assert sum(p.stat().st_size for p in PLANS.iterdir()) < 3_000_000


@pytest.mark.long
@pytest.mark.mirror
@pytest.mark.parametrize("name", ["case10-errored-1-15", "case09-import-identity"])
def test_made_again_a_fixture_is_the_same(name: str, provider_mirror: Mirror, tmp_path: Path):
    """With the Terraform that the engine extra pins: what is on PATH differs among machines."""
    assert provider_mirror.folder.is_dir()
    Kiln(tmp_path / "kiln").make(BY_NAME[name], tmp_path / "goal")
    for file in (f"{name}.json", f"{name}.made.json"):
        again = (tmp_path / "goal" / file).read_text(encoding="utf-8")
        assert again == (PLANS / file).read_text(encoding="utf-8")
