"""The review as Markdown: the important part is always there, hostile text is text, sizes hold."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.cli.lines import Paper
from sekisho.cli.plan_screens import PlanScreen
from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import ResourceChange, Side, ValueChange
from sekisho.domain.text import Language, plain
from sekisho.views.plan_documents import DocumentAsk, PlanDocument, document_of, masked
from sekisho.views.plan_markdown import CAP, markdown_of, markdown_shown
from sekisho_client.terminal import width
from tests.faces.consoles import change
from tests.faces.house import build
from tests.faces.markdown_shape import blocks, complaints, fences
from tests.faces.plan_reviews import GOLDEN, a_reading, golden_reviews, reasons, reviewed
from tests.fakes.readings import read_whole
from tests.unit.test_cli_lines import COLOUR, COMMANDS
from tests.unit.test_markdown_escapes import HOSTILE

HUGE = 10_000
KEPT = {"language", "part", "action", "sign", "key", "note", "review_url"}
"""Fields that the document is shaped by; they are never text from outside."""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> PlanDocument:
    house = build(tmp_path_factory.mktemp("house"))
    return masked(document_of(house.engine, reviewed(house).id, DocumentAsk("ja")))


def test_reviews_are_as_people_last_read_them(tmp_path: Path):
    for name, text in golden_reviews(tmp_path).items():
        kept = (GOLDEN / name).read_text(encoding="utf-8")
        assert text == kept, f"{name}: python -m tests.faces.plan_reviews writes it again"


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path):
    texts: list[str] = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        house = build(tmp_path / name)
        texts.append(markdown_shown(house.engine, reviewed(house).id, DocumentAsk("ja")))
    assert texts[0] == texts[1]


def filled(value: Any, text: str, key: str = "") -> Any:
    """Put a text in the place of every text that may come from outside."""
    if key in KEPT:
        return value
    if isinstance(value, str):
        return f"x{text}"
    if isinstance(value, dict):
        if key == "labels":
            return {f"x{text}": f"x{text}"}
        return {k: filled(v, text, k) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, text, key) for v in value]
    return value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(HOSTILE)
def test_hostile_text_anywhere_in_a_review_changes_nothing_but_words(
    document: PlanDocument, text: str
):
    benign = PlanDocument.model_validate(filled(document.model_dump(), "y"))
    hostile = PlanDocument.model_validate(filled(document.model_dump(), text))
    written = markdown_of(hostile, hostile.changes)
    assert blocks(written) == blocks(markdown_of(benign, benign.changes))
    url = document.review.review_url if document.review else None
    assert complaints(written, url or "") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(HOSTILE)
def test_hostile_text_in_a_plan_is_text_in_its_review(tmp_path: Path, text: str):
    word = plain(f"x{text}")
    found = change(
        "a_b.c",
        Action.UPDATE,
        ValueChange(word, word, [word], side=Side.BOTH),
        ValueChange("lines", f"{text}\n{text}", f"{text}\n{word}\n"),
        address=word,
        block=word,
        previous_address=word,
        importing=True,
        import_id=word,
        deposed=word,
        risk=Risk.DANGEROUS,
        why=reasons("forced_by", paths=word),
    )
    house = build(tmp_path)
    run = reviewed(house, a_reading((found, found)))
    for numbers in ((), (0,)):
        page = masked(document_of(house.engine, run.id, DocumentAsk("en", numbers=numbers)))
        url = page.review.review_url if page.review else None
        assert complaints(markdown_of(page, page.changes), url or "") == []


def many(count: int, **more: Any) -> tuple[ResourceChange, ...]:
    """Changes that are all different, with long values."""
    return tuple(
        change(
            f"aws_instance.web[{i}]",
            Action.UPDATE,
            *(ValueChange(f"tags.t{n}", "a" * 300, f"{i}-{n}") for n in range(6)),
            **more,
        )
        for i in range(count)
    )


def test_a_huge_plan_is_written_quickly_within_a_comment_and_says_what_is_left_out(tmp_path: Path):
    house = build(tmp_path)
    run = reviewed(house, a_reading(many(HUGE)))
    began = time.monotonic()
    text = markdown_shown(house.engine, run.id, DocumentAsk("en"))
    assert time.monotonic() - began < 10, "far more than it takes on a busy machine"
    assert CAP * 0.8 < len(text) <= CAP
    shown = sum(content.startswith("- tags.t0") for content in fences(text))
    assert shown > 10
    left = HUGE + 2 - shown
    assert f"Left out here for length: {left} of {HUGE + 2} changes" in text
    assert complaints(text, f"http://127.0.0.1:8321/runs/{run.id}") == []


@pytest.mark.parametrize("word", ["`|", "日本", "a" * 900])
def test_however_much_is_dangerous_everything_that_matters_is_there(tmp_path: Path, word: str):
    house = build(tmp_path)
    why = reasons("replaced", "forced_by", "snapshot_off", paths=word * 50, attribute=word * 50)
    danger = tuple(
        change(
            f"aws_db_instance.d{i}",
            Action.REPLACE,
            risk=Risk.IRREVERSIBLE,
            why=(*why, *reasons(f"r{i}")),
        )
        for i in range(300)
    )
    reading = dataclasses.replace(a_reading(danger), alarms=why, extra=(word * 30,) * 20)
    run = reviewed(house, reading)
    text = markdown_shown(house.engine, run.id, DocumentAsk("ja"))
    assert len(text) <= CAP
    for said in ("### 🚫 適用可否", "### 実行されるコード", "### 危険な変更 (300)", "### 件数"):
        assert said in text
    assert "`aws_db_instance.d0`" in text
    named = sum(f"`aws_db_instance.d{i}`" in text.split("### 件数")[0] for i in range(300))
    assert f"… 他 {300 - named} 件" in text
    assert "### 変更の概要 (300)" in text
    assert "sekisho plan show" in text


def test_a_change_that_is_longer_than_the_room_is_cut_and_counted(tmp_path: Path):
    house = build(tmp_path)
    values = tuple(ValueChange(f"v{i:03}", "x" * 1500, "y" * 1500) for i in range(300))
    long = change("aws_instance.long", Action.UPDATE, *values)
    short = change("aws_instance.short", Action.UPDATE, ValueChange("a", 1, 2))
    run = reviewed(house, a_reading((long, short)))
    text = markdown_shown(house.engine, run.id, DocumentAsk("en"))
    assert len(text) < CAP
    assert "more lines of the difference" in text
    assert "<code>~ aws_instance.short</code>" in text
    page = document_of(house.engine, run.id, DocumentAsk("en", numbers=(0,)))
    assert len(page.changes[0].leaves) + page.changes[0].leaves_left_out == 300


def test_chosen_changes_that_do_not_fit_are_counted_too(tmp_path: Path):
    house = build(tmp_path)
    values = tuple(ValueChange(f"v{i:03}", "x" * 1500, "y" * 1500) for i in range(10))
    changes = tuple(
        change(f"a_b.c{i}", Action.UPDATE, *values, ValueChange("n", 0, i)) for i in range(50)
    )
    run = reviewed(house, a_reading(changes))
    page = document_of(house.engine, run.id, DocumentAsk("en", numbers=tuple(range(50))))
    text = markdown_of(page, page.changes)
    shown = text.count("<details>")
    assert 1 < shown < 50
    assert f"Left out here for length: {50 - shown} of 50 changes" in text


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), HOSTILE)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(HOSTILE, inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.one_of(st.none(), st.dictionaries(HOSTILE, VALUES, max_size=4))
MASKS = st.one_of(st.booleans(), st.dictionaries(HOSTILE, st.booleans(), max_size=3))
ACTIONS = (["create"], ["update"], ["delete"], ["delete", "create"], ["no-op"], ["x"])
CHANGES = st.fixed_dictionaries(
    {
        "before": OBJECTS,
        "after": OBJECTS,
        "after_unknown": MASKS,
        "before_sensitive": MASKS,
        "after_sensitive": MASKS,
        "actions": st.sampled_from(ACTIONS),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(CHANGES, min_size=1, max_size=3), HOSTILE)
def test_no_plan_breaks_a_review(tmp_path: Path, found: list[dict[str, Any]], name: str):
    resources = [
        {"address": f"a.{name}{i}", "mode": "managed", "type": "a", "name": name, "change": made}
        for i, made in enumerate(found)
    ]
    outputs = {f"o{i}{name}": made for i, made in enumerate(found)}
    plan = {
        "format_version": "1.2",
        "resource_changes": resources,
        "resource_drift": resources,
        "output_changes": outputs,
    }
    house = build(tmp_path)
    run = reviewed(house, read_whole(plan))
    languages: tuple[Language, ...] = ("en", "ja")
    for language in languages:
        page = masked(document_of(house.engine, run.id, DocumentAsk(language)))
        text = markdown_of(page, page.changes)
        assert complaints(text, f"http://127.0.0.1:8321/runs/{run.id}") == []
        screen = PlanScreen(page, Paper(60, colour=True))
        for line in (*screen.review(), *screen.full(page.changes)):
            bare = COLOUR.sub("", line)
            assert width(bare) <= 60
            assert not COMMANDS.search(bare)
