"""A target as the operator writes it: an account, its roles, and what Terraform is given there."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from sekisho.catalog.values import LookedUp, Section, Words

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = re.compile(
    r"TF_CLI_\w+|TF_LOG\w*|TF_REATTACH_PROVIDERS|TF_DATA_DIR|TF_INPUT|TF_IN_AUTOMATION"
    r"|TF_WORKSPACE|TF_PLUGIN_\w+|TF_IGNORE|LD_\w+|DYLD_\w+|PATH|HOME|TMPDIR|CHECKPOINT_DISABLE",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(
    r"AWS_ACCESS_KEY(_ID)?|AWS_SECRET(_ACCESS)?_KEY|AWS_SESSION_TOKEN|AWS_SECURITY_TOKEN"
    r"|AWS_(DEFAULT_)?PROFILE|AWS_CONFIG_FILE|AWS_SHARED_CREDENTIALS_FILE"
    r"|AWS_CONTAINER_\w+|AWS_WEB_IDENTITY\w*|AWS_ROLE_\w+",
    re.IGNORECASE,
)
"""What would stand before the credentials that are lent, wherever a library looks for some."""
_ROLE = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$"
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_BOTH = (
    "plan_role and apply_role come together: whoever may plan runs code with the plan role, so it"
    " should only read"
)


def _variable(given: str) -> str:
    if not _ENV_NAME.fullmatch(given):
        raise ValueError("this is no name of an environment variable")
    if _RESERVED.fullmatch(given):
        raise ValueError("this name decides how Terraform itself runs and may not be set")
    if given.upper().startswith("TF_VAR_"):
        raise ValueError("Terraform's variables belong under `variables:` of a workspace")
    return given


def _external_id(given: str) -> str:
    # What was given is not repeated: whoever knows it is one step nearer to the role.
    if not _EXTERNAL_ID.fullmatch(given):
        raise ValueError("2 to 1224 letters, digits and + = , . @ : / - _ are needed")
    return given


VariableName = Annotated[str, AfterValidator(_variable)]
RoleArn = Annotated[str, StringConstraints(pattern=_ROLE)]
ExternalId = Annotated[LookedUp, AfterValidator(_external_id)]


class TargetSection(Section):
    """An AWS account, the roles in it, and what Terraform's environment is there."""

    account: Annotated[str, StringConstraints(pattern=r"^\d{12}$")] | None = Field(
        default=None, description="Account number, 12 digits, in quotes."
    )
    region: Words | None = None
    plan_role: RoleArn | None = Field(
        default=None,
        description="ARN of the role that is lent to plans, 15 minutes at a time; it should only"
        " read. Together with apply_role and region: docs/en/credentials.md.",
    )
    apply_role: RoleArn | None = Field(
        default=None, description="ARN of the role that is lent to applies."
    )
    external_id: ExternalId | None = Field(
        default=None,
        description="The external id that the roles' trust policies want: text, {env: NAME} or"
        " {file: PATH}. It is shown nowhere.",
    )
    environment: dict[VariableName, LookedUp] = Field(
        default_factory=dict,
        description="Variables for Terraform and its providers: text, {env: NAME} for one of the"
        " server's own, or {file: PATH}. Nothing else of the server's environment reaches them."
        " With roles, none that would bring other AWS credentials.",
    )

    @model_validator(mode="after")
    def _roles(self) -> "TargetSection":
        if (self.plan_role is None) != (self.apply_role is None):
            raise ValueError(_BOTH)
        if self.plan_role and self.apply_role:
            self._fitting(self.plan_role, self.apply_role)
        elif self.external_id is not None:
            raise ValueError("external_id has no use without plan_role and apply_role")
        return self

    def _fitting(self, *roles: str) -> None:
        """Hold what is said besides the roles against them."""
        if not self.region:
            raise ValueError("region is needed: roles are assumed at the STS of a region")
        accounts = {role.split(":")[4] for role in roles}
        if len(accounts) > 1:
            raise ValueError("plan_role and apply_role are of different accounts")
        if self.account and accounts != {self.account}:
            raise ValueError(f"the roles are of account {accounts.pop()}, not of {self.account}")
        other = next((name for name in self.environment if _CREDENTIALS.fullmatch(name)), None)
        if other:
            raise ValueError(
                f"environment.{other} would stand before the credentials of the roles: leave out"
                " one or the other"
            )
