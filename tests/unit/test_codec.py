"""Domain values go into a store and come out as they were."""

import dataclasses
import json
import typing
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.approvals import Approval
from sekisho.domain.configurations import Configuration, Upload
from sekisho.domain.errors import StoreUnavailable
from sekisho.domain.logs import LogLine
from sekisho.domain.runs import Run
from sekisho.domain.tokens import Token
from sekisho.stores import codec
from tests.fakes.clock import START
from tests.fakes.values import SATO, a_full_record, a_full_run, a_line, a_run, a_seal, a_worker

SAMPLES: list[tuple[codec.Codec[Any], Any]] = [
    (codec.RUN, a_run()),
    (codec.RUN, a_full_run()),
    (codec.WORKSPACE, a_full_record()),
    (codec.WORKER, a_worker(beat=2**40, console_url="http://localhost")),
    (codec.CONFIGURATION, Configuration("sha256:x", "inline", 1, 2, START, SATO)),
    (codec.UPLOAD, Upload("k", "w", SATO, START, "sha256:x")),
    (codec.TOKEN, Token("t", "p", "c", "d", START, START, START, ("read",), START, local=True)),
    (codec.LOG_LINE, a_line(detail="d", file="f", line=3)),
]


@pytest.mark.parametrize(("coded", "value"), SAMPLES)
def test_a_value_comes_back_equal_in_every_part_and_type(coded: codec.Codec[Any], value: object):
    again = coded.load(coded.dump(value))

    assert again == value
    assert types(again) == types(value)


def types(value: Any) -> Any:
    """The types of a value's parts, at every depth."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return type(value), {f.name: types(getattr(value, f.name)) for f in fields}
    if isinstance(value, tuple):
        return tuple, [types(part) for part in typing.cast("tuple[Any, ...]", value)]
    if isinstance(value, dict):
        return dict, {k: types(v) for k, v in typing.cast("dict[str, Any]", value).items()}
    return type(value)


def test_the_full_run_has_every_field_set():
    """So that the test above means something when a field is added."""
    unset = [
        f"{type(part).__name__}.{field.name}"
        for part in parts(a_full_run())
        if not isinstance(part, Approval)
        for field in dataclasses.fields(part)
        if field.default is not dataclasses.MISSING and getattr(part, field.name) == field.default
    ]

    assert unset == []


def parts(value: Any) -> list[Any]:
    """Every dataclass inside a value, itself included."""
    if isinstance(value, tuple):
        return [p for part in typing.cast("tuple[Any, ...]", value) for p in parts(part)]
    if not dataclasses.is_dataclass(value):
        return []
    inner = [parts(getattr(value, field.name)) for field in dataclasses.fields(value)]
    return [value, *(part for found in inner for part in found)]


def test_digests_and_signed_bytes_are_the_same_after_a_store():
    run, kept = codec.RUN.load(codec.RUN.dump(a_full_run())), a_full_run()

    assert run.plan is not None
    assert kept.plan is not None
    assert run.plan.seal.seal.digest == kept.plan.seal.seal.digest != a_seal().digest
    assert [a.canonical() for a in run.approvals] == [a.canonical() for a in a_full_run().approvals]


def test_fields_of_a_newer_version_are_ignored():
    body = json.loads(codec.RUN.dump(a_full_run()))
    body["weather"] = "晴れ"
    body["plan"]["seal"]["mood"] = [1]
    body["approvals"][0]["by"]["age"] = 40

    assert codec.RUN.load(json.dumps(body)) == a_full_run()


def test_fields_that_an_older_version_did_not_have_get_their_defaults():
    body = json.loads(codec.RUN.dump(a_run()))
    for name in ("allowed_by", "attempts", "cancel", "options"):
        del body[name]

    assert codec.RUN.load(json.dumps(body)) == a_run()


def test_a_token_of_an_older_version_may_do_all_that_tokens_could_and_is_nobodys_own():
    body = json.loads(codec.TOKEN.dump(Token("t", "p", "c", "d", START)))
    for name in ("powers", "last_used_at", "local"):
        del body[name]

    assert codec.TOKEN.load(json.dumps(body)) == Token("t", "p", "c", "d", START)


@pytest.mark.parametrize(
    "text", ["", "{}", "null", '{"id": 1}', "[", codec.WORKER.dump(a_worker())]
)
def test_what_is_not_one_of_ours_is_said_to_be_unreadable(text: str):
    with pytest.raises(StoreUnavailable):
        codec.RUN.load(text)


def test_a_text_that_is_no_unicode_is_refused_before_it_is_stored():
    with pytest.raises(ValueError):
        codec.RUN.dump(a_run(message="\ud800"))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
zones = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=zones)
runs = st.builds(
    a_run,
    texts,
    message=texts,
    created_at=moments,
    attempts=st.integers(),
    allowed_by=st.tuples(texts),
)


@given(runs)
def test_any_run_comes_back_equal(run: Run):
    again = codec.RUN.load(codec.RUN.dump(run))

    assert again == run
    assert again.created_at.utcoffset() == run.created_at.utcoffset()


@given(st.builds(LogLine, moments, texts, texts, texts, texts, line=st.integers(0)))
def test_any_line_comes_back_equal_and_is_one_line(line: LogLine):
    text = codec.LOG_LINE.dump(line)

    assert codec.LOG_LINE.load(text) == line
    assert "\n" not in text
