"""A workspace: a named unit that is planned and applied, declared by the operator."""

import dataclasses
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sekisho.domain.errors import WorkspaceBusy, WorkspaceLocked, WorkspaceNotLocked
from sekisho.domain.git import GitSource
from sekisho.domain.inspections import DEFAULT_POLICY, Policy
from sekisho.domain.leases import WorkspaceLease, WorkspaceLock
from sekisho.domain.policies import RegoPolicy
from sekisho.domain.rules import DEFAULT_RULES, Rule
from sekisho.domain.scans import NO_SCANNING, Scanning
from sekisho.domain.states import StatePointer
from sekisho.domain.targets import LOCAL_TARGET, Backend, ServerBackend, Target

NAME = re.compile(r"[\w][\w.-]{0,89}")
"""Letters of any script, digits, `_`, `.`, `-`: 90 at most, as in HCP Terraform."""

SourceKind = Literal["inline", "upload", "folder", "git"]


@dataclasses.dataclass(frozen=True)
class Workspace:
    """What the operator declared. Agents choose among workspaces and change nothing in them.

    `directory` is where in a configuration Terraform works, as in `envs/prod`; empty: at its root.
    """

    name: str
    folder: str | None = None
    directory: str = ""
    sources: tuple[SourceKind, ...] = ("inline", "upload")
    plan_only: tuple[SourceKind, ...] = ()
    """Those of the sources whose configurations are planned here and never applied."""
    git: GitSource | None = None
    backend: Backend = dataclasses.field(default_factory=ServerBackend)
    target: Target = LOCAL_TARGET
    terraform: str = ""
    variables: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str], repr=False)
    """Variables that only commits on the declared ref are given: `operator_secrets`."""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    rules: tuple[Rule, ...] = DEFAULT_RULES
    inspection: Policy = DEFAULT_POLICY
    description: str = ""
    scanning: Scanning = NO_SCANNING
    policies: tuple[RegoPolicy, ...] = ()
    """What holds its plans up by what they would do; each is one of `rules`, too."""


@dataclasses.dataclass(frozen=True)
class WorkspaceRecord:
    """What happened to a workspace so far: who holds it, and its newest state."""

    name: str
    fence: int = 0
    lease: WorkspaceLease | None = None
    lock: WorkspaceLock | None = None
    state: StatePointer | None = None
    version: int = 0

    def free(self) -> bool:
        """Say whether an apply may take the workspace."""
        return self.lease is None and self.lock is None


def check_free(record: WorkspaceRecord, url: str = "") -> None:
    """Let through a workspace that nobody holds.

    Raises:
        WorkspaceLocked: a person or an interrupted apply holds it.
        WorkspaceBusy: an apply is under way.
    """
    if record.lock:
        lock = record.lock
        raise WorkspaceLocked(
            name=record.name,
            owner=lock.owner,
            since=lock.at.isoformat(),
            reason=lock.reason,
            url=url,
        )
    if record.lease:
        lease = record.lease
        raise WorkspaceBusy(name=record.name, holder=lease.run_id, since=lease.taken_at.isoformat())


def take_lease(record: WorkspaceRecord, run_id: str, at: datetime) -> WorkspaceRecord:
    """Give the workspace to one apply, with a new fencing token.

    Raises:
        WorkspaceLocked, WorkspaceBusy: somebody holds it.
    """
    check_free(record)
    fence = record.fence + 1
    return dataclasses.replace(record, fence=fence, lease=WorkspaceLease(run_id, fence, at))


def release_lease(record: WorkspaceRecord, run_id: str) -> WorkspaceRecord:
    """End the lease of `run_id`; that of any other run stays."""
    if record.lease and record.lease.run_id == run_id:
        return dataclasses.replace(record, lease=None)
    return record


def lock(record: WorkspaceRecord, by: WorkspaceLock) -> WorkspaceRecord:
    """Hold the workspace; an apply under way goes on and the next one waits.

    Raises:
        WorkspaceLocked: somebody holds it already.
    """
    if record.lock:
        check_free(record)
    return dataclasses.replace(record, lock=by)


def unlock(record: WorkspaceRecord) -> WorkspaceRecord:
    """Let go of the workspace.

    Raises:
        WorkspaceNotLocked: nobody held it.
    """
    if record.lock is None:
        raise WorkspaceNotLocked(name=record.name)
    return dataclasses.replace(record, lock=None)
