"""The console's pages: what they show, in both languages, of everything that can be."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from sekisho.domain.actions import Action, Risk
from sekisho.domain.approvals import Approval, Rejection
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.leases import WorkspaceLock
from sekisho.domain.logs import LogLine
from sekisho.domain.plan_changes import ActionCall, Check, CodeKind, CodeRun, Part, ValueChange
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.problems import problem
from sekisho.domain.risks import Reason
from sekisho.domain.runs import (
    FINAL,
    MOVES,
    WAITING,
    ApplyRecord,
    CancelRequest,
    Problem,
    Run,
    RunStatus,
)
from sekisho.domain.states import StatePosition
from sekisho.domain.targets import S3Backend, Target
from sekisho.domain.text import Text
from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.web.plans import AT_ONCE
from sekisho.web.reviews import actions
from tests.faces.consoles import (
    POSITION,
    SATO,
    a_review,
    browser,
    change,
    rich_reading,
    set_status,
)
from tests.faces.house import House
from tests.faces.html_pages import Html
from tests.fakes.clock import START
from tests.fakes.values import an_entry

S = RunStatus
SUZUKI = Caller("suzuki", "console", "terminal_code")
BOTH = pytest.mark.parametrize("language", ["en", "ja"])


def declare(house: House, *workspaces: Workspace) -> None:
    """Declare more workspaces, or others in place of those of the same name."""
    known = {w.name: w for w in house.parts.catalog.all()} | {w.name: w for w in workspaces}
    catalog = type(house.parts.catalog)(*known.values())
    house.parts = dataclasses.replace(house.parts, catalog=catalog)
    house.engine = Engine.of(house.parts, open_=True)


def page(house: House, path: str, language: str = "en", status: int = 200) -> Html:
    with browser(house, language) as client:
        answer = client.get(path)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        html = Html(answer.text)
        assert html.all("html")[0]["lang"] == language
        return html


@BOTH
def test_every_page_is_there_when_nothing_has_happened_yet(house: House, language: str):
    for path in ("/", "/workspaces", "/workspaces/network", "/audit", "/audit?verify=1"):
        page(house, path, language)


@BOTH
@pytest.mark.parametrize("status", list(RunStatus))
def test_a_run_can_be_looked_at_in_every_status(house: House, status: RunStatus, language: str):
    run = a_review(house, status)
    html = page(house, f"/runs/{run.id}", language)
    assert run.workspace in html.text
    for path in ("/", f"/?status={status}", f"/?workspace={run.workspace}", "/audit"):
        assert run.id in page(house, path, language).text


@BOTH
def test_a_run_that_has_no_plan_yet_can_be_looked_at(house: House, language: str):
    run = a_review(house, S.PLANNING, plan=None)
    words = {"en": "not there yet", "ja": "まだ作成されていません"}
    html = page(house, f"/runs/{run.id}", language)
    assert words[language] in html.text
    assert html.all("meta", http_equiv="refresh")
    ended = a_review(house, S.ERRORED, plan=None, problem=problem("plan_failed", "Error: no"))
    html = page(house, f"/runs/{ended.id}", language)
    assert "plan_failed" in html.text
    assert "Error: no" in html.text
    assert not html.all("meta", http_equiv="refresh")


def test_the_review_screen_tells_who_asked_for_what_and_until_when(house: House):
    labels, target = {"env": "prod"}, Target("spoke", "222222222222", "ap-northeast-1")
    declare(house, Workspace("network", labels=labels, target=target))
    run = a_review(house)
    assert run.plan
    text = page(house, f"/runs/{run.id}").text
    facts = ["network", "prod", "Awaiting approval", "sato@example.jp", "Kiro 0.9 (agent)"]
    facts += ["aaaaaaaaaaaa", "CHG-2026-0042", "#42", "2026-04-02 02:00 JST", "1.11.4"]
    facts += ["222222222222", "ap-northeast-1", run.id, run.message]
    facts += ["Closed: 1 unmet", "approval_missing", "Approvals: 0 of 1", "Rules: default"]
    facts += [run.plan.seal.seal.digest.removeprefix("sha256:")[:12]]
    for fact in facts:
        assert fact in text


def test_dangerous_changes_are_told_with_their_reasons_in_plain_words(house: House):
    run = a_review(house)
    english, japanese = (page(house, f"/runs/{run.id}", lang).text for lang in ("en", "ja"))
    for words in (
        "2 cannot be undone",
        "Data may be gone for good",
        "It will be deleted first, then created anew.",
        "cannot change this in place",
        "What forces it: engine_version",
    ):
        assert words in english
    for words in (
        "うち復元不可 2 件（データ消失の恐れ）",
        "データ消失の恐れがあります: ",
        "再作成",
        "原因となる属性: engine_version",
        "for_each から",
    ):
        assert words in japanese
    order = [english.index(w) for w in ("Gate", "Code that will run", "Dangerous", "create", "All")]
    assert order == sorted(order)
    assert "provisioner local-exec" in english


@BOTH
def test_counts_are_told_once_a_resource_and_as_terraform_counts(house: House, language: str):
    run = a_review(house)
    html = page(house, f"/runs/{run.id}", language)
    words = {
        "en": ["create", "change", "replace", "delete", "import", "move", "forget", "actions"],
        "ja": ["追加", "変更", "再作成", "削除", "取込", "移動", "管理外", "アクション"],
    }
    squeezed = "".join(html.text.split())
    for word, count in zip(words[language], (1, 2, 1, 1, 1, 1, 1, 0), strict=True):
        assert f"{count}{word}" in squeezed
    line = {"en": "2 to add, 2 to change, 2 to destroy", "ja": "追加 2、変更 2、削除 2"}
    assert line[language] in html.text


def test_what_is_unknown_or_sensitive_is_marked_and_has_no_value(house: House):
    secret = ValueChange("password", "old-s3cret", "new-s3cret", "sensitive")
    run = a_review(house, reading=rich_reading((change("a.b", Action.UPDATE, secret),)))
    with browser(house) as client:
        text = client.get(f"/runs/{run.id}").text
    assert "s3cret" not in text
    assert 'class="mark sensitive">sensitive<' in text
    assert 'class="mark unknown">known after apply<' in text


def test_a_large_plan_comes_in_parts_with_nothing_dropped_uncounted(house: House):
    many = tuple(
        change(f"a.n{i:04}", Action.CREATE, ValueChange("n", after=i))
        for i in range(2 * AT_ONCE + 50)
    )
    dangers = tuple(change(f"a.gone{i:03}", Action.DELETE) for i in range(120))
    run = a_review(house, reading=rich_reading((*many, *dangers)))
    first = page(house, f"/runs/{run.id}")
    total = len(many) + len(dangers)
    assert f"1–{AT_ONCE} of {len(many) + 1}" in first.text, "120 equal deletions are one"
    assert "120 × a" in first.text
    assert all(c.address in first.text for c in dangers), "every dangerous change is on the screen"
    seen, path = set[str](), f"/runs/{run.id}"
    while True:
        html = page(house, path)
        found = {a["href"] for a in html.all("a", rel="next")}
        seen |= {c.address for c in (*many, *dangers) if c.address in html.text}
        if not found:
            break
        path = found.pop().partition("#")[0]
    assert len(seen) == total
    page(house, f"/runs/{run.id}?changes=99999", status=400)
    page(house, f"/runs/{run.id}?changes=x", status=400)


def test_a_change_with_very_many_values_tells_how_many_are_left_out(house: House):
    values = tuple(ValueChange(f"v{i}", i, i + 1) for i in range(150))
    run = a_review(house, reading=rich_reading((change("a.b", Action.UPDATE, *values),)))
    assert "50 more" in page(house, f"/runs/{run.id}").text


@BOTH
def test_unusual_plans_say_so(house: House, language: str):
    options = PlanOptions(PlanMode.DESTROY, ("module.a",), ())
    run = a_review(house, options=options, problem=problem("apply_failed", "Error: boom"))
    html = page(house, f"/runs/{run.id}", language)
    assert "module.a" in html.text
    assert "Error: boom" in html.text
    odd = change("a.b", Action.UNKNOWN, risk=Risk.DANGEROUS, actions=("frobnicate",))
    gone = change("a.c", Action.DELETE, deposed="0a1b2c3d")
    first = change("a.d", Action.REPLACE, actions=("create", "delete"), importing=True)
    replace = PlanOptions(replace=("a.d",))
    reading = rich_reading((odd, gone, first), code=(), outputs=())
    run = a_review(house, reading=reading, options=replace)
    assert "0a1b2c3d" in page(house, f"/runs/{run.id}", language).text
    bare = a_review(house, S.NO_CHANGES, reading=rich_reading((), code=(), outputs=()))
    page(house, f"/runs/{bare.id}", language)


@BOTH
def test_decisions_and_outcomes_are_told(house: House, language: str):
    run = a_review(house)
    assert run.plan
    yes = Approval(SUZUKI, START, run.id, run.plan.seal.seal.digest, "looked at it twice")
    set_status(house, run.id, S.APPROVED, approvals=(yes,), allowed_by=("default",))
    text = page(house, f"/runs/{run.id}", language).text
    assert "suzuki" in text
    assert "looked at it twice" in text
    no = a_review(house, S.REJECTED, rejection=Rejection(SUZUKI, START, "too risky"))
    assert "too risky" in page(house, f"/runs/{no.id}", language).text
    stop = CancelRequest(SATO, START, "wrong one")
    asked = a_review(house, S.APPLYING, cancel=stop)
    assert "wrong one" in page(house, f"/runs/{asked.id}", language).text


def test_only_the_next_legal_actions_are_on_the_screen(house: House):
    forms = {"code", "apply", "cancel", "discard", "approve", "reject"}
    for status in RunStatus:
        run = a_review(house, status)
        html = page(house, f"/runs/{run.id}")
        offered = {a["action"].rpartition("/")[2] for a in html.all("form", method="post")}
        decisions = {a["value"] for a in html.all("input", name="decision")}
        assert offered <= forms
        assert ("approve" in decisions) == (status is S.AWAITING_APPROVAL)
        assert ("reject" in decisions) == (S.REJECTED in MOVES[status])
        assert ("discard" in offered) == (S.DISCARDED in MOVES[status])
        assert ("cancel" in offered) == (
            status in {S.PLAN_QUEUED, S.PLANNING, S.APPLY_QUEUED, S.APPLYING}
        )
        assert "apply" not in offered, "nothing is approved here, so nothing can be applied"
        if status in FINAL:
            assert offered == set()


def test_apply_is_offered_once_the_gate_is_open(house: House):
    run = house.approved()
    html = page(house, f"/runs/{run.id}")
    assert html.all("form", action=f"/runs/{run.id}/apply")
    assert "Open: this plan may be applied" in html.text
    house.engine.workspaces.lock("network", SUZUKI, "maintenance")
    html = page(house, f"/runs/{run.id}")
    assert not html.all("form", action=f"/runs/{run.id}/apply")
    assert "maintenance" in html.text


def test_a_plan_that_can_never_pass_cannot_be_approved_on_the_screen(house: House):
    run = a_review(house)
    house.clock.advance(timedelta(days=2).total_seconds())
    html = page(house, f"/runs/{run.id}?decide=approve")
    assert "approve" not in {a["value"] for a in html.all("input", name="decision")}
    assert not html.all("form", action=f"/runs/{run.id}/approve")
    assert "plan_expired" in html.text


def test_actions_follow_the_table_of_moves(house: House):
    for status in RunStatus:
        run = a_review(house, status)
        verdict = house.engine.gate.check(run.id) if status in WAITING else None
        for action in actions(run, verdict) & {"reject", "discard"}:
            to = {"reject": S.REJECTED, "discard": S.DISCARDED}[action]
            assert to in MOVES[status]


def test_a_run_of_a_workspace_that_is_declared_no_more_is_still_readable(house: House):
    run = a_review(house)
    others = [w for w in house.parts.catalog.all() if w.name != "network"]
    catalog = type(house.parts.catalog)(*others)
    house.parts = dataclasses.replace(house.parts, catalog=catalog)
    house.engine = Engine.of(house.parts, open_=True)
    html = page(house, f"/runs/{run.id}")
    assert "no longer declared" in html.text
    assert "approve" not in {a["value"] for a in html.all("input", name="decision")}
    page(house, "/workspaces/network", status=404)


def test_runs_are_paged_and_filtered(house: House):
    runs = [a_review(house, S.APPLIED) for _ in range(85)]
    waiting = a_review(house)
    first = page(house, "/")
    assert "Waiting for a decision" in first.text
    seen, path = set[str](), "/"
    for _ in range(5):
        html = page(house, path)
        seen |= {r.id for r in runs if r.id in html.text}
        found = html.all("a", rel="next")
        if not found:
            break
        path = found[0]["href"]
    assert len(seen) == 85
    only = page(house, "/?status=awaiting_approval")
    assert waiting.id in only.text
    assert runs[-1].id not in only.text
    assert runs[-1].id not in page(house, "/?workspace=free").text
    page(house, "/?status=nonsense", status=400)
    assert "nowhere" in page(house, "/?workspace=nowhere", status=404).text


@BOTH
def test_workspaces_tell_who_holds_them_and_where_their_state_lies(house: House, language: str):
    backend = S3Backend("team-state", "net/terraform.tfstate", "ap-northeast-1")
    declare(
        house,
        Workspace(
            "本番-網",
            backend=backend,
            terraform="~> 1.11",
            folder="/srv/net",
            labels={"env": "本番"},
        ),
        Workspace("locked"),
    )
    house.engine.workspaces.lock("locked", SUZUKI, "棚卸し中")
    text = page(house, "/workspaces", language).text
    for fact in ("本番-網", "本番", "team-state/net/terraform.tfstate", "suzuki"):
        assert fact in text
    assert "棚卸し中" in page(house, "/workspaces/locked", language).text
    assert "~> 1.11" in page(house, "/workspaces/%E6%9C%AC%E7%95%AA-%E7%B6%B2", language).text
    run = house.applied()
    text = page(house, "/workspaces/network", language).text
    assert run.id in text
    assert "#1" in text


def interrupted(house: House, **changes: Any) -> Run:
    """An apply that was cut off, its workspace locked in its name."""
    process = house.parts.processes.start(4711)  # pyright: ignore[reportAttributeAccessIssue]
    apply = ApplyRecord(SATO, START, START, fence=1, before=POSITION)
    apply = dataclasses.replace(apply, **changes)
    run = a_review(
        house, S.INTERRUPTED, apply=apply, process=process, problem=problem("apply_in_doubt")
    )
    house.store.logs.append(
        run.id, [LogLine(START, "apply", "apply_start", "info", "aws_vpc.main: Modifying…")]
    )
    lock = WorkspaceLock("sekisho", "apply in doubt", START, run.id)
    house.store.workspaces.update(
        "network",
        lambda r: Change(
            workspace=dataclasses.replace(r, lock=lock), audit=(an_entry("workspace.lock"),)
        ),
    )
    return run


@BOTH
def test_an_interrupted_apply_shows_everything_that_is_known(house: House, language: str):
    run = interrupted(house)
    alive = {
        "en": "still at work (process 4711 on host)",
        "ja": "まだ動作中です（host のプロセス 4711）",
    }
    html = page(house, "/workspaces/network", language)
    for fact in (run.id, alive[language], "sekisho", "apply in doubt", f"{POSITION}", "Modifying"):
        assert fact in html.text
    assert html.all("form", action="/workspaces/network/unlock")
    assert run.process
    house.parts.processes.end(run.process)  # pyright: ignore[reportAttributeAccessIssue]
    ended = {"en": "has ended", "ja": "終了しています"}
    assert ended[language] in page(house, "/workspaces/network", language).text
    assert page(house, f"/runs/{run.id}", language).all("a", href="/workspaces/network")


@pytest.mark.parametrize(
    ("blob", "words"),
    [(None, "not looked for yet"), ("none", "none was found"), ("states/x/1", "found and kept")],
)
def test_what_became_of_the_rescued_state_is_told(house: House, blob: str | None, words: str):
    after = StatePosition(POSITION.lineage, 43) if blob == "states/x/1" else None
    interrupted(house, rescued_blob=blob, after=after, lock_left=True)
    text = page(house, "/workspaces/network").text
    assert words in text
    assert ("#43" in text) == (after is not None)
    assert "its own lock on the state" in text


@BOTH
def test_the_audit_is_paged_newest_first_and_verified(house: House, language: str):
    run = house.applied()
    for n in range(120):
        house.store.audit.append(an_entry("token.create", None, number=n))
    head = house.engine.audits.head()
    html = page(house, "/audit", language)
    assert "119" in html.text
    seen, path = set[str](), "/audit"
    while path:
        html = page(house, path, language)
        seen |= {a["title"] for a in html.all("td") if "title" in a}
        older = html.all("a", rel="next")
        path = older[0]["href"] if older else ""
    assert len(seen) == head
    mine = page(house, f"/audit?run={run.id}", language).text
    assert "run.apply_start" in mine
    assert "token.create" not in mine
    whole = {"en": "1 applies, no fault", "ja": "適用 1 件、異常なし"}
    assert whole[language] in page(house, "/audit?verify=1", language).text
    page(house, "/audit?before=x", language, status=400)
    page(house, "/audit?before=1", language)


def test_a_broken_chain_is_told(house: House):
    house.applied()
    records = house.store.audit._records
    entry = dataclasses.replace(records[1].entry, caller=SUZUKI)
    records[1] = dataclasses.replace(records[1], entry=entry)
    text = page(house, "/audit?verify=1").text
    assert "1 fault(s)" in text
    assert "Record 2: its content was changed" in text


def test_the_log_is_read_by_cursor_and_as_text(house: House):
    run = a_review(house, S.PLANNING)
    with browser(house) as client:
        body = client.get(f"/runs/{run.id}/log").json()
        assert [line["text"] for line in body["lines"]][1].endswith("Refreshing state…")
        assert (body["status"], body["busy"], body["final"]) == ("planning", True, False)
        assert body["status_text"] == "Planning"
        assert body["lines"][2]["place"] == "db.tf:12"
        assert body["lines"][0]["time"] == "18:00:00"
        again = client.get(f"/runs/{run.id}/log?after={body['cursor']}").json()
        assert again["lines"] == []
        assert again["cursor"] == body["cursor"]
        house.store.logs.append(
            run.id, [LogLine(START, "plan", "x", "info", "password=hunter2222")]
        )
        more = client.get(f"/runs/{run.id}/log?after={body['cursor']}").json()
        assert [line["text"] for line in more["lines"]] == ["password=(sensitive)"]
        text = client.get(f"/runs/{run.id}/log.txt")
        assert text.headers["content-type"] == "text/plain; charset=utf-8"
        assert "2026-04-01T09:00:00Z plan warn: Argument is deprecated (db.tf:12)" in text.text
        assert "hunter2222" not in text.text
        assert client.get(f"/runs/{run.id}/log?after=-1").status_code == 400
        missing = client.get("/runs/run_nowhere/log")
        assert missing.status_code == 404
        assert missing.json()["error"]["code"] == "run_unknown"


def test_a_long_log_shows_its_end_and_counts_the_rest(house: House):
    run = a_review(house, S.APPLYING)
    lines = [LogLine(START, "apply", "x", "info", f"line {n}") for n in range(1200)]
    house.store.logs.append(run.id, lines)
    html = page(house, f"/runs/{run.id}")
    assert "804 earlier lines" in html.text
    assert "line 1199" in html.text
    assert "line 100 " not in html.text
    (shown,) = html.all("ol", id="log-lines")
    with browser(house) as client:
        news = client.get(f"/runs/{run.id}/log?after={shown['data-cursor']}").json()
        assert news["lines"] == []
        assert client.get(f"/runs/{run.id}/log.txt").text.count("\n") == 1204


EVIL = "\"'><evil onload=alert(1)></script><script>alert(1)</script>{{7*7}}\u202e\x1b[31m"


def test_no_text_from_outside_becomes_markup_or_moves_the_cursor(house: House):
    target = Target(EVIL, EVIL, EVIL)
    declare(
        house,
        Workspace(
            EVIL.replace("/", ""),
            description=EVIL,
            labels={"env": EVIL},
            target=target,
            terraform=EVIL,
            folder=EVIL,
        ),
    )
    name = EVIL.replace("/", "")
    who = Caller(EVIL, EVIL, EVIL)
    evil = change(
        "a.b",
        Action.REPLACE,
        ValueChange(EVIL, EVIL, {EVIL: [EVIL]}),
        **dict.fromkeys(("address", "type", "reason", "previous_address", "deposed"), EVIL),
        forced_by=(EVIL,),
    )
    more = {"import_id": EVIL, "identity": EVIL, "provider": EVIL, "extra": ((EVIL, EVIL),)}
    evil = dataclasses.replace(evil, **more, references=((EVIL, (EVIL,)),), why=(Reason(EVIL),))
    long = ValueChange(EVIL, f"{EVIL}\na\nb", f"{EVIL}\na\nc{EVIL}")
    twins = tuple(
        change(f"a.{n}{EVIL}", Action.UPDATE, ValueChange(EVIL, EVIL, f"{EVIL}{EVIL}"), long)
        for n in "xy"
    )
    reading = rich_reading(
        (evil, *(dataclasses.replace(t, type=EVIL) for t in twins)),
        code=(CodeRun(EVIL, CodeKind.EXTERNAL, EVIL),),
        outputs=(ValueChange(EVIL, EVIL, EVIL),),
        drift=(dataclasses.replace(evil, part=Part.DRIFT),),
        deferred=(dataclasses.replace(evil, part=Part.DEFERRED),),
        actions=(ActionCall(EVIL, EVIL, EVIL, EVIL, deferred=True),),
        checks=(Check(EVIL, EVIL, EVIL, (EVIL,)),),
        alarms=(Reason(EVIL, ((EVIL, EVIL),)),),
        extra=(EVIL,),
    )
    run = a_review(
        house,
        S.AWAITING_APPROVAL,
        reading=reading,
        workspace=name,
        requested_by=who,
        message=EVIL,
        change_id=EVIL,
        configuration=EVIL,
        options=PlanOptions(PlanMode.NORMAL, (EVIL,), (EVIL,)),
        problem=Problem(EVIL, Text(EVIL, EVIL), Text(EVIL, EVIL), EVIL),
        rejection=Rejection(who, START, EVIL),
        cancel=CancelRequest(who, START, EVIL),
        allowed_by=(EVIL,),
        approvals=(Approval(who, START, "r", "s", EVIL),),
    )
    line = LogLine(START, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, 1)
    house.store.logs.append(run.id, [line])
    house.store.audit.append(dataclasses.replace(an_entry(EVIL, run, **{EVIL: EVIL}), caller=who))
    house.engine.workspaces.lock(name, who, EVIL)
    from urllib.parse import quote

    pages = [
        "/",
        "/workspaces",
        f"/workspaces/{quote(name)}",
        "/audit",
        f"/?workspace={quote(name)}",
    ]
    pages += [
        f"/runs/{run.id}",
        f"/runs/{run.id}?decide={quote(EVIL)}",
        f"/runs/{run.id}?with={quote(EVIL)}&log_q={quote(EVIL)}&log_phase={quote(EVIL)}",
        f"/runs/{run.id}?q={quote(EVIL)}&type={quote(EVIL)}&module={quote(EVIL)}",
        f"/runs/{run.id}?number=0",
        f"/runs/{run.id}/evidence",
        f"/audit?run={quote(EVIL)}",
    ]
    with browser(house) as client:
        for path in pages:
            answer = client.get(path)
            assert answer.status_code == 200, path
            html = Html(answer.text)
            assert "49" not in html.text.replace("2026", "")
            assert "\x1b" not in answer.text
            assert "\u202e" not in answer.text
            scripts = {a["src"] for a in html.all("script")}
            assert {s.partition("-")[0] for s in scripts} <= {"/assets/console", "/assets/review"}
        for path in (f"/?workspace={quote(EVIL)}", f"/workspaces/{quote(EVIL.replace('/', '.'))}"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert len(Html(answer.text).all("script")) == 1


def test_the_second_redaction_net_is_under_every_page(house: House):
    run = a_review(house, message="use AKIAABCDEFGHIJKLMNOP and password=hunter2hunter2")
    for path in ("/", f"/runs/{run.id}", "/workspaces/network"):
        text = page(house, path).text
        assert "AKIAABCDEFGHIJKLMNOP" not in text
        assert "hunter2hunter2" not in text


def test_the_language_is_the_switch_then_the_cookie_then_the_browsers(house: House):
    with browser(house, "fr, ja;q=0.8, en;q=0.3") as client:
        assert Html(client.get("/").text).all("html")[0]["lang"] == "ja"
        english = client.get("/?lang=en")
        assert Html(english.text).all("html")[0]["lang"] == "en"
        assert "HttpOnly" in english.headers["set-cookie"]
        assert "SameSite=strict" in english.headers["set-cookie"]
        assert Html(client.get("/workspaces").text).all("html")[0]["lang"] == "en"
        assert Html(client.get("/?lang=xx").text).all("html")[0]["lang"] == "en"
        links = Html(client.get("/?status=applied&lang=en").text).all("a", hreflang="ja")
        assert links[0]["href"] == "?status=applied&lang=ja"
    for wish, lang in (
        ("", "en"),
        ("de", "en"),
        ("en-US,ja;q=0.9", "en"),
        ("ja-JP", "ja"),
        ("ja;q=x", "en"),
    ):
        with browser(house, wish) as client:
            assert Html(client.get("/").text).all("html")[0]["lang"] == lang


def test_what_does_not_exist_is_a_readable_page(house: House):
    with browser(house, "ja") as client:
        for path in ("/nowhere", "/runs/run_nowhere", "/workspaces/nowhere", "/runs/a/b/c"):
            answer = client.get(path)
            assert answer.status_code == 404
            html = Html(answer.text)
            assert html.all("a", href="/")
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        wrong = client.post("/workspaces")
        assert wrong.status_code == 405
        assert wrong.headers["allow"]
        Html(wrong.text)


def test_a_bug_is_a_readable_page_that_tells_nothing_of_itself(house: House):
    def broken(*_: object) -> object:
        raise RuntimeError("the inner secret")

    house.engine = dataclasses.replace(house.engine, runs=type("Broken", (), {"list": broken})())
    with browser(house, bugs=False) as client:
        answer = client.get("/")
    assert answer.status_code == 500
    assert "inner secret" not in answer.text
    assert "server's log" in Html(answer.text).text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_assets_are_named_by_content_and_kept_for_long(house: House):
    with browser(house) as client:
        html = Html(client.get("/").text)
        names = [a["src"] for a in html.all("script")] + [a["href"] for a in html.all("link")]
        names += [a["src"] for a in html.all("img")]
        assert len(set(names)) == 3
        for name in names:
            answer = client.get(name)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert client.get("/assets/console.css").status_code == 404
        assert client.get("/assets/..%2fconsole.py").status_code == 404
        assert client.get("/").headers["cache-control"] == "no-store"
