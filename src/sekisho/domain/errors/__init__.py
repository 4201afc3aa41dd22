"""The one error tree, drawn whole; its classes lie in one module a kind.

Each face maps the six kinds below; every leaf has a stable code.

    SekishoError
    ├── NotFound            run_unknown · workspace_unknown · configuration_unknown · upload_unknown
    │                       plan_missing · state_missing · address_unknown · path_unknown
    │                       git_ref_unknown · git_path_unknown
    ├── Invalid             arguments_invalid · cursor_invalid · configuration_invalid
    │                       configuration_empty · archive_invalid · operator_file_invalid
    │                       version_unmet · setting_invalid · git_ref_invalid
    │                       git_ref_ambiguous · git_content_refused
    ├── TooLarge            inline_too_large · upload_too_large · git_too_large
    ├── Conflict            move_illegal · workspace_busy · workspace_locked · workspace_not_locked
    │                       seal_broken · approval_repeated · approval_own · codes_too_many
    │                       process_alive · gate_unmet · plan_over
    ├── Refused             credential_invalid · credential_needed · code_wrong · decision_not_here
    │                       source_refused · origin_refused · power_missing
    │                       git_access_denied · git_redirected · git_untrusted
    └── Unavailable         store_unavailable · terraform_missing · console_away · disk_full
                            runs_unavailable · git_unreachable · git_timeout · git_missing
                            git_failed

An error is raised with facts, `RunUnknown(run_id=…)`, and says in both languages what is wrong and
what the next legal action is; `domain/errors_ja.py` has the Japanese. Facts are inert text by the
time they are rendered.
"""

from sekisho.domain.errors.conflicts import (
    ApprovalOwn,
    ApprovalRepeated,
    CodesTooMany,
    GateUnmet,
    MoveIllegal,
    PlanOver,
    ProcessAlive,
    SealBroken,
    WorkspaceBusy,
    WorkspaceLocked,
    WorkspaceNotLocked,
)
from sekisho.domain.errors.git import (
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
from sekisho.domain.errors.invalid import (
    ArchiveInvalid,
    ArgumentsInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    CursorInvalid,
    InlineTooLarge,
    OperatorFileInvalid,
    SettingInvalid,
    UploadTooLarge,
    VersionUnmet,
)
from sekisho.domain.errors.kinds import (
    Conflict,
    Invalid,
    NotFound,
    Refused,
    SekishoError,
    TooLarge,
    Unavailable,
)
from sekisho.domain.errors.missing import (
    AddressUnknown,
    ConfigurationUnknown,
    PathUnknown,
    PlanMissing,
    RunUnknown,
    StateMissing,
    UploadUnknown,
    WorkspaceUnknown,
)
from sekisho.domain.errors.outages import (
    ConsoleAway,
    DiskFull,
    RunsUnavailable,
    StoreUnavailable,
    TerraformMissing,
)
from sekisho.domain.errors.refusals import (
    CodeWrong,
    CredentialInvalid,
    CredentialNeeded,
    DecisionNotHere,
    OriginRefused,
    PowerMissing,
    SourceRefused,
)

__all__ = [
    "AddressUnknown",
    "ApprovalOwn",
    "ApprovalRepeated",
    "ArchiveInvalid",
    "ArgumentsInvalid",
    "CodeWrong",
    "CodesTooMany",
    "ConfigurationEmpty",
    "ConfigurationInvalid",
    "ConfigurationUnknown",
    "Conflict",
    "ConsoleAway",
    "CredentialInvalid",
    "CredentialNeeded",
    "CursorInvalid",
    "DecisionNotHere",
    "DiskFull",
    "GateUnmet",
    "GitAccessDenied",
    "GitContentRefused",
    "GitFailed",
    "GitMissing",
    "GitPathUnknown",
    "GitRedirected",
    "GitRefAmbiguous",
    "GitRefInvalid",
    "GitRefUnknown",
    "GitTimeout",
    "GitTooLarge",
    "GitUnreachable",
    "GitUntrusted",
    "InlineTooLarge",
    "Invalid",
    "MoveIllegal",
    "NotFound",
    "OperatorFileInvalid",
    "OriginRefused",
    "PathUnknown",
    "PlanMissing",
    "PlanOver",
    "PowerMissing",
    "ProcessAlive",
    "Refused",
    "RunUnknown",
    "RunsUnavailable",
    "SealBroken",
    "SekishoError",
    "SettingInvalid",
    "SourceRefused",
    "StateMissing",
    "StoreUnavailable",
    "TerraformMissing",
    "TooLarge",
    "Unavailable",
    "UploadTooLarge",
    "UploadUnknown",
    "VersionUnmet",
    "WorkspaceBusy",
    "WorkspaceLocked",
    "WorkspaceNotLocked",
    "WorkspaceUnknown",
]
