"""The event stream: an allow-list of types and fields, and what decides an outcome."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sekisho.domain.logs import LogLine
from sekisho.domain.states import MASK
from sekisho.terraform.events import Listener
from sekisho.terraform.redaction import Redactor

AT = datetime(2026, 4, 1, tzinfo=UTC)
SECRET = "himitsu-no-kotoba"

LOCKED = """Error acquiring the state lock: operation error S3: PutObject, https response error
StatusCode: 412, RequestID: 11111111-2222-3333-4444-555555555555, api error PreconditionFailed
Lock Info:
  ID:        0b1c2d3e-aaaa-bbbb-cccc-1234567890ab
  Path:      bucket/key
  Operation: OperationTypeApply
  Who:       sato@laptop
  Version:   1.11.4
  Created:   2026-01-02 03:04:05.678 +0000 UTC
  Info:      """


def event(kind: str, message: str = "said", level: str = "info", **more: Any) -> bytes:
    body = {"@level": level, "@message": message, "@module": "terraform.ui", "type": kind, **more}
    return json.dumps(body, ensure_ascii=False).encode()


def diagnostic(summary: str, detail: str = "", severity: str = "error", **more: Any) -> bytes:
    found = {"severity": severity, "summary": summary, "detail": detail, **more}
    return event("diagnostic", f"Error: {summary}", severity, diagnostic=found)


class Heard:
    def __init__(self, *secrets: str) -> None:
        self.lines: list[LogLine] = []
        self.listener = Listener("plan", lambda: AT, Redactor(secrets), self.lines.append)

    def hear(self, *raw: bytes) -> Heard:
        for line in raw:
            self.listener.line(line)
        return self

    def seen(self) -> list[tuple[str, str, str, str]]:
        return [(x.kind, x.level, x.text, x.address) for x in self.lines]


def test_allowed_types_become_lines_with_their_address():
    resource = {"addr": 'terraform_data.a["東京"]', "resource_key": "東京"}
    heard = Heard().hear(
        event("version", "Terraform 1.11.4"),
        event("planned_change", "a: Plan to create", change={"resource": resource}),
        event("apply_start", "a: Creating...", hook={"resource": resource}),
        event("change_summary", "Plan: 1 to add", changes={"add": 1}),
    )
    address = resource["addr"]
    assert heard.seen() == [
        ("version", "info", "Terraform 1.11.4", ""),
        ("planned_change", "info", "a: Plan to create", address),
        ("apply_start", "info", "a: Creating...", address),
        ("change_summary", "info", "Plan: 1 to add", ""),
    ]
    assert heard.listener.touched


@pytest.mark.parametrize(
    "raw",
    [
        event("provision_progress", f"(local-exec): {SECRET}", hook={"output": SECRET}),
        event("test_run", SECRET),
        event("something_new", SECRET),
        event("log", SECRET, level="debug"),
        event("", SECRET),
        b"   \x1b[0m ",
    ],
)
def test_whatever_is_not_on_the_list_is_not_taken(raw: bytes):
    assert Heard().hear(raw).lines == []


def test_what_provisioners_print_is_passed_over_and_a_problem_that_quotes_it_is_not():
    told = event("provision_progress", f"(local-exec): {SECRET}", hook={"output": SECRET})
    compact = json.dumps(json.loads(told), separators=(",", ":")).encode()
    assert b'"type":"provision_progress"' in compact
    quoting = diagnostic("Failed", compact.decode().replace(SECRET, "x"))
    heard = Heard().hear(compact).hear(quoting)
    assert [line.text for line in heard.lines] == ["Failed"]
    assert "provision_progress" in heard.lines[0].detail


def test_output_values_are_counted_and_never_shown():
    outputs = {"a": {"value": SECRET, "sensitive": False}, "b": {"value": 1}}
    heard = Heard().hear(event("outputs", f"Outputs: {SECRET}", outputs=outputs))
    assert heard.seen() == [("outputs", "info", "outputs: 2 values", "")]


def test_a_diagnostic_brings_its_place_and_no_snippet():
    raw = diagnostic(
        "Invalid value",
        "Because.",
        address="terraform_data.a",
        range={"filename": "網.tf", "start": {"line": 7, "column": 1}},
        snippet={"code": f'x = "{SECRET}"', "values": [{"traversal": "v", "statement": SECRET}]},
    )
    (line,) = Heard().hear(raw).lines
    assert (line.text, line.detail, line.file, line.line, line.address) == (
        "Invalid value",
        "Because.",
        "網.tf",
        7,
        "terraform_data.a",
    )
    assert SECRET not in repr(line)


def test_every_text_is_redacted_and_inert():
    heard = Heard(SECRET).hear(
        event("log", f"\x1b[31m{SECRET}\u202e"),
        diagnostic(SECRET, SECRET, address=SECRET, range={"filename": SECRET}),
        f"plain {SECRET} crash".encode(),
    )
    assert SECRET not in repr(heard.lines)
    assert heard.lines[0].text == MASK
    assert heard.lines[2].text == f"plain {MASK} crash"


def test_one_problem_told_twice_is_one_error_and_the_frame_around_it_none():
    heard = Heard().hear(
        diagnostic("Unsupported block type", "x"),
        diagnostic("Unsupported block type", "x"),
        diagnostic("Terraform encountered problems during initialisation, including problems"),
        diagnostic("Careful", "", "warning"),
    )
    assert [e.text for e in heard.listener.errors(1)] == ["Unsupported block type"]
    assert heard.lines[-1].level == "warn"


def test_a_failure_without_a_diagnostic_says_what_was_said_last():
    heard = Heard(SECRET).hear(b"something broke", f"with {SECRET}".encode())
    (error,) = heard.listener.errors(1)
    assert error.text == f"something broke\nwith {MASK}"
    assert Heard().listener.errors(0) == ()
    (silent,) = Heard().listener.errors(-9)
    assert "-9" in silent.text


def test_old_versions_and_crashes_speak_in_plain_lines():
    heard = Heard().hear(
        "╷".encode(), "│ \x1b[31mError: \x1b[0mInvalid thing".encode(), "│ {not json".encode()
    )
    assert heard.seen() == [
        ("log", "error", "Error: Invalid thing", ""),
        ("log", "info", "{not json", ""),
    ]
    assert [e.text for e in heard.listener.errors(1)] == ["Error: Invalid thing"]


def test_the_holder_of_a_lock_is_named_and_a_request_id_is_not_taken_for_it():
    listener = Heard().hear(diagnostic("Error acquiring the state lock", LOCKED)).listener
    assert listener.lock_holder == (
        "ID 0b1c2d3e-aaaa-bbbb-cccc-1234567890ab · Who sato@laptop"
        " · Operation OperationTypeApply · Created 2026-01-02 03:04:05.678 +0000 UTC"
    )
    without = LOCKED[: LOCKED.index("Lock Info")]
    assert Heard().hear(diagnostic("Error", without)).listener.lock_holder == ""


def test_the_holder_of_a_lock_is_found_in_plain_lines_too():
    lines = [f"│ {x}".encode() for x in LOCKED.splitlines()]
    assert "Who sato@laptop" in Heard().hear(*lines).listener.lock_holder


@pytest.mark.parametrize(
    "summary", ["Saved plan is stale", "Saved plan does not match the given state"]
)
def test_a_stale_plan_is_known(summary: str):
    assert Heard().hear(diagnostic(summary)).listener.stale
    assert not Heard().hear(diagnostic("Stale bread")).listener.stale


def test_a_lock_that_stays_is_no_lock_that_somebody_holds():
    listener = Heard().hear(diagnostic("Error releasing the state lock", LOCKED)).listener
    assert listener.lock_left
    assert listener.only_the_lock()
    assert listener.lock_holder == ""
    both = Heard().hear(diagnostic("Error releasing the state lock"), diagnostic("And more"))
    assert not both.listener.only_the_lock()
    assert not Heard().listener.only_the_lock()


def test_over_its_cap_the_log_keeps_problems_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sekisho.terraform.events._CAP", 1000)
    heard = Heard().hear(*[event("apply_progress", "still " + "x" * 100)] * 50, diagnostic("Bad"))
    kinds = [x.kind for x in heard.lines]
    assert kinds.count("apply_progress") < 10
    assert kinds.count("step") == 1
    assert kinds[-1] == "diagnostic"
    assert [e.text for e in heard.listener.errors(1)] == ["Bad"]


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"@message": null}',
        b'{"@message": 1, "type": 2, "@level": []}',
        event("diagnostic", diagnostic=[]),
        event("planned_change", change={"resource": "x"}),
        event("outputs", outputs=None),
        event("diagnostic", diagnostic={"range": {"start": {"line": "x"}}, "detail": 5}),
        b"\xff\xfe{",
        b'{"@message": "' + b"[" * 5000,
    ],
)
def test_no_line_however_odd_breaks_the_stream(raw: bytes):
    heard = Heard().hear(raw, event("version", "after"))
    assert heard.lines[-1].text == "after"


@pytest.mark.parametrize("split", ["", "\x1b[0m", "\u200b", "\x00"], ids=ascii)
def test_an_unknown_secret_is_masked_in_every_kind_of_line(split: str):
    text = f"login failed: pass{split}word=hunter2-{split}x9 was refused"
    heard = Heard().hear(
        event("log", text),
        event("log", text, level="warn"),
        diagnostic(text, text, address=text, range={"filename": text}),
        diagnostic(text, text, "warning"),
        f"panic: {text}".encode(),
        f"│ {text}".encode(),
    )
    assert len(heard.lines) == 6
    assert "hunter2" not in repr([*heard.lines, *heard.listener.errors(1)])
    assert all(MASK in line.text for line in heard.lines)
