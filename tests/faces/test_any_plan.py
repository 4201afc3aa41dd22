"""No plan breaks a face that renders it; the same plan gives the same bytes on every one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from sekisho.cli.lines import Paper
from sekisho.cli.plan_screens import PlanScreen
from sekisho.domain.plan_changes import Part
from sekisho.domain.plan_filters import ChangeFilter
from sekisho.domain.text import Language
from sekisho.views.plan_documents import DocumentAsk, document_of, masked
from sekisho.views.plan_markdown import markdown_of
from sekisho.views.plan_reading import (
    change_shown,
    changes_shown,
    comparison_shown,
    explanation_shown,
    plan_shown,
)
from sekisho.views.view import View
from tests.bpe import count
from tests.faces.consoles import a_review, browser
from tests.faces.house import House, build
from tests.fakes.readings import read_whole
from tests.plan_strategies import PLANS

LANGUAGES: tuple[Language, ...] = ("en", "ja")
SUMMARY, DETAIL = 1500, 4000
"""Tokens of an answer, text and structured content together."""
SECRETS = re.compile(r'name="csrf" value="[^"]*"')


def for_agents(house: House, run_id: str, other: str) -> Iterator[View]:
    """Everything that a tool may answer about a plan."""
    engine = house.engine
    yield plan_shown(engine, run_id)
    for part in Part:
        yield changes_shown(engine, run_id, ChangeFilter(part=part), 0, 50)
    yield explanation_shown(engine, run_id)
    yield comparison_shown(engine, run_id, other)
    for row in engine.plans.reading(run_id).rows:
        yield change_shown(engine, run_id, f"#{row.number}", [], 0)
        yield explanation_shown(engine, run_id, f"#{row.number}")


def for_people(house: House, run_id: str) -> Iterator[str]:
    """Everything that a person may look at."""
    for language in LANGUAGES:
        page = masked(document_of(house.engine, run_id, DocumentAsk(language)))
        yield markdown_of(page, page.changes)
        screen = PlanScreen(page, Paper(80, colour=False))
        yield "\n".join([*screen.review(), *screen.full(page.changes)])
        with browser(house, language) as client:
            for path in (f"/runs/{run_id}", f"/runs/{run_id}/evidence"):
                answer = client.get(path)
                assert answer.status_code == 200, path
                yield SECRETS.sub("", answer.text)


@pytest.mark.long
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(PLANS)
def test_any_plan_is_shown_on_every_face_and_twice_the_same(plan: dict[str, Any]):
    shown: list[list[str]] = []
    for _ in range(2):
        with TemporaryDirectory() as folder:
            house = build(Path(folder))
            other, run = (a_review(house, reading=read_whole(plan)) for _ in range(2))
            views = list(for_agents(house, run.id, other.id))
            words = [v.spoken() + json.dumps(v.structured(), ensure_ascii=False) for v in views]
            assert count(words[0]) <= SUMMARY
            assert max(map(count, words)) <= DETAIL
            shown.append([*words, *for_people(house, run.id)])
    assert shown[0] == shown[1]
