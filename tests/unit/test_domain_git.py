"""Where credentials may go, what a relative address means, and which way in reaches an apply."""

from __future__ import annotations

import dataclasses

import pytest

from sekisho.domain.git import GitCommit, GitSource, beside, place, url_problem
from sekisho.domain.origins import Origin, plan_only, ways
from sekisho.domain.workspaces import SourceKind, Workspace

URL = "https://git.example/infra.git"
ON = GitCommit(URL, "main", "c" * 40, "envs/prod", protected=True, declared="main")
PROD = Workspace(
    "prod",
    sources=("inline", "upload", "folder", "git"),
    plan_only=("upload",),
    git=GitSource(URL, "main", "envs/prod"),
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Git.Example/a", ("https", "git.example", 443)),
        ("https://git.example:8443/a", ("https", "git.example", 8443)),
        ("ssh://git@git.example/a", ("ssh", "git.example", 22)),
        ("ssh://git@git.example:2222/a", ("ssh", "git.example", 2222)),
        ("git@Git.example:a/b", ("ssh", "git.example", 22)),
        ("https://[::1]:8443/a", ("https", "[::1]", 8443)),
    ],
)
def test_a_place_is_transport_host_and_port(url: str, expected: tuple[str, str, int]):
    assert url_problem(url) is None
    assert place(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://[0:1]:8443/a",
        "https://[.]/a",
        "git@[::g]:a/b",
        "https://a:65536/b",
        "ssh://a:99999/b",
    ],
)
def test_what_is_no_place_is_no_address(url: str):
    assert url_problem(url) is not None


@pytest.mark.parametrize(
    ("base", "relative", "expected"),
    [
        (URL, "../modules.git", "https://git.example/modules.git"),
        ("https://git.example/team/infra.git", "../m", "https://git.example/team/m"),
        ("https://git.example/team/infra.git/", "./m", "https://git.example/team/infra.git/m"),
        ("ssh://git@git.example:22/team/infra", "../../m", "ssh://git@git.example:22/m"),
        ("git@git.example:team/infra", "../m", "git@git.example:team/m"),
        (URL, "../../m", None),
        (URL, "..", None),
    ],
)
def test_a_relative_address_never_leaves_its_server(base: str, relative: str, expected: str | None):
    assert beside(base, relative) == expected


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (Origin("inline"), None),
        (Origin("folder"), None),
        (Origin("git", ON), None),
        (Origin("upload"), "never applied"),
        (Origin("git"), "named a digest"),
        (Origin("carrier pigeon"), "no configurations from carrier pigeon"),
        (Origin("git", dataclasses.replace(ON, protected=False)), "is not on main"),
        (Origin("git", dataclasses.replace(ON, url="https://evil.example/x")), "changed"),
        (Origin("git", dataclasses.replace(ON, path="")), "changed"),
        (Origin("git", dataclasses.replace(ON, declared="release")), "changed"),
    ],
)
def test_which_way_in_reaches_an_apply(origin: Origin, said: str | None):
    found = plan_only(PROD, origin)

    assert (found is None) == (said is None)
    if found and said:
        assert said in found.en
        assert found.ja != found.en


@pytest.mark.parametrize("source", ["inline", "upload", "folder", "git"])
def test_a_way_that_the_operator_closed_reaches_no_apply(source: SourceKind):
    others = tuple(s for s in PROD.sources if s != source)
    origin = Origin(source, ON if source == "git" else None)

    found = plan_only(dataclasses.replace(PROD, sources=others, plan_only=()), origin)
    assert found is not None
    assert "any more" in found.en


def test_a_digest_stands_for_the_strongest_way_that_it_can_prove_and_for_git_last():
    assert [o.source for o in ways(PROD)] == ["inline", "folder", "upload", "git"]
    assert all(o.commit is None for o in ways(PROD))
