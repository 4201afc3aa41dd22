"""The review page: groups, filters, alarms, comparison, typed names and the evidence."""

from __future__ import annotations

import dataclasses

import pytest

from sekisho.domain.actions import Action
from sekisho.domain.approvals import Approval, Rejection
from sekisho.domain.callers import Caller
from sekisho.domain.logs import LogLine
from sekisho.domain.plan_changes import ActionCall, ValueChange
from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import ApplyRecord, RunStatus
from sekisho.domain.states import StatePosition
from tests.faces.consoles import POSITION, SATO, a_review, browser, change, rich_reading, set_status
from tests.faces.house import House
from tests.faces.html_pages import Html
from tests.faces.review_plans import equal_updates, lost, small, stateful
from tests.faces.test_console import BOTH, page
from tests.faces.test_console_forms import follow, refused
from tests.fakes.clock import START
from tests.fakes.values import an_entry

S = RunStatus
SUZUKI = Caller("suzuki", "console", "terminal_code")


def listed(html: Html) -> list[str]:
    """The ids of the changes in the full diff, in their order."""
    return [a["id"] for a in html.all("details") if a.get("id", "").startswith("change-")]


@BOTH
def test_equal_changes_are_told_once_with_all_who_share_them(house: House, language: str):
    run = a_review(house, reading=equal_updates())
    html = page(house, f"/runs/{run.id}", language)
    assert html.text.count("150 × aws_instance") == 2, "in the groups, and in the full diff"
    assert len(listed(html)) == 2
    assert "module.fleet[2].aws_instance.worker[49]" in html.text
    assert '"4f2a91c" → "b7e03d5"' in html.text


def test_values_are_fetched_for_the_page_alone(house: House, monkeypatch: pytest.MonkeyPatch):
    many = tuple(
        change(f"a.n{n:04}", Action.UPDATE, ValueChange("n", n, -n - 1)) for n in range(900)
    )
    run = a_review(house, reading=rich_reading(many))
    asked: list[int] = []
    real = house.store.readings.changes
    monkeypatch.setattr(
        house.store.readings,
        "changes",
        lambda r, numbers: asked.extend(numbers) or real(r, numbers),
    )
    page(house, f"/runs/{run.id}")
    assert 0 < len(asked) <= 100


@pytest.mark.parametrize(
    ("query", "addresses"),
    [
        ("action=delete", ["aws_s3_bucket.archive", "aws_lambda_function.resize"]),
        ("risk=irreversible", ["aws_db_instance.orders", "aws_s3_bucket.archive"]),
        ("type=aws_vpc", ["aws_vpc.main"]),
        ("module=module.network", ["aws_route_table.private"]),
        ("q=ROLE", ["aws_iam_role.deploy"]),
        ("q=監査", ["aws_s3_bucket.archive"]),
        ("part=drift", ["aws_security_group.db"]),
        ("action=delete&type=aws_lambda_function", ["aws_lambda_function.resize"]),
        ("q=nothing+of+that+kind", []),
    ],
)
def test_changes_are_filtered_by_the_address_of_the_page(
    house: House, query: str, addresses: list[str]
):
    run = a_review(house, reading=stateful())
    html = page(house, f"/runs/{run.id}?{query}")
    shown = [
        a["data-search"]
        for a in html.all("details")
        if a.get("id", "").startswith("change-") and "data-search" in a
    ]
    if "drift" not in query:
        shown = [s for s in shown if "aws_security_group.db" not in s]
    assert len(shown) == len(addresses)
    for address, found in zip(addresses, shown, strict=True):
        assert address in found


@pytest.mark.parametrize(
    "query", ["action=explode", "risk=none", "part=x", "number=x", "changes=x"]
)
def test_a_filter_that_makes_no_sense_is_refused(house: House, query: str):
    run = a_review(house)
    assert "arguments_invalid" in page(house, f"/runs/{run.id}?{query}", status=400).text


def test_filters_are_kept_from_page_to_page(house: House):
    many = tuple(
        change(f"a.n{n:04}", Action.UPDATE, ValueChange("n", n, -n - 1)) for n in range(90)
    )
    gone = tuple(change(f"a.x{n}", Action.DELETE, ValueChange("n", n)) for n in range(5))
    run = a_review(house, reading=rich_reading((*many, *gone)))
    seen, path = set[str](), f"/runs/{run.id}?action=update"
    for _ in range(5):
        html = page(house, path)
        seen |= set(listed(html))
        found = html.all("a", rel="next")
        if not found:
            break
        assert "action=update" in found[0]["href"]
        path = found[0]["href"].partition("#")[0]
    assert len(seen) == 90


def test_one_change_alone_shows_all_of_its_values(house: House):
    values = tuple(ValueChange(f"v{n:03}", n, n + 1) for n in range(150))
    run = a_review(house, reading=rich_reading((change("a.b", Action.UPDATE, *values),)))
    first = page(house, f"/runs/{run.id}")
    assert "50 more" in first.text
    assert first.all("a", href=f"/runs/{run.id}?number=0#changes")
    alone = page(house, f"/runs/{run.id}?number=0")
    assert "v149" in alone.text
    assert "50 more" not in alone.text
    page(house, f"/runs/{run.id}?number=1", status=400)


@BOTH
def test_a_lost_state_is_the_first_thing_that_is_said(house: House, language: str):
    run = a_review(house, reading=lost())
    text = page(house, f"/runs/{run.id}", language).text
    words = {"en": ("31", "Gate"), "ja": ("31", "適用可否")}[language]
    assert text.index("state_lost") < text.index(words[1])
    assert words[0] in text


@BOTH
def test_an_action_is_named_among_the_dangers_though_no_count_tells_of_it(
    house: House, language: str
):
    call = ActionCall("action.aws_s3_empty.purge", "aws_s3_empty", trigger="aws_s3_bucket.logs")
    run = a_review(house, reading=rich_reading((), actions=(call,), code=(), outputs=()))
    for path in (f"/runs/{run.id}", f"/runs/{run.id}/evidence"):
        text = page(house, path, language).text
        assert "action.aws_s3_empty.purge" in text
        assert {"en": "may change or destroy", "ja": "変更や削除を行う"}[language] in text
        assert {"en": "No dangerous", "ja": "危険な変更はありません"}[language] not in text
        assert "aws_s3_bucket.logs" in text


@BOTH
def test_a_plan_that_ended_early_says_so(house: House, language: str):
    reading = dataclasses.replace(small(), errored=True, complete=False, applyable=False)
    words = {"en": "stopped with an error", "ja": "エラーで終了"}
    run = a_review(house, reading=reading)
    assert words[language] in page(house, f"/runs/{run.id}", language).text
    partial = a_review(house, reading=dataclasses.replace(small(), complete=False))
    words = {"en": "puts some changes off", "ja": "保留しています"}
    assert words[language] in page(house, f"/runs/{partial.id}", language).text


def test_checks_drift_and_outputs_stand_apart(house: House):
    run = a_review(house, reading=stateful())
    html = page(house, f"/runs/{run.id}")
    assert "the endpoint answered 503" in html.text
    assert "check.ok" not in html.text, "what passed is no news"
    for section in ("drift", "checks", "outputs", "graph", "comparison", "log"):
        assert html.all("a", href=f"#{section}")
        assert html.all("h2", id=section)


def test_remarks_are_told_in_words(house: House):
    run = a_review(house, reading=stateful())
    text = page(house, f"/runs/{run.id}").text
    for words in (
        "another order",
        "Write-only",
        "not set",
        "var.engine_version",
        "What forces it: storage_encrypted",
    ):
        assert words in text


def big(destroys: int) -> PlanReading:
    return rich_reading(tuple(change(f"a.x{n}", Action.DELETE) for n in range(destroys)))


def test_a_plan_that_destroys_much_wants_the_workspaces_name(house: House):
    run = a_review(house, reading=big(11))
    assert run.plan
    seal = run.plan.seal.seal.digest
    with browser(house) as client:
        html = Html(client.get(f"/runs/{run.id}?decide=approve").text)
        assert html.all("input", name="typed", required="")
        house.engine.approvals.begin(run.id, "approve")
        code = house.step_up.shown[-1]
        fields = {"seal": seal, "code": code, "comment": "twice looked at"}
        path = f"/runs/{run.id}/approve"
        wrong = refused(client, path, 400, "name_needed", **fields, typed="netwrok")
        (field,) = wrong.all("input", name="typed")
        assert field["value"] == "netwrok"
        assert field["aria-invalid"] == "true"
        assert "typed-error" in field["aria-describedby"]
        assert wrong.all("input", name="code", value=code), "the code is still good"
        assert "twice looked at" in wrong.text
        refused(client, path, 400, "name_needed", **fields)
        follow(client, path, "approved", **fields, typed=" network ")
    assert house.engine.runs.get(run.id).status is S.APPROVED


def test_a_wrong_code_is_not_put_back_into_the_field(house: House):
    run = house.planned()
    with browser(house) as client:
        seal = house.engine.approvals.begin(run.id, "approve")
        fields = {"seal": seal, "code": "WRONG123"}
        html = refused(client, f"/runs/{run.id}/approve", 403, "code_wrong", **fields)
        assert html.all("input", name="code", value="")
        assert not html.all("input", name="typed"), "this plan wants no name"


def test_ten_destroys_want_no_name(house: House):
    run = a_review(house, reading=big(10))
    assert not page(house, f"/runs/{run.id}?decide=approve").all("input", name="typed")


@BOTH
def test_the_plan_is_held_against_the_last_that_a_person_decided_about(house: House, language: str):
    old = stateful()
    changes = tuple(c for c in old.changes if c.address != "aws_vpc.main")
    before = a_review(house, S.REJECTED, rejection=Rejection(SUZUKI, START, "no"), reading=old)
    a_review(house, S.DISCARDED, reading=small())
    moved = dataclasses.replace(
        changes[0], values=(ValueChange("engine_version", "14.7", "17.1"), *changes[0].values[1:])
    )
    new = change("aws_sqs_queue.dead", Action.CREATE, ValueChange("name", after="dead"))
    run = a_review(house, reading=rich_reading((moved, *changes[1:], new)))
    html = page(house, f"/runs/{run.id}", language)
    assert html.all("a", href=f"/runs/{before.id}")
    part = html.text[html.text.index(before.id) :]
    for fact in ("aws_sqs_queue.dead", "aws_vpc.main", "engine_version"):
        assert fact in part
    other = a_review(house, reading=old)
    same = page(house, f"/runs/{run.id}?with={other.id}", language)
    assert same.all("input", name="with", value=other.id)
    twin = page(house, f"/runs/{other.id}?with={before.id}", language)
    assert {"en": "exactly the same", "ja": "完全に同じ"}[language] in twin.text


def test_what_cannot_be_compared_is_told_beside_the_field(house: House):
    run, apart = a_review(house), a_review(house, workspace="free")
    for other, code in (("run_nowhere", "run_unknown"), (apart.id, "runs_apart")):
        html = page(house, f"/runs/{run.id}?with={other}")
        assert code in html.text
        (field,) = html.all("input", name="with")
        assert field["aria-invalid"] == "true"
    assert "No earlier plan" in page(house, f"/runs/{run.id}").text


def test_the_log_is_filtered_by_phase_level_and_text(house: House):
    run = a_review(house, S.APPLYING)
    lines = [LogLine(START, "apply", "x", "info", f"step {n}") for n in range(700)]
    house.store.logs.append(run.id, [*lines, LogLine(START, "apply", "x", "error", "boom")])
    base = f"/runs/{run.id}"

    def count(query: str) -> int:
        html = page(house, f"{base}?{query}")
        return len([a for n, a in html.tags if n == "li" and "data-phase" in a])

    assert count("log_phase=plan") == 4
    assert count("log_level=error") == 1
    assert count("log_level=warn") == 2
    assert count("log_q=STEP+69") == 11
    assert count("log_phase=apply") == 400
    assert "301 earlier lines" in page(house, f"{base}?log_phase=apply").text
    assert "No line matches" in page(house, f"{base}?log_q=nowhere").text


def test_a_filter_of_the_log_hides_no_later_attempt_and_no_level_nobody_knows(house: House):
    run = a_review(house, S.APPLYING)
    lines = [
        LogLine(START, "plan-2", "x", "info", "tried once more"),
        LogLine(START, "planning", "x", "info", "of another phase"),
        LogLine(START, "plan", "x", "fatal", "of a level of its own", file="main.tf"),
    ]
    house.store.logs.append(run.id, lines)

    def shown(query: str) -> str:
        return page(house, f"/runs/{run.id}?{query}").text

    assert "tried once more" in shown("log_phase=plan")
    assert "of another phase" not in shown("log_phase=plan")
    assert "of a level of its own" in shown("log_level=error")
    assert "tried once more" not in shown("log_level=error")
    assert "tried once more" in shown("log_level=nonsense")
    assert "of a level of its own" in shown("log_q=MAIN.TF")


@BOTH
def test_the_evidence_holds_everything_about_the_decision(house: House, language: str):
    run = a_review(house, reading=stateful())
    assert run.plan
    seal = run.plan.seal.seal
    yes = Approval(SUZUKI, START, run.id, seal.digest, "looked at it twice", "sig", "key-1")
    apply = ApplyRecord(SATO, START, START, START, before=POSITION)
    apply = dataclasses.replace(apply, after=StatePosition(POSITION.lineage, 43))
    set_status(house, run.id, S.APPLIED, approvals=(yes,), allowed_by=("default",), apply=apply)
    house.store.audit.append(an_entry("run.apply_end", run))
    html = page(house, f"/runs/{run.id}/evidence", language)
    facts = [seal.digest, seal.rules, seal.plan, run.configuration, "CHG-2026-0042", run.message]
    facts += ["sato@example.jp", "Kiro 0.9 (agent)", "suzuki", "terminal_code"]
    facts += ["looked at it twice", "key-1", str(POSITION), f"{POSITION.lineage}#43"]
    facts += ["2026-04-01 18:00:00 JST", "2026-04-01 09:00:00 UTC", "run.apply_end"]
    facts += ["aws_db_instance.orders", "storage_encrypted", "aws_security_group.db"]
    for fact in facts:
        assert fact in html.text, fact
    assert not html.all("details"), "nothing is folded on paper"
    assert not html.all("form")
    other = a_review(house, S.REJECTED, rejection=Rejection(SUZUKI, START, "too risky"))
    text = page(house, f"/runs/{other.id}/evidence", language).text
    assert "too risky" in text


@BOTH
def test_the_evidence_of_a_run_without_a_plan_is_readable(house: House, language: str):
    run = a_review(house, S.PLANNING, plan=None)
    assert run.id in page(house, f"/runs/{run.id}/evidence", language).text
    page(house, "/runs/run_nowhere/evidence", language, status=404)


def test_the_evidence_counts_what_it_does_not_print(house: House):
    many = tuple(
        change(f"a.n{n:04}", Action.UPDATE, ValueChange("n", n, -n - 1)) for n in range(230)
    )
    run = a_review(house, reading=rich_reading(many))
    assert "200 of 230 changes are printed" in page(house, f"/runs/{run.id}/evidence").text


def test_nodes_of_the_graph_lead_to_their_changes(house: House):
    reading = stateful()
    run = a_review(house, reading=reading)
    html = page(house, f"/runs/{run.id}")
    assert html.all("svg")
    leads = {a["href"] for a in html.all("a") if "number=" in a.get("href", "")}
    numbers = {int(a.partition("number=")[2].partition("#")[0]) for a in leads}
    assert numbers <= set(range(len(reading.changes)))
    assert len(numbers) >= 8
