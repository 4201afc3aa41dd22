"""Git repositories: a ref is resolved to a commit, exactly that commit is fetched and read."""

import dataclasses
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import (
    ArchiveInvalid,
    ConfigurationInvalid,
    GitContentRefused,
    GitFailed,
    GitPathUnknown,
    GitRefInvalid,
)
from sekisho.domain.git import (
    GitCommit,
    GitSource,
    beside,
    is_ssh,
    path_problem,
    place,
    ref_problem,
    url_problem,
)
from sekisho.ports import Snapshot
from sekisho.sources.git_cache import GitCache, Held
from sekisho.sources.git_commits import author_of, fetch, resolve
from sekisho.sources.git_process import Deadline, GitOptions
from sekisho.sources.git_trees import Gitlink, Tree
from sekisho.sources.snapshots import Spool

_DEEPEST = 3
"""Submodules of submodules of submodules, and no further."""

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class _Task:
    """A commit whose files are still to be taken: those of a submodule have a prefix."""

    source: GitSource
    commit: str
    prefix: str = ""
    depth: int = 0


class GitReader:
    """Reads configurations out of repositories, over a cache."""

    def __init__(self, cache: Path, options: GitOptions, limits: Limits) -> None:
        self._cache = GitCache(cache, options)
        self._options = options
        self._limits = limits

    def take(self, source: GitSource, asked: str, spool: Spool) -> Snapshot:
        """Take the files of a ref, as they are in its commit at this moment.

        Raises:
            GitRefInvalid, GitRefUnknown, GitPathUnknown, …: the way to the commit failed.
            ConfigurationInvalid, ConfigurationEmpty, UploadTooLarge: what is in it is not taken.
        """
        problem = (ref_problem(asked) if asked else None) or url_problem(source.url)
        if problem:
            raise GitRefInvalid(problem=problem)
        if path_problem(source.path):
            raise GitPathUnknown(commit=asked or source.ref, path=source.path)
        deadline = Deadline(self._options.seconds)
        try:
            found: GitCommit = self._within(source, deadline, lambda h: resolve(h, source, asked))
            self._take_all(_Task(source, found.commit), spool, deadline)
            author = self._within(source, deadline, lambda h: author_of(h, source, found.commit))
            snapshot = spool.finish()
        except ArchiveInvalid as error:
            raise ConfigurationInvalid(**error.facts) from None
        return dataclasses.replace(snapshot, commit=dataclasses.replace(found, author=author))

    def _within(self, source: GitSource, deadline: Deadline, work: Callable[[Held], T]) -> T:
        """Work in a repository of the cache; one that is damaged is made anew, once."""
        fresh = True
        try:
            with self._cache.held(source, deadline) as held:
                fresh = held.fresh
                return work(held)
        except (GitContentRefused, GitFailed):
            if fresh:
                raise
        with self._cache.held(source, deadline, anew=True) as held:
            return work(held)

    def _take_all(self, first: _Task, spool: Spool, deadline: Deadline) -> None:
        """Take a commit and its submodules; no two repositories are held at a time."""
        tasks, taken = deque([first]), 0
        while tasks:
            task = tasks.popleft()
            taken += 1
            if taken > self._options.submodules + 1:
                raise ConfigurationInvalid(
                    problem=f"more than {self._options.submodules} submodules"
                )
            tasks += self._within(task.source, deadline, self._taking(task, spool))

    def _taking(self, task: _Task, spool: Spool) -> Callable[[Held], list[_Task]]:
        start = spool.count

        def take(held: Held) -> list[_Task]:
            spool.rewind(start)
            return self._take(held, task, spool)

        return take

    def _take(self, held: Held, task: _Task, spool: Spool) -> list[_Task]:
        fetch(held.commits, task.source, task.commit)
        tree = Tree(held.commits, task.source, task.commit, task.prefix, self._limits)
        links = tree.take(spool, spool.count)
        if not links:
            return []
        if not task.source.submodules:
            problem = f"{links[0].prefix!r} is a submodule, which this workspace does not take"
            raise ConfigurationInvalid(problem=problem)
        if task.depth >= _DEEPEST:
            raise ConfigurationInvalid(problem=f"submodules nested deeper than {_DEEPEST}")
        modules = tree.modules()
        return [_submodule(task, link, modules.get(link.path)) for link in links]


def _submodule(task: _Task, link: Gitlink, written: str | None) -> _Task:
    """Make the task for a submodule: credentials go with it to the same server alone."""
    parent = task.source
    url = beside(parent.url, written) if written and written.startswith(("./", "../")) else written
    problem = "it is not in .gitmodules" if url is None else url_problem(url)
    if url is None or problem:
        raise ConfigurationInvalid(problem=f"submodule {link.prefix!r}: {problem}")
    if place(url) == place(parent.url):
        source = dataclasses.replace(parent, url=url, path="", ref=link.commit)
    elif is_ssh(url):
        problem = f"submodule {link.prefix!r}: ssh goes to the server of source.git.url alone"
        raise ConfigurationInvalid(problem=problem)
    else:
        source = GitSource(url, ref=link.commit, submodules=True)
    return _Task(source, link.commit, link.prefix, task.depth + 1)
