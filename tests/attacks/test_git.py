"""Git made to hurt: every case is refused with its code, and no process of theirs is started."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import (
    ConfigurationEmpty,
    ConfigurationInvalid,
    GitAccessDenied,
    GitContentRefused,
    GitFailed,
    GitMissing,
    GitPathUnknown,
    GitRedirected,
    GitRefAmbiguous,
    GitRefInvalid,
    GitRefUnknown,
    GitTimeout,
    GitTooLarge,
    GitUnreachable,
    GitUntrusted,
    SekishoError,
    UploadTooLarge,
)
from sekisho.domain.git import GitSource
from sekisho.ports import Snapshot
from sekisho.sources import GitOptions, LocalSources
from tests.breadth import broad
from tests.fakes.git_server import GIT, GitServer, Repository, git

MB = 1024 * 1024
TOKEN = "glpat-0123456789abcdef"
Take = Callable[..., Snapshot]


@pytest.fixture
def server(tmp_path: Path):
    with GitServer(tmp_path) as serving:
        yield serving


@pytest.fixture
def repo(server: GitServer) -> Repository:
    return server.repository()


@pytest.fixture
def canary(tmp_path: Path):
    """A program of theirs: were it ever started, the file would be there."""
    touched = tmp_path / "touched"
    program = tmp_path / "canary"
    program.write_text(f"#!/bin/sh\ntouch {touched}\n", encoding="utf-8")
    program.chmod(0o755)
    yield program
    assert not touched.exists()


@pytest.fixture
def take(tmp_path: Path, server: GitServer):
    """Takes from the server; what was given is closed afterwards."""
    given: list[Snapshot] = []

    def take_it(source: GitSource | None = None, ref: str = "", **more: object) -> Snapshot:
        limits = more.pop("limits", Limits())
        assert isinstance(limits, Limits)
        options = dataclasses.replace(GitOptions(seconds=30), **more)
        sources = LocalSources(tmp_path / "spool", limits, options)
        given.append(sources.git(source or server.source(), ref))
        return given[-1]

    yield take_it
    for snapshot in given:
        snapshot.content.close()


def paths(snapshot: Snapshot) -> list[str]:
    return [f.path for f in snapshot.manifest.files]


# --- words that would be options or transports ---------------------------------------------------


@pytest.mark.parametrize(
    "ref",
    broad("--upload-pack={0}", "-u{0}", "--exec={0}", "--output={0}", "main --upload-pack={0}", "",
     "main\n{0}", "refs/heads/../../x", "main:refs/heads/x", "+main", "^main", "main^{{}}", "*",
     "main@{{1}}", "main\0x", "HEAD~1", "refs/pull/1/head", ":/x", "main..x", "あ" * 201,
     quick=(0, 4, 5, 6, 8, 13)),
)  # fmt: skip
def test_a_ref_is_never_an_option(
    take: Take, repo: Repository, server: GitServer, canary: Path, ref: str
):
    repo.commit({"main.tf": ""})
    if not ref:
        assert paths(take(ref=ref)) == ["main.tf"]
        return
    with pytest.raises(GitRefInvalid):
        take(ref=ref.format(canary))
    assert server.seen == []


@pytest.mark.parametrize(
    "url",
    broad("ext::{0}", "ext::sh -c {0}", "file://{0}", "{0}", "fd::17", "git://127.0.0.1/x",
     "http://127.0.0.1:1/x", "--upload-pack={0}", "-oProxyCommand={0}", "ssh://-oProxyCommand={0}/x",
     "https://localhost/$({0})", "https://localhost/`{0}`", "transport::https://localhost/x",
     "git@-oProxyCommand={0}:x", "https://a:b@localhost/x", quick=(0, 2, 7, 9, 10)),
)  # fmt: skip
def test_no_other_transport_and_no_option_comes_in_by_the_address(
    take: Take, canary: Path, url: str
):
    with pytest.raises(GitRefInvalid):
        take(GitSource(url.format(canary)))


def test_git_itself_would_refuse_what_we_let_through_by_mistake(
    tmp_path: Path, canary: Path, repo: Repository, monkeypatch: pytest.MonkeyPatch
):
    repo.commit({"main.tf": ""})
    monkeypatch.setattr("sekisho.sources.git.url_problem", lambda _url: None)
    sources = LocalSources(tmp_path / "spool")
    for url in (
        f"ext::{canary} %S",
        f"file://{repo.folder}",
        str(repo.folder),
        "git://127.0.0.1/x",
    ):
        with pytest.raises(GitRedirected):
            sources.git(GitSource(url), "")


@pytest.mark.parametrize("path", ["--output={0}", "../..", ":(top)", "envs:x", "none", "main.tf"])
def test_a_path_is_never_an_option_and_stays_inside(
    take: Take, repo: Repository, server: GitServer, canary: Path, path: str
):
    repo.commit({"main.tf": "", "envs/main.tf": ""})
    with pytest.raises((GitPathUnknown, GitContentRefused)):
        take(server.source(path=path.format(canary)))


def test_a_branch_that_looks_like_an_option_on_the_server_does_no_harm(
    take: Take, repo: Repository, server: GitServer, canary: Path
):
    commit = repo.commit({"main.tf": ""})
    repo.point(f"refs/heads/--upload-pack={canary.name}", commit)
    repo.point("refs/x/refs/heads/main", repo.commit({"evil.tf": ""}, "refs/heads/evil"))

    assert paths(take()) == ["main.tf"]


def test_a_name_for_a_branch_and_a_tag_is_refused_until_it_is_said_which(
    take: Take, repo: Repository, server: GitServer
):
    repo.commit({"main.tf": ""})
    repo.tag("main", repo.commit({"evil.tf": ""}, "refs/heads/evil"))

    with pytest.raises(GitRefAmbiguous):
        take()
    assert paths(take(server.source(ref="refs/heads/main"))) == ["main.tf"]


# --- what a repository brings along --------------------------------------------------------------


def test_nothing_in_a_repository_runs(
    take: Take, repo: Repository, server: GitServer, canary: Path, monkeypatch: pytest.MonkeyPatch
):
    config = f"[core]\n\tfsmonitor = {canary}\n\tsshCommand = {canary}\n\thooksPath = .\n"
    config += (
        f'[filter "x"]\n\tsmudge = {canary}\n\tprocess = {canary}\n[alias]\n\tfetch = !{canary}\n'
    )
    home = canary.parent / "a-home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'{config}[credential]\n\thelper = !{canary}\n[url "ext::{canary}"]\n\tinsteadOf = https://\n',
        encoding="utf-8",
    )
    for name, value in {
        "HOME": str(home), "GIT_SSH_COMMAND": str(canary), "GIT_ASKPASS": str(canary),
        "GIT_EXEC_PATH": str(home), "GIT_PROXY_COMMAND": str(canary), "GIT_PAGER": str(canary),
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={canary}'", "SSH_ASKPASS": str(canary),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    files = {
        "main.tf": "resource {}", ".gitattributes": "* filter=x diff=x text eol=crlf\n*.tf ident",
        "config": config, "hooks/post-checkout": "#!/bin/sh\n", "a.tf": "$Id$\nb\n",
        ".lfsconfig": f"[lfs]\n\turl = ext::{canary}\n",
    }  # fmt: skip
    repo.commit(files, modes={"hooks/post-checkout": "100755"})
    server.close_to("x-access-token", TOKEN)

    snapshot = take(server.source(token=TOKEN))
    assert paths(snapshot) == sorted(files)
    content = snapshot.content.read()
    assert b"$Id$\nb\n" in content
    with pytest.raises(GitAccessDenied):
        take(server.source())


@pytest.mark.parametrize(
    "name", broad(b".git", b"..", b".", b"a/b", b"../x", b".GIT", b"git~1", b".g\xe2\x80\x8cit",
                  quick=(0, 1, 5))
)  # fmt: skip
def test_a_tree_with_a_name_that_no_tree_has_is_refused_as_it_is_fetched(
    take: Take, repo: Repository, name: bytes
):
    inner = repo.tree(("100644", "config", repo.blob("x")))
    repo.commit_tree(repo.tree(("40000", name, inner), ("100644", "main.tf", repo.blob(""))))

    with pytest.raises((GitContentRefused, ConfigurationInvalid)):
        take()


@pytest.mark.parametrize(
    ("mode", "said"),
    [("120000", "symbolic link"), ("160000", "submodule"), ("000000", "")],
)
def test_only_regular_files_are_taken(take: Take, repo: Repository, mode: str, said: str):
    oid = (
        repo.commit({"x.tf": ""}, "refs/heads/x") if mode == "160000" else repo.blob("/etc/passwd")
    )
    repo.commit_tree(repo.tree(("100644", "main.tf", repo.blob("")), (mode, "z", oid)))

    with pytest.raises((ConfigurationInvalid, GitContentRefused)) as refusal:
        take()
    assert said in refusal.value.message()


@pytest.mark.parametrize(
    "name",
    broad(b"caf\xe9.tf", b"a\nb.tf", b"a\\b.tf", b"C:x.tf", b"a\x1b[0m.tf", "a\u202eb.tf".encode(),
          quick=(0, 1, 5)),
)  # fmt: skip
def test_a_name_that_cannot_be_seen_or_kept_is_refused(take: Take, repo: Repository, name: bytes):
    blob = repo.blob("")
    repo.commit_tree(repo.tree(*sorted([("100644", b"main.tf", blob), ("100644", name, blob)])))

    with pytest.raises(ConfigurationInvalid):
        take()


def test_names_that_differ_by_case_alone_are_refused(take: Take, repo: Repository):
    repo.commit({"main.tf": "", "Main.tf": ""})
    with pytest.raises(ConfigurationInvalid):
        take()


def test_a_file_whose_content_is_in_lfs_is_refused(take: Take, repo: Repository):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 9\n"
    repo.commit({"main.tf": "", "big.zip": pointer})
    with pytest.raises(ConfigurationInvalid) as refusal:
        take()
    assert "LFS" in refusal.value.message()


def test_what_never_belongs_is_left_out_but_no_file_that_terraform_would_read(
    take: Take, repo: Repository
):
    harmless = {".env": "x", "a/terraform.tfstate": "x", ".terraform/x": "x", "key.pem": "x"}
    repo.commit({"main.tf": ""} | harmless)
    assert paths(take()) == ["main.tf"]

    repo.commit({"main.tf": "", "zzzzz_override.tf": 'terraform { backend "local" {} }'})
    with pytest.raises(ConfigurationInvalid):
        take()


def test_a_tag_of_something_that_is_no_commit_is_refused(take: Take, repo: Repository):
    repo.commit({"main.tf": ""})
    repo.point("refs/tags/tree", repo.tree_of({"main.tf": ""}))
    with pytest.raises((GitContentRefused, GitRefUnknown)):
        take(ref="tree")


# --- size ----------------------------------------------------------------------------------------


def test_more_files_than_the_cap_are_refused(take: Take, repo: Repository):
    repo.commit({f"{n}.tf": "" for n in range(11)})
    with pytest.raises(UploadTooLarge):
        take(limits=Limits(files=10))


def test_a_file_over_the_cap_is_refused_before_it_is_read(take: Take, repo: Repository):
    repo.commit({"main.tf": "", "big": b"\0" * (8 * MB)})
    with pytest.raises(UploadTooLarge):
        take(limits=Limits(unpacked_bytes=MB))


@pytest.mark.long
def test_a_tree_that_is_its_own_many_times_ends_at_the_cap(take: Take, repo: Repository):
    tree = repo.tree(("100644", "main.tf", repo.blob("")))
    for _ in range(9):
        entries = [("40000", f"d{n}", tree) for n in range(10)]
        tree = repo.tree(*entries, ("100644", "main.tf", repo.blob("")))
    repo.commit_tree(tree)

    with pytest.raises(UploadTooLarge):
        take()


def test_a_fetch_ends_where_it_grows_past_its_cap(take: Take, repo: Repository):
    repo.commit({"main.tf": "", "noise": os.urandom(3 * MB)})
    with pytest.raises(GitTooLarge):
        take(fetch_bytes=MB)


@pytest.mark.long
def test_a_small_pack_that_holds_half_a_gigabyte_is_refused_before_it_is_unpacked(
    take: Take, repo: Repository, tmp_path: Path
):
    bomb, size = zlib.compressobj(1), 512 * MB
    header = f"blob {size}\0".encode()
    path = repo.folder / "objects/aa"
    path.mkdir()
    digest = hashlib.sha1(header)
    with (path / "bomb").open("wb") as file:
        file.write(bomb.compress(header))
        zeros = bytes(4 * MB)
        for _ in range(size // len(zeros)):
            digest.update(zeros)
            file.write(bomb.compress(zeros))
        file.write(bomb.flush())
    oid = digest.hexdigest()
    target = repo.folder / "objects" / oid[:2]
    target.mkdir(exist_ok=True)
    (path / "bomb").rename(target / oid[2:])
    entries = (("100644", "bomb", oid), ("100644", "main.tf", repo.blob("")))
    repo.commit_tree(repo.tree(*entries))
    git(repo.folder, "config", "core.bigFileThreshold", "1m")

    with pytest.raises(UploadTooLarge):
        take(seconds=90)
    kept = (p.stat().st_size for p in (tmp_path / "spool").rglob("*") if p.is_file())
    assert sum(kept) < 8 * MB


# --- submodules ----------------------------------------------------------------------------------


def with_submodule(
    repo: Repository, url: str, commit: str, name: str = "m", more: str = ""
) -> None:
    modules = f'[submodule "{name}"]\n\tpath = m\n\turl = {url}\n{more}'
    entries = [("100644", ".gitmodules", repo.blob(modules)), ("160000", "m", commit)]
    repo.commit_tree(repo.tree(*entries, ("100644", "main.tf", repo.blob(""))))


@pytest.mark.parametrize("more", ["\tupdate = !{0}\n", "[include]\n\tpath = {0}\n", "[core\n"])
def test_gitmodules_starts_nothing_and_includes_nothing(
    take: Take, repo: Repository, server: GitServer, canary: Path, more: str
):
    modules = server.repository("modules.git")
    commit = modules.commit({"vpc.tf": "then"})
    with_submodule(repo, "../modules.git", commit, more=more.format(canary))
    try:
        assert paths(take(server.source(submodules=True))) == [".gitmodules", "m/vpc.tf", "main.tf"]
    except (GitContentRefused, ConfigurationInvalid):
        assert "include" not in more


def test_a_submodule_is_taken_where_it_is_allowed_at_its_very_commit(
    take: Take, repo: Repository, server: GitServer
):
    modules = server.repository("modules.git")
    commit = modules.commit({"vpc.tf": "then"})
    modules.commit({"vpc.tf": "now"}, parent=commit)
    with_submodule(repo, "../modules.git", commit)
    server.close_to("x-access-token", TOKEN)

    source = server.source(token=TOKEN, submodules=True)
    snapshot = take(source)
    assert paths(snapshot) == [".gitmodules", "m/vpc.tf", "main.tf"]
    assert b"then" in snapshot.content.read()
    with pytest.raises(ConfigurationInvalid):
        take(dataclasses.replace(source, submodules=False))


@pytest.mark.parametrize(
    "url",
    broad("ext::{0}", "file://{1}", "{1}", "-u{0}", "--upload-pack={0}", "http://127.0.0.1/x",
     "ssh://-oProxyCommand={0}/x", "ssh://git@localhost/x", "../../../../x", "git@localhost:x",
     "https://a:b@localhost/x", "https://localhost/$({0})", quick=(0, 1, 3, 8)),
)  # fmt: skip
def test_a_submodule_has_no_way_to_another_transport_or_an_option(
    take: Take, repo: Repository, server: GitServer, canary: Path, url: str
):
    other = Repository(canary.parent / "other.git")
    commit = other.commit({"x.tf": ""})
    with_submodule(repo, url.format(canary, other.folder), commit)

    with pytest.raises((ConfigurationInvalid, GitContentRefused)):
        take(server.source(submodules=True))


@pytest.mark.parametrize("name", ["../../hooks", "..", "a/../../b"])
def test_a_submodule_whose_name_climbs_is_refused(
    take: Take, repo: Repository, server: GitServer, name: str
):
    modules = server.repository("modules.git")
    with_submodule(repo, "../modules.git", modules.commit({"x.tf": ""}), name=name)
    with pytest.raises((GitContentRefused, ConfigurationInvalid)):
        take(server.source(submodules=True))


def test_a_credential_never_goes_to_another_server(
    take: Take, repo: Repository, server: GitServer, tmp_path: Path
):
    with GitServer(tmp_path, "thief") as thief:
        commit = thief.repository("m.git").commit({"x.tf": ""})
        with_submodule(repo, f"{thief.url}/m.git", commit)
        server.close_to("x-access-token", TOKEN)
        # The thief's certificate is of another CA, so that nothing of it is trusted either.
        with pytest.raises(GitUntrusted):
            take(server.source(token=TOKEN, submodules=True))
        both = tmp_path / "both.pem"
        both.write_bytes(server.ca_file.read_bytes() + thief.ca_file.read_bytes())

        server.conduct.redirects["/infra.git"] = thief.url
        with pytest.raises(GitRedirected):
            take(server.source(token=TOKEN, ca_file=str(both)))
        assert [seen.authorization for seen in thief.seen if seen.authorization] == []


@pytest.mark.parametrize(
    "to", broad("file://{0}", "ext::{0}", "http://127.0.0.1:1", "ftp://127.0.0.1",
                "https://localhost:1", quick=(0, 4))
)  # fmt: skip
def test_no_redirect_is_followed(
    take: Take, repo: Repository, server: GitServer, canary: Path, to: str
):
    repo.commit({"main.tf": ""})
    server.conduct.redirects["/infra.git"] = to.format(canary)
    with pytest.raises(GitRedirected):
        take()


@pytest.mark.long
def test_submodules_that_nest_without_end_are_refused(
    take: Take, repo: Repository, server: GitServer
):
    inner = repo.commit({"main.tf": ""}, "refs/heads/x")
    for _ in range(6):
        with_submodule(repo, "./../infra.git", inner)
        inner = git(repo.folder, "rev-parse", "refs/heads/main")
    with pytest.raises(ConfigurationInvalid) as refusal:
        take(server.source(submodules=True))
    assert "deeper" in refusal.value.message()


# --- servers and secrets -------------------------------------------------------------------------


def test_the_token_is_in_no_argument_address_or_message(
    take: Take, repo: Repository, server: GitServer, tmp_path: Path
):
    repo.commit({"main.tf": ""})
    server.close_to("x-access-token", TOKEN)
    told: list[str] = []

    def look() -> None:
        for process in psutil.Process().children(recursive=True):
            told.append(" ".join(process.cmdline()))

    server.conduct.before_post = look
    take(server.source(token=TOKEN)).content.close()
    assert any("fetch" in words for words in told)
    server.close_to("x-access-token", "another")
    with pytest.raises(GitAccessDenied) as refusal:
        take(server.source(token=TOKEN))
    told += [refusal.value.message(), refusal.value.message("ja"), repr(server.source(token=TOKEN))]
    told += [seen.path for seen in server.seen]
    kept = [p.read_bytes() for p in (tmp_path / "spool").rglob("*") if p.is_file()]
    assert not [words for words in told if TOKEN in words]
    assert not [content for content in kept if TOKEN.encode() in content]


def test_a_server_that_repeats_the_credential_does_not_get_it_into_the_message(
    take: Take, repo: Repository, server: GitServer
):
    repo.commit({"main.tf": ""})
    said = f"ERR your token {TOKEN} and https://x:{TOKEN}@localhost/ are \x1b[31mgreat\n".encode()
    line = f"{len(said) + 4:04x}".encode() + said
    server.conduct.raw["/infra.git/info/refs"] = (
        200, b"001e# service=git-upload-pack\n0000" + line,
    )  # fmt: skip
    with pytest.raises(SekishoError) as refusal:
        take(server.source(token=TOKEN))
    for language in ("en", "ja"):
        assert TOKEN not in refusal.value.message(language)
        assert "\x1b" not in refusal.value.message(language)


def test_what_one_workspace_may_read_is_not_served_to_another_from_the_cache(
    take: Take, repo: Repository, server: GitServer
):
    commit = repo.commit({"main.tf": ""})
    server.close_to("x-access-token", TOKEN)
    take(server.source(token=TOKEN)).content.close()

    for more in ({}, {"token": "wrong"}):
        for ref in ("", commit):
            with pytest.raises(GitAccessDenied):
                take(server.source(**more), ref)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    take: Take, repo: Repository, server: GitServer, tmp_path: Path
):
    repo.commit({"main.tf": ""})
    with GitServer(tmp_path, "other") as other, pytest.raises(GitUntrusted):
        take(server.source(ca_file=str(other.ca_file)))
    with pytest.raises(GitUntrusted):
        take(server.source(ca_file=""))
    assert server.seen == []


def test_a_server_that_is_away_or_hangs_is_given_up(
    take: Take, repo: Repository, server: GitServer
):
    repo.commit({"main.tf": ""})
    with pytest.raises(GitUnreachable):
        take(GitSource("https://localhost:1/x.git"))
    with pytest.raises((GitAccessDenied, GitFailed)):
        take(server.source("none.git"))
    server.conduct.hangs = "git-upload-pack"
    begun = time.monotonic()
    with pytest.raises(GitTimeout):
        take(seconds=2)
    assert time.monotonic() - begun < 20
    assert not psutil.Process().children(recursive=True)


def test_a_server_that_speaks_nonsense_is_refused(take: Take, repo: Repository, server: GitServer):
    repo.commit({"main.tf": ""})
    for status, body in (
        (200, b"zzzz"),
        (200, b""),
        (200, os.urandom(4096)),
        (500, b""),
        (204, b""),
    ):
        server.conduct.raw["/infra.git/info/refs"] = (status, body)
        with pytest.raises((GitContentRefused, GitFailed, GitUnreachable, GitRefUnknown)):
            take()


def test_a_server_that_cannot_be_shallow_is_refused(
    take: Take, repo: Repository, server: GitServer
):
    repo.commit({"main.tf": ""})
    git(repo.folder, "update-server-info")
    server.conduct.dumb = True
    with pytest.raises((GitFailed, GitContentRefused)):
        take()


def test_a_ref_that_moves_while_we_fetch_gives_the_commit_that_was_resolved(
    take: Take, repo: Repository, server: GitServer
):
    then = repo.commit({"main.tf": "then"})
    posts: list[int] = []

    def move() -> None:
        posts.append(1)
        if len(posts) == 2:  # the first asks for refs, the second for the pack
            repo.commit({"main.tf": "now"}, parent=then)

    server.conduct.before_post = move
    snapshot = take()
    assert snapshot.commit is not None
    assert snapshot.commit.commit == then
    assert b"then" in snapshot.content.read()
    assert git(repo.folder, "rev-parse", "main") != then


def test_a_ref_that_is_replaced_by_another_history_while_we_fetch_is_said_to_be_gone(
    take: Take, repo: Repository, server: GitServer
):
    then = repo.commit({"main.tf": "then"})
    posts: list[int] = []

    def replace() -> None:
        posts.append(1)
        if len(posts) == 2:
            repo.commit({"main.tf": "now"})
            loose = repo.folder / "objects" / then[:2] / then[2:]
            loose.unlink()

    server.conduct.before_post = replace
    with pytest.raises((GitRefUnknown, GitContentRefused, GitFailed)):
        take()


# --- the cache -----------------------------------------------------------------------------------


def test_what_a_killed_fetch_left_is_swept_and_what_is_damaged_is_made_anew(
    take: Take, repo: Repository, tmp_path: Path
):
    first = repo.commit({"main.tf": "1"})
    take().content.close()
    (cached,) = (tmp_path / "spool/git").glob("*/commits.git")
    for name in ("shallow.lock", "packed-refs.lock", "objects/pack/tmp_pack_x", "config.lock"):
        (cached / name).write_bytes(b"half")
    repo.commit({"main.tf": "2"}, parent=first)
    take().content.close()
    assert not list(cached.rglob("*.lock"))
    assert not list(cached.rglob("tmp_*"))

    for pack in cached.glob("objects/pack/*.pack"):
        pack.chmod(stat.S_IRUSR | stat.S_IWUSR)
        pack.write_bytes(b"PACK" + os.urandom(100))
    assert b"2" in take().content.read()


@pytest.mark.long
def test_the_cache_forgets_what_is_old_or_too_much(
    take: Take, repo: Repository, server: GitServer, tmp_path: Path
):
    repo.commit({"main.tf": "", "noise": os.urandom(MB)})
    server.repository("two.git").commit({"main.tf": "", "noise": os.urandom(MB)})

    def kept() -> int:
        return len(list((tmp_path / "spool/git").glob("*/commits.git")))

    take().content.close()
    take(server.source("two.git")).content.close()
    assert kept() == 2
    take(cache_bytes=MB * 3 // 2).content.close()
    assert kept() == 1
    take(cache_bytes=1).content.close()
    assert kept() == 0
    take().content.close()
    (entry,) = (p.parent for p in (tmp_path / "spool/git").glob("*/commits.git"))
    os.utime(entry, (1, 1))
    take(server.source("two.git"), cache_seconds=60).content.close()
    assert not entry.exists()


_ONE = """
import sys
from pathlib import Path
from sekisho.domain.git import GitSource
from sekisho.sources import LocalSources
snapshot = LocalSources(Path(sys.argv[1])).git(GitSource(sys.argv[2], ca_file=sys.argv[3]), "")
print(snapshot.manifest.digest, flush=True)
"""


def started(tmp_path: Path, server: GitServer) -> subprocess.Popen[str]:
    source = server.source()
    words = [sys.executable, "-c", _ONE, str(tmp_path / "spool"), source.url, source.ca_file]
    return subprocess.Popen(words, stdout=subprocess.PIPE, encoding="utf-8")


@pytest.mark.long
def test_many_processes_share_one_cache(
    take: Take, repo: Repository, server: GitServer, tmp_path: Path
):
    repo.commit({"main.tf": "x" * MB})
    processes = [started(tmp_path, server) for _ in range(4)]
    digests = {p.communicate(timeout=60)[0].strip() for p in processes}

    assert digests == {take().manifest.digest}


@pytest.mark.long
def test_a_server_killed_in_a_fetch_leaves_a_cache_that_works(
    take: Take, repo: Repository, server: GitServer, tmp_path: Path
):
    repo.commit({"main.tf": ""})
    reached = threading.Event()
    posts: list[int] = []

    def hold() -> None:
        posts.append(1)
        if len(posts) == 2:
            reached.set()
            server.released.wait(60)

    server.conduct.before_post = hold
    process = started(tmp_path, server)
    assert reached.wait(30)
    orphans = [p for p in psutil.Process(process.pid).children(recursive=True) if p.is_running()]
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    # Its Git lives on and holds the lock: nobody touches the repository meanwhile.
    assert orphans
    with pytest.raises(GitTimeout):
        take(seconds=1)
    server.released.set()
    assert paths(take()) == ["main.tf"]


# --- git itself ----------------------------------------------------------------------------------


def test_no_git_and_an_old_git_are_said_plainly(take: Take, tmp_path: Path):
    with pytest.raises(GitMissing):
        take(path=str(tmp_path / "nowhere"))
    old = tmp_path / "bin"
    old.mkdir()
    (old / "git").write_text("#!/bin/sh\necho git version 2.30.9\n", encoding="utf-8")
    (old / "git").chmod(0o755)
    with pytest.raises(GitMissing) as refusal:
        take(path=str(old))
    assert "2.30" in refusal.value.message()


def test_ssh_is_told_to_trust_known_hosts_alone_and_to_ask_nobody(
    take: Take, tmp_path: Path, canary: Path
):
    fake = tmp_path / "bin"
    fake.mkdir()
    told = tmp_path / "told"
    (fake / "ssh").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\nexit 255\n', encoding="utf-8"
    )
    (fake / "ssh").chmod(0o755)
    (fake / "git").symlink_to(GIT)
    known, key = tmp_path / "known hosts $(x)", tmp_path / "key'; touch x"
    source = GitSource("ssh://git@localhost:1/x.git", ssh_key=str(key), known_hosts=str(known))
    with pytest.raises(SekishoError):
        take(source, path=f"{fake}:/usr/bin:/bin")
    words = told.read_text(encoding="utf-8").splitlines()
    assert words[:4] == ["-F", "none", "-i", str(key)]
    assert {"StrictHostKeyChecking=yes", "BatchMode=yes", f'UserKnownHostsFile="{known}"'} <= set(
        words
    )
    assert words[-2:] == ["git@localhost", "git-upload-pack '/x.git'"]


def test_an_empty_commit_is_no_configuration(take: Take, repo: Repository):
    repo.commit_tree(repo.tree())
    with pytest.raises(ConfigurationEmpty):
        take()
