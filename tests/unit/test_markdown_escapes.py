"""Text from outside stays text inside Markdown: read back by a parser, it is what was written."""

import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sekisho.domain.text import plain
from sekisho.views.markdown_escapes import code, details, fence, flat, html_code, link, prose, row
from tests.faces.markdown_shape import blocks, complaints, fences, spoken

SIGNS = "|`<>@#-+*_[]()!\\&;:/~=$^{}\"'.,% \n\r\t"
PIECES = (
    *["![x](http://e.example)", "[a](b)", "@everyone", "www.e.example", "http://e", "#12"],
    *["`", "``", "```", "|", "\\|", "\\", "<script>", "</details>", "<!--", "&#64;", ":tada:"],
    *["**", "__", "~~", "---", "GH-1", "GH-12", "abc", "deadbeef", "||", "a@b.example", "$x$"],
    *["日本", "[^1]", "<b>", "mailto:a", "::", "- ", "1. ", "# ", "> ", "[ ]", "\n\n", "\n"],
)
HOSTILE = st.one_of(
    st.text(alphabet=st.sampled_from(f"{SIGNS}abw1あ。"), max_size=40),
    st.lists(
        st.sampled_from(PIECES),
        max_size=8,
    ).map("".join),
    st.text(max_size=40),
).map(plain)


@given(HOSTILE)
def test_code_is_read_back_as_it_was_written(text: str):
    assert spoken(code(text)) == flat(text)
    assert complaints(code(text)) == []


@given(HOSTILE)
@example("x/0000000")
@example("(www.e.example")
def test_prose_is_read_back_as_it_was_written_and_nothing_in_it_is_alive(text: str):
    assert spoken(prose(text)) == flat(text)
    assert complaints(prose(text)) == []


@settings(max_examples=60)
@given(HOSTILE)
def test_text_never_leaves_its_paragraph_item_or_cell(text: str):
    for write in (code, prose):
        inner = write(f"x{text}"), write(f"{text}x")
        for written in inner:
            assert blocks(written) == blocks("x")
            assert blocks(f"- {written}\n- x") == blocks("- x\n- x")
            assert blocks(f"> {written}") == blocks("> x")
            table = "\n".join([row(("a", "b")), row(("---", "---")), row((written, "x")), "", "x"])
            assert blocks(table) == blocks(table.replace(written, "y"))


@given(st.lists(HOSTILE, max_size=5))
def test_lines_never_leave_their_fence(lines: list[str]):
    shown = [" ".join(f"+ {line}".splitlines()) for line in lines]
    written = f"{fence(f'+ {line}' for line in lines)}\n\nafter"
    assert blocks(written) == [
        "fence:code:0",
        "paragraph_open:p:0",
        "inline::1",
        "paragraph_close:p:0",
    ]
    (content,) = fences(written)
    assert content.rstrip("\n").split("\n") == ("\n".join(shown)).rstrip("\n").split("\n")


@given(HOSTILE)
def test_a_summary_is_html_of_ours_and_its_text_is_text(text: str):
    folded = details(html_code(text), "x")
    assert complaints(folded) == []
    assert blocks(folded) == blocks(details(html_code("x"), "x"))
    (found,) = re.findall(r"<summary><code>(.*)</code></summary>", folded)
    assert html.unescape(found) == flat(text)


@pytest.mark.parametrize(
    "plain_words",
    [
        "It will be deleted first, then created anew.",
        "Rule default wants 1 more approval(s).",
        "承認: 0 / 1 · ルール: default",
        "データ消失の恐れがあります: the data in it。",
    ],
)
def test_sentences_of_ours_stay_as_they_are(plain_words: str):
    assert prose(plain_words) == plain_words


@pytest.mark.parametrize(
    ("url", "lives"),
    [
        ("http://127.0.0.1:8321/runs/run-01k", True),
        ("https://[::1]:8321/runs/x", True),
        ("javascript:alert(1)", False),
        ("https://a.example/x>y", False),
        ("https://user:secret@a.example/", False),
    ],
)
def test_only_a_plain_address_becomes_a_link(url: str, lives: bool):
    assert (link(url) == f"<{url}>") is lives
    assert complaints(link(url), url if lives else "") == []
