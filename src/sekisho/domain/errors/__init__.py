"""The one error tree, drawn whole; its classes lie in one module a kind.

Each face maps the six kinds below; every leaf has a stable code.

    SekishoError
    ├── NotFound            git_ref_unknown · git_path_unknown · run_unknown · workspace_unknown
    │                       configuration_unknown · upload_unknown · plan_missing · state_missing
    │                       change_number_unknown
    │                       address_unknown · path_unknown · tool_unknown · prompt_unknown
    │                       resource_unknown · rpc_method_unknown · push_unknown · token_unknown
    │                       audit_empty · change_unknown · nothing_to_compare · passkey_unknown
    │                       person_unknown · scan_unknown
    ├── Invalid             command_unknown · option_unknown · choice_invalid · arguments_missing
    │                       git_ref_invalid · git_ref_ambiguous · git_content_refused
    │                       arguments_invalid · cursor_invalid · configuration_invalid
    │                       configuration_empty · archive_invalid · operator_file_invalid
    │                       setting_invalid · version_unmet · method_wrong · media_type_wrong
    │                       accept_wrong · message_invalid · protocol_unsupported · request_too_slow
    │                       request_malformed · runs_apart · name_needed
    │                       evidence_invalid
    ├── TooLarge            git_too_large · inline_too_large · upload_too_large · body_too_large
    │                       headers_too_large · answer_too_large
    ├── Conflict            move_illegal · workspace_busy · workspace_locked · workspace_not_locked
    │                       seal_broken · approval_repeated · approval_own · codes_too_many
    │                       process_alive · gate_unmet · plan_over · run_changed · rate_limited
    │                       push_incomplete · audit_fault · plans_waiting · allowance_spent
    │                       passkey_known · passkeys_too_many
    │                       approval_uncounted · override_not_needed · follow_up_not_due
    │                       server_stopped · server_not_stopped · quota_spent · destroys_spent
    │                       cooling_down
    ├── Refused             git_access_denied · git_redirected · git_untrusted · credential_invalid
    │                       credential_mistyped · credential_needed · code_wrong · decision_not_here
    │                       source_refused · origin_refused · power_missing · tool_hidden
    │                       host_refused · proxy_undeclared · access_missing
    │                       token_malformed · token_issuer_unknown · token_signature_wrong
    │                       token_audience_wrong · token_expired · token_early · token_kind_wrong
    │                       scope_missing · person_unfit · identity_conflict
    │                       session_needed · sign_in_lost · sign_in_refused · sign_in_stale
    │                       person_other · step_up_needed · load_balancer_untrusted
    │                       passkey_wrong · passkey_cloned · enrolment_code_wrong
    └── Unavailable         git_unreachable · git_timeout · git_missing · git_failed
                            store_unavailable · store_tampered · disk_full · terraform_missing
                            console_away
                            identity_missing · runs_unavailable · streams_too_many · server_draining
                            server_busy · identity_provider_away · scanner_missing · scanner_failed
                            scanner_setup_failed · policy_engine_missing · policy_failed
                            credentials_refused · credentials_away · aws_missing

An error is raised with facts, `RunUnknown(run_id=…)`, and says in both languages what is wrong and
what the next legal action is; `domain/errors_ja.py` has the Japanese. Facts are inert text by the
time they are rendered.
"""

from sekisho.domain.errors.approvals import (
    AccessMissing,
    ApprovalUncounted,
    FollowUpNotDue,
    OverrideNotNeeded,
)
from sekisho.domain.errors.commands import (
    ArgumentsMissing,
    ChoiceInvalid,
    CommandUnknown,
    OptionUnknown,
)
from sekisho.domain.errors.conflicts import (
    AllowanceSpent,
    ApprovalOwn,
    ApprovalRepeated,
    AuditFault,
    CodesTooMany,
    GateUnmet,
    MoveIllegal,
    PlanOver,
    PlansWaiting,
    ProcessAlive,
    PushIncomplete,
    RateLimited,
    RunChanged,
    SealBroken,
    WorkspaceBusy,
    WorkspaceLocked,
    WorkspaceNotLocked,
)
from sekisho.domain.errors.credentials import AwsMissing, CredentialsAway, CredentialsRefused
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
from sekisho.domain.errors.identities import (
    IdentityConflict,
    IdentityProviderAway,
    PersonUnfit,
    ScopeMissing,
    TokenAudienceWrong,
    TokenEarly,
    TokenExpired,
    TokenIssuerUnknown,
    TokenKindWrong,
    TokenMalformed,
    TokenSignatureWrong,
)
from sekisho.domain.errors.invalid import (
    AcceptWrong,
    AnswerTooLarge,
    ArchiveInvalid,
    ArgumentsInvalid,
    BodyTooLarge,
    ConfigurationEmpty,
    ConfigurationInvalid,
    CursorInvalid,
    EvidenceInvalid,
    HeadersTooLarge,
    InlineTooLarge,
    MediaTypeWrong,
    MessageInvalid,
    MethodWrong,
    NameNeeded,
    OperatorFileInvalid,
    ProtocolUnsupported,
    RequestMalformed,
    RequestTooSlow,
    RunsApart,
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
    AuditEmpty,
    ChangeNumberUnknown,
    ChangeUnknown,
    ConfigurationUnknown,
    NothingToCompare,
    PathUnknown,
    PersonUnknown,
    PlanMissing,
    PromptUnknown,
    PushUnknown,
    ResourceUnknown,
    RpcMethodUnknown,
    RunUnknown,
    ScanUnknown,
    StateMissing,
    TokenUnknown,
    ToolUnknown,
    UploadUnknown,
    WorkspaceUnknown,
)
from sekisho.domain.errors.outages import (
    ConsoleAway,
    DiskFull,
    IdentityMissing,
    PolicyEngineMissing,
    PolicyFailed,
    RunsUnavailable,
    ScannerFailed,
    ScannerMissing,
    ScannerSetupFailed,
    ServerBusy,
    ServerDraining,
    StoreTampered,
    StoreUnavailable,
    StreamsTooMany,
    TerraformMissing,
)
from sekisho.domain.errors.refusals import (
    CodeWrong,
    CredentialInvalid,
    CredentialMistyped,
    CredentialNeeded,
    DecisionNotHere,
    HostRefused,
    OriginRefused,
    PowerMissing,
    ProxyUndeclared,
    SourceRefused,
    ToolHidden,
)
from sekisho.domain.errors.sign_ins import (
    EnrolmentCodeWrong,
    LoadBalancerUntrusted,
    PasskeyCloned,
    PasskeyKnown,
    PasskeysTooMany,
    PasskeyUnknown,
    PasskeyWrong,
    PersonOther,
    SessionNeeded,
    SignInLost,
    SignInRefused,
    SignInStale,
    StepUpNeeded,
)
from sekisho.domain.errors.stops import (
    CoolingDown,
    DestroysSpent,
    QuotaSpent,
    ServerNotStopped,
    ServerStopped,
)

__all__ = [
    "AcceptWrong",
    "AccessMissing",
    "AddressUnknown",
    "AllowanceSpent",
    "AnswerTooLarge",
    "ApprovalOwn",
    "ApprovalRepeated",
    "ApprovalUncounted",
    "ArchiveInvalid",
    "ArgumentsInvalid",
    "ArgumentsMissing",
    "AuditEmpty",
    "AuditFault",
    "AwsMissing",
    "BodyTooLarge",
    "ChangeNumberUnknown",
    "ChangeUnknown",
    "ChoiceInvalid",
    "CodeWrong",
    "CodesTooMany",
    "CommandUnknown",
    "ConfigurationEmpty",
    "ConfigurationInvalid",
    "ConfigurationUnknown",
    "Conflict",
    "ConsoleAway",
    "CoolingDown",
    "CredentialInvalid",
    "CredentialMistyped",
    "CredentialNeeded",
    "CredentialsAway",
    "CredentialsRefused",
    "CursorInvalid",
    "DecisionNotHere",
    "DestroysSpent",
    "DiskFull",
    "EnrolmentCodeWrong",
    "EvidenceInvalid",
    "FollowUpNotDue",
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
    "HeadersTooLarge",
    "HostRefused",
    "IdentityConflict",
    "IdentityMissing",
    "IdentityProviderAway",
    "InlineTooLarge",
    "Invalid",
    "LoadBalancerUntrusted",
    "MediaTypeWrong",
    "MessageInvalid",
    "MethodWrong",
    "MoveIllegal",
    "NameNeeded",
    "NotFound",
    "NothingToCompare",
    "OperatorFileInvalid",
    "OptionUnknown",
    "OriginRefused",
    "OverrideNotNeeded",
    "PasskeyCloned",
    "PasskeyKnown",
    "PasskeyUnknown",
    "PasskeyWrong",
    "PasskeysTooMany",
    "PathUnknown",
    "PersonOther",
    "PersonUnfit",
    "PersonUnknown",
    "PlanMissing",
    "PlanOver",
    "PlansWaiting",
    "PolicyEngineMissing",
    "PolicyFailed",
    "PowerMissing",
    "ProcessAlive",
    "PromptUnknown",
    "ProtocolUnsupported",
    "ProxyUndeclared",
    "PushIncomplete",
    "PushUnknown",
    "QuotaSpent",
    "RateLimited",
    "Refused",
    "RequestMalformed",
    "RequestTooSlow",
    "ResourceUnknown",
    "RpcMethodUnknown",
    "RunChanged",
    "RunUnknown",
    "RunsApart",
    "RunsUnavailable",
    "ScanUnknown",
    "ScannerFailed",
    "ScannerMissing",
    "ScannerSetupFailed",
    "ScopeMissing",
    "SealBroken",
    "SekishoError",
    "ServerBusy",
    "ServerDraining",
    "ServerNotStopped",
    "ServerStopped",
    "SessionNeeded",
    "SettingInvalid",
    "SignInLost",
    "SignInRefused",
    "SignInStale",
    "SourceRefused",
    "StateMissing",
    "StepUpNeeded",
    "StoreTampered",
    "StoreUnavailable",
    "StreamsTooMany",
    "TerraformMissing",
    "TokenAudienceWrong",
    "TokenEarly",
    "TokenExpired",
    "TokenIssuerUnknown",
    "TokenKindWrong",
    "TokenMalformed",
    "TokenSignatureWrong",
    "TokenUnknown",
    "TooLarge",
    "ToolHidden",
    "ToolUnknown",
    "Unavailable",
    "UploadTooLarge",
    "UploadUnknown",
    "VersionUnmet",
    "WorkspaceBusy",
    "WorkspaceLocked",
    "WorkspaceNotLocked",
    "WorkspaceUnknown",
]
