"""What this caller may not do, or not this way. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Refused


class CredentialInvalid(Refused):
    """A credential was given and is not valid."""

    code = "credential_invalid"
    says = "The credential is unknown, revoked or expired."
    step = "Ask the operator for a new one: sekisho token create."


class CredentialMistyped(Refused):
    """What was given has not the form of a key: nobody's, whatever the store says."""

    code = "credential_mistyped"
    says = "This is not a whole key: it is mistyped or cut off."
    step = "Copy it again, whole: sks_ and 49 characters, as it was shown when it was made."


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


class PowerMissing(Refused):
    """The credential is good, but not for this."""

    code = "power_missing"
    says = "This needs a credential that may {power}; yours may: {powers}."
    step = "Ask the operator for one: sekisho token create PERSON --scope {scope}."


class ToolHidden(Refused):
    """The tool exists, and this connection asked not to have it."""

    code = "tool_hidden"
    says = "Tool {name} is not offered on this connection: its own headers leave it out."
    step = "Call tools that tools/list names, or change the X-MCP-… headers in the client."


class HostRefused(Refused):
    """The request names a host that is not one of ours."""

    code = "host_refused"
    says = "The request names a host that this server does not answer for."
    step = (
        "Use the server's own address. The operator adds names with SEKISHO_PUBLIC_URL or"
        " SEKISHO_ALLOWED_HOSTS."
    )


class ProxyUndeclared(Refused):
    """It came through a proxy, to a server that counts on being reached from its own machine."""

    code = "proxy_undeclared"
    says = "The request came through a proxy that this server was not told of."
    step = (
        "Come to it directly, or with a key. The operator of a server behind a proxy sets"
        " SEKISHO_PUBLIC_URL."
    )
