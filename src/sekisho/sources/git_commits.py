"""From a ref to a commit, and that very commit into the cache."""

import re

from sekisho.domain.errors import (
    GitContentRefused,
    GitFailed,
    GitRefAmbiguous,
    GitRefUnknown,
    GitTooLarge,
)
from sekisho.domain.git import COMMIT, GitCommit, GitSource
from sekisho.domain.text import plain
from sekisho.sources.git_cache import Held, prepare
from sekisho.sources.git_process import Git

_LINE = re.compile(rb"([0-9a-f]{40})\t([^\n]+)")
_COMMIT_BYTES = 41
_AUTHOR = 320
"""Characters of an author's address that are kept: no longer one can be written to."""


def resolve(held: Held, source: GitSource, asked: str) -> GitCommit:
    """Ask the Git server, with the workspace's own credential, which commit a ref is now.

    It is asked even where a whole commit id was given: who may not read the repository gets
    nothing out of the cache.

    Raises:
        GitRefUnknown, GitRefAmbiguous, and what reaching the server may raise.
    """
    wanted = asked or source.ref
    refs = _advertised(held.commits, source, {wanted, source.ref})
    tip = _pick(refs, source, source.ref)
    commit = _pick(refs, source, wanted)
    if commit is None:
        raise GitRefUnknown(url=source.url, ref=wanted)
    return GitCommit(
        url=source.url,
        ref=wanted,
        commit=commit,
        path=source.path,
        protected=tip is not None and _on(held, source, commit, tip, wanted),
        declared=source.ref,
    )


def _advertised(git: Git, source: GitSource, names: set[str]) -> dict[str, str]:
    """Return ref → commit, of those that could be meant."""
    patterns = sorted(pattern for name in names for pattern in _patterns(name))
    printed = git.run("ls-remote", "--", source.url, *(patterns or ["HEAD"]))
    found = (_LINE.fullmatch(line) for line in printed.splitlines())
    return {
        match[2].decode(errors="replace"): match[1].decode()
        for match in found
        # Git matches patterns at the end of names: refs/x/refs/heads/main is not what was asked.
        if match and match[2].decode(errors="replace") in patterns
    }


def _patterns(name: str) -> tuple[str, ...]:
    if COMMIT.fullmatch(name):
        return ()
    if name.startswith("refs/"):
        return (name, f"{name}^{{}}")
    return (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/tags/{name}^{{}}")


def _pick(refs: dict[str, str], source: GitSource, name: str) -> str | None:
    """Return the commit that a name means; a tag is followed to its commit."""
    if COMMIT.fullmatch(name):
        return name
    if name.startswith("refs/"):
        return refs.get(f"{name}^{{}}") or refs.get(name)
    branch, tag = refs.get(f"refs/heads/{name}"), refs.get(f"refs/tags/{name}")
    if branch and tag:
        # Whoever may push only the one kind could otherwise take the other one's place.
        raise GitRefAmbiguous(ref=name, url=source.url)
    return branch or refs.get(f"refs/tags/{name}^{{}}") or tag


def _on(held: Held, source: GitSource, commit: str, tip: str, wanted: str) -> bool:
    """Say whether a commit is on the declared ref: its tip, or named by id and in its history.

    A commit id proves nothing by itself: many servers hand out commits of forks and of closed
    merge requests under the address of the repository.
    """
    if commit == tip:
        return True
    return bool(COMMIT.fullmatch(wanted)) and _in_history(held, source, commit, tip)


def _in_history(held: Held, source: GitSource, commit: str, tip: str) -> bool:
    """Fetch the commits of the declared ref, without files, and look for one.

    Where the server cannot leave the files out and they are too much, it is not proven.
    """
    git = held.history
    prepare(git)
    remote = {"url": source.url, "promisor": "true", "partialclonefilter": "tree:0"}
    settings = [w for key, value in remote.items() for w in ("-c", f"remote.origin.{key}={value}")]
    lenient = ("-c", "fetch.fsckObjects=false", "-c", "transfer.fsckObjects=false")
    try:
        git.run(
            *settings, *lenient, "fetch", *_FETCH, "--filter=tree:0", "--", "origin",
            f"+{tip}:refs/sekisho/{tip}",
        )  # fmt: skip
    except GitTooLarge:
        return False
    except (GitContentRefused, GitFailed):
        if not held.fresh:
            raise
        return False
    sought = f"{commit}\n".encode()
    with git.started("rev-list", "--end-of-options", tip) as lines:
        found = False
        while line := lines.read(_COMMIT_BYTES):
            found = found or line == sought
    return found


_FETCH = (
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--no-show-forced-updates",
)


def fetch(git: Git, source: GitSource, commit: str) -> None:
    """Fetch exactly this commit, without its history, unless it is here already.

    Raises:
        GitRefUnknown: it is gone, or never was.
        GitContentRefused: what came is no commit.
    """
    ref = f"refs/sekisho/{commit}"
    if _kind(git, ref) != (commit, "commit"):
        git.run("fetch", *_FETCH, "--depth=1", "--", source.url, f"+{commit}:{ref}")
    if _kind(git, ref) != (commit, "commit"):
        raise GitContentRefused(url=source.url, problem=f"{commit[:12]} is no commit")


def author_of(held: Held, source: GitSource, commit: str) -> str:
    """Return the address of a commit's author, just as the commit says it; empty for none.

    No mailmap is asked: a file of the repository must not say whose approval counts.
    """
    git = held.commits
    fetch(git, source, commit)
    words = ("--no-patch", "--no-mailmap", "--no-notes", "--no-show-signature", "--format=%ae")
    said = git.run("show", *words, "--end-of-options", commit)
    return " ".join(plain(said.decode(errors="replace"), _AUTHOR).split())


def _kind(git: Git, name: str) -> tuple[str, str]:
    """Return the id and the type of an object; empty where it is not here."""
    words = git.run("cat-file", "--batch-check", given=f"{name}\n".encode()).split()
    return (words[0].decode(), words[1].decode()) if len(words) == 3 else ("", "")  # noqa: PLR2004 (id, type, size)
