"""Git sources: what went wrong on the way to a commit. See the tree in `sekisho.domain.errors`.

None of these ever holds a credential: addresses have none, and what Git says is redacted first.
"""

from sekisho.domain.errors.kinds import (
    Invalid,
    NotFound,
    Refused,
    SekishoError,
    TooLarge,
    Unavailable,
)


class GitRefUnknown(NotFound):
    """The repository has no such branch, tag or commit."""

    code = "git_ref_unknown"
    says = "The repository {url} has no {ref}."
    step = "Push it first, or name another branch, tag or whole commit id."


class GitPathUnknown(NotFound):
    """The commit has no such folder."""

    code = "git_path_unknown"
    says = "Commit {commit} has no folder {path}."
    step = "Ask the operator to correct source.git.path in sekisho.yaml, or push the folder."


class GitRefInvalid(Invalid):
    """Not the name of a branch or tag, and not a commit."""

    code = "git_ref_invalid"
    says = "git_ref cannot be used: {problem}."
    step = "Give a branch, a tag, a whole commit id, or default."


class GitRefAmbiguous(Invalid):
    """One name for a branch and for a tag: either could be meant."""

    code = "git_ref_ambiguous"
    says = "{ref} is both a branch and a tag of {url}."
    step = "Write refs/heads/{ref} or refs/tags/{ref}."


class GitContentRefused(Invalid):
    """What the repository sent is damaged, or made to hurt."""

    code = "git_content_refused"
    says = "What {url} sent was refused: {problem}."
    step = "Correct the commit (git fsck shows what is wrong) and push it again."


class GitTooLarge(TooLarge):
    """The commit is more than the server fetches."""

    code = "git_too_large"
    says = "Fetching from {url} went over a cap: {problem}."
    step = "Take large files out of the repository, or ask the operator for another one."


class GitAccessDenied(Refused):
    """The Git server does not let us in, or hides that there is nothing."""

    code = "git_access_denied"
    says = "The Git server of {url} refused: {problem}."
    step = "Ask the operator to check source.git in sekisho.yaml: url, token or ssh_key."


class GitRedirected(Refused):
    """The Git server points elsewhere; credentials never follow."""

    code = "git_redirected"
    says = "{url} redirects to another address, which is not followed."
    step = "Ask the operator to write the final address into source.git.url."


class GitUntrusted(Refused):
    """The Git server's certificate or host key is not one that we know."""

    code = "git_untrusted"
    says = "The identity of {url} could not be verified: {problem}."
    step = "Ask the operator to check source.git.ca_file (https) or known_hosts (ssh)."


class GitUnreachable(Unavailable):
    """The Git server cannot be reached."""

    code = "git_unreachable"
    says = "{url} cannot be reached: {problem}."
    step = "Try again; tell the operator if it goes on."


class GitTimeout(Unavailable):
    """The Git server took too long."""

    code = "git_timeout"
    says = "{url} took longer than {seconds} seconds."
    step = "Try again; tell the operator if it goes on."


class GitMissing(Unavailable):
    """There is no usable git on this machine."""

    code = "git_missing"
    says = "No usable git was found on this server: {problem}."
    step = "The operator installs git {version} or newer."


class GitFailed(Unavailable):
    """Git failed in a way that we do not know."""

    code = "git_failed"
    says = "Git failed at {url}: {problem}."
    step = "Try again; tell the operator if it goes on."


GIT_ERRORS: tuple[type[SekishoError], ...] = (
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
)
"""All of them: whatever reads a repository may raise each."""
