"""The one table of what fails on the laptop and the command line; no other code is told."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho_client.errors import SAYS, ClientError, failure, server_said
from sekisho_client.texts import LONGEST_FACT, Words

URL = "https://sekisho.example.jp"


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def calls(repository: Path) -> Iterator[tuple[Path, str, ast.Call]]:
    """Yield every call in the client and the command line, by the name that is called."""
    for folder in ("sekisho_client", "sekisho/cli"):
        for path in sorted((repository / "src" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call):
                    yield path, ast.unparse(node.func), node


@pytest.mark.parametrize("code", SAYS)
def test_every_code_is_told_in_both_languages_with_the_same_facts(code: str):
    said = SAYS[code]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
    assert facts(said.text) == facts(said.text_ja)
    assert facts(said.fix) == facts(said.fix_ja)
    assert said.fix
    assert re.search("[ぁ-んァ-ン一-龠]", said.fix_ja), "a next step in Japanese too"


def test_every_code_that_is_raised_is_in_the_table_and_has_the_facts_of_its_row(repository: Path):
    raised: set[str] = set()
    for path, name, call in calls(repository):
        if name != "failure":
            continue
        code = call.args[0]
        assert isinstance(code, ast.Constant), f"{path}:{call.lineno}: a code is written out"
        raised.add(str(code.value))
        row = SAYS[str(code.value)]
        given = {str(keyword.arg) for keyword in call.keywords}
        assert given == facts(row.text) | facts(row.fix), f"{path}:{call.lineno}"
    assert raised == set(SAYS), "no row is left over"


def test_errors_are_made_and_printed_in_one_place(repository: Path):
    made = {p.name for p, name, _ in calls(repository) if name == "ClientError"}
    assert made == {"errors.py"}
    printed = {p.name for p, name, _ in calls(repository) if name == "output.error"}
    assert printed == {"errors.py", "remote.py"}, "remote.py: why a run ended, in its own words"


def test_the_reference_has_a_row_for_every_code(repository: Path):
    page = (repository / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    _, client = page.split("## Of the command line")
    assert set(re.findall(r"^\| `(\w+)` \|", client, re.MULTILINE)) == set(SAYS)


def test_facts_from_outside_cannot_steer_the_terminal_and_are_cut():
    error = failure("folder_missing", path="\x1b[2J\u202e{path}\n" + "x" * 2 * LONGEST_FACT)
    assert error.message.english.startswith(r"\x1b[2J\u202e{path}\n")
    assert len(error.message.english) < LONGEST_FACT + 100


def test_a_fact_in_two_languages_is_told_in_the_readers():
    error = failure("name_refused", name="a", problem=Words("too long a name", "名前が長すぎる"))
    assert error.message == Words("a: too long a name.", "a: 名前が長すぎる。")


@pytest.mark.parametrize(
    ("told", "code", "message"),
    [
        (
            {"code": "run_unknown", "message": "a\nb\x1b", "message_ja": "日本", "next": "n"},
            "run_unknown",
            Words("a\nb\\x1b", "日本"),
        ),
        ({"code": "run_unknown", "message": "a"}, "run_unknown", Words("a", "a")),
        ({"code": ["x"], "message": 1}, "['x']", Words("1", "1")),
    ],
)
def test_the_server_is_quoted_but_what_it_says_does_no_harm(
    told: dict[str, object], code: str, message: Words
):
    error = server_said(URL, 404, told)
    assert (error.code, error.message, error.status) == (code, message, 404)


def test_an_answer_that_is_no_error_of_a_sekisho_is_said_to_be_none():
    error = server_said(URL, 502, {})
    assert isinstance(error, ClientError)
    assert (error.code, error.status) == ("http_error", 502)
    assert URL in error.message.japanese
