"""No credentials could be lent to a run. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Unavailable

_TRUST = (
    "The operator looks at the trust policy of the role: it names this server's role, the external"
    " id of the target, and allows sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession"
    " (docs/en/credentials.md). Then plan again."
)


class CredentialsRefused(Unavailable):
    """STS did not give a role; `reason` is its own word for it."""

    code = "credentials_refused"
    says = "AWS does not lend this server the role {role}: {reason}."
    step = _TRUST


class CredentialsAway(Unavailable):
    """STS could not be asked: it cannot be reached, or the server has no credentials itself."""

    code = "credentials_away"
    says = "The role {role} could not be assumed: {problem}."
    step = (
        "The operator sees that this server has AWS credentials of its own and reaches the STS"
        " endpoint of the target's region (AWS_ENDPOINT_URL_STS). Then plan again."
    )


class AwsMissing(Unavailable):
    """A target has roles, and what assumes them is not installed."""

    code = "aws_missing"
    says = "The target has roles to lend, and the extra that assumes them is not installed."
    step = "The operator installs it: pip install 'sekisho[aws]'. Then plan again."
