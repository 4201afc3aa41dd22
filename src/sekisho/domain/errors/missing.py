"""What was named does not exist. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import NotFound


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


class ChangeNumberUnknown(NotFound):
    """The plan has no change of this number."""

    code = "change_number_unknown"
    says = "The plan of {run_id} has no change {number}: it has {count}, counted from 0."
    step = "`sekisho plan show RUN --full` shows the numbers, as #3."


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


class ChangeUnknown(NotFound):
    """The plan changes nothing of this address; near ones are offered."""

    code = "change_unknown"
    says = "The plan of {run_id} does nothing to {address}."
    step = "Near addresses: {near}. Call plan_changes to see what changes."


class NothingToCompare(NotFound):
    """No run of the workspace before this one was decided about by a person."""

    code = "nothing_to_compare"
    says = "No plan before that of {run_id} was reviewed in its workspace."
    step = "Name another run of the workspace (with_run); run_list shows them."


class PathUnknown(NotFound):
    """The HTTP API has nothing at this path."""

    code = "path_unknown"
    says = "There is nothing at this address."
    step = "The paths of the API are listed in docs/reference/api.md."


class ToolUnknown(NotFound):
    """No tool that is offered here has this name; near names are offered."""

    code = "tool_unknown"
    says = "There is no tool {name}."
    step = "Near names: {near}. Call tools/list to see all."


class PromptUnknown(NotFound):
    """No prompt has this name."""

    code = "prompt_unknown"
    says = "There is no prompt {name}."
    step = "There are: {near}."


class ResourceUnknown(NotFound):
    """No resource has this URI."""

    code = "resource_unknown"
    says = "There is no resource of this URI."
    step = "Call resources/list to see those that there are."


class RpcMethodUnknown(NotFound):
    """The protocol has no such method, or this server does not offer it."""

    code = "rpc_method_unknown"
    says = "This server has no method {method}."
    step = "Call tools/list, then tools/call."


class PushUnknown(NotFound):
    """There is no push of this id, it is too old, or it is somebody else's."""

    code = "push_unknown"
    says = "This push is unknown, or expired."
    step = "Push again: what arrived is not sent a second time."


class TokenUnknown(NotFound):
    """No key has this id, or none of this person is good."""

    code = "token_unknown"
    says = "There is no such key: {which}."
    step = "`sekisho token list` shows the keys."


class AuditEmpty(NotFound):
    """A server's first act leaves a record: this is another folder, or all of it is gone."""

    code = "audit_empty"
    says = "There is no audit in {folder}."
    step = "Name the server's data folder: --data-dir."


class PersonUnknown(NotFound):
    """No identity provider vouched for anybody by this name."""

    code = "person_unknown"
    says = "Nobody by the name {person} has come with a token of an identity provider."
    step = "`sekisho person list` shows who has."


class ScanUnknown(NotFound):
    """Nothing was scanned: no scanner was there, it failed, or the plan is older than scans."""

    code = "scan_unknown"
    says = "There is no security scan of run {run_id}: {problem}."
    step = (
        "Plan again; where no scanner is installed, the operator first runs `sekisho scan setup`"
        " on the server."
    )
