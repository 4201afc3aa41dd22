"""The redactor on a corpus: every secret is masked, every honest text stays as it is."""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import string
import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.domain import secret_shapes
from sekisho.domain.secret_names import telling
from sekisho.domain.states import MASK
from sekisho.terraform.redaction import Redactor
from sekisho.terraform.secret_forms import forms, worth_hiding
from sekisho.terraform.secret_pairs import hidden_entries
from sekisho.views import redaction as second_net
from sekisho_client import secrets as client
from tests.breadth import broad
from tests.unit.honest_samples import NAMED, TEXTS
from tests.unit.secret_samples import TOKENS, Dice, Sample, every_sample, packed

SAMPLES = every_sample(20260401)
REDACTOR = Redactor()


def pieces(secret: str) -> list[str]:
    """Return what may not be seen of a secret: eight characters of it tell too much."""
    return [secret[i : i + 8] for i in range(len(secret) - 7)] or [secret]


def test_chance_is_seen_in_nearly_every_word_that_it_made():
    """What is not seen looks like names (`S3PutBucketPolicyAccess`), which stay readable."""
    chance, every = random.Random(7), string.ascii_letters + string.digits
    for length, least in ((24, 0.95), (32, 0.96), (40, 0.98)):
        words = ["".join(chance.choices(every, k=length)) for _ in range(1000)]
        assert sum(REDACTOR.leaf("value", word) != word for word in words) >= least * len(words)


def test_the_corpus_is_large_enough():
    assert len(SAMPLES) >= 120
    assert len({s.text for s in SAMPLES}) == len(SAMPLES)
    assert len(TEXTS) + len(NAMED) >= 120


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.kind)
def test_a_secret_is_masked_where_it_stands(sample: Sample):
    left = REDACTOR.leaf(sample.path, sample.text)
    assert MASK in left
    assert not [p for p in pieces(sample.secret) if p in left]
    assert REDACTOR.leaf(sample.path, left) == left


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: t[:40])
def test_an_honest_text_stays_as_it_is(text: str):
    redactor = Redactor(["never-there-x9"])
    assert redactor.text(text, len(text) + 1) == text
    assert redactor.leaf("value", text) == text
    assert second_net.mask(text) == text


@pytest.mark.parametrize(("path", "value"), NAMED, ids=lambda v: str(v)[:40])
def test_a_name_that_sounds_like_a_secret_does_not_hide_what_is_none(path: str, value: Any):
    assert REDACTOR.leaf(path, value) == value


@pytest.mark.parametrize("seed", range(3))
def test_a_script_is_looked_into_however_it_is_packed(seed: int):
    secret = Dice(seed).word()
    script = f"#!/bin/sh\nset -eu\nexport DB_PASSWORD='{secret}'\nsystemctl restart app\n" + (
        "echo 'a line that makes it longer, as scripts are' >> /var/log/app\n" * 3
    )
    for kind, text in packed(script).items():
        left = REDACTOR.leaf("user_data", text)
        assert MASK in left, kind
        assert secret not in left, kind
        if kind.startswith("base64"):
            assert left.strip() == MASK, kind


def test_an_archive_that_unpacks_to_too_much_is_not_read_and_not_shown():
    bomb = base64.b64encode(gzip.compress(b"a" * 50_000_000)).decode()
    assert REDACTOR.leaf("user_data", bomb) == MASK
    small = base64.b64encode(gzip.compress(b"nothing to hide here\n" * 20)).decode()
    assert REDACTOR.leaf("user_data", small) == small


def test_a_label_beside_a_value_hides_it_in_structures_too():
    assert hidden_entries({"name": "DB_PASSWORD", "value": "x"}) == {"value"}
    assert hidden_entries({"name": "LOG_LEVEL", "value": "x"}) == frozenset()
    secret = {"kind": "Secret", "data": {"a": "aHVudGVyMg=="}, "metadata": {"name": "db"}}
    assert REDACTOR.value(secret) == {**secret, "data": {"a": MASK}}
    pair = [{"name": "API_TOKEN", "value": "hunter2"}, {"name": "PORT", "value": "80"}]
    assert REDACTOR.value(pair) == [{"name": "API_TOKEN", "value": MASK}, pair[1]]


def test_what_is_under_a_telling_name_is_hidden_but_for_names_and_addresses():
    value = {"username": "app", "password": "hunter2", "extra": "hunter3", "on": True}
    assert REDACTOR.leaf("credentials", value) == {
        "username": "app",
        "password": MASK,
        "extra": MASK,
        "on": True,
    }
    assert REDACTOR.leaf("pin_password", 91827364) == MASK
    assert REDACTOR.leaf("port", 5432) == 5432


# --- hiding by splitting ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "splitter",
    [
        "\x1b[0m",
        "\x1b[1;31m",
        "\x1b(B",
        "\x00",
        "\x08",
        "\u200b",
        "\u200d",
        "\xad",
        "\ufeff",
        "\u2060",
        "\u202e",
        "\x1b]0;t\x07",
        "͏",
        "️",
        "\U000e0041",
    ],
    ids=ascii,
)
def test_a_secret_that_is_split_by_what_nobody_sees_is_masked(splitter: str):
    secret = "correct-horse-9"
    for text in (
        f"pass{splitter}word={secret}",
        f"password=correct-{splitter}horse-9",
        f"the value correct{splitter}-horse-9 was refused",
    ):
        left = Redactor([secret] if "value" in text else []).text(text)
        assert MASK in left
        assert "horse-9" not in left


def test_a_secret_at_the_edge_of_the_cap_is_not_cut_before_it_is_found():
    for cap in range(20, 40):
        left = Redactor(["himitsu-no-kotoba"]).text("x" * 15 + " himitsu-no-kotoba", cap)
        assert "himi" not in left


# --- known secrets ------------------------------------------------------------------------------

ODD = "pé\"s/s<w>&'ö + rd%=x"


@pytest.mark.parametrize(
    "form",
    [
        ODD,
        json.dumps(ODD)[1:-1],
        json.dumps(ODD)[1:-1].replace("/", "\\/"),
        json.dumps(json.dumps(ODD))[3:-3],
        json.dumps(ODD)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e"),
        json.dumps(ODD)[1:-1].replace("\\u00e9", "\\u00E9").replace("\\u00f6", "\\u00F6"),
        html.escape(ODD),
        html.escape(ODD).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        quote(ODD, safe=""),
        quote(ODD, safe="").lower(),
        ODD.encode().hex(),
        ODD.encode().hex().upper(),
        base64.b64encode(ODD.encode()).decode(),
        base64.b64encode(b"x" + ODD.encode() + b"yz").decode(),
        base64.b64encode(b"xy" + ODD.encode()).decode(),
        base64.b64encode(base64.b64encode(ODD.encode() + b" and more")).decode(),
    ],
)
def test_a_known_secret_is_masked_in_every_form(form: str):
    left = Redactor([ODD]).mask(f"({form})")
    assert MASK in left
    assert len(left) < len(MASK) + 12


def test_a_secret_of_several_lines_is_masked_line_by_line():
    lines = [Dice(n).of("abcdefghij0123456789", 40) for n in range(5)]
    redactor = Redactor(["\n".join(lines)])
    for line in lines:
        assert line not in redactor.mask(f"problem near: {line} (line 3)")


def test_a_long_secret_is_known_by_its_beginning():
    secret = Dice(3).of("abcdefghij0123456789 ", 400)
    assert secret[:48] not in Redactor([secret]).mask(f"said {secret[:200]}… and was cut")


def test_thousands_of_secrets_are_looked_for_at_once():
    known = [Dice(n).of("abcdefghij0123456789", 16) for n in range(1500)]
    redactor = Redactor(known)
    left = redactor.mask(" ".join(known))
    assert not [s for s in known if s in left]


ALPHABET = "abzXY019\"\\/<&=:@%+ \n;'{}$()é関"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(ALPHABET, min_size=4, max_size=20),
    st.text(ALPHABET + "password: token", max_size=60),
    st.text(ALPHABET, max_size=20),
)
def test_no_known_secret_is_left_in_any_form(secret: str, ahead: str, behind: str):
    redactor = Redactor([secret])
    if not worth_hiding(secret):
        return
    for form in set(forms(secret)):
        left = redactor.mask(f"{ahead}{form}{behind}")
        assert form not in left or form in MASK or len(form) < 4


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(ALPHABET, max_size=120),
        st.lists(
            st.sampled_from(
                [
                    "password",
                    "=",
                    ":",
                    " ",
                    '"',
                    "\\",
                    "\\n",
                    "x1y2",
                    "token",
                    "://",
                    "@",
                    ";",
                    "u:p@h",
                    "'",
                    "&",
                    "%3D",
                    "\\u003d",
                    "-p ",
                    "mysql ",
                    "{",
                    "}",
                    "name",
                    "value",
                    MASK,
                    "(sens",
                    "aGVsbG8gd29ybGQgaGVsbG8=",
                    "パスワード",
                    "\u200d",
                    "|",
                    ">\n  ",
                ]
            ),
            max_size=14,
        ).map("".join),
    )
)
def test_masking_twice_is_masking_once_and_lengthens_within_bounds(text: str):
    redactor = Redactor(["x1y2"])
    once = redactor.mask(text)
    assert redactor.mask(once) == once
    assert len(once) <= 4 * len(text) + len(MASK)
    shown = redactor.text(text, 10_000)
    assert redactor.text(shown, 10_000) == shown
    assert second_net.mask(second_net.mask(text)) == second_net.mask(text)


# --- hostile ------------------------------------------------------------------------------------

HOSTILE = (
    *("a", "a ", 'password="', "a=", 'password="${', '\\"', "\\", "-----BEGIN PRIVATE KEY "),
    *("-----BEGIN CERTIFICATE-----\n", "http://a:", "postgres://a:", "sk-", "eyJaaaaaaaaaa."),
    *("mysql ", "curl -u ", "docker login ", "%41", "\\u0041", "<password>", '"name":"password",'),
    *(",;", "password: |\n x\n", "$ANSIBLE_VAULT;1.1;AES256\n", "password=<<A\n", "\x1b]", "\x9d"),
    *("a\u200b", "関所", "PuTTY-User-Key-File-2:", "set a ", "A" * 64 + "\n", "$6$", "1.", "&#"),
    *("machine a login b ", "password: a b c ", "a:b|", "Ab1", "H4sIAAAA ", "-p "),
)


@pytest.mark.parametrize("part", broad(*HOSTILE, quick=range(0, len(HOSTILE), 5)), ids=ascii)
def test_no_text_takes_long(part: str):
    started = time.monotonic()
    Redactor(["a" * 60, "abcd"]).text(part * (60_000 // len(part)), 10**6)
    assert time.monotonic() - started < 20


# --- one table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TOKENS)
def test_the_second_net_knows_the_same_shapes(kind: str):
    text, secret = TOKENS[kind](Dice(7))
    if secret_shapes.mask_shapes(text) == text:
        return  # known by chance alone, which only the first net judges
    assert secret not in second_net.mask(text)


def test_every_hint_of_the_table_is_one():
    for _, hints, _ in secret_shapes.TOKENS:
        assert all(secret_shapes.suspicious(h) for h in hints)


def test_the_client_and_the_server_know_the_same_prefixes():
    """The client stands alone, so it repeats the shapes; what it refuses to send, we mask."""
    dice = Dice(11)
    sent = [make(dice) for make in TOKENS.values()]
    found = [(t, s) for t, s in sent if client.scan("main.tf", t.encode())]
    assert len(found) >= 10
    for text, secret in found:
        assert secret not in second_net.mask(text)


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("password", True),
        ("db_password", True),
        ("rootPassword", True),
        ("MYSQL_PWD", True),
        ("smtp_pass", True),
        ("passwords[0]", True),
        ("client-secret", True),
        ("パスワード", True),
        ("password_policy", False),
        ("token_validity_units", False),
        ("secret_arn", False),
        ("secretArn", False),
        ("kms_key_id", False),
        ("secret_name", False),
        ("key_name", False),
        ("token_use", False),
        ("tokenEndpoint", False),
        ("compass", False),
        ("max_tokens", False),
    ],
)
def test_a_name_tells_by_its_word_and_its_end(name: str, tells: bool):
    assert telling(name) is tells
