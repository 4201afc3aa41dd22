"""`secrets` of a workspace in `sekisho.yaml`: looked up, never written down, and only with Git."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sekisho.catalog import json_schema, read_operator_file
from sekisho.domain.errors import OperatorFileInvalid
from sekisho.domain.workspaces import Workspace

SECRET = "hunter2-hunter2"
GIT = "git: {url: 'https://git.example/infra.git'}"


def read(folder: Path, secrets: str, source: str = GIT, more: str = "") -> Workspace:
    (folder / "password.txt").write_text(f"{SECRET}\n", encoding="utf-8")
    (folder / "empty.txt").write_text("\n", encoding="utf-8")
    text = (
        f"version: 1\nworkspaces:\n  a:\n    source: {{{source}}}\n    secrets: {secrets}\n{more}"
    )
    (folder / "sekisho.yaml").write_text(text, encoding="utf-8")
    given = {"PASSWORD": SECRET, "EMPTY": " "}
    return read_operator_file(folder / "sekisho.yaml", given).workspaces[0]


def test_secrets_come_from_the_environment_and_from_files(tmp_path: Path):
    found = read(tmp_path, "{db_password: {env: PASSWORD}, token: {file: password.txt}}")
    assert found.secrets == {"db_password": SECRET, "token": SECRET}
    assert found.variables == {}


@pytest.mark.parametrize(
    ("secrets", "source", "more", "expected"),
    [
        (f"{{a: {SECRET}}}", GIT, "", "line 5: workspaces.a.secrets.a: a secret does not belong"),
        ("{a: {env: NONE}}", GIT, "", "line 5: workspaces.a.secrets.a: NONE is not set"),
        ("{a: {env: EMPTY}}", GIT, "", "line 5: workspaces.a.secrets.a: the secret is empty"),
        ("{a: {file: empty.txt}}", GIT, "", "the secret is empty"),
        ("{a: {file: none.txt}}", GIT, "", "none.txt cannot be read"),
        ("{a: {env: PASSWORD, file: x}}", GIT, "", "{env: NAME} or {file: PATH} is needed"),
        ("{a: 7}", GIT, "", "{env: NAME} or {file: PATH} is needed"),
        ("{1a: {env: PASSWORD}}", GIT, "", "secrets.1a"),
        ("{a: {env: PASSWORD}}", "upload: true", "", "secrets need source.git"),
        (
            "{a: {env: PASSWORD}}",
            GIT,
            "    variables: {a: x}\n",
            "a is both under variables and under secrets",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_without_the_secret(
    tmp_path: Path, secrets: str, source: str, more: str, expected: str
):
    with pytest.raises(OperatorFileInvalid) as refusal:
        read(tmp_path, secrets, source, more)
    assert expected in str(refusal.value)
    assert SECRET not in str(refusal.value)


def test_editors_are_told_that_a_secret_is_looked_up():
    schema: Any = json_schema()
    secrets = schema["$defs"]["WorkspaceSection"]["properties"]["secrets"]["patternProperties"]
    (choices,) = [secret["anyOf"] for secret in secrets.values()]
    assert [list(choice["properties"]) for choice in choices] == [["env"], ["file"]]
