"""Git sources as they are shown: a declared repository, and the commit of a run."""

from sekisho.domain.git import GitCommit, GitSource
from sekisho.views.view import View, one_line


class GitView(View):
    """A repository's ref; of a run, the commit too. `protected`: it is on the declared ref."""

    url: str
    ref: str
    path: str | None = None
    commit: str | None = None
    protected: bool | None = None

    @classmethod
    def declared(cls, source: GitSource) -> "GitView":
        """Show what the operator declared; never a credential."""
        return cls(url=one_line(source.url), ref=source.ref, path=one_line(source.path) or None)

    @classmethod
    def of(cls, commit: GitCommit) -> "GitView":
        """Show where a configuration came from."""
        return cls(
            url=one_line(commit.url),
            ref=one_line(commit.ref),
            path=one_line(commit.path) or None,
            commit=commit.commit,
            protected=commit.protected,
        )

    def words(self) -> str:
        """Say it in one line."""
        said = f"Git {self.url} {self.ref}" + (f" {self.path}" if self.path else "")
        said += f", commit {self.commit}" if self.commit else ""
        return said + (" (not on the declared ref: plan only)" if self.protected is False else "")
