"""No text of the console is missing, in either language, and none is there for nothing."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import CodeKind
from sekisho.domain.plans import PlanMode
from sekisho.domain.rules import Level
from sekisho.domain.runs import RunStatus
from sekisho.domain.scans import Severity
from sekisho.web.languages import language_of, say
from sekisho.web.rendering import TONES
from sekisho.web.texts_en import ENGLISH
from sekisho.web.texts_ja import JAPANESE

NAMED = re.compile(r"""(?:\bt|\bsay|\bsaid)\((?:[\w.]+, )?"([\w.]+)"(?! ~)""")
DYNAMIC = {
    "status.": [str(s) for s in RunStatus],
    "means.": [str(s) for s in RunStatus],
    "action.": [str(a) for a in Action],
    "risk.": [str(r) for r in Risk],
    "severity.": [str(s) for s in Severity],
    "level.": [str(level) for level in Level],
    "mode.": [str(m) for m in PlanMode],
    "source.": ["inline", "upload", "folder"],
    "doubt.rescued.": ["kept", "none", "waiting"],
    "http.": ["404", "405", "500"],
    "check.": ["fail", "error"],
    "code.": [str(k) for k in CodeKind],
    "changes.": ["absent", "sensitive", "unknown"],
    "changes.note.": ["sensitivity", "write_only", "spacing", "order"],
    "filter.": ["action", "risk", "type", "module"],
    "drift.": ["title", "note"],
    "deferred.": ["title", "note"],
    "compare.": ["new", "gone"],
    "log.phase.": ["plan", "apply"],
    "log.level.": ["info", "warn", "error"],
    "leaving.": ["approve", "reject", "out"],
    "note.": [],
    "count.": [],
}


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def sources(repository: Path) -> str:
    folder = repository / "src" / "sekisho" / "web"
    files = [*folder.glob("*.py"), *folder.glob("templates/*.html")]
    return "\n".join(f.read_text(encoding="utf-8") for f in files if "texts_" not in f.name)


def test_both_languages_have_the_same_texts_with_the_same_facts():
    assert list(ENGLISH) == list(JAPANESE)
    for key, text in ENGLISH.items():
        assert facts(text) == facts(JAPANESE[key]), key
        assert text.strip()
        assert JAPANESE[key].strip()


def test_every_japanese_text_is_japanese():
    same = [k for k in ENGLISH if ENGLISH[k] == JAPANESE[k]]
    assert set(same) == {"none", "fact.terraform", "ws.state", "col.state", "backend.s3"} & set(
        same
    )
    latin = [k for k, v in JAPANESE.items() if v.isascii() and k not in same]
    assert latin == ["ws.state", "col.state"][: len(latin)] or set(latin) <= {
        "ws.state",
        "col.state",
    }


def test_every_text_that_a_page_names_is_there(repository: Path):
    named = set(NAMED.findall(sources(repository)))
    assert len(named) > 100
    assert named <= set(ENGLISH), named - set(ENGLISH)


@pytest.mark.parametrize(("prefix", "words"), DYNAMIC.items(), ids=DYNAMIC)
def test_every_text_that_is_named_by_a_value_is_there(prefix: str, words: list[str]):
    for word in words:
        assert f"{prefix}{word}" in ENGLISH


def test_no_text_is_there_for_nothing(repository: Path):
    text = sources(repository)
    named = set(NAMED.findall(text)) | {f"{p}{w}" for p, words in DYNAMIC.items() for w in words}
    open_ = tuple(p for p, words in DYNAMIC.items() if not words)
    unused = [
        k for k in ENGLISH if k not in named and not k.startswith(open_) and f'"{k}"' not in text
    ]
    assert unused == []


def test_every_note_that_a_form_leaves_is_there(repository: Path):
    named = set(
        re.findall(
            r'"((?:code_shown|passkey_(?:add|remov)|approved|rejected|appl|cancel|discard|lock|unlock'
            r'|stopped|resumed|passed|followed)\w*)"',
            sources(repository),
        )
    )
    notes = {k.removeprefix("note.") for k in ENGLISH if k.startswith("note.")}
    assert notes <= named


def test_every_status_has_a_tone():
    assert set(TONES) == {str(s) for s in RunStatus}


def test_facts_in_a_text_are_inert():
    said = say("en", "lock.lease", run="run_1\x1b[2J\u202e", at="now {x}")
    assert said == "Run run_1 is being applied since now {x}."
    with pytest.raises(KeyError):
        say("en", "no.such.text")


@pytest.mark.parametrize(
    ("chosen", "asked", "shown"),
    [("ja", "en", "ja"), ("en", "ja", "en"), ("auto", "ja", "ja"), ("auto", "en", "en")],
)
def test_the_operators_language_comes_before_the_browsers(chosen: str, asked: str, shown: str):
    app = Starlette()
    app.state.language = chosen
    headers = [(b"accept-language", asked.encode())]
    scope = {"type": "http", "app": app, "headers": headers, "query_string": b""}
    assert language_of(Request(scope)) == shown
    scope["query_string"] = b"lang=en"
    assert language_of(Request(scope)) == "en", "the switch on the page wins"
