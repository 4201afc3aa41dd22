"""Tools on configurations: sending, validating, formatting."""

from sekisho.mcp_server.arguments import Digest, Files, Folder, GitRef, WorkspaceName
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.configurations import FormatView, UploadView, ValidationView
from sekisho.views.orders import Source
from sekisho.views.reading import format_shown, upload_shown, validation_shown


async def config_upload(call: Call, workspace: WorkspaceName) -> UploadView:
    """Get a single-use address to send a folder of Terraform files to, with the command for it.

    Use it for anything but a few small files. Run the command in a shell; it prints a digest.
    Next: plan_create(workspace, configuration=digest).
    """
    address = call.base_url
    return await call.ask(upload_shown, call.engine, workspace, call.caller, address)


async def config_validate(
    call: Call,
    workspace: WorkspaceName,
    files: Files,
    configuration: Digest = "",
    folder: Folder = False,
    git_ref: GitRef = "",
) -> ValidationView:
    """Check a configuration as `terraform validate` does, without planning and without state.

    Give exactly one of files, configuration, folder and git_ref. It keeps the files, so that
    plan_create can use the digest in the answer. Next: plan_create, or correct what is wrong.
    """
    source = Source(files=files, configuration=configuration, folder=folder, git_ref=git_ref)
    return await call.ask_at_length(validation_shown, call.engine, source, workspace, call.caller)


async def config_format(call: Call, files: dict[str, str]) -> FormatView:
    """Format Terraform files as `terraform fmt` does, and give back those that change.

    Nothing is kept. Next: write the files back, then plan_create.
    """
    return await call.ask_at_length(format_shown, call.engine, files)


CONFIGURATION_TOOLS = (
    ToolSpec(
        config_upload, "Get an upload address", power="plan", read_only=False, idempotent=False
    ),
    ToolSpec(
        config_validate, "Validate a configuration", power="plan", read_only=False, open_world=True
    ),
    ToolSpec(config_format, "Format files"),
)
