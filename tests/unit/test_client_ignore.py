"""`.terraformignore`: every sentence of its documentation, one row each."""

from __future__ import annotations

import time

import pytest

from sekisho_client.ignore import LONGEST_FILE, LONGEST_LINE, IgnoreInvalid, Pattern, parse

# what the row shows, the file, a path, whether it stays behind
CASES = [
    ("without a file, .git stays behind", "", ".git/config", True),
    ("without a file, .git stays behind at any depth", "", "modules/a/.git/HEAD", True),
    ("without a file, .terraform stays behind", "", ".terraform/providers/x", True),
    ("without a file, .terraform stays behind at any depth", "", "env/.terraform/x", True),
    ("installed modules are kept", "", ".terraform/modules/vpc/main.tf", False),
    ("installed modules are kept at any depth", "", "a/.terraform/modules/m.json", False),
    ("a lock file is kept", "", ".terraform.lock.hcl", False),
    ("a file like .git is kept", "", ".gitignore", False),
    ("defaults come first, so the file may take one back", "!.git/", ".git/config", False),
    (
        "defaults come first, so the file may go further",
        ".terraform/",
        ".terraform/modules/a",
        True,
    ),
    ("a blank line excludes nothing", "\n\n  \n\t\n", "main.tf", False),
    ("a comment excludes nothing", "# main.tf\n#main.tf", "main.tf", False),
    ("a comment may be indented", "   # main.tf", "main.tf", False),
    ("a # inside a name is no comment", "a#b", "a#b", True),
    ("a name matches at the root", "notes.txt", "notes.txt", True),
    ("a name matches at any depth", "notes.txt", "a/b/notes.txt", True),
    ("a name matches whole names alone", "notes.txt", "my-notes.txt", False),
    ("a name is not a prefix", "notes.txt", "notes.txt.bak", False),
    ("a leading / anchors to the root", "/notes.txt", "notes.txt", True),
    ("a leading / does not match deeper", "/notes.txt", "a/notes.txt", False),
    ("an inner / does not anchor", "docs/notes.txt", "docs/notes.txt", True),
    ("an inner / still matches at any depth", "docs/notes.txt", "a/docs/notes.txt", True),
    ("an anchored path with inner / is one place", "/docs/a.txt", "x/docs/a.txt", False),
    ("a trailing / takes what is in the folder", "build/", "build/out.bin", True),
    ("a trailing / takes folders below", "build/", "build/a/b/out.bin", True),
    ("a trailing / matches folders at any depth", "build/", "modules/x/build/out.bin", True),
    ("a trailing / leaves a file of that name", "build/", "build", False),
    ("an anchored folder is at the root alone", "/build/", "a/build/out", False),
    ("an anchored folder takes all of itself", "/build/", "build/a/b", True),
    ("a folder without / keeps what is in it", "build", "build/out.bin", False),
    ("* matches within a name", "*.bak", "main.tf.bak", True),
    ("* matches at any depth too", "*.bak", "a/b/c.bak", True),
    ("* stops at /", "/docs/*.txt", "docs/a/b.txt", False),
    ("* matches nothing too", "a*b", "ab", True),
    ("* matches a leading dot", "*.log", ".log", True),
    ("a lone * takes files at any depth", "*", "a/b/c.tf", True),
    ("? matches one character", "v?.tf", "v1.tf", True),
    ("? does not match two", "v?.tf", "v10.tf", False),
    ("? stops at /", "a?b", "a/b", False),
    ("? matches one Japanese character", "第?版.tf", "第三版.tf", True),
    ("** at the start matches any depth", "**/x.txt", "a/b/x.txt", True),
    ("** at the start matches the root too", "**/x.txt", "x.txt", True),
    ("** in the middle matches many folders", "/a/**/z", "a/b/c/z", True),
    ("** in the middle matches no folder too", "/a/**/z", "a/z", True),
    ("** in the middle needs whole names", "/a/**/z", "a/bz", False),
    ("** at the end takes everything below", "/a/**", "a/b/c", True),
    ("** at the end leaves the folder's namesake", "/a/**", "ab", False),
    ("a character class takes one of its members", "v[12].tf", "v2.tf", True),
    ("a character class takes no other", "v[12].tf", "v3.tf", False),
    ("a character class has ranges", "v[0-9].tf", "v7.tf", True),
    ("a character class may be negated by !", "v[!0-9].tf", "v7.tf", False),
    ("a character class may be negated by ^", "v[^0-9].tf", "vx.tf", True),
    ("a negated class stops at /", "a[!x]b", "a/b", False),
    ("a [ without its end is a character", "a[b", "a[b", True),
    ("a ] may be the first member", "a[]]b", "a]b", True),
    ("\\ takes the meaning of *", "a\\*b", "a*b", True),
    ("\\ takes the meaning of * for others", "a\\*b", "axb", False),
    ("\\ takes the meaning of a leading #", "\\#a", "#a", True),
    ("\\ takes the meaning of a leading !", "\\!a", "!a", True),
    ("a . is a dot", "a.b", "axb", False),
    ("characters of regular expressions are themselves", "a+(b)$|c^", "a+(b)$|c^", True),
    ("a + repeats nothing", "a+", "aaa", False),
    ("! takes back", "*.txt\n!keep.txt", "keep.txt", False),
    ("! leaves the others excluded", "*.txt\n!keep.txt", "other.txt", True),
    ("! takes back inside an excluded folder", "build/\n!build/keep.tf", "build/keep.tf", False),
    ("the last match wins: excluded again", "*.txt\n!a.txt\n/a.txt", "a.txt", True),
    ("the last match wins: kept in the end", "a.txt\na.txt\n!a.txt", "a.txt", False),
    ("a ! before its rule changes nothing", "!a.txt\na.txt", "a.txt", True),
    ("a lone ! excludes nothing", "!", "main.tf", False),
    ("! with an anchor takes back at the root", "*.txt\n!/a.txt", "a.txt", False),
    ("! with an anchor leaves deeper ones", "*.txt\n!/a.txt", "b/a.txt", True),
    ("a lone / takes everything", "/", "a/b.tf", True),
    ("line ends of Windows are no part", "a.txt\r\nb.txt\r\n", "a.txt", True),
    ("spaces around a pattern are no part", "  a.txt  ", "a.txt", True),
    ("spaces inside a pattern are", "a b.txt", "a b.txt", True),
    ("a byte order mark is no part", "\ufeffa.txt", "a.txt", True),
    ("the last line needs no end", "a.txt\nb.txt", "b.txt", True),
    ("Japanese names match", "設計書/", "資料/設計書/構成図.png", True),
    ("a decomposed pattern matches a composed name", "か\u3099.txt", "が.txt", True),
    ("a composed pattern matches a decomposed name", "が.txt", "か\u3099.txt", True),
    ("letters are of one case", "README.md", "readme.md", False),
]


@pytest.mark.parametrize(
    ("file", "path", "excluded"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_terraformignore(file: str, path: str, excluded: bool):
    assert parse(file.encode()).excludes(path) is excluded


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("build", ["build"]),
        ("/modules/build", ["/modules/build"]),
        ("*ild", ["*ild"]),
        ("build/", []),
        ("build/**", []),
        ("other", []),
        ("!build", []),
        ("main.tf", []),
    ],
)
def test_a_folder_that_is_named_without_a_slash_is_told(file: str, told: list[str]):
    rules = parse(file.encode())
    idle = rules.idle(["main.tf", "build/a.bin", "modules/build/b.bin"])
    assert [rule.written for rule in idle] == told


def test_a_rule_knows_its_line():
    (rule,) = parse(b"# first\n\nbuild\n").idle(["build/x"])
    assert rule.line == 3


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 1500 + "b",
        "**/" + "a*" * 1500,
        "**/*" * 1000 + "x",
        "?*" * 1500 + "b",
        "[ab]*" * 800 + "c",
        "**/a/" * 800 + "b",
        "a**" * 1000 + "b",
    ],
)
def test_no_pattern_hangs_the_client(pattern: str):
    rule = Pattern(pattern)
    start = time.process_time()
    for path in ("a" * 1023 + "x", "a/" * 500 + "ab", "ab" * 500):
        rule.matches(path)
    assert time.process_time() - start < 1.0


def test_a_hostile_pattern_is_matched_rightly_all_the_same():
    assert Pattern("*a" * 400 + "b").matches("a" * 900 + "b")
    assert not Pattern("*a" * 400 + "b").matches("a" * 399 + "b")


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe", "漢字".encode("cp932"), b"a" * (LONGEST_LINE + 1), b"\n" * (LONGEST_FILE + 1)],
)
def test_a_file_that_cannot_be_meant_is_refused(data: bytes):
    with pytest.raises(IgnoreInvalid):
        parse(data)
