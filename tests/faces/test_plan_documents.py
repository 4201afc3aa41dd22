"""The review of a plan as one document: whole, by pages, redacted; over the API too."""

import json
import time
from typing import Any

import httpx2
import pytest

from sekisho.cli.lines import Paper
from sekisho.cli.plan_screens import PlanScreen
from sekisho.domain.actions import Action, Risk
from sekisho.domain.errors import ChangeNumberUnknown, CursorInvalid, PlanMissing
from sekisho.domain.plan_changes import Note, Side, ValueChange
from sekisho.domain.runs import RunStatus
from sekisho.domain.states import MASK
from sekisho.domain.text import Language
from sekisho.views.document_leaves import LINES, VALUE, LeafDiff
from sekisho.views.plan_documents import DocumentAsk, PlanDocument, document_of, every_change
from sekisho.views.plan_markdown import diff_lines
from sekisho.views.plan_texts import TEXTS
from tests.faces.consoles import a_review, change, set_status
from tests.faces.house import House
from tests.faces.plan_reviews import a_reading, every_kind, fleet, reviewed

SECRET = "hunter2-hunter2"


def leaf(*given: Any, language: Language = "en", **more: Any) -> LeafDiff:
    return LeafDiff.of(ValueChange(*given, **more), language)


def test_null_and_not_being_there_are_told_apart():
    assert (leaf("a", None, 1).before, leaf("a", after=1, side=Side.AFTER).before) == ("null", None)
    assert leaf("a", 1, side=Side.BEFORE).after is None
    assert leaf("a", 1, None).words() == "a 1 → null"
    assert leaf("a", after=[], side=Side.AFTER).words() == "a []"


def test_what_is_hidden_or_not_known_yet_is_said_in_words():
    for language in ("en", "ja"):
        for note in Note:
            found = leaf("a", MASK, MASK, note=note, language=language)
            assert found.remark, note
            assert found.note == note
    assert (
        leaf("a", MASK, note=Note.SENSITIVE, side=Side.BEFORE).words() == "a (sensitive, removed)"
    )
    assert leaf("a", "x", note=Note.UNKNOWN).words() == 'a "x" → (known after apply)'


@pytest.mark.parametrize(
    "value",
    [
        ValueChange("master_password", SECRET, "b"),
        ValueChange("env", {"db_password": SECRET}, {}),
        ValueChange("user_data", f"a\nexport DB_PASSWORD={SECRET}\n", "a\nb\n"),
        ValueChange("url", f"postgres://app:{SECRET}@db/x", None),
        ValueChange("doc", after=json.dumps({"api_key": SECRET, "x": "y" * 80}), side=Side.AFTER),
        ValueChange("key", f"a\n-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n{SECRET}", "a\nb"),
    ],
    ids=lambda v: v.path,
)
def test_a_secret_that_slipped_through_is_masked_before_it_is_broken_into_lines(value: ValueChange):
    assert SECRET not in LeafDiff.of(value, "en").model_dump_json()


def test_a_value_of_a_telling_name_is_hidden_whatever_its_note_is():
    unknown = leaf("db.password", SECRET, note=Note.UNKNOWN)
    assert unknown.words() == "db.password (known after apply)"
    assert leaf("db.password", SECRET, "b", note=Note.ORDER).note == Note.SENSITIVE


def test_long_texts_are_shown_as_a_diff_of_lines_and_cuts_are_counted():
    found = leaf("a", "x\ny\nz\n", "x\nY\nz\n")
    assert found.lines == ["@@ -1,3 +1,3 @@", " x", "-y", "+Y", " z"]
    whole = "".join(f"{i}\n" for i in range(LINES + 50))
    cut = leaf("a", after=whole, side=Side.AFTER).lines or []
    assert len(cut) == LINES + 1
    assert "50 more" in cut[-1]
    assert leaf("a", "1", "x" * (VALUE + 10)).after == f'"{"x" * (VALUE - 1)}… 12 more characters'
    assert leaf("a", "x\r\ny", "x\ny").words() == r'a "x\r\ny" → "x\ny"', (
        "only the line ends differ"
    )


@pytest.mark.parametrize("text", ['{"a": 1.10}', '{"a": 1, "a": 2}', "[1", '{"a": NaN}'])
def test_json_in_a_string_is_indented_only_where_nothing_is_lost(text: str):
    padded = text + " " * 80
    assert leaf("a", after=padded, side=Side.AFTER).lines is None
    good = json.dumps(
        {"Version": "2012-10-17", "Statement": [], "日本": "語" * 60}, ensure_ascii=False
    )
    shown = leaf("a", after=good, side=Side.AFTER).lines or []
    assert json.loads("".join(line[1:] for line in shown)) == json.loads(good)


def walked(house: House, run_id: str, ask: DocumentAsk) -> tuple[list[PlanDocument], list[Any]]:
    """Read every page."""
    pages = [document_of(house.engine, run_id, ask)]

    def go_on(cursor: int) -> PlanDocument:
        asked = DocumentAsk(ask.language, cursor=cursor, each=ask.each)
        pages.append(document_of(house.engine, run_id, asked))
        return pages[-1]

    return pages, list(every_change(pages[0], go_on))


def test_pages_together_have_every_change_once_drift_and_deferred_ones_too(house: House):
    changes = tuple(
        change(f"a_b.c{i}", Action.UPDATE, ValueChange("v", i, i + 1)) for i in range(450)
    )
    run = reviewed(house, a_reading(changes))
    for each in (False, True):
        pages, found = walked(house, run.id, DocumentAsk(each=each))
        assert sorted(c.number for c in found) == list(range(452))
        assert [len(p.changes) for p in pages] == [200, 200, 52]
        assert [p.left_out for p in pages] == [252, 52, 0]
        assert [p.review is not None for p in pages] == [True, False, False]
        assert [c.part for c in found[-2:]] == ["drift", "deferred"]


def test_what_forces_a_replacement_comes_first_and_what_is_not_known_yet_shares_a_line(
    house: House,
):
    values = (
        ValueChange("arn", "a", note=Note.UNKNOWN),
        ValueChange("domain", "", None),
        ValueChange("id", "i", note=Note.UNKNOWN),
        ValueChange("size", 1, 2),
        ValueChange("zone.name", "b", note=Note.UNKNOWN),
    )
    made = change("a_b.c", Action.REPLACE, *values, forced_by=("zone",))
    run = reviewed(house, a_reading((made,)))
    page = document_of(house.engine, run.id, DocumentAsk())
    found = page.changes[0]
    assert [leaf.path for leaf in found.leaves] == ["zone.name", "size", "domain", "arn", "id"]
    assert [leaf.forces for leaf in found.leaves] == [True, None, None, None, None]
    assert page.review
    assert page.review.changes.groups[0].brief[0] == (
        'zone.name "b" → (known after apply, forces replacement)'
    )
    assert diff_lines(found, "en")[-1] == "# 2 known after apply: arn, id"
    folded = "\n".join(PlanScreen(page, Paper()).full([found]))
    assert "… 2 known after apply: arn, id" in folded
    every = "\n".join(PlanScreen(page, Paper(), folds=False).full([found]))
    assert '~ arn "a" → (known after apply)' in every


def test_equal_changes_are_told_once_and_counted_and_one_by_one_where_asked(house: House):
    run = reviewed(house, a_reading(fleet(150)))
    _, found = walked(house, run.id, DocumentAsk())
    assert [c.count for c in found] == [150, 1, 1]
    assert len(found[0].also) + found[0].also_left_out == 149
    _, found = walked(house, run.id, DocumentAsk(each=True))
    assert [c.count for c in found] == [1] * 152


def test_a_page_is_bounded_in_length_however_large_the_changes_are(house: House):
    values = tuple(ValueChange(f"v{i}", "x" * 1000, f"{i}") for i in range(60))
    changes = tuple(
        change(f"a_b.c{i}", Action.UPDATE, *values, ValueChange("n", 0, i)) for i in range(30)
    )
    run = reviewed(house, a_reading(changes))
    pages, found = walked(house, run.id, DocumentAsk())
    assert len(found) == 32
    assert all(len(page.model_dump_json()) < 400_000 for page in pages)
    assert all(c.leaves_left_out + len(c.leaves) == 61 for c in found[:30])


def test_the_review_says_everything_in_both_languages(house: House):
    run = reviewed(house)
    for language in ("en", "ja"):
        review = document_of(house.engine, run.id, DocumentAsk(language)).review
        assert review
        assert [c.count for c in review.counts] == [1, 152, 1, 6, 1, 1, 1, 1, 3, 1]
        assert review.dangers_count == 7
        assert [d.risk for d in review.dangers] == ["irreversible", "irreversible", "dangerous"]
        assert review.dangers[2].count == 5
        assert review.gate
        assert not review.gate.open
        assert review.gate.unmet[0].code == "approval_missing"
        assert {f.key for f in review.facts} >= {"requester", "agent", "change_id", "deadline"}
        assert review.alarms
        assert review.checks[0].status == "fail"
        assert "JST" in next(f.value for f in review.facts if f.key == "deadline")


def test_what_nobody_can_decide_any_more_has_no_gate_but_its_outcome(house: House):
    run = reviewed(house)
    set_status(house, run.id, RunStatus.DISCARDED)
    review = document_of(house.engine, run.id, DocumentAsk()).review
    assert review
    assert review.gate is None
    assert review.next == ["Plan again: sekisho plan create network"]


def test_every_sentence_is_there_in_both_languages_with_the_same_facts():
    for key, text in TEXTS.items():
        assert text.en, key
        assert text.ja, key
        names = [{part.split("}")[0] for part in t.split("{")[1:]} for t in (text.en, text.ja)]
        assert names[0] == names[1], key
    for kind, words in (("action", Action), ("risk", Risk), ("status", RunStatus), ("note", Note)):
        assert {f"{kind}.{word}" for word in words} <= set(TEXTS)


def test_what_is_not_in_the_plan_is_refused(house: House):
    run = reviewed(house, a_reading(every_kind()[:2]))
    with pytest.raises(ChangeNumberUnknown):
        document_of(house.engine, run.id, DocumentAsk(numbers=(0, 99)))
    with pytest.raises(CursorInvalid):
        document_of(house.engine, run.id, DocumentAsk(cursor=99))
    set_status(house, run.id, RunStatus.PLANNING, plan=None)
    with pytest.raises(PlanMissing):
        document_of(house.engine, run.id, DocumentAsk())


def test_a_huge_plan_has_its_first_page_at_once(house: House):
    changes = tuple(
        change(f"a_b.c{i}", Action.UPDATE, ValueChange("v", i, i + 1)) for i in range(10_000)
    )
    run = reviewed(house, a_reading(changes))
    began = time.monotonic()
    page = document_of(house.engine, run.id, DocumentAsk())
    assert time.monotonic() - began < 5, "far more than it takes on a busy machine"
    assert page.review
    assert page.review.changes.left_out == 10_000 - 40
    assert len(page.model_dump_json()) < 400_000


def test_scripts_read_the_document_by_pages_by_number_and_as_markdown(
    house: House, api: httpx2.Client
):
    run = a_review(house, reading=a_reading(fleet(3)))
    place = f"/runs/{run.id}/plan/document"
    answer = api.get(place, params={"language": "ja", "each": "true"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["title"].startswith("計画レビュー")
    assert body["cursor"] is None
    assert [c["number"] for c in body["changes"]] == [0, 1, 2, 3, 4]
    chosen = api.get(place, params=[("number", "2"), ("number", "0")]).json()
    assert [c["number"] for c in chosen["changes"]] == [2, 0]
    assert "review" not in chosen
    written = api.get(f"{place}.md", params={"language": "ja"})
    assert written.status_code == 200
    assert written.headers["content-type"] == "text/markdown; charset=utf-8"
    assert written.text.startswith("## 計画レビュー：`network`")
    tag = {"If-None-Match": written.headers["etag"]}
    assert api.get(f"{place}.md", params={"language": "ja"}, headers=tag).status_code == 304


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?cursor=99", 400, "cursor_invalid"),
        ("?cursor=x", 400, "cursor_invalid"),
        ("?number=99", 404, "change_number_unknown"),
        ("?number=x", 400, "arguments_invalid"),
        ("?number=-1", 400, "arguments_invalid"),
        ("?language=fr", 400, "arguments_invalid"),
        ("?lang=ja", 400, "arguments_invalid"),
        ("&".join(["?number=0", *["number=1"] * 50]), 400, "arguments_invalid"),
    ],
)
def test_a_query_that_does_not_fit_is_refused(
    house: House, api: httpx2.Client, query: str, status: int, code: str
):
    run = a_review(house)
    answer = api.get(f"/runs/{run.id}/plan/document{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_run_without_a_plan_says_so(house: House, api: httpx2.Client):
    run = a_review(house, status=RunStatus.PLANNING, plan=None)
    for place in ("document", "document.md"):
        answer = api.get(f"/runs/{run.id}/plan/{place}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "plan_missing")
