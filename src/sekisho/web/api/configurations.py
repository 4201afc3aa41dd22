"""Configurations over the API: sending, validating, formatting."""

from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sekisho.domain.errors import (
    AllowanceSpent,
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    DiskFull,
    InlineTooLarge,
    SourceRefused,
    TerraformMissing,
    UploadTooLarge,
    UploadUnknown,
    VersionUnmet,
    WorkspaceUnknown,
)
from sekisho.views.addresses import reached
from sekisho.views.configurations import (
    ConfigurationView,
    FormatView,
    UploadView,
    ValidationView,
)
from sekisho.views.long_calls import at_length
from sekisho.views.orders import Source
from sekisho.views.reading import format_shown, upload_shown, validation_shown
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation, WorkspaceName
from sekisho.web.api.plans import TAKES_FILES


class UploadAsk(BaseModel):
    """What an upload is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workspace: WorkspaceName


class FormatAsk(BaseModel):
    """Files to format."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Annotated[dict[str, str], Field(description="Path → content")]


async def config_upload(ask: Ask[Nothing, UploadAsk]) -> Answer:
    """Get a single-use address to send a folder of Terraform files to, as tar.gz."""
    address = reached(ask.options.base_url, ask.request.headers.get("host"))
    return await on_thread(upload_shown, ask.engine, ask.body.workspace, ask.caller, address)


async def config_receive(ask: Ask[Nothing, Nothing]) -> Answer:
    """Send a folder of Terraform files, as tar.gz, to the address that config_upload gave.

    The address is the credential: it works once.
    """
    receive = partial(ask.engine.configurations.receive, ask.path("secret"))
    return ConfigurationView.of(await ask.uploads.take(ask.request, receive))


async def config_validate(ask: Ask[Nothing, Source]) -> Answer:
    """Check a configuration as `terraform validate` does, without planning and without state.

    Give exactly one of files, configuration, folder and git_ref. The files are kept under
    the digest that it answers.
    """
    name = ask.path("name")
    person = ask.caller.person
    return await at_length(person, validation_shown, ask.engine, ask.body, name, ask.caller)


async def config_format(ask: Ask[Nothing, FormatAsk]) -> Answer:
    """Format Terraform files as `terraform fmt` does; those that change come back."""
    return await at_length(ask.caller.person, format_shown, ask.engine, ask.body.files)


CONFIGURATION_OPERATIONS = (
    Operation(
        "POST",
        "/uploads",
        config_upload,
        UploadView,
        "plan",
        body=UploadAsk,
        raises=(WorkspaceUnknown, SourceRefused),
    ),
    Operation(
        "PUT",
        "/uploads/{secret}",
        config_receive,
        ConfigurationView,
        None,
        takes="application/octet-stream",
        root="",
        raises=(
            UploadUnknown,
            UploadTooLarge,
            ArchiveInvalid,
            ConfigurationEmpty,
            ConfigurationInvalid,
            WorkspaceUnknown,
            SourceRefused,
            DiskFull,
            AllowanceSpent,
        ),
    ),
    Operation(
        "POST",
        "/workspaces/{name}/validate",
        config_validate,
        ValidationView,
        "plan",
        body=Source,
        raises=(*TAKES_FILES, VersionUnmet, TerraformMissing),
    ),
    Operation(
        "POST",
        "/format",
        config_format,
        FormatView,
        "read",
        body=FormatAsk,
        raises=(InlineTooLarge, ConfigurationInvalid, TerraformMissing, DiskFull),
    ),
)
