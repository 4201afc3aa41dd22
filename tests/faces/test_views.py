"""The second redaction net, and text made fit to leave."""

import pytest

from sekisho.mcp_server.tools import TOOLS
from sekisho.views.redaction import mask, mask_all
from sekisho.views.runs import RunView
from sekisho.views.view import one_line, tokens, trimmed
from tests.fakes.values import a_full_run

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("key AKIAIOSFODNN7EXAMPLE end", "key (sensitive) end"),
        ("ASIAIOSFODNN7EXAMPLE", "(sensitive)"),
        (f"a\n{PEM}\nb", "a\n(sensitive)\nb"),
        ("-----BEGIN PRIVATE KEY-----\ncut off here", "(sensitive)"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer (sensitive)"),
        ("password=hunter2, user=x", "password=(sensitive), user=x"),
        ('"db_password": "hunter2"', '"db_password": "(sensitive)"'),
        ("sks_" + "a" * 43, "(sensitive)"),
        ("ghp_" + "a" * 36, "(sensitive)"),
        ("postgres://admin:hunter2@db:5432/x", "postgres://admin:(sensitive)@db:5432/x"),
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str, left: str):
    assert mask(text) == left
    assert mask(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "Plan: 1 to add, 0 to change, 0 to destroy.",
        "aws_secretsmanager_secret.db_password",
        "http://127.0.0.1:8080/runs/run_1",
        "password: (sensitive)",
        "承認してください: http://x/runs/y sato@example.jp",
        "a bearer of news",
        "sha256:" + "a" * 64,
    ],
)
def test_what_is_no_credential_stays(text: str):
    assert mask(text) == text


def test_a_field_that_is_named_for_a_secret_is_masked_whatever_it_holds():
    given = {"a": [{"db_password": "x", "user": "y"}], "password": "", "api_key": None}
    wanted = {"a": [{"db_password": "(sensitive)", "user": "y"}], "password": "", "api_key": None}
    assert mask_all(given) == wanted


def test_a_secret_in_a_message_leaves_in_neither_form():
    run = a_full_run()
    view = RunView.of(run).model_copy(update={"message": "use AKIAIOSFODNN7EXAMPLE"})
    assert "AKIA" not in view.spoken()
    assert "AKIA" not in str(view.structured())
    assert view.structured()["message"] == "use (sensitive)"


def test_a_full_run_is_shown_in_both_forms():
    view = RunView.of(a_full_run(), "http://x/runs/1")
    said, form = view.spoken(), view.structured()
    for part in ("applying", "apply_failed", "危険", "CHG-2026-0001", "http://x/runs/1"):
        assert part in said
        assert part in str(form)
    assert form["apply"]["lock_left"]
    assert form["apply"]["state_rescued"]
    assert form["cancel_requested_by"] == "佐藤 花子"
    assert "\x00" not in said


def test_text_is_put_on_one_line_and_cut():
    assert one_line("a\n b\tc  d") == "a b c d"
    assert one_line("x" * 300) == "x" * 199 + "…"
    assert one_line("e\x1b[31mvil\u202e") in {"evil", "e[31mvil"}


def test_wide_deep_and_long_values_are_cut():
    cut = trimmed({"list": list(range(100)), "text": "x" * 1000, "deep": [[[[[[[1]]]]]]]})
    assert cut["list"][-1] == "… 50 more"
    assert len(cut["text"]) == 300
    assert "…" in str(cut["deep"])
    assert tokens("あ" * 100) >= 100


def test_no_tool_is_without_a_toolset():
    assert {t.toolset for t in TOOLS} == {"runs"}
