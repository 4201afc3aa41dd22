"""A server that takes no runs as it is set up: design rule 3, kept in one place, whoever asks.

Everything under the engine reaches runs through the store of its parts. Where the parts are closed,
that store answers for tokens, people and the audit alone, and everything else refuses: no face,
worker, command or later noun can leave the question out.
"""

import dataclasses
from typing import NoReturn

from sekisho.domain.errors import RunsUnavailable
from sekisho.domain.text import Text
from sekisho.engine.people_passed import PeoplePassed
from sekisho.ports import (
    AuditLog,
    BlobStore,
    ConfigurationStore,
    LogStore,
    PushStore,
    ReadingStore,
    RunStore,
    StopStore,
    Store,
    StoreGuard,
    UploadStore,
    WorkerStore,
    WorkspaceStore,
)


@dataclasses.dataclass(frozen=True)
class Closure:
    """Why no runs are taken, and what the operator must set."""

    problem: Text
    setting: Text

    def error(self) -> RunsUnavailable:
        """Return the refusal."""
        return RunsUnavailable(problem=self.problem, setting=self.setting)


PRIVATE_STORE = Closure(
    Text(
        "it runs in an ECS task, and its store (SQLite in the task) is seen by no other task and"
        " is gone with this one",
        "ECS タスク内で動作しており、ストア（タスク内の SQLite）は他のタスクから見えず、"
        "タスクの終了とともに失われます",
    ),
    Text(
        "a store that tasks share (DynamoDB and S3), which this version does not have yet; until"
        " then run one server outside ECS, its data folder on a disk that stays",
        "タスク間で共有するストア（DynamoDB と S3）。このバージョンには未対応のため、"
        "それまでは ECS の外で、データフォルダーを永続ディスクに置いて 1 台で運用してください",
    ),
)
"""A store that other replicas cannot see."""


class ClosedStore(PeoplePassed):
    """The tokens, people, audit and guard of a store; whatever else is asked of it refuses."""

    def __init__(self, store: Store, closure: Closure) -> None:
        super().__init__(store)
        self._closure = closure

    @property
    def audit(self) -> AuditLog:
        return self._store.audit

    @property
    def runs(self) -> RunStore:
        self._refuse()

    @property
    def workspaces(self) -> WorkspaceStore:
        self._refuse()

    @property
    def stops(self) -> StopStore:
        self._refuse()

    @property
    def workers(self) -> WorkerStore:
        self._refuse()

    @property
    def configurations(self) -> ConfigurationStore:
        self._refuse()

    @property
    def uploads(self) -> UploadStore:
        self._refuse()

    @property
    def pushes(self) -> PushStore:
        self._refuse()

    @property
    def logs(self) -> LogStore:
        self._refuse()

    @property
    def blobs(self) -> BlobStore:
        self._refuse()

    @property
    def readings(self) -> ReadingStore:
        self._refuse()

    @property
    def guard(self) -> StoreGuard:
        return self._store.guard

    def close(self) -> None:
        self._store.close()

    def _refuse(self) -> NoReturn:
        raise self._closure.error()
