"""Overrides, broken glass, follow-ups and waiting applies, by people signed in at the console."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.domain.access import Access, Grant
from sekisho.domain.groups import Group, Member
from sekisho.domain.intents import Intent
from sekisho.domain.rules import Level, Require, Rule
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.windows import Window, parse_days, parse_hours
from sekisho.domain.workspaces import Workspace
from sekisho.engine.plans import PlanOrder
from sekisho.views.plan_documents import DocumentAsk
from sekisho.views.plan_markdown import markdown_shown
from tests.faces.house import ONE, SATO, House
from tests.faces.html_pages import Html
from tests.faces.plan_reviews import screen_of
from tests.faces.signing_in import Browser, a_house, browsing
from tests.fakes.clock import START
from tests.identity.people_provider import PeopleProvider, people_provider

S = RunStatus
DAYS = 86400
EVENING = Window("Asia/Tokyo", parse_days("mon-fri"), parse_hours("19:00-21:00"))
SOFT = Rule("二人", Require(approvals=2), level=Level.SOFT, overriders=("leads",))
HARD = Rule("hard", Require(approvals=1))
WISH = Rule("wish", Require(approvals=0, rollback=True, silent=True), level=Level.ADVISORY)
HOURS = Rule("evenings", Require(approvals=0, window=EVENING, silent=True))
GRANTS = (
    Grant("leads", frozenset({"read", "approve", "override", "break_glass"})),
    Grant("people", frozenset({"read", "plan", "apply", "approve"})),
)
PEOPLE = {
    "0001": {"preferred_username": "sato@example.jp", "groups": ["people"]},
    "0002": {"preferred_username": "suzuki@example.jp", "groups": ["leads", "people"]},
    "0003": {"preferred_username": "tanaka@example.jp", "groups": ["people"]},
}
NAMES = {"suzuki": ("0002", "suzuki@example.jp"), "tanaka": ("0003", "tanaka@example.jp")}


@pytest.fixture
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: START) as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, provider: PeopleProvider) -> House:
    house = a_house(tmp_path, provider)
    provider.people.update(PEOPLE)
    catalog: Any = house.parts.catalog
    catalog.declared_groups = tuple(
        Group(name, (Member(claim="groups", value=name),)) for name in ("leads", "people")
    )
    rows = {"soft": (SOFT, WISH), "both": (SOFT, HARD), "hours": (HARD, HOURS, SOFT)}
    for name, rules in rows.items():
        catalog._known[name] = Workspace(name, rules=rules)
    return house


@pytest.fixture
def suzuki(house: House, provider: PeopleProvider) -> Iterator[Browser]:
    yield from person(house, provider, "suzuki")


@pytest.fixture
def tanaka(house: House, provider: PeopleProvider) -> Iterator[Browser]:
    yield from person(house, provider, "tanaka")


def person(house: House, provider: PeopleProvider, name: str) -> Iterator[Browser]:
    """A browser that somebody is signed in at, with a passkey of theirs."""
    subject, whole = NAMES[name]
    with browsing(house, provider, language="ja") as browser:
        browser.sign_in(subject)
        browser.enrol(house, whole)
        yield browser


def planned(house: House, workspace: str, **order: Any) -> Run:
    """Plan as an agent; from then on, what is not granted is denied."""
    taken = house.engine.configurations.from_inline(workspace, {"main.tf": ONE}, SATO)
    run = house.engine.plans.create(PlanOrder(workspace, taken.digest, **order), SATO)
    house.work()
    catalog: Any = house.parts.catalog
    catalog.declared_access = Access(GRANTS)
    return house.engine.runs.get(run.id)


def seal_of(run: Run) -> str:
    assert run.plan
    return run.plan.seal.seal.digest


def decide(
    browser: Browser, run: Run, verb: str, reason: str = "本番障害の復旧", **more: str
) -> Any:
    """Decide with a passkey: an answer that was given for this verb."""
    seal = seal_of(run)
    proof = more.pop("proof", None) or browser.proof(run.id, seal, verb)
    fields = {"seal": seal, "proof": proof, "reason": reason, "comment": ""}
    return browser.post(f"/runs/{run.id}/{verb}", **fields)


def page(browser: Browser, run: Run, more: str = "") -> Html:
    answer = browser.get(f"/runs/{run.id}{more}")
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


def after(house: House, run: Run) -> Run:
    return house.engine.runs.get(run.id)


def test_the_page_says_of_each_condition_how_hard_it_is_and_what_is_only_advised(
    house: House, suzuki: Browser
):
    run = planned(house, "both")
    text = page(suzuki, run).text

    assert "必須" in text
    assert "例外承認可" in text
    assert "例外承認が可能" in text
    run = planned_again(house, "soft")
    said = page(suzuki, run).text
    assert "推奨" in said
    assert "rollback_missing" in said


def planned_again(house: House, workspace: str, **order: Any) -> Run:
    catalog: Any = house.parts.catalog
    catalog.declared_access = Access()
    return planned(house, workspace, **order)


def test_a_soft_rule_is_passed_at_the_console_and_the_page_says_by_whom(
    house: House, suzuki: Browser, tanaka: Browser
):
    run = planned(house, "both")
    assert page(suzuki, run, "?decide=override").all("form", action=f"/runs/{run.id}/override")

    answer = decide(suzuki, run, "override")

    assert answer.status_code == 303, answer.text
    said = page(suzuki, run).text
    assert "suzuki@example.jp" in said
    assert "本番障害の復旧" in said
    assert "例外承認で通過" in said
    assert "承認者: suzuki@example.jp" in said
    assert after(house, run).status is S.AWAITING_APPROVAL
    assert decide(tanaka, run, "approve").status_code == 303
    assert after(house, run).status is S.APPROVED
    assert house.engine.gate.check(run.id).open
    markdown = markdown_shown(house.engine, run.id, DocumentAsk("ja"))
    for said in (markdown, screen_of(house, run, "ja", None)):
        assert "承認者: suzuki@example.jp" in said.replace("`", "")
    evidence = page(suzuki, run, "/evidence").text
    assert "本番障害の復旧" in evidence
    assert "承認者: suzuki@example.jp" in evidence


@pytest.mark.parametrize("verb", ["override", "break_glass"])
def test_who_lacks_the_role_is_offered_nothing_and_gets_nothing(
    house: House, tanaka: Browser, verb: str
):
    run = planned(house, "soft")

    assert f"decide={verb}" not in tanaka.get(f"/runs/{run.id}").text
    answer = decide(tanaka, run, verb)

    assert answer.status_code == 403, answer.text
    assert "access_missing" in answer.text
    assert after(house, run).overrides == ()
    told = [r.entry for r in house.engine.audits.all() if r.entry.action == "run.refuse"]
    assert [(e.facts["verb"], e.facts["code"]) for e in told] == [(verb, "access_missing")]


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_pass_without_a_reason_is_refused(house: House, suzuki: Browser, reason: str):
    run = planned(house, "soft")

    answer = decide(suzuki, run, "break_glass", reason)

    assert answer.status_code in (400, 422), answer.text
    assert after(house, run).overrides == ()


def test_an_answer_for_an_override_breaks_no_glass(house: House, suzuki: Browser):
    run = planned(house, "both")
    proof = suzuki.proof(run.id, seal_of(run), "override")
    suzuki.post(f"/runs/{run.id}/challenge", decision="break_glass", seal=seal_of(run))

    answer = decide(suzuki, run, "break_glass", proof=proof)

    assert answer.status_code == 403
    assert "passkey_wrong" in answer.text
    assert after(house, run).overrides == ()


def test_broken_glass_is_seen_in_the_list_until_somebody_else_looked_at_it(
    house: House, suzuki: Browser, tanaka: Browser
):
    run = planned(house, "both")
    assert decide(suzuki, run, "break_glass").status_code == 303
    assert house.journal.named("run.break_glass")
    assert "【緊急変更】" in page(suzuki, run).text
    listed = Html(suzuki.get("/").text).text
    assert "事後確認が必要な例外承認・緊急変更" in listed
    assert "事後確認待ち" in listed

    house.clock.advance(4 * DAYS)
    suzuki.sign_in("0002")
    assert "期限超過" in Html(suzuki.get("/").text).text
    assert "期限超過" in page(suzuki, run).text
    own = decide(suzuki, run, "follow_up")
    assert own.status_code == 409
    assert "approval_own" in own.text

    tanaka.sign_in("0003")
    assert decide(tanaka, run, "follow_up", "確認済み").status_code == 303

    assert after(house, run).overrides[0].followed == "tanaka@example.jp"
    assert "tanaka@example.jp が事後確認済みです" in page(tanaka, run).text
    assert "事後確認が必要な例外承認・緊急変更" not in Html(tanaka.get("/").text).text
    assert house.engine.audits.verify().faults == ()


def test_an_approved_plan_waits_for_its_window_and_is_then_applied(
    house: House, suzuki: Browser, tanaka: Browser
):
    run = planned(house, "hours")
    assert "最短の適用時刻: 2026-04-01 19:00 JST" in page(suzuki, run).text
    for browser in (suzuki, tanaka):
        assert decide(browser, run, "approve").status_code == 303
    assert after(house, run).status is S.APPROVED
    (form,) = page(suzuki, run).all("form", action=f"/runs/{run.id}/apply")
    assert form
    at_once = suzuki.post(f"/runs/{run.id}/apply")
    assert at_once.status_code == 409
    assert "window_closed" in at_once.text

    assert suzuki.post(f"/runs/{run.id}/apply", wait="yes").status_code == 303
    house.worker.turn()
    assert after(house, run).status is S.APPLY_QUEUED
    house.clock.advance(3600)
    house.work()

    assert after(house, run).status is S.APPLIED
    assert house.engine.audits.verify().faults == ()


def test_a_plan_that_does_more_than_was_said_is_shown_with_the_difference(
    house: House, suzuki: Browser
):
    intent = Intent(addresses=("terraform_data.b",), actions=("update",), max_destroys=0)
    run = planned(house, "soft", intent=intent, rollback="前の版を適用し直す\n<b>手順</b>")
    assert run.status is S.BLOCKED

    for part in ("", "/evidence"):
        answer = suzuki.get(f"/runs/{run.id}{part}")
        said = Html(answer.text).text
        assert "対象 terraform_data.b" in said
        assert "範囲を超える変更" in said
        assert "terraform_data.a create" in said
        assert "前の版を適用し直す" in said
        assert "<b>手順</b>" not in answer.text
