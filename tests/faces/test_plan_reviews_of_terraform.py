"""Reviews of every plan that real Terraform made for the contract's cases: whole and inert."""

import re
from pathlib import Path

import pytest

from sekisho.cli.lines import Paper
from sekisho.cli.plan_screens import PlanScreen
from sekisho.domain.plan_changes import Part
from sekisho.domain.text import Language
from sekisho.views.plan_documents import DocumentAsk, document_of, masked
from sekisho.views.plan_markdown import CAP, markdown_shown
from sekisho_client.terminal import width
from tests import plan_fixtures
from tests.faces.house import House, build
from tests.faces.markdown_shape import complaints
from tests.faces.plan_reviews import reviewed
from tests.unit.test_cli_lines import COLOUR, COMMANDS

SECRET = re.compile(r"himitsu[\w-]*", re.IGNORECASE)
"""Every secret that is planted in these plans begins so."""
LANGUAGES: tuple[Language, ...] = ("en", "ja")


def reviews_of(house: House, run_id: str, language: Language) -> dict[str, str]:
    """Write a review in every way."""
    page = masked(document_of(house.engine, run_id, DocumentAsk(language, each=True)))
    screen = PlanScreen(page, Paper(80, colour=True), folds=False)
    return {
        "json": page.model_dump_json(),
        "markdown": markdown_shown(house.engine, run_id, DocumentAsk(language)),
        "screen": "\n".join([*screen.review(), *screen.full(page.changes)]),
    }


@pytest.mark.parametrize("name", plan_fixtures.names())
def test_a_plan_of_terraform_is_reviewed_whole(name: str, tmp_path: Path):
    house = build(tmp_path)
    reading = plan_fixtures.read(name).reading
    run = reviewed(house, reading)
    page = document_of(house.engine, run.id, DocumentAsk("ja", each=True))
    parts = [c.part for c in page.changes]
    assert parts.count(Part.CHANGE) == len(reading.changes)
    assert parts.count(Part.DRIFT) == len(reading.drift)
    assert parts.count(Part.DEFERRED) == len(reading.deferred)
    assert page.review
    assert page.review.dangers_count == len(reading.destructive)
    for change in page.changes:
        whole = house.engine.plans.changes(run.id, [change.number])[0]
        assert len(change.leaves) == len(whole.values)


@pytest.mark.parametrize("name", plan_fixtures.names())
def test_a_review_of_it_is_inert_and_hides_what_its_reading_hid(name: str, tmp_path: Path):
    house = build(tmp_path)
    reading = plan_fixtures.read(name).reading
    run = reviewed(house, reading)
    for language in LANGUAGES:
        said = reviews_of(house, run.id, language)
        assert len(said["markdown"]) <= CAP
        assert complaints(said["markdown"], f"http://127.0.0.1:8321/runs/{run.id}") == []
        for line in COLOUR.sub("", said["screen"]).split("\n"):
            assert width(line) <= 80
            assert not COMMANDS.search(line)
        for text in said.values():
            assert set(SECRET.findall(text)) <= set(SECRET.findall(repr(reading)))
