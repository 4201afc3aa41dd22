"""The console's forms: every one, when it works and when it does not."""

from __future__ import annotations

import dataclasses
import re

import pytest
from starlette.testclient import TestClient

from sekisho.domain.callers import Caller
from sekisho.domain.rules import Require, Rule
from sekisho.domain.runs import RunStatus
from sekisho.domain.workspaces import Workspace
from sekisho.identity.terminal_codes import TerminalCodes
from tests.faces.consoles import a_review, browser, set_status
from tests.faces.house import House, build
from tests.faces.html_pages import Html
from tests.faces.test_console import declare, interrupted
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds

S = RunStatus


def follow(client: TestClient, path: str, note: str, **fields: str) -> Html:
    """Send a form that works, and go where it sends us."""
    answer = client.post(path, data=fields)
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert f"sekisho_note={note};" in answer.headers["set-cookie"]
    page = client.get(answer.headers["location"])
    assert page.status_code == 200
    html = Html(page.text)
    assert html.all("p", class_="note")
    again = Html(client.get(answer.headers["location"]).text)
    assert not again.all("p", class_="note"), "a note is shown once"
    return html


def refused(client: TestClient, path: str, status: int, said: str, /, **fields: str) -> Html:
    """Send a form that does not work; the answer is the page it came from, saying why."""
    answer = client.post(path, data=fields)
    assert answer.status_code == status, answer.text
    html = Html(answer.text)
    assert said in html.text
    assert "What to do" in html.text
    return html


def hidden(html: Html, name: str) -> str:
    return html.all("input", name=name)[0]["value"]


def test_a_person_approves_with_the_code_from_the_terminal(house: House):
    run = house.planned()
    with browser(house) as client:
        seal = hidden(Html(client.get(f"/runs/{run.id}").text), "seal")
        asked = follow(client, f"/runs/{run.id}/code", "code_shown", decision="approve", seal=seal)
        assert asked.all("form", action=f"/runs/{run.id}/approve")
        assert hidden(asked, "seal") == seal
        code = house.step_up.shown[-1]
        fields = {"seal": seal, "code": f" {code[:4].lower()}-{code[4:]} ", "comment": "fine"}
        done = follow(client, f"/runs/{run.id}/approve", "approved", **fields)
        assert "fine" in done.text
    after = house.engine.runs.get(run.id)
    assert after.status is S.APPROVED
    assert after.approvals[0].by == Caller("terminal", "console", "terminal_code")


def test_approve_and_apply_queues_the_apply_for_the_person_who_approved(house: House):
    run = house.planned()
    with browser(house) as client:
        seal = house.engine.approvals.begin(run.id, "approve")
        fields = {"seal": seal, "code": house.step_up.shown[-1], "then": "apply"}
        follow(client, f"/runs/{run.id}/approve", "approved_applying", **fields)
    queued = house.engine.runs.get(run.id)
    assert queued.apply
    assert queued.apply.requested_by.proof == "terminal_code"
    house.work()
    assert house.engine.runs.get(run.id).status is S.APPLIED


def test_an_approval_stands_where_the_apply_cannot_be_queued(house: House):
    run = house.planned()
    house.engine.workspaces.lock("network", Caller("suzuki", "console"), "maintenance")
    with browser(house) as client:
        seal = house.engine.approvals.begin(run.id, "approve")
        fields = {"seal": seal, "code": house.step_up.shown[-1], "then": "apply"}
        html = follow(client, f"/runs/{run.id}/approve", "approved_not_applied", **fields)
        assert "maintenance" in html.text
    assert house.engine.runs.get(run.id).status is S.APPROVED


def test_where_two_must_approve_the_first_is_told_that_more_are_needed(house: House):
    declare(house, Workspace("network", rules=(Rule("two", Require(approvals=2)),)))
    run = a_review(house)
    with browser(house) as client:
        for person, note in (("terminal", "approved_more"), ("suzuki", "approved_applying")):
            house.step_up.person = person
            seal = house.engine.approvals.begin(run.id, "approve")
            fields = {"seal": seal, "code": house.step_up.shown[-1], "then": "apply"}
            follow(client, f"/runs/{run.id}/approve", note, **fields)


def test_a_wrong_code_leaves_the_form_on_the_screen(house: House):
    run = house.planned()
    with browser(house) as client:
        seal = house.engine.approvals.begin(run.id, "approve")
        fields = {"seal": seal, "code": "WRONG123", "comment": "kept for you"}
        html = refused(client, f"/runs/{run.id}/approve", 403, "code_wrong", **fields)
        assert html.all("form", action=f"/runs/{run.id}/approve")
        assert "kept for you" in html.text
        assert html.all("a", href=f"/runs/{run.id}?lang=ja"), (
            "languages switch on a page of its own"
        )
        right = {"seal": seal, "code": house.step_up.shown[-1]}
        follow(client, f"/runs/{run.id}/approve", "approved", **right)
        refused(client, f"/runs/{run.id}/approve", 403, "code_wrong", **right)
    assert len(house.engine.runs.get(run.id).approvals) == 1


def test_only_the_plan_that_was_on_the_screen_is_approved(house: House):
    run = house.planned()
    with browser(house) as client:
        seal = house.engine.approvals.begin(run.id, "approve")
        code = house.step_up.shown[-1]
        other = "sha256:" + "0" * 64
        refused(client, f"/runs/{run.id}/approve", 403, "code_wrong", seal=other, code=code)
        refused(client, f"/runs/{run.id}/approve", 400, "seal is needed", code=code)
        refused(client, f"/runs/{run.id}/code", 409, "seal_broken", seal=other, decision="approve")
        assert seal
    assert house.engine.runs.get(run.id).approvals == ()


def test_a_code_for_approving_does_not_reject(house: House):
    run = house.planned()
    with browser(house) as client:
        seal = house.engine.approvals.begin(run.id, "approve")
        fields = {"seal": seal, "code": house.step_up.shown[-1], "reason": "no"}
        refused(client, f"/runs/{run.id}/reject", 403, "code_wrong", **fields)
    assert house.engine.runs.get(run.id).status is S.AWAITING_APPROVAL


def test_rejecting_needs_a_reason_and_ends_the_run(house: House):
    run = house.planned()
    with browser(house) as client:
        seal = hidden(Html(client.get(f"/runs/{run.id}").text), "seal")
        asked = follow(client, f"/runs/{run.id}/code", "code_shown", decision="reject", seal=seal)
        assert asked.all("textarea", name="reason", required="")
        fields = {"seal": seal, "code": house.step_up.shown[-1]}
        for reason in ("", "   "):
            html = refused(
                client, f"/runs/{run.id}/reject", 400, "reason is needed", reason=reason, **fields
            )
            assert html.all("form", action=f"/runs/{run.id}/reject")
        html = follow(client, f"/runs/{run.id}/reject", "rejected", reason="too risky", **fields)
        assert "too risky" in html.text
    assert house.engine.runs.get(run.id).status is S.REJECTED


def test_codes_are_not_asked_for_in_vain_nor_too_often(house: House):
    run = house.planned()
    seal = run.plan.seal.seal.digest if run.plan else ""
    with browser(house) as client:
        path = f"/runs/{run.id}/code"
        refused(client, path, 400, "decision", seal=seal, decision="destroy")
        refused(client, path, 400, "decision", seal=seal)
        for _ in range(5):
            assert client.post(path, data={"seal": seal, "decision": "approve"}).status_code == 303
        html = refused(client, path, 429, "codes_too_many", seal=seal, decision="approve")
        assert html.all("form", action=f"/runs/{run.id}/approve"), "the last code still counts"
        set_status(house, run.id, S.APPLIED)
        shown = len(house.step_up.shown)
        for decision in ("approve", "reject"):
            refused(client, path, 409, "move_illegal", seal=seal, decision=decision)
        assert len(house.step_up.shown) == shown
        assert (
            client.post("/runs/run_nowhere/code", data={"decision": "approve"}).status_code == 404
        )


def test_apply_starts_what_was_approved_and_nothing_else(house: House):
    waiting = house.planned()
    approved = house.approved()
    with browser(house) as client:
        html = refused(client, f"/runs/{waiting.id}/apply", 409, "gate_unmet")
        assert "approval_missing" in html.text
        follow(client, f"/runs/{approved.id}/apply", "applying")
        refused(client, f"/runs/{approved.id}/apply", 409, "move_illegal")
    queued = house.engine.runs.get(approved.id)
    assert queued.apply
    assert queued.apply.requested_by == Caller("loopback", "console", "loopback")


def test_cancel_and_discard_say_what_came_of_it(house: House):
    waiting, other, at_work = house.planned(), house.planned(), a_review(house, S.APPLYING)
    with browser(house) as client:
        follow(client, f"/runs/{waiting.id}/discard", "discarded", reason="not now")
        refused(client, f"/runs/{waiting.id}/discard", 409, "move_illegal")
        refused(client, f"/runs/{waiting.id}/cancel", 409, "move_illegal")
        follow(client, f"/runs/{other.id}/cancel", "canceled")
        html = follow(client, f"/runs/{at_work.id}/cancel", "canceling", reason="stop it")
        assert "stop it" in html.text
        long = "x" * 1001
        refused(client, f"/runs/{at_work.id}/cancel", 400, "longer than 1000", reason=long)
    assert house.engine.runs.get(waiting.id).status is S.DISCARDED
    assert house.engine.runs.get(other.id).status is S.CANCELED
    records = house.engine.audits.list(0, 500, waiting.id)
    assert records[-1].entry.caller == Caller("loopback", "console", "loopback")
    assert records[-1].entry.facts["reason"] == "not now"


def test_locking_and_unlocking_need_a_reason_and_are_audited(house: House):
    with browser(house) as client:
        path = "/workspaces/network"
        refused(client, f"{path}/lock", 400, "reason is needed")
        html = follow(client, f"{path}/lock", "locked", reason="棚卸し")
        assert "棚卸し" in html.text
        refused(client, f"{path}/lock", 409, "workspace_locked", reason="me too")
        refused(client, f"{path}/unlock", 400, "reason is needed")
        follow(client, f"{path}/unlock", "unlocked", reason="done")
        refused(client, f"{path}/unlock", 409, "workspace_not_locked", reason="again")
        assert client.post("/workspaces/nowhere/lock", data={"reason": "x"}).status_code == 404
    facts = [r.entry for r in house.engine.audits.all() if r.entry.action.startswith("workspace.")]
    assert [(e.action, e.facts["reason"]) for e in facts] == [
        ("workspace.lock", "棚卸し"),
        ("workspace.unlock", "done"),
    ]


def test_an_interrupted_apply_is_unlocked_only_once_its_process_has_ended(house: House):
    run = interrupted(house)
    assert run.process
    with browser(house) as client:
        path = "/workspaces/network/unlock"
        refused(client, path, 409, "process_alive", reason="it looks fine")
        house.parts.processes.end(run.process)  # pyright: ignore[reportAttributeAccessIssue]
        follow(client, path, "unlocked", reason="looked at the VPC: unchanged")
    assert house.engine.workspaces.get("network").record.free()


def test_the_code_on_the_page_is_the_one_on_the_real_terminal(tmp_path):
    shown: list[str] = []
    codes = TerminalCodes(shown.append, FakeClock(), FakeIds(), "sato")
    house = build(tmp_path, step_up=codes)
    run = house.planned()
    assert run.plan
    seal = run.plan.seal.seal.digest
    with browser(house) as client:
        fields = {"decision": "approve", "seal": seal}
        html = follow(client, f"/runs/{run.id}/code", "code_shown", **fields)
        found = re.search(r"code / コード +(\S+)", shown[-1])
        same = re.search(r"seal / 封印 +(\S+)", shown[-1])
        assert found
        assert same
        assert same.group(1) in html.text
        assert found.group(1) not in html.text, "the code is on the terminal alone"
        follow(client, f"/runs/{run.id}/approve", "approved", seal=seal, code=found.group(1))


def test_a_claimed_team_is_shown_as_a_claim(house: House):
    claims = Caller("sato@example.jp", "kiro", "token", "<b>基盤</b>")
    run = a_review(house, requested_by=claims)
    house.engine.runs.discard(run.id, claims)
    with browser(house, "ja") as client:
        for path in (f"/runs/{run.id}", "/audit"):
            page = Html(client.get(path).text).text
            assert "申告チーム（未検証）" in page
            assert "<b>基盤</b>" in page


@pytest.mark.parametrize("path", ["/runs/{}/cancel", "/runs/{}/discard", "/runs/{}/apply"])
def test_a_form_that_a_server_leaves_to_keys_is_refused(house: House, path: str):
    run = house.planned()
    closed = dataclasses.replace(house, engine=type(house.engine).of(house.parts, open_=False))
    with browser(closed) as client:
        assert client.get(f"/runs/{run.id}").status_code == 200, "the console shows"
        answer = client.post(path.format(run.id), data={"reason": "x"})
        assert answer.status_code == 403
        assert "power_missing" in Html(answer.text).text
    assert house.engine.runs.get(run.id).status is RunStatus.AWAITING_APPROVAL


def test_a_person_decides_with_a_code_on_a_server_that_wants_keys_too(house: House):
    run = house.planned()
    closed = dataclasses.replace(house, engine=type(house.engine).of(house.parts, open_=False))
    seal = house.engine.approvals.begin(run.id, "approve")
    with browser(closed) as client:
        form = {"seal": seal, "code": house.step_up.shown[-1]}
        assert client.post(f"/runs/{run.id}/approve", data=form).status_code == 303
    assert house.engine.runs.get(run.id).status is RunStatus.APPROVED
