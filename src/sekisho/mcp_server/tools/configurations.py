"""Tools on configurations: sending, validating, formatting."""

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import ConsoleAway, InlineTooLarge
from sekisho.engine.engine import Engine
from sekisho.mcp_server.arguments import Digest, Files, Folder, GitRef, WorkspaceName
from sekisho.mcp_server.call import Call
from sekisho.mcp_server.spec import ToolSpec
from sekisho.views.approvals import START
from sekisho.views.configurations import FormatView, UploadView, ValidationView
from sekisho.views.orders import Source


async def config_upload(call: Call, workspace: WorkspaceName) -> UploadView:
    """Get a single-use address to send a folder of Terraform files to, with the command for it.

    Use it for anything but a few small files. Run the command in a shell; it prints a digest.
    Next: plan_create(workspace, configuration=digest).
    """
    # Over stdio there is no HTTP side of our own: that of the server on the same data folder.
    address = call.options.base_url or await call.ask(call.engine.approvals.console)
    if not address:
        raise ConsoleAway(command=START)
    upload, secret = await call.ask(call.engine.configurations.open_upload, workspace, call.caller)
    return UploadView.of(upload, f"{address}/uploads/{secret}")


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

    def check(engine: Engine) -> ValidationView:
        digest = source.taken(engine, workspace, call.caller)
        errors = engine.configurations.validate(workspace, digest)
        return ValidationView.of(digest, workspace, errors, git_ref)

    return await call.ask(check, call.engine)


async def config_format(call: Call, files: dict[str, str]) -> FormatView:
    """Format Terraform files as `terraform fmt` does, and give back those that change.

    Nothing is kept. Next: write the files back, then plan_create.
    """
    size = sum(len(text.encode()) for text in files.values())
    cap = Limits().inline_bytes
    if size > cap:
        raise InlineTooLarge(size=size, cap=cap)
    return FormatView.of(files, await call.ask(call.engine.configurations.format, files))


CONFIGURATION_TOOLS = (
    ToolSpec(config_upload, "Get an upload address", read_only=False, idempotent=False),
    ToolSpec(config_validate, "Validate a configuration", read_only=False, open_world=True),
    ToolSpec(config_format, "Format files"),
)
