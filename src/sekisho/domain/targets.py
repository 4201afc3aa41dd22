"""Where a workspace acts (target) and where its state lies (backend): the operator decides."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

StateLock = Literal["lockfile", "dynamodb", "both"]


@dataclasses.dataclass(frozen=True)
class Target:
    """An AWS account and the roles in it. `environment` is given to Terraform as it stands.

    The values of `environment` may be credentials: they are never shown, logged or sealed in clear.
    The same goes for `external_id`, without which the roles are lent to nobody.
    """

    name: str
    account: str | None = None
    region: str | None = None
    plan_role: str | None = None
    apply_role: str | None = None
    external_id: str | None = dataclasses.field(default=None, repr=False)
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str], repr=False)


LOCAL_TARGET = Target(name="local")
"""The embedded default: whatever the configuration's providers reach without credentials."""


@dataclasses.dataclass(frozen=True)
class ServerBackend:
    """The server keeps the state itself, encrypted, every version of it."""

    kind: Literal["server"] = "server"


@dataclasses.dataclass(frozen=True)
class S3Backend:
    """State in S3, locked by a lock file, a DynamoDB table, or both while moving."""

    bucket: str
    key: str
    region: str
    lock: StateLock = "lockfile"
    dynamodb_table: str | None = None
    encrypt: bool = True
    kms_key_id: str | None = None
    role_arn: str | None = None
    endpoints: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    use_path_style: bool = False
    kind: Literal["s3"] = "s3"


Backend = ServerBackend | S3Backend


def backend_facts(backend: Backend) -> dict[str, str]:
    """Return what names the state, for the seal and for people: no credential is in it."""
    if isinstance(backend, ServerBackend):
        return {"kind": "server"}
    facts = {"kind": "s3", "bucket": backend.bucket, "key": backend.key, "region": backend.region}
    return facts | {"lock": backend.lock, "table": backend.dynamodb_table or ""}
