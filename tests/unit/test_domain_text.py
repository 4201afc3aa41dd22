"""Text from outside is inert by the time anybody reads it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.text import Text, joined, plain


@pytest.mark.parametrize(
    ("raw", "inert"),
    [
        ("plain text, 日本語 😀", "plain text, 日本語 😀"),
        ("a\nb\tc", "a\nb\tc"),
        ("a\r\nb\x00\x07\x7f", "a\nb"),
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x9b31mred\x9b0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]8;;https://evil.example\x07link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;title\x9cafter", "after"),
        ("\x1b]0;never ended", "]0;never ended"),
        ("\x1b[", "["),
        ("\x85\x90\x9f", ""),
        ("user\u202eexe.txt", "userexe.txt"),
        ("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069", ""),
        ("a\u200bb\u2060c\ufeffd\u2028e\u2029f", "abcdef"),
        ("safe\U000e0041\U000e0042", "safe"),
        ("family 👩\u200d👧", "family 👩\u200d👧"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        (42, "42"),
        (None, "None"),
    ],
)
def test_what_is_not_for_reading_is_taken_out(raw: object, inert: str):
    assert plain(raw) == inert


def test_a_long_text_is_cut_with_a_mark_and_one_that_fits_is_not():
    assert plain("x" * 500) == "x" * 500
    assert plain("x" * 501) == "x" * 499 + "…"
    assert plain("\x1b[0m" * 10 + "abc", cap=3) == "abc"
    assert plain("abcd", cap=3) == "ab…"


@given(st.text(st.characters(), max_size=80))
def test_whatever_comes_in_nothing_dangerous_comes_out(raw: str):
    out = plain(raw)

    assert plain(out) == out, "done once is done"
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in out if c not in "\n\t")
    assert not any(unicodedata.bidirectional(c) in BIDI for c in out)
    out.encode()


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
SENTENCE = Text("{who} has {what}.", "{who} は {what}。")


def test_a_sentence_is_filled_in_both_languages_with_inert_facts():
    facts = {"who": "\x1b[1msato\x1b[0m", "what": "x" * 600}

    assert SENTENCE.render("en", facts, cap=4) == "sato has xxx…."
    assert SENTENCE.render("ja", facts, cap=4) == "sato は xxx…。"
    assert len(SENTENCE.fill(facts).en) < 520


def test_braces_in_facts_stay_literal_however_often_a_sentence_is_rendered():
    filled = SENTENCE.fill({"who": "{0.__class__}", "what": "{who} {"})

    assert filled.en == "{0.__class__} has {who} {."
    assert filled.render("en") == filled.en
    assert filled.render("ja") == filled.ja


def test_a_fact_that_nobody_gave_leaves_its_mark_instead_of_failing():
    assert SENTENCE.render("en", {"who": "sato"}) == "sato has {what}."


def test_a_fact_that_is_a_text_speaks_the_language_of_the_sentence():
    facts = {"who": Text("She", "彼女"), "what": joined([Text("a", "あ"), Text("b", "い")])}

    assert SENTENCE.render("en", facts) == "She has a b."
    assert SENTENCE.render("ja", facts) == "彼女 は あい。"
