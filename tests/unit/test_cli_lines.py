"""Lines for a terminal: as wide as it is, in its encoding, and never more than words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.cli.lines import Paper, Words, wrapped
from sekisho_client.colours import Tone
from sekisho_client.terminal import width

COMMANDS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys, or what turns the reading order round."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TEXTS = st.text(
    alphabet=st.sampled_from("ab c.)（）「」、。日本語ー\x1b\r\n\t\x07\u202e…→"), max_size=200
)


@given(TEXTS, st.integers(20, 80))
def test_no_line_is_wider_than_the_terminal(text: str, columns: int):
    paper = Paper(columns, colour=True)
    lines = [
        paper.line(Words("~ ", Tone.WAIT), Words(text), Words(f" {text}", Tone.QUIET), indent=2),
        *paper.lines(text, Tone.BAD, indent=4),
        *paper.flow([text, "x", text], indent=2),
    ]
    for line in lines:
        bare = COLOUR.sub("", line)
        assert width(bare) <= max(columns, 24)
        assert bare.isprintable()


@given(TEXTS)
def test_wrapping_loses_nothing_but_spaces(text: str):
    flat = Paper().inert(text)
    assert "".join("".join(wrapped(flat, 20, 14)).split()) == "".join(flat.split())


@given(st.text(max_size=80))
def test_nothing_from_a_plan_commands_the_terminal(text: str):
    shown = Paper().inert(f"\x1b[2J{text}\x1b]0;title\x07")
    assert not COMMANDS.search(shown)


def test_a_long_address_and_its_change_share_a_line_with_a_mark_where_it_is_cut():
    paper = Paper(30)
    line = paper.line(Words("aws_instance.web[…]"), Words(": tags.git_sha a → b"))
    assert line == "aws_instance.web[…]: tags.git…"
    assert paper.line(Words("x" * 30), Words("y")) == f"{'x' * 29}…"
    assert paper.line(Words("x" * 30)) == "x" * 30
    assert paper.line(Words("日本語" * 10)) == f"{'日本語' * 4}日本…"


def test_where_nobody_looks_on_nothing_is_cut_or_coloured():
    assert Paper().line(Words("x" * 500, Tone.BAD)) == "x" * 500
    assert Paper().lines("語" * 500, Tone.BAD) == ["語" * 500]
    assert Paper().flow(["a", "b"]) == ["a · b"]


def test_japanese_breaks_between_characters_and_never_before_a_full_stop():
    text = "最終スナップショットは取得されません（skip_final_snapshot）。"
    lines = list(wrapped(text, 38, 38))
    assert lines == ["最終スナップショットは取得されません", "（skip_final_snapshot）。"]


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "2 × a[…] → 日本 ü"),
        ("cp932", "2 x a[...] -> 日本 \\xfc"),
        ("latin-1", "2 x a[...] -> \\u65e5\\u672c ü"),
        ("ascii", "2 x a[...] -> \\u65e5\\u672c \\xfc"),
        ("nonsense", "2 x a[...] -> \\u65e5\\u672c \\xfc"),
    ],
)
def test_what_a_terminal_cannot_show_is_written_with_what_it_can(encoding: str, shown: str):
    assert Paper(encoding=encoding).inert("2 × a[…] → 日本 ü") == shown
    assert Paper(20, encoding="ascii").line(Words("x" * 30)) == f"{'x' * 19}~"
