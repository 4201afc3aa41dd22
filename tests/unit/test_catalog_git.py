"""`source.git` and `plan_only` in `sekisho.yaml`: what they mean, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.catalog import OperatorFile, read_operator_file
from sekisho.domain.errors import OperatorFileInvalid
from sekisho.domain.git import GitSource

SECRET = "glpat-hunter2-hunter2"
URL = "https://git.example/infra.git"


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    for name in ("ca.pem", "key", "known", "token.txt"):
        (tmp_path / name).write_text(f"{SECRET}\n", encoding="utf-8")
    return tmp_path


def read(folder: Path, source: str) -> OperatorFile:
    path = folder / "sekisho.yaml"
    path.write_text(f"version: 1\nworkspaces:\n  a:\n    source: {source}\n", encoding="utf-8")
    return read_operator_file(path, {"TOKEN": SECRET, "BAD": "a b", "EMPTY": ""})


def problem(folder: Path, source: str) -> str:
    with pytest.raises(OperatorFileInvalid) as refusal:
        read(folder, source)
    assert SECRET not in str(refusal.value)
    return str(refusal.value.facts["problem"])


def test_a_repository_with_everything_that_can_be_said(files: Path):
    source = (
        f"{{git: {{url: '{URL}', ref: release/1.x, path: envs/prod/, submodules: true,"
        " token: {env: TOKEN}, username: oauth2, ca_file: ca.pem}, upload: plan_only,"
        " inline: plan_only}"
    )
    workspace = read(files, source).workspaces[0]

    assert workspace.git == GitSource(
        URL, "release/1.x", "envs/prod", submodules=True, username="oauth2", token=SECRET,
        ca_file=str(files / "ca.pem"),
    )  # fmt: skip
    assert workspace.sources == ("inline", "upload", "git")
    assert workspace.plan_only == ("inline", "upload")
    assert SECRET not in repr(workspace)


def test_the_least_that_must_be_said(files: Path):
    workspace = read(files, f"{{git: {{url: '{URL}'}}}}").workspaces[0]

    assert workspace.git == GitSource(URL, ref="main", path="")
    assert (workspace.sources, workspace.plan_only) == (("git",), ())


@pytest.mark.parametrize("url", ["ssh://git@git.example:2222/infra.git", "git@git.example:infra"])
def test_a_repository_over_ssh(files: Path, url: str):
    more = "ssh_key: {file: key}, known_hosts: known"
    git = read(files, f"{{git: {{url: '{url}', {more}}}}}").workspaces[0].git

    assert git == GitSource(url, ssh_key=str(files / "key"), known_hosts=str(files / "known"))


def test_a_token_may_lie_in_a_file(files: Path):
    git = read(files, f"{{git: {{url: '{URL}', token: {{file: token.txt}}}}}}").workspaces[0].git

    assert git is not None
    assert git.token == SECRET


@pytest.mark.parametrize(
    "url",
    [
        "file:///srv/infra.git", "/srv/infra.git", "./infra", "ext::sh -c touch% x",
        "ext::https://git.example/x", "fd::3", "http://git.example/x", "git://git.example/x",
        "ftp://git.example/x", "--upload-pack=x", "-u@git.example:x", "-oProxyCommand=x:y",
        "ssh://-oProxyCommand=x/y", "git@-oProxyCommand=x:y", "https://-x/y", "ssh://git@/x",
        "https://sato:pass@git.example/x", "https://token@git.example/x", "HTTPS://git.example/x",
        "ssh://git:pass@git.example/x", "https://git.example/x?a=b", "https://git.example/x#y",
        "https://git.example", "https://git.example/", "https:///x", "https://git.example:0/x",
        "https://git.example:999999/x", "https://git.example/a/../b", "https://git.example/-x",
        "https://git.example/a b", "https://git.example/a%0a\\nb", "https://git.exämple/x",
        "https://git.example/$(x)", "git@git.example:a;b", "https://[::1]x/y", "x" * 2000,
    ],
)  # fmt: skip
def test_an_address_is_https_or_ssh_and_nothing_hides_in_it(files: Path, url: str):
    said = problem(files, f"{{git: {{url: {url!r}}}}}")

    assert said.startswith("line 4: workspaces.a.source.git.url: ")


@pytest.mark.parametrize(
    "ref",
    ["-x", "--upload-pack=x", "a..b", "a//b", "a b", "a~1", "a^{}", "a:b", "a*", "a?", "a[b]",
     "refs/pull/1/head", "refs/heads/", "/a", "a/", "a.lock", "@{-1}", "a\\\\b", "", ".a", "a."],
)  # fmt: skip
def test_a_ref_is_a_plain_name(files: Path, ref: str):
    said = problem(files, f'{{git: {{url: "{URL}", ref: "{ref}"}}}}')

    assert said.startswith("line 4: workspaces.a.source.git.ref: ")


@pytest.mark.parametrize("path", ["/etc", "../x", "a/../b", "a//b", "./a", "-x", ":(top)x", "a:b"])
def test_a_path_stays_inside_the_repository(files: Path, path: str):
    said = problem(files, f'{{git: {{url: "{URL}", path: "{path}"}}}}')

    assert said.startswith("line 4: workspaces.a.source.git.path: ")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (f"token: {SECRET}", "a token is not written here"),
        ("token: {env: NOWHERE}", "NOWHERE is not set"),
        ("token: {env: BAD}", "characters that no token has"),
        ("token: {env: EMPTY}", "the token is empty"),
        ("username: x", "username has no use without token"),
        ("ssh_key: {file: key}", "go with ssh:// alone"),
        ("known_hosts: known", "go with ssh:// alone"),
        ("ca_file: none.pem", "there is no file"),
        ("submodules: 'yes'", "true or false is needed"),
    ],
)
def test_what_does_not_fit_together_is_said(files: Path, more: str, expected: str):
    assert expected in problem(files, f"{{git: {{url: '{URL}', {more}}}}}")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "ssh needs ssh_key and known_hosts"),
        (", ssh_key: {file: key}", "ssh needs ssh_key and known_hosts"),
        (", known_hosts: known", "ssh needs ssh_key and known_hosts"),
        (", token: {env: TOKEN}", "go with https:// alone"),
    ],
)
def test_ssh_needs_a_key_and_known_hosts_and_takes_no_token(files: Path, more: str, expected: str):
    assert expected in problem(files, f"{{git: {{url: 'ssh://git@git.example/x'{more}}}}}")
