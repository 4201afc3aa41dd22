"""The review page says what the other faces say: names, checks, warnings and what forces."""

from __future__ import annotations

import dataclasses

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import Check
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.targets import Target
from sekisho.domain.text import Language
from sekisho.domain.workspaces import Workspace
from sekisho.views.plan_documents import DocumentAsk, document_of
from sekisho.views.plan_sections import PlanFacts, checks_of, notes_of
from tests.faces.consoles import a_review, change, rich_reading
from tests.faces.house import House
from tests.faces.review_plans import alike, small, stateful
from tests.faces.test_console import BOTH, declare, page


@BOTH
def test_dangerous_addresses_are_named_without_a_click(house: House, language: str):
    gone = tuple(
        change(f"terraform_data.n{n}", Action.DELETE, type="terraform_data") for n in range(7)
    )
    run = a_review(house, reading=rich_reading(gone))
    html = page(house, f"/runs/{run.id}", language)
    part = html.text[html.text.index("7 × terraform_data") :]
    more = part.index({"en": "and 2 more", "ja": "ほか 2 件"}[language])
    for n in range(5):
        assert part.index(f"terraform_data.n{n}") < more, "before what is folded away"
    assert more < part.index("terraform_data.n5") < part.index("terraform_data.n6")


def test_what_forces_a_replacement_comes_first_though_nobody_knows_it_yet(house: House):
    run = a_review(house, reading=alike())
    html = page(house, f"/runs/{run.id}")
    first = html.text.index('triggers_replace: "1" → …')
    assert first < html.text.index('input: "db-1"'), "on the line of the change"


@BOTH
def test_checks_say_what_failed_in_the_readers_words_and_apart_what_nobody_knows(
    house: House, language: str
):
    checks = (
        Check("check.broken", "check", "fail", ("it answered 503",)),
        Check("check.later", "check", "unknown"),
        Check("check.odd", "check", "astray"),
        Check("check.fine", "check", "pass"),
    )
    run = a_review(house, reading=dataclasses.replace(stateful(), checks=checks))
    text = page(house, f"/runs/{run.id}", language).text
    title, failed, later = {
        "en": (
            "Checks not passed 2",
            "fail check.broken",
            "Not known until apply (1): check.later",
        ),
        "ja": ("不合格のチェック 2", "不合格 check.broken", "結果が不明（1 件）: check.later"),
    }[language]
    flat = " ".join(text.split())
    for said in (title, failed, later, "astray check.odd"):
        assert said in flat, said
    assert "check.fine" not in flat
    review = document_of(house.engine, run.id, DocumentAsk("ja")).review
    assert review
    assert [c.status_words for c in review.checks] == ["不合格", "astray"]
    assert review.checks_pending == "適用まで結果が不明なチェック（1 件）: check.later"
    facts = PlanFacts(house.engine.runs.get(run.id), house.engine.plans.reading(run.id))
    assert facts.amounts["checks"] == len(list(checks_of(facts.reading))) == 2
    assert "Checks not known until apply (1): check.later." in notes_of(facts)


@BOTH
def test_the_console_warns_of_all_that_a_document_warns_of(house: House, language: Language):
    reading = dataclasses.replace(
        small(), errored=True, complete=False, applyable=False, extra=("odd_{field}",)
    )
    options = PlanOptions(PlanMode.DESTROY, targets=("a.b",))
    run = a_review(house, reading=reading, options=options)
    review = document_of(house.engine, run.id, DocumentAsk(language)).review
    assert review
    assert len(review.warnings) == 4
    for path in (f"/runs/{run.id}", f"/runs/{run.id}/evidence"):
        text = page(house, path, language).text
        for said in review.warnings:
            assert said in text


@BOTH
def test_a_target_without_an_account_says_nothing_on_the_evidence(house: House, language: str):
    declare(house, Workspace("bare", target=Target("spoke-bare")))
    run = a_review(house, workspace="bare", reading=small())
    html = page(house, f"/runs/{run.id}/evidence", language)
    assert "spoke-bare" in html.text
    assert "None" not in html.text
