"""What rego-cpp does with policies, held against what people who know OPA and conftest expect."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sekisho.domain.errors import PolicyEngineMissing, PolicyFailed
from sekisho.domain.policies import PolicyOutcome, RegoPolicy
from sekisho.domain.states import MASK
from sekisho.policies import RegoEngine
from sekisho.ports import PolicyOrder
from tests.breadth import broad

pytest.importorskip("regopy", reason="the extra rego has no wheel for this platform")

Says = Callable[..., PolicyOutcome]
PLAN = {
    "format_version": "1.2",
    "resource_changes": [
        {
            "address": 'aws_s3_bucket.記録["a\\b"]',
            "type": "aws_s3_bucket",
            "change": {
                "actions": ["create"],
                "after": {
                    "acl": "public-read",
                    "policy": '{"Statement": [{"Effect": "Allow", "Principal": "*"}]}',
                    "tags": {'k"q': "two\nlines", "lt": "<b>"},
                    "size": 2.5,
                    "none": None,
                    "flag": False,
                },
            },
        }
    ],
}
AFTER = "input.resource_changes[0].change.after"


@pytest.fixture
def says(tmp_path: Path) -> Says:
    def evaluate(
        *texts: str, plan: Any = PLAN, raw: str = "", seconds: float = 60, **more: Any
    ) -> PolicyOutcome:
        path = tmp_path / "plan.json"
        path.write_text(raw or json.dumps(plan), encoding="utf-8")
        files = tuple((f"{i}.rego", text) for i, text in enumerate(texts))
        order = PolicyOrder(RegoPolicy("p", files), str(path), **more)
        return RegoEngine(seconds).evaluate(order)

    return evaluate


def when(condition: str, package: str = "terraform") -> str:
    return f'package {package}\ndeny contains "yes" if {{ {condition} }}\n'


def test_sets_of_both_packages_deny_and_warn_as_conftest_has_it(says: Says):
    main = (
        "package main\n"
        'deny contains sprintf("%s is new", [c.address]) if { some c in'
        " input.resource_changes }\n"
        'violation contains {"msg": "violated", "details": {"k": 1}} if true\n'
        'deny_names contains "suffixed" if true\n'
        'warn contains "beware" if true\n'
        'helper contains "not a message" if true\n'
    )
    found = says(main, 'package terraform\ndeny contains "other package" if true\n')
    assert found.denied == (
        'aws_s3_bucket.記録["a\\b"] is new',
        "other package",
        "suffixed",
        "violated",
    )
    assert found.warned == ("beware",)
    assert (found.denials, found.warnings) == (4, 1)


def test_partial_sets_as_they_were_written_before_rego_v1_deny_too(says: Says):
    assert says('package main\ndeny[msg] { msg := "old" }\n').denied == ("old",)
    assert says('package main\nviolation[{"msg": msg}] { msg := "old" }\n').denied == ("old",)


@pytest.mark.parametrize(
    "condition",
    broad(
        f'{AFTER}.acl == "public-read"',
        f'{AFTER}.tags["k\\"q"] == "two\\nlines"',
        f'contains({AFTER}.tags["k\\"q"], "\\n")',
        f'{AFTER}.tags.lt == "<b>"',
        'input.resource_changes[0].address == "aws_s3_bucket.記録[\\"a\\\\b\\"]"',
        'startswith(input.resource_changes[0].address, "aws_s3_bucket.記録[\\"")',
        f'json.unmarshal({AFTER}.policy).Statement[0].Principal == "*"',
        "regex.match(`^aws_\\w+$`, input.resource_changes[0].type)",
        'regex.match("^aws_\\\\w+$", input.resource_changes[0].type)',
        f"{AFTER}.size > 2.4",
        f"{AFTER}.none == null",
        f"not {AFTER}.flag",
        f"not {AFTER}.missing",
        'some change in input.resource_changes; "create" in change.change.actions',
        'walk(input, [_, value]); value == "public-read"',
        "count([c | some c in input.resource_changes]) == 1",
        quick=(1, 4, 7, 11, 12),
    ),
)
def test_a_condition_that_holds_in_opa_holds_here(says: Says, condition: str):
    assert says(when(condition)).denied == ("yes",)
    assert says(when(f"{condition}; 1 == 2")).denials == 0


def test_text_is_the_same_however_the_plan_writes_it(says: Says):
    assert says(when('input.a == "<"'), raw='{"a": "\\u003c"}').denials == 1
    assert says(when('input.a == "日"'), raw='{"a": "\\u65e5"}').denials == 1


def test_a_number_that_the_engine_cannot_hold_does_not_turn_into_another(says: Says):
    large = '{"a": 123456789012345678901234567890}'
    assert says(when("input.a > 1000"), raw=large).denials == 1
    with pytest.raises(PolicyFailed, match="too large"):
        says(when("input.a > 1000"), raw='{"a": 1e999}')
    assert says(when("input.a > 0"), raw='{"a": 0.000001}').denials == 1
    assert says(when("input.a == 0"), raw='{"a": 0.0}').denials == 1
    with pytest.raises(PolicyFailed, match="too small"):
        says(when("input.a > 0"), raw='{"a": 1e-7}')


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('package main\ndeny contains "x" if {\n', "0.rego: this is unclosed"),
        ('package main\ndeny contains "x" if nosuch(1) == 1\n', "Function not found"),
        ('package main\ndeny contains "x" if to_number("a") == 1\n', "a function fails"),
        ('package main\na := 1 if true\na := 2 if true\ndeny contains "x" if a == 1\n', "two"),
        ('package main\ndeny contains "x" if http.send({}).status_code == 200\n', "main"),
        ('package main\ndeny contains "x" if { input.a == mistyped }\n', "nothing binds mistyped"),
        ("package main\nx := 1\n", "neither package main nor package terraform"),
        ('package other\ndeny contains "x" if true\n', "neither package main"),
        ('package main\ndeny := "x"\n', "deny is no set"),
        ("package main\ndeny if true\n", "deny is no set"),
        ('package main\ndeny[k] := v if { k := "a"; v := 1 }\n', "deny is no set"),
    ],
)
def test_what_cannot_be_evaluated_is_never_taken_for_silence(says: Says, text: str, why: str):
    with pytest.raises(PolicyFailed, match=why):
        says(text)


def test_a_policy_without_an_end_ends(says: Says):
    three = "; ".join(f"some {v} in numbers.range(1, 5000)" for v in "xyz")
    began = time.monotonic()
    with pytest.raises(PolicyFailed, match=r"longer than 2 seconds|too much memory or time"):
        says(when(f"{three}; x + y + z == 1"), seconds=2)
    assert time.monotonic() - began < 30


@pytest.mark.long
def test_a_policy_that_takes_all_memory_ends_itself_alone(says: Says):
    with pytest.raises(PolicyFailed, match=r"too much memory or time|longer than"):
        says("package main\ndeny contains x if { some x in numbers.range(1, 100000000) }\n")
    assert says(when("true")).denied == ("yes",)


def test_a_policy_sees_nothing_of_the_environment(says: Says, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEKISHO_TEST_SECRET", "canary-4711")
    found = says('package main\ndeny contains sprintf("%v", [opa.runtime()]) if true\n')
    assert found.denials == 1
    assert "LANG" in found.denied[0]
    assert "canary" not in found.denied[0]


def test_messages_are_cleaned_whole_capped_and_counted(says: Says):
    plan = {"told": "hunter2" * 60}
    text = (
        "package main\n"
        'deny contains sprintf("%d %s", [n, input.told]) if { some n in numbers.range(1, 50) }\n'
    )
    found = says(text, plan=plan, clean=lambda said: said.replace("hunter2" * 60, "***"))
    assert found.denials == 50
    assert len(found.denied) == 20
    assert all("***" in said and "hunter2" not in said for said in found.denied)
    assert all(len(said) <= 301 for said in says(text, plan=plan).denied)


def test_what_is_cleaned_of_a_message_has_an_end(says: Says):
    """An agent chooses the value that a message quotes; cleaning a megabyte takes seconds."""
    seen: list[int] = []
    text = 'package main\ndeny contains sprintf("%s: no", [input.a]) if true\n'
    found = says(text, plan={"a": "x" * 2**21}, clean=lambda said: seen.append(len(said)) or said)
    assert found.denials == 1
    assert max(seen) <= 2**14


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('{"after": {"password": "hunter of seven"}}', "input.after.password"),
        (
            '{"variables": {"db_password": {"value": "hunter of seven"}}}',
            "input.variables[_].value",
        ),
        ('{"e": [{"name": "DB_PASSWORD", "value": "hunter of seven"}]}', "input.e[0].value"),
        ('{"t": "{\\"api_key\\": \\"hunter of seven\\"}"}', "json.unmarshal(input.t).api_key"),
    ],
)
def test_no_message_repeats_a_value_that_its_name_gives_away(says: Says, raw: str, value: str):
    """Nothing marks it, and the message does not say what it is called: who cleans cannot know."""
    text = f'package main\ndeny contains sprintf("%s is too weak", [v]) if {{ v := {value} }}\n'
    assert says(text, raw=raw).denied == (f"{MASK} is too weak",)


def test_what_a_name_gives_away_hides_nothing_else(says: Says):
    raw = '{"password": "", "token_endpoint": "https://a", "secret": "arn:aws:s3:::b", "n": "name"}'
    text = "package main\ndeny contains v if { some v in input }\n"
    assert set(says(text, raw=raw).denied) >= {"https://a", "arn:aws:s3:::b", "name"}


def test_a_huge_plan_is_refused_before_it_is_read(says: Says):
    with pytest.raises(PolicyFailed, match="bytes of JSON"):
        says(when("true"), raw=f'{{"a": "{"x" * (13 * 1024**2)}"}}')
    with pytest.raises(PolicyFailed, match="not JSON"):
        says(when("true"), raw="[1, 2")
    with pytest.raises(PolicyFailed):
        says(when("true"), raw="[" * 100_000)


def test_without_the_engine_the_error_says_how_to_get_it(tmp_path: Path):
    plan = tmp_path / "plan.json"
    plan.write_text("{}", encoding="utf-8")
    order = PolicyOrder(RegoPolicy("p", (("a.rego", when("true")),)), str(plan))
    missing = RegoEngine(package="sekisho-has-no-such-package")
    assert missing.version() == ""
    with pytest.raises(PolicyEngineMissing, match=r"sekisho\[rego\]"):
        missing.evaluate(order)
    assert RegoEngine().version()
