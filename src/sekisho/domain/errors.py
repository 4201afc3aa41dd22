"""The one error tree. Each face maps the six kinds below; every leaf has a stable code.

    SekishoError
    ├── NotFound            run_unknown · workspace_unknown · configuration_unknown · upload_unknown
    │                       plan_missing · state_missing · address_unknown · path_unknown
    ├── Invalid             arguments_invalid · cursor_invalid · configuration_invalid
    │                       configuration_empty · archive_invalid · operator_file_invalid
    │                       version_unmet · setting_invalid
    ├── TooLarge            inline_too_large · upload_too_large
    ├── Conflict            move_illegal · workspace_busy · workspace_locked · workspace_not_locked
    │                       seal_broken · approval_repeated · approval_own · codes_too_many
    │                       process_alive · gate_unmet · plan_over
    ├── Refused             credential_invalid · credential_needed · code_wrong · decision_not_here
    │                       source_refused · origin_refused
    └── Unavailable         store_unavailable · terraform_missing · console_away · disk_full
                            runs_unavailable

An error is raised with facts, `RunUnknown(run_id=…)`, and says in both languages what is wrong and
what the next legal action is; `errors_ja.py` has the Japanese. Facts are inert text by the time
they are rendered.
"""

from typing import ClassVar

from sekisho.domain.errors_ja import JAPANESE
from sekisho.domain.text import Language, Text


class SekishoError(Exception):
    """Anything that Sekisho refuses or cannot do, said so that the reader knows the next step."""

    code: ClassVar[str] = "internal"
    says: ClassVar[str] = "Something went wrong inside Sekisho."
    step: ClassVar[str] = "Ask the operator to look at the server log."
    cap: ClassVar[int] = 500
    """Longest rendering, in characters, of one fact in what is said."""

    def __init__(self, **facts: object) -> None:
        """Keep `facts`, which fill the sentences of the class."""
        super().__init__(self.code)
        self.facts = facts

    def message(self, language: Language = "en") -> str:
        """Say what is wrong."""
        return Text(self.says, JAPANESE[self.code][0]).render(language, self.facts, self.cap)

    def next_step(self, language: Language = "en") -> str:
        """Say what to do next."""
        return Text(self.step, JAPANESE[self.code][1]).render(language, self.facts)

    def __str__(self) -> str:
        """Say both, with the code, in English: for logs and tracebacks."""
        return f"{self.code}: {self.message()} {self.next_step()}"


class NotFound(SekishoError):
    """What was named does not exist."""


class Invalid(SekishoError):
    """What was given is not well formed."""


class TooLarge(SekishoError):
    """What was given is over a cap."""


class Conflict(SekishoError):
    """It cannot be done as things stand now."""


class Refused(SekishoError):
    """The caller may not do this, or not this way."""


class Unavailable(SekishoError):
    """A part that is needed is away."""


class RunUnknown(NotFound):
    """No run has this id."""

    code = "run_unknown"
    says = "There is no run {run_id}."
    step = "Call run_list to see the runs."


class WorkspaceUnknown(NotFound):
    """No workspace has this name; near names are offered."""

    code = "workspace_unknown"
    says = "There is no workspace {name}."
    step = "Near names: {near}. Call workspace_list to see all."


class ConfigurationUnknown(NotFound):
    """No configuration has this digest."""

    code = "configuration_unknown"
    says = "There is no configuration {digest}."
    step = "Upload it again with config_upload."


class UploadUnknown(NotFound):
    """The upload address was never given, is used up, or is too old."""

    code = "upload_unknown"
    says = "This upload address is unknown, already used, or expired."
    step = "Call config_upload for a new address."


class PlanMissing(NotFound):
    """The run has no plan (yet)."""

    code = "plan_missing"
    says = "Run {run_id} has no plan: it is {status}."
    step = "Call run_get to follow the run."


class StateMissing(NotFound):
    """Nothing is known of this workspace's state yet."""

    code = "state_missing"
    says = "No state of workspace {name} is known yet."
    step = "Plan and apply it first: plan_create."


class AddressUnknown(NotFound):
    """The state has no resource or output of this name."""

    code = "address_unknown"
    says = "{address} is not in the state of {name}."
    step = "Call state_list or output_get to see what is there."


class PathUnknown(NotFound):
    """The HTTP API has nothing at this path."""

    code = "path_unknown"
    says = "There is nothing at this address."
    step = "The paths of the API are listed in docs/reference/api.md."


class ArgumentsInvalid(Invalid):
    """An argument is unknown, missing, or not of its form. The value itself is never echoed."""

    code = "arguments_invalid"
    says = "The arguments do not fit: {problem}."
    step = "Correct the arguments and call again."


class CursorInvalid(Invalid):
    """A cursor that this server did not give."""

    code = "cursor_invalid"
    says = "The cursor is not one that this server gave."
    step = "Start again without a cursor."


class ConfigurationInvalid(Invalid):
    """The files are no Terraform configuration, or Terraform refuses them."""

    code = "configuration_invalid"
    says = "This is not a valid configuration: {problem}."
    step = "Correct the files and send them again."


class ConfigurationEmpty(Invalid):
    """There is no Terraform file at the root."""

    code = "configuration_empty"
    says = "There is no .tf or .tf.json file at the root ({count} files were sent)."
    step = "Send the folder that holds the .tf files, not the one above it."


class ArchiveInvalid(Invalid):
    """An upload that is no safe tar.gz."""

    code = "archive_invalid"
    says = "The archive was refused: {problem}."
    step = "Pack regular files and folders alone, with relative paths: tar -czf - -C FOLDER ."


class OperatorFileInvalid(Invalid):
    """`sekisho.yaml` cannot be used; every problem comes with its line."""

    code = "operator_file_invalid"
    cap = 10_000
    says = "{path}: {problem}"
    step = "Correct the file and start again."


class SettingInvalid(Invalid):
    """An environment variable or flag cannot be used."""

    code = "setting_invalid"
    says = "Setting {name}: {problem}."
    step = "Correct it and start again."


class VersionUnmet(Invalid):
    """No Terraform on this server meets the workspace's constraint."""

    code = "version_unmet"
    says = "The workspace wants Terraform {wanted}; this server has {found}."
    step = "Ask the operator to add that version, or to change `terraform:` in sekisho.yaml."


class InlineTooLarge(TooLarge):
    """Inline files are for small configurations."""

    code = "inline_too_large"
    says = "Inline files are {size} bytes; the cap is {cap}."
    step = "Use config_upload instead."


class UploadTooLarge(TooLarge):
    """An upload over a cap on bytes, files, depth or ratio."""

    code = "upload_too_large"
    says = "The upload is over its cap: {problem}."
    step = "Leave out what Terraform does not need (.terraform, .git, binaries) and send it again."


class MoveIllegal(Conflict):
    """The run is not in a status where this can be done."""

    code = "move_illegal"
    says = "Run {run_id} is {status}: it cannot {verb} now."
    step = "What can be done now: {legal}."


class WorkspaceBusy(Conflict):
    """Another apply holds the workspace."""

    code = "workspace_busy"
    says = "Workspace {name} is being applied by run {holder} since {since}."
    step = "Wait for it: run_get {holder}."


class WorkspaceLocked(Conflict):
    """A person, or an interrupted apply, holds the workspace."""

    code = "workspace_locked"
    says = "Workspace {name} is locked by {owner} since {since}: {reason}."
    step = "A person looks at it and unlocks it in the console: {url}"


class WorkspaceNotLocked(Conflict):
    """There is nothing to unlock."""

    code = "workspace_not_locked"
    says = "Workspace {name} is not locked."
    step = "Nothing needs doing."


class SealBroken(Conflict):
    """What would be applied is not what was approved."""

    code = "seal_broken"
    says = "What would be applied differs from what was approved: {parts}."
    step = "Plan again: plan_create."


class ApprovalRepeated(Conflict):
    """One person counts once."""

    code = "approval_repeated"
    says = "{person} has already approved run {run_id}."
    step = "Another person must approve."


class ApprovalOwn(Conflict):
    """Who asked for a run does not approve it, unless a rule says so."""

    code = "approval_own"
    says = "{person} asked for run {run_id}, and its rules want somebody else's approval."
    step = "Another person must approve."


class CodesTooMany(Conflict):
    """One-time codes are given only so often: nobody floods the server's terminal."""

    code = "codes_too_many"
    says = "Too many one-time codes were asked for in the last minute."
    step = "The last code still counts. Type it, or wait a minute and ask again."


class ProcessAlive(Conflict):
    """The Terraform process of an interrupted apply is still at work."""

    code = "process_alive"
    says = "Terraform of run {run_id} is still running (process {pid})."
    step = "Wait until it ends, then unlock."


class GateUnmet(Conflict):
    """The plan may not be applied yet; everything unmet is listed."""

    code = "gate_unmet"
    says = "Run {run_id} may not be applied: {unmet}"
    step = "Ask a person to review and approve it: {url}"


class PlanOver(Conflict):
    """The plan can never be applied any more; everything unmet is listed."""

    code = "plan_over"
    says = "The plan of run {run_id} can no longer be applied: {unmet}"
    step = "Plan again: plan_create."


class CredentialInvalid(Refused):
    """A credential was given and is not valid."""

    code = "credential_invalid"
    says = "The credential is unknown, revoked or expired."
    step = "Ask the operator for a new one: sekisho token create."


class CredentialNeeded(Refused):
    """This face needs a credential."""

    code = "credential_needed"
    says = "This address needs a credential."
    step = "Send `Authorization: Bearer TOKEN`; the operator makes one with `sekisho token create`."


class CodeWrong(Refused):
    """The one-time code is wrong, used, or too old."""

    code = "code_wrong"
    says = "The one-time code is wrong, used up or expired."
    step = "Ask for a new code on the review page and read it from the server's terminal."


class DecisionNotHere(Refused):
    """Approving is a person's act in the console; no credential or tool can do it."""

    code = "decision_not_here"
    says = "Approvals are given by a person in the console, never with a credential."
    step = "Open the review page: {url}"


class SourceRefused(Refused):
    """The workspace does not take configurations from this kind of source."""

    code = "source_refused"
    says = "Workspace {name} takes no configuration from {source}."
    step = "Allowed here: {allowed}."


class OriginRefused(Refused):
    """A browser sent this from another site, or to a host name that is not ours."""

    code = "origin_refused"
    says = "The request comes from an origin that is not allowed."
    step = "Open the console itself and try again."


class StoreUnavailable(Unavailable):
    """The store cannot be reached; nothing is applied."""

    code = "store_unavailable"
    says = "The store cannot be reached: {problem}."
    step = "Nothing was changed. Try again; tell the operator if it goes on."


class DiskFull(Unavailable):
    """There is no room left for data."""

    code = "disk_full"
    says = "There is no room left on the server's disk."
    step = "Nothing was changed. The operator frees room: sekisho store prune."


class TerraformMissing(Unavailable):
    """Neither terraform, tofu nor the engine extra is there."""

    code = "terraform_missing"
    says = "No Terraform was found on this server."
    step = "Install terraform, or the engine extra; docs/en/install.md says how."


class ConsoleAway(Unavailable):
    """The console where people approve is not running."""

    code = "console_away"
    says = "The console is not running."
    step = "A person starts it with: {command}"


class RunsUnavailable(Unavailable):
    """The server is up, but takes no runs as it is set up."""

    code = "runs_unavailable"
    says = "This server takes no runs: {problem}."
    step = "The operator must set: {setting}."
