"""What a state file marks sensitive, read as Terraform writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sekisho.terraform.state_secrets import secrets_in_state


def attr(name: str) -> dict[str, Any]:
    return {"type": "get_attr", "value": name}


def index(key: str | int) -> dict[str, Any]:
    kind = "string" if isinstance(key, str) else "number"
    return {"type": "index", "value": {"value": key, "type": kind}}


STATE = {
    "version": 4,
    "outputs": {
        "open": {"value": "see-me", "type": "string"},
        "word": {"value": {"a": ["output-word"]}, "sensitive": True},
    },
    "resources": [
        {
            "type": "kata_form",
            "instances": [
                {
                    "attributes": {
                        "name": "see-me-too",
                        "pin": "pin-word",
                        "rules": [{"port": 22, "key": "rule-word"}],
                        "steps": [{"run": "x"}, {"token": "step-word"}],
                        "parts": {"p": {"secret": "part-word"}},
                    },
                    "sensitive_attributes": [
                        [attr("pin")],
                        [attr("rules")],
                        [attr("steps"), index(1), attr("token")],
                        [attr("parts"), index("p"), attr("secret")],
                        [attr("gone"), index(7)],
                    ],
                }
            ],
        },
        {
            "type": "terraform_data",
            "instances": [
                {
                    "attributes": {
                        "input": {
                            "value": {"open": "seen", "list": ["seen", "dynamic-word"]},
                            "type": ["object", {}],
                        }
                    },
                    "sensitive_attributes": [[attr("input"), attr("list"), index(1)]],
                },
                {
                    "attributes": {"input": {"value": ["whole-word"], "type": ["set", "string"]}},
                    "sensitive_attributes": [[attr("input")]],
                },
                {
                    "attributes": {"input": {"value": "text-word", "type": "string"}},
                    "sensitive_attributes": [[attr("input")]],
                },
                {
                    "attributes": {"pair": {"value": "pair-word", "type": "kind-word"}},
                    "sensitive_attributes": [[attr("pair")]],
                },
            ],
        },
    ],
}


def test_exactly_what_is_marked_is_found(tmp_path: Path):
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(STATE), encoding="utf-8")
    assert secrets_in_state(path) == {
        *("output-word", "pin-word", "22", "rule-word", "step-word", "part-word", "dynamic-word"),
        *("whole-word", "text-word", "pair-word", "kind-word"),
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"[]",
        b"null",
        b'{"resources": 1, "outputs": []}',
        b'{"resources": [{"instances": [{"sensitive_attributes": [[], [1], "x", [{}]]}]}]}',
        b'{"resources": [{"instances": [{"attributes": [1], "sensitive_attributes": [[{}]]}]}]}',
        json.dumps({"outputs": {"o": {"sensitive": True, "value": {}}}}).encode(),
        (
            b'{"resources": [{"instances": [{"attributes": {"value": 0, "type": []},'
            b' "sensitive_attributes": [[{"value": "a"}]]}]}]}'
        ),
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_whatever_else_lies_there_gives_nothing(tmp_path: Path, content: bytes):
    path = tmp_path / "terraform.tfstate"
    path.write_bytes(content)
    assert secrets_in_state(path) == set()


def test_no_state_and_one_that_is_too_large_give_nothing(tmp_path: Path):
    path = tmp_path / "terraform.tfstate"
    assert secrets_in_state(path) == set()
    path.write_text(json.dumps({**STATE, "more": "x" * 17_000_000}), encoding="utf-8")
    assert secrets_in_state(path) == set()
