"""The operator's file as it is written: one declaration for the parser and for editors.

Each description is for the operator: it is shown by editors that know the JSON Schema.
"""

import re
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from sekisho.catalog.git_section import GitSection
from sekisho.catalog.identity_section import IdentitySection
from sekisho.catalog.inspection_section import InspectionSection
from sekisho.catalog.people_sections import GrantSection, Member
from sekisho.catalog.policies_section import Policies, PolicySection
from sekisho.catalog.rules_section import RuleSection
from sekisho.catalog.scan_section import ScanSection
from sekisho.catalog.target_section import TargetSection
from sekisho.catalog.values import Folder, Name, Place, Secret, Section, Words
from sekisho.domain.targets import StateLock
from sekisho.domain.versions import Constraint

_BEFORE = re.compile("[^/\\s](.*[^/\\s])?")


def _empty(given: object) -> object:
    """Take `name:` with nothing after it for a section in which everything is left out."""
    return {} if given is None else given


def _constraint(given: str) -> str:
    try:
        Constraint.parse(given)
    except ValueError:
        raise ValueError('a version constraint is needed, like "~> 1.11" or ">= 1.9, < 2.0"') from (
            None
        )
    return given


def _https(given: str) -> str:
    return _url(given, "https").rstrip("/") + "/"


def _endpoint(given: str) -> str:
    return _url(given, "http", "https")


def _url(given: str, *schemes: str) -> str:
    try:
        parts = urlsplit(given)
        good = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"an address that begins with {' or '.join(schemes)}:// is needed")
    if "@" in urlsplit(given).netloc:
        raise ValueError("no name or password may be in an address")
    return given


def _state_key(given: str) -> str:
    if not _BEFORE.fullmatch(given):
        raise ValueError("an object key is needed; it may not begin or end with `/`")
    return given


InputName = Annotated[str, StringConstraints(pattern=r"^[^\W\d][\w-]*$")]
Service = Literal["s3", "dynamodb", "iam", "sso", "sts"]
Endpoint = Annotated[str, AfterValidator(_endpoint)]


def _taken(given: object) -> object:
    if isinstance(given, bool) or given == "plan_only":
        return given
    raise ValueError("true, false or plan_only is needed")


Taken = Annotated[bool | Literal["plan_only"], BeforeValidator(_taken)]


class SourceSection(Section):
    """Where a workspace takes configurations from: what is not named here is refused."""

    git: GitSection | None = Field(
        default=None, description="The workspace's own repository; its ref may be applied."
    )
    upload: Taken = Field(
        default=False,
        description="Archives that callers upload. plan_only: they may be planned, never applied.",
    )
    inline: Taken = Field(
        default=False,
        description="A few files that come with a call. plan_only: as for upload.",
    )
    folder: Place | None = Field(
        default=None,
        description="A folder of the server, read anew for every plan; relative to this file.",
    )

    @model_validator(mode="after")
    def _any(self) -> "SourceSection":
        if not (self.upload or self.inline or self.folder or self.git):
            raise ValueError("the workspace would take configurations from nowhere")
        return self


class ServerSection(Section):
    """The server keeps the state itself, encrypted, every version of it."""


class S3Section(Section):
    """State in S3."""

    bucket: Words
    key: Annotated[str, AfterValidator(_state_key)]
    region: Words | None = Field(default=None, description="Default: the region of the target.")
    lock: StateLock = Field(
        default="lockfile",
        description="How the state is locked: an object beside it (Terraform 1.11 or newer), a"
        " DynamoDB table, or both while moving from one to the other.",
    )
    dynamodb_table: Words | None = Field(
        default=None, description="Needed with lock: dynamodb or both."
    )
    encrypt: bool = True
    kms_key_id: Words | None = None
    role_arn: Words | None = Field(default=None, description="Role that reads and writes state.")
    endpoints: dict[Service, Endpoint] = Field(
        default_factory=dict[Service, Endpoint], description="Other addresses of the services."
    )
    use_path_style: bool = False

    @model_validator(mode="after")
    def _table(self) -> "S3Section":
        if self.lock != "lockfile" and not self.dynamodb_table:
            raise ValueError(f"lock: {self.lock} needs a dynamodb_table")
        if self.lock == "lockfile" and self.dynamodb_table:
            raise ValueError("dynamodb_table has no use with lock: lockfile; say lock: both")
        return self


class BackendSection(Section):
    """Where the state lies: exactly one of these."""

    server: ServerSection | None = None
    s3: S3Section | None = None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, given: object) -> object:
        if given == {"server": None}:
            return {"server": {}}
        if isinstance(given, dict) and len({"server", "s3"} & set(cast("Any", given))) != 1:
            raise ValueError("exactly one of server and s3 is needed")
        return cast("object", given)


class WorkspaceSection(Section):
    """A named unit that is planned and applied."""

    description: Annotated[str, StringConstraints(max_length=1000)] = ""
    source: SourceSection | None = Field(
        default=None, description="Default: uploads and inline files."
    )
    directory: Folder = Field(
        default="",
        description="Folder of the configuration in which Terraform works, as in envs/prod where"
        " modules/ lies beside envs/. Default: its root.",
    )
    backend: BackendSection | None = Field(default=None, description="Default: the server.")
    target: Words | None = Field(
        default=None, description="A name under `targets`. Default: no account at all."
    )
    terraform: Annotated[str, AfterValidator(_constraint)] = Field(
        default="", description='Versions that may be used, like "~> 1.11". Default: the newest.'
    )
    variables: dict[InputName, Any] = Field(
        default_factory=dict, description="Values of the configuration's input variables."
    )
    secrets: dict[InputName, Secret] = Field(
        default_factory=dict,
        description="Input variables that only commits on the ref of `source.git` are given;"
        " others plan with markers in their place, and are never applied. Each is {env: NAME} or"
        " {file: PATH}.",
    )
    labels: dict[Words, Words] = Field(
        default_factory=dict, description="For people, and for rules to match."
    )
    inspection: InspectionSection | None = Field(
        default=None, description="What configurations may do here, over what is said for all."
    )
    policies: Policies = Field(
        default_factory=list[PolicySection],
        description="Policies in Rego on plans here, besides those for all workspaces.",
    )

    @model_validator(mode="after")
    def _given(self) -> "WorkspaceSection":
        twice = sorted(self.secrets.keys() & self.variables.keys())
        if twice:
            raise ValueError(f"{twice[0]} is both under variables and under secrets")
        if self.secrets and not (self.source and self.source.git):
            raise ValueError("secrets need source.git: only commits on its ref are given them")
        return self


class TerraformFileSection(Section):
    """Where Terraform and its providers come from."""

    binaries: list[Place] = Field(
        default_factory=list, description="Executables, besides those on PATH."
    )
    mirror: Place | None = Field(
        default=None, description="Folder that holds providers (a filesystem_mirror)."
    )
    network_mirror: Annotated[str, AfterValidator(_https)] | None = Field(
        default=None, description="HTTPS address of a provider mirror."
    )
    direct: bool | None = Field(
        default=None,
        description="Whether providers may come from their registries. Default: only where no"
        " mirror is named.",
    )


Members = Annotated[list[Member], Field(min_length=1)]


class FileSection(Section):
    """sekisho.yaml: what the operator declares."""

    version: Literal[1]
    identity: IdentitySection | None = Field(
        default=None, description="Who says who people are. Default: API keys alone."
    )
    terraform: TerraformFileSection = TerraformFileSection()
    inspection: InspectionSection | None = Field(
        default=None,
        description="What configurations may do. Default: nothing that runs code.",
    )
    targets: dict[Name, TargetSection] = Field(default_factory=dict)
    workspaces: dict[
        Name,
        Annotated[
            WorkspaceSection,
            BeforeValidator(_empty, json_schema_input_type=WorkspaceSection | None),
        ],
    ] = Field(min_length=1, description="At least one.")
    groups: dict[Name, Members] = Field(
        default_factory=dict,
        description="Groups of people: by name, or by what the identity provider says of them.",
    )
    rules: list[RuleSection] = Field(
        default_factory=list[RuleSection],
        description="What is wanted of plans before they are applied. Where no rule speaks of"
        " approvals, one person who is not the requester approves.",
    )
    policies: Policies = Field(
        default_factory=list[PolicySection],
        description="Policies in Rego on all plans: docs/en/policies.md.",
    )
    scan: ScanSection = ScanSection()
    access: Annotated[list[GrantSection], Field(min_length=1)] | None = Field(
        default=None,
        description="Who may do what, and where. Once it is given, what is not granted is denied."
        " Default: whoever is let in may do what their key is good for.",
    )
