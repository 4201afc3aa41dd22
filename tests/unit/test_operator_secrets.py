"""Which configurations are given the secrets of a workspace, and what the others get."""

from __future__ import annotations

import dataclasses

import pytest

from sekisho.domain.git import GitCommit, GitSource
from sekisho.domain.operator_secrets import marker, with_markers, with_secrets, withheld
from sekisho.domain.origins import Origin, plan_only
from sekisho.domain.workspaces import Workspace

URL = "https://git.example/infra.git"
ON = GitCommit(URL, "main", "c" * 40, "", protected=True, declared="main")
PROD = Workspace(
    "prod",
    sources=("inline", "upload", "folder", "git"),
    git=GitSource(URL, "main"),
    variables={"env": "prod"},
    secrets={"db_password": "hunter2", "token": "t0k3n"},
)
OTHERS = [
    Origin("inline"),
    Origin("upload"),
    Origin("folder"),
    Origin("carrier pigeon"),
    Origin("upload", ON),
    Origin("git"),
    Origin("git", dataclasses.replace(ON, protected=False)),
    Origin("git", dataclasses.replace(ON, url="https://evil.example/infra.git")),
    Origin("git", dataclasses.replace(ON, path="elsewhere")),
    Origin("git", dataclasses.replace(ON, declared="feature")),
]


def test_a_commit_on_the_declared_ref_is_given_them():
    given = with_secrets(PROD, Origin("git", ON))
    assert given.variables == {"env": "prod", "db_password": "hunter2", "token": "t0k3n"}
    assert withheld(PROD, Origin("git", ON)) == ()
    assert plan_only(PROD, Origin("git", ON)) is None


@pytest.mark.parametrize("origin", OTHERS, ids=Origin.describe)
def test_whatever_else_gets_markers_and_is_never_applied(origin: Origin):
    given = with_secrets(PROD, origin)
    assert given == with_markers(PROD)
    assert given.variables == {n: marker(n) for n in PROD.secrets} | {"env": "prod"}
    assert withheld(PROD, origin) == ("db_password", "token")
    assert plan_only(PROD, origin) is not None


def test_a_workspace_that_takes_no_git_any_more_gives_none():
    closed = dataclasses.replace(PROD, sources=("upload",))
    assert withheld(closed, Origin("git", ON)) == ("db_password", "token")
    assert plan_only(closed, Origin("git", ON)) is not None


def test_a_workspace_without_secrets_is_what_it_was():
    plain = dataclasses.replace(PROD, secrets={})
    for origin in (*OTHERS, Origin("git", ON)):
        assert with_secrets(plain, origin) == plain
        assert withheld(plain, origin) == ()
    assert plan_only(plain, Origin("upload")) is None


def test_the_reason_names_what_to_do_in_both_languages():
    said = plan_only(PROD, Origin("upload"))
    assert said is not None
    assert "declared ref" in said.en
    assert "宣言済みの ref" in said.ja


def test_a_workspace_that_is_printed_tells_no_secret():
    assert "hunter2" not in repr(PROD)
