"""What was given is not well formed, or is over a cap. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Invalid, TooLarge


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


class RunsApart(Invalid):
    """Two plans of different workspaces are to be compared."""

    code = "runs_apart"
    says = (
        "Runs {run_id} and {other} are of different workspaces: their plans have nothing in common."
    )
    step = "Name an earlier run of the same workspace; run_list shows them."


class NameNeeded(Invalid):
    """A plan that destroys much, or raises an alarm, is approved by typing the workspace's name."""

    code = "name_needed"
    says = (
        "This plan needs a second look: the name of the workspace was not typed as it is ({name})."
    )
    step = "Read what would be destroyed, then type the name of the workspace and approve again."


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


class MethodWrong(Invalid):
    """The address is there, and takes other HTTP methods."""

    code = "method_wrong"
    says = "This address does not take {method}."
    step = "It takes: {allowed}."


class MediaTypeWrong(Invalid):
    """The body is of another type than the address takes."""

    code = "media_type_wrong"
    says = "The body is not {wanted}, or does not say so."
    step = "Send it with `Content-Type: {wanted}`."


class AcceptWrong(Invalid):
    """The request accepts nothing that could be answered."""

    code = "accept_wrong"
    says = "The answer comes as {wanted}, and the request does not accept that."
    step = "Send `Accept: {wanted}`."


class MessageInvalid(Invalid):
    """What was sent is no message of JSON-RPC or of MCP."""

    code = "message_invalid"
    says = "This is no message of the protocol: {problem}."
    step = "Send one JSON-RPC 2.0 request as the protocol version describes it."


class ProtocolUnsupported(Invalid):
    """A version of MCP that is not spoken here."""

    code = "protocol_unsupported"
    says = "This version of MCP is not spoken here."
    step = "Use one of these: {allowed}."


class BodyTooLarge(TooLarge):
    """A body over the cap of its address."""

    code = "body_too_large"
    says = "The body is larger than the {cap} bytes that this address takes."
    step = "Send less at a time; for folders of files use config_upload."


class HeadersTooLarge(TooLarge):
    """The head of an HTTP request has more headers, or more bytes, than any client needs."""

    code = "headers_too_large"
    says = "The headers or the address of the request are too large; the cap is {cap} bytes."
    step = "Send fewer or shorter headers."


class RequestTooSlow(Invalid):
    """The body of a request did not come in time."""

    code = "request_too_slow"
    says = "The request was not complete after {seconds} seconds."
    step = "Send it again. Large configurations go through config_upload."


class AnswerTooLarge(TooLarge):
    """What was asked for does not fit into one answer."""

    code = "answer_too_large"
    says = "The answer would be larger than {cap} bytes."
    step = "Ask for less at a time: a filter, a smaller limit, or the next cursor."


class RequestMalformed(Invalid):
    """What came over the connection is no HTTP request."""

    code = "request_malformed"
    says = "This is no well-formed HTTP/1.1 request."
    step = "Send it with an HTTP client, and nothing but printable characters in the address."


class EvidenceInvalid(Invalid):
    """A file that should be evidence of a run cannot be read as that."""

    code = "evidence_invalid"
    says = "The evidence cannot be checked: {problem}."
    step = "Get the file again: sekisho audit evidence RUN, or the evidence page of the run."
