"""Editing JSON with comments: one member changes, every other character stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho_client.jsonc import JsoncError, drop, load, put

PATH = ("servers", "sekisho")
ENTRY = {"type": "http", "url": "https://sekisho.example.jp/mcp"}
COMMENTED = """\
// 共有設定
{
  /* inputs: {
     none */
  "inputs": [], // keep
  "servers": {
    // the registry's own
    "github": { "url": "https://api.example/mcp/" }, // trailing comma follows
  },
}
"""


def test_comments_and_trailing_commas_stay_where_they_are():
    after = put(COMMENTED, PATH, ENTRY)

    assert load(after)["servers"] == {
        "github": {"url": "https://api.example/mcp/"},
        "sekisho": ENTRY,
    }
    assert [line for line in COMMENTED.splitlines() if line not in after.splitlines()] == []
    assert drop(after, PATH) == COMMENTED


@pytest.mark.parametrize(
    "before",
    [
        "",
        "   \n",
        "// only a comment\n",
        "{}",
        "{ }",
        "{\n}\n",
        "{\n  // nothing yet\n}\n",
        "{ /* here */ }",
        '{"servers":{}}',
        '{"servers":{"a":{"url":"x"}}}',
        '{\n\t"servers": {\n\t\t"a": 1\n\t}\n}\n',
        '{\r\n  "servers": {\r\n    "a": 1 // last\r\n  }\r\n}\r\n',
        '{\n  "servers": { "a": 1 }, "z": "http://not-a-comment/*" }\n',
        '{"servers": {"a": "\\"//", "b": "/*"}, }',
        '\ufeff{"z": 1}\n',
        '{"servers": {"sekisho": {"url": "old", "extra": [1, 2,]}, "b": 1}}',
        '{"servers": {"sekisho": {"url": "first"}, "sekisho": {"url": "counts"}}}',
        '{"servers": {"a": 1 /* one\n two */ }}',
    ],
)
def test_an_entry_is_added_to_every_form_of_file_and_taken_out_again(before: str):
    meant = load(before)
    group = {**meant.get("servers", {}), "sekisho": ENTRY}

    after = put(before, PATH, ENTRY)

    assert load(after) == meant | {"servers": group}
    assert put(after, PATH, ENTRY) == after, "twice is once"
    if before.count('"sekisho"') < 2:
        assert "sekisho" not in load(drop(after, PATH))["servers"]
    if "\r\n" in before:
        assert "\n" not in after.replace("\r\n", "")
    for comment in (
        "// only a comment",
        "// nothing yet",
        "/* here */",
        "// last",
        "/* one\n two */",
    ):
        assert (comment in before) == (comment in after)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n  "a": 1,\n  "b" 2\n}', 3),
        ("[]", 1),
        ("{", 1),
        ('{"a": 1} {"b": 2}', 1),
        ('{\n/* long\ncomment */ "a": }', 3),
        ('{"servers": []}', 0),
        ('{"servers": "x"}', 0),
        ("/* never closed", 1),
        ('{"a": "never closed\n}', 1),
        ("[" * 100_000, 0),
    ],
)
def test_what_is_broken_is_refused_with_its_line(text: str, line: int):
    with pytest.raises(JsoncError) as refused:
        put(text, PATH, ENTRY)
    assert refused.value.line == line


def test_what_is_not_there_is_not_taken_out():
    assert drop(COMMENTED, PATH) == COMMENTED
    assert drop("", PATH) == ""


def test_doubt_is_refused_rather_than_half_removed():
    twice = '{"servers": {"sekisho": {"url": "a"}, "sekisho": {"url": "b"}}}'
    with pytest.raises(JsoncError):
        drop(twice, PATH)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(), VALUES, max_size=4),
    st.dictionaries(st.text(), VALUES, max_size=3),
    st.sampled_from([None, 1, 2, 4, "\t"]),
)
def test_any_file_keeps_all_its_other_values(root: dict, group: dict, indent):
    root["servers"] = group
    after = put(json.dumps(root, indent=indent), PATH, ENTRY)
    assert load(after) == root | {"servers": {**group, "sekisho": ENTRY}}
    removed = load(drop(after, PATH))
    assert removed["servers"] == {k: v for k, v in group.items() if k != "sekisho"}


@given(st.text(alphabet='{}[]":,/* \n\\a1'))
def test_no_text_ends_in_anything_but_a_result_or_a_refusal(text: str):
    try:
        before = load(text)
        after = put(text, PATH, ENTRY)
    except JsoncError:
        return
    assert load(after) == before | {"servers": {**before.get("servers", {}), "sekisho": ENTRY}}
