"""`source.git` of the operator's file: the repository of a workspace, and how to get in."""

from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sekisho.catalog.values import Folder, Place, Section, looked_up, one_of
from sekisho.domain.git import (
    DEFAULT_REF,
    GitSource,
    is_ssh,
    ref_problem,
    url_problem,
)

_UNQUOTABLE = frozenset('"\\\n\r')


def _url(given: str) -> str:
    problem = url_problem(given)
    if problem:
        raise ValueError(problem)
    return given.rstrip("/")


def _ref(given: str) -> str:
    problem = ref_problem(given)
    if problem:
        raise ValueError(problem)
    return given


def _token(given: object, info: ValidationInfo) -> str:
    """Return the secret of `{env: NAME}` or `{file: PATH}`: it is never written into the file."""
    if not isinstance(given, dict):
        raise ValueError("{env: NAME} or {file: PATH} is needed: a token is not written here")  # noqa: TRY004 (pydantic reports ValueError)
    found = looked_up(cast("dict[str, Any]", given), info)
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise ValueError("the token is empty, or has characters that no token has")
    return found


def _file(given: str) -> str:
    """Refuse what ssh could not be told in one word."""
    if _UNQUOTABLE & set(given):
        raise ValueError("the path may not hold quotes, backslashes or line breaks")
    return given


Token = Annotated[str, BeforeValidator(_token), WithJsonSchema({"anyOf": one_of("env", "file")})]
SshFile = Annotated[Place, AfterValidator(_file)]
Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.@+-]{1,100}$")]


class SshKeySection(Section):
    """A private key for ssh."""

    file: SshFile = Field(description="Path of the key; relative to this file.")


class GitSection(Section):
    """The workspace's own repository."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        description="https://…, ssh://… or USER@HOST:PATH, without a password."
    )
    ref: Annotated[str, AfterValidator(_ref)] = Field(
        default=DEFAULT_REF,
        description="Branch, tag or whole commit id whose configurations may be applied. Every"
        " other ref is plan-only. Protect it on the Git server.",
    )
    path: Folder = Field(
        default="", description="Folder of the configuration inside the repository."
    )
    submodules: bool = Field(
        default=False, description="Whether submodules are taken. Default: they are refused."
    )
    token: Token | None = Field(
        default=None,
        repr=False,
        description="For https: {env: NAME} or {file: PATH}. It goes to this host alone.",
    )
    username: Username | None = Field(
        default=None, description="Name that goes with the token. Default: x-access-token."
    )
    ca_file: Place | None = Field(
        default=None, description="Certificates of a private CA, in PEM. Default: the system's."
    )
    ssh_key: SshKeySection | None = Field(default=None, description="For ssh; without passphrase.")
    known_hosts: SshFile | None = Field(
        default=None, description="For ssh: the host keys that are trusted. Needed."
    )

    @model_validator(mode="after")
    def _fits(self) -> "GitSection":
        if is_ssh(self.url):
            if self.token or self.username or self.ca_file:
                raise ValueError("token, username and ca_file go with https:// alone")
            if not (self.ssh_key and self.known_hosts):
                raise ValueError("ssh needs ssh_key and known_hosts")
        elif self.ssh_key or self.known_hosts:
            raise ValueError("ssh_key and known_hosts go with ssh:// alone")
        elif self.username and not self.token:
            raise ValueError("username has no use without token")
        return self

    @model_validator(mode="after")
    def _there(self) -> "GitSection":
        key = self.ssh_key.file if self.ssh_key else None
        for path in filter(None, (self.ca_file, key, self.known_hosts)):
            if not Path(path).is_file():
                raise ValueError(f"there is no file {path}")
        return self

    def meant(self) -> GitSource:
        """Return what it means."""
        return GitSource(
            url=self.url,
            ref=self.ref,
            path=self.path,
            submodules=self.submodules,
            username=self.username or "",
            token=self.token or "",
            ca_file=self.ca_file or "",
            ssh_key=self.ssh_key.file if self.ssh_key else "",
            known_hosts=self.known_hosts or "",
        )
