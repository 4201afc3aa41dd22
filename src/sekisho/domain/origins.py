"""How one run got its configuration, and whether that way may reach an apply.

The same content has one digest however it arrives, so the digest says nothing about the way. What
counts is how this very run got it; what a run cannot prove counts as the weaker way.
"""

import dataclasses

from sekisho.domain.git import GitCommit
from sekisho.domain.runs import Run
from sekisho.domain.text import Text
from sekisho.domain.workspaces import Workspace


@dataclasses.dataclass(frozen=True)
class Origin:
    """The way in; `commit` where it was Git and this run itself named the ref."""

    source: str
    commit: GitCommit | None = None

    def describe(self) -> str:
        """Write it in one stable line, for the seal."""
        return f"{self.source} {self.commit.describe()}" if self.commit else self.source


def origin_of(run: Run) -> Origin:
    """Return how a run got its configuration."""
    return Origin(run.source, run.commit)


_SOURCES = {
    "inline": Text("inline files", "インラインのファイル"),
    "upload": Text("an upload", "アップロード"),
    "folder": Text("a folder", "フォルダー"),
    "git": Text("Git", "Git"),
}
_GONE = Text(
    "The workspace takes no configurations from {source} any more.",
    "このワークスペースは {source} からの構成をもう受け付けません。",
)
_PLAN_ONLY = Text(
    "A configuration from {source} may be planned in this workspace, never applied.",
    "このワークスペースでは {source} からの構成は計画のみで、適用できません。",
)
_NO_COMMIT = Text(
    "This run named a digest, not a ref: it does not prove that its files are on the declared ref.",
    "この実行は ref ではなくダイジェストを指定したため、宣言済みの ref にあることを示せません。",
)
_OFF_REF = Text(
    "Commit {commit} ({ref}) is not on {declared}, the ref that the operator declared.",
    "コミット {commit}（{ref}）は、運用担当者が宣言した ref {declared} にありません。",
)
_SECRETS = Text(
    "The workspace has secrets, which only commits on its declared ref are given: a"
    " configuration from {source} is planned with markers in their place, and never applied.",
    "このワークスペースのシークレットは、宣言済みの ref にあるコミットにだけ渡されます。"
    "{source} からの構成は、目印を代わりに入れて計画するのみで、適用できません。",
)
_MOVED = Text(
    "The operator changed the Git source of the workspace since this was fetched.",
    "取得後に、運用担当者がワークスペースの Git ソースを変更しました。",
)


def plan_only(workspace: Workspace, origin: Origin) -> Text | None:
    """Say why a configuration that came this way may be planned but never applied, or None."""
    said = {"source": _SOURCES.get(origin.source, origin.source)}
    if origin.source not in workspace.sources:
        return _GONE.fill(said)
    if origin.source in workspace.plan_only:
        return _PLAN_ONLY.fill(said)
    if origin.source == "git":
        return _commit_problem(workspace, origin.commit)
    return _SECRETS.fill(said) if workspace.secrets else None


def on_declared_ref(workspace: Workspace, origin: Origin) -> bool:
    """Say whether a configuration is a commit on the ref that the operator declared."""
    from_git = origin.source == "git" and "git" in workspace.sources
    return from_git and _commit_problem(workspace, origin.commit) is None


def _commit_problem(workspace: Workspace, commit: GitCommit | None) -> Text | None:
    git = workspace.git
    if commit is None or git is None:
        return _NO_COMMIT
    if (commit.url, commit.path, commit.declared) != (git.url, git.path, git.ref):
        return _MOVED
    if not commit.protected:
        facts = {"commit": commit.commit[:12], "ref": commit.ref, "declared": git.ref}
        return _OFF_REF.fill(facts)
    return None


def ways(workspace: Workspace) -> tuple[Origin, ...]:
    """Return the ways in that a bare digest may stand for, those that reach an apply first.

    Git comes last: a digest does not say which commit, so it proves nothing.
    """
    ranked = sorted(workspace.sources, key=lambda s: (s == "git", s in workspace.plan_only))
    return tuple(Origin(source) for source in ranked)
