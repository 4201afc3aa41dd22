"""The redactor: known secrets in every form, and the looks of well-known ones."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.states import MASK
from sekisho.domain.targets import Target
from sekisho.domain.workspaces import Workspace
from sekisho.terraform.redaction import Redactor, declared_secrets, workspace_secrets

SECRET = 'p"ä ss/w+örd$1'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
    ],
)
def test_a_known_secret_is_masked_in_every_form(form: str):
    assert Redactor([SECRET]).text(f"before {form} after").startswith(f"before {MASK}")


@given(
    st.text("abcdefghijklmnopqrstuvwxyz0123456789!$", min_size=12, max_size=40),
    st.binary(max_size=7),
    st.binary(max_size=7),
)
def test_a_secret_inside_a_longer_base64_text_is_masked(secret: str, ahead: bytes, after: bytes):
    text = base64.b64encode(ahead + secret.encode() + after).decode()
    left = Redactor([secret]).text(text).replace(MASK, "*")
    padded = "".join(c if c != "*" else "" for c in left)
    assert len(padded) <= len(text) - (len(secret) * 4 // 3 - 4)


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "github_pat_0123456789abcdefghij_ABCDEFGHIJ",
        "glpat-0123456789abcdefghij",
        "xoxb-1234567890-abcdefghij",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\nxx\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEow==",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_well_known_secrets_are_masked(secret: str):
    redacted = Redactor().text(f"x {secret} y")
    assert secret not in redacted
    assert "MIIEow" not in redacted
    assert MASK in redacted


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("password=hunter2 next", f"password={MASK} next"),
        ('{"db_password": "hunter2"}', f'{{"db_password": "{MASK}"}}'),
        ("secret_key = abcdef", f"secret_key = {MASK}"),
        ("Authorization: Bearer abcdefgh12345", f"Authorization: Bearer {MASK}"),
        ("postgres://user:hunter2@db/x", f"postgres://user:{MASK}@db/x"),
        ("token: abc123", f"token: {MASK}"),
    ],
)
def test_labelled_secrets_are_masked_and_their_labels_kept(text: str, redacted: str):
    assert Redactor().text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "terraform_data.a: Creation complete after 0s [id=3b89106b-512f-5d40-8e8e-0d130858d508]",
        "sha256:4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3",
        "arn:aws:iam::123456789012:role/terraform-plan",
        "パスワードの変更を計画しました",
        "https://example.jp/path?x=1",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str):
    assert Redactor(["never-there"]).text(text) == text


def test_short_and_everyday_values_are_not_looked_for():
    redactor = Redactor(["a", "yes", "true", "default", ""])
    assert redactor.text("a yes true default") == "a yes true default"


def test_longer_secrets_win_over_parts_of_themselves():
    assert Redactor(["abcd", "abcdefgh"]).text("abcdefgh abcd") == f"{MASK} {MASK}"


def test_text_is_inert_and_capped():
    text = Redactor().text("\x1b[31mred\u202e" + "x" * 9000)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text) == 4000


def test_the_secrets_of_a_workspace_are_its_environment_and_telling_variables():
    target = Target(
        "t", environment={"AWS_SECRET_ACCESS_KEY": "sssss", "AWS_REGION": "ap-northeast-1"}
    )
    variables = {"db_password": {"main": ["one", 12345]}, "env": "prod", "api_key": "kkkk"}
    found = workspace_secrets(Workspace("w", target=target, variables=variables))
    assert found == {"sssss", "one", "12345", "kkkk"}


def test_the_external_id_of_a_targets_roles_is_secret():
    # A configuration may hold the trust policy of the very role that it is planned with.
    target = Target("t", external_id="the id of the team")
    assert workspace_secrets(Workspace("w", target=target)) == {"the id of the team"}


def test_what_several_threads_learn_at_once_is_all_known():
    redactor = Redactor()
    words = [[f"word {thread} of {n} hides" for n in range(40)] for thread in range(6)]
    start = threading.Barrier(len(words))

    def learn(mine: list[str]) -> None:
        start.wait(20)
        for word in mine:
            redactor.learn([word])

    threads = [threading.Thread(target=learn, args=(mine,)) for mine in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [redactor.text(word) for mine in words for word in mine] == [MASK] * 240


def test_values_are_redacted_at_any_depth():
    value = {"a": [{"token": "abc"}, "xx secret-1 yy"], "n": 1, "b": None}
    assert Redactor(["secret-1"]).value(value) == {
        "a": [{"token": MASK}, f"xx {MASK} yy"],
        "n": 1,
        "b": None,
    }


def test_what_a_configuration_declares_sensitive_is_secret_and_its_neighbours_are_not(
    tmp_path: Path,
):
    (tmp_path / "main.tf").write_text(
        'variable "open" {}\nvariable "pin" {\n  type      = string\n  sensitive = true\n}\n'
        'variable "line" { sensitive = true }\nvariable "after" {\n  type = string\n}\n'
        'output "o" {\n  value = 1\n  sensitive = true\n}\n',
        encoding="utf-8",
    )
    (tmp_path / "v.tf.json").write_text(
        '{"variable": {"other": {"sensitive" : true}}}', encoding="utf-8"
    )
    (tmp_path / "module").mkdir()
    variables = {"open": "aaaa", "pin": {"a": ["bbbb", 1234]}, "line": "cccc", "after": "dddd"}
    assert declared_secrets(tmp_path, variables) >= {"bbbb", "1234", "cccc"}
    (tmp_path / "v.tf.json").unlink()
    assert declared_secrets(tmp_path, variables) == {"bbbb", "1234", "cccc"}
