"""What the engine needs from outside: promises, each kept by a contract suite in `tests/contract/`.

Every port is synchronous: adapters block on files, processes and networks, and the faces call the
engine on threads. A port raises errors of `domain.errors` and lets nothing of its library through.
"""

from sekisho.ports.runtime import (
    Clock,
    Execution,
    Executor,
    Ids,
    Journal,
    Keys,
    Limits,
    Processes,
    StepUp,
)
from sekisho.ports.sources import Catalog, Received, Snapshot, Sources
from sekisho.ports.stores import (
    AuditLog,
    BlobStore,
    ConfigurationStore,
    LogStore,
    Page,
    PushStore,
    ReadingStore,
    RunQuery,
    RunStore,
    StopStore,
    Store,
    TokenStore,
    UploadStore,
    WorkerStore,
    WorkspaceStore,
)
from sekisho.ports.terraform import (
    Build,
    Desk,
    DeskOrder,
    Fingerprints,
    Finished,
    StateReading,
    Terraform,
    Watch,
)

__all__ = [
    "AuditLog",
    "BlobStore",
    "Build",
    "Catalog",
    "Clock",
    "ConfigurationStore",
    "Desk",
    "DeskOrder",
    "Execution",
    "Executor",
    "Fingerprints",
    "Finished",
    "Ids",
    "Journal",
    "Keys",
    "Limits",
    "LogStore",
    "Page",
    "Processes",
    "PushStore",
    "ReadingStore",
    "Received",
    "RunQuery",
    "RunStore",
    "Snapshot",
    "Sources",
    "StateReading",
    "StepUp",
    "StopStore",
    "Store",
    "Terraform",
    "TokenStore",
    "UploadStore",
    "Watch",
    "WorkerStore",
    "WorkspaceStore",
]
