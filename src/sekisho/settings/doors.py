"""The names that people arrive with: HashiCorp's server and the team's own guide, in one table.

Flags and variables of theirs are doors to settings of ours, or are taken and have no effect, which
is said. A flag wins over every variable, `SEKISHO_NAME` over a name of theirs, and within a row the
name that comes first. (In HashiCorp's server some variables silently win over flags.) The
reference page `drop-in.md` is made from this table; the names are in facts `hashicorp-server`.
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping


@dataclasses.dataclass(frozen=True)
class Door:
    """One thing that can be said, and what it means here.

    `field` is the setting; empty where it has no effect. `loose`: other programs use the variable
    too, so a value that we do not know is passed over instead of refused. `anywhere`: the flag may
    stand before the command and after it. `quiet` are values that change nothing, in which case
    there is nothing to say about it.
    """

    about: str
    variables: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    field: str = ""
    loose: bool = False
    anywhere: bool = False
    switch: bool = False
    quiet: tuple[str, ...] = ()


_LATER = "HCP Terraform and Terraform Enterprise come with step 8 of 10; until then no effect."

DOORS: tuple[Door, ...] = (
    Door(
        "What starts where no command is named: stdio, or streamable-http (http). Without it,"
        " TRANSPORT_HOST, TRANSPORT_PORT and MCP_ENDPOINT mean HTTP, as there.",
        ("TRANSPORT_MODE", "MCP_TRANSPORT"),
        field="transport",
    ),
    Door("Address to listen on.", ("TRANSPORT_HOST",), ("--transport-host",), "host"),
    Door("Port to listen on.", ("TRANSPORT_PORT",), ("--transport-port", "-p"), "port"),
    Door("Path of the MCP endpoint.", ("MCP_ENDPOINT",), ("--mcp-endpoint",), "endpoint"),
    Door(
        "Sessions: there are none here, every request stands alone, as behind a load balancer.",
        ("MCP_SESSION_MODE", "MCP_STATELESS"),
        quiet=("stateless", "true", "1"),
    ),
    Door(
        "A comment every 15 s keeps a waiting stream alive, whatever is given.",
        ("MCP_HEARTBEAT_INTERVAL", "MCP_KEEP_ALIVE"),
        ("--heartbeat-interval",),
        quiet=("0", "0s"),
    ),
    Door("Origins whose pages may call.", ("MCP_ALLOWED_ORIGINS",), field="allowed_origins"),
    Door("Which origins may call at all.", ("MCP_CORS_MODE",), field="cors_mode"),
    Door("Certificate for HTTPS.", ("MCP_TLS_CERT_FILE",), ("--tls-cert",), "tls_cert"),
    Door("Key of the certificate.", ("MCP_TLS_KEY_FILE",), ("--tls-key",), "tls_key"),
    Door("Requests of everybody.", ("MCP_RATE_LIMIT_GLOBAL",), field="rate_limit"),
    Door(
        "Requests of one caller (there: of one session).",
        ("MCP_RATE_LIMIT_SESSION",),
        field="rate_limit_caller",
    ),
    Door("Where a client's address is read.", ("MCP_REMOTE_IP_METHOD",), field="remote_ip"),
    Door("Proxies in front that are ours.", ("MCP_XFF_TRUSTED_HOPS",), field="trusted_hops"),
    Door("Where a browser at `/` is sent.", ("MCP_REDIRECT_ROOT_URL",), field="redirect_root"),
    Door("Sets of tools to offer.", (), ("--toolsets",), "toolsets", anywhere=True),
    Door("These tools alone.", (), ("--tools",), "tools", anywhere=True),
    Door("Not these tools.", (), ("--exclude-tools",), "exclude_tools", anywhere=True),
    Door(
        "Only tools that change nothing.",
        (),
        ("--read-only",),
        "read_only",
        anywhere=True,
        switch=True,
    ),
    Door("File to append the log to.", (), ("--log-file",), "log_file", anywhere=True),
    Door(
        "Least important log lines to write; its names for levels are understood.",
        ("LOG_LEVEL",),
        ("--log-level",),
        "log_level",
        loose=True,
        anywhere=True,
    ),
    Door(
        "json or text.",
        ("LOG_FORMAT",),
        ("--log-format",),
        "log_format",
        loose=True,
        anywhere=True,
    ),
    Door(
        _LATER,
        ("MCP_ORGANIZATION_ALLOWLIST",),
        ("--organization-allowlist",),
        anywhere=True,
    ),
    Door(_LATER, ("TFE_TOKEN",)),
    Door(_LATER, ("TFE_ADDRESS", "TFE_HOSTNAME")),
    Door(_LATER, ("TFE_SKIP_TLS_VERIFY",), quiet=("false", "0")),
    Door(_LATER, ("ENABLE_TF_OPERATIONS",), quiet=("false", "0")),
    Door(_LATER, ("MCP_FORWARD_CLIENT_IP",), quiet=("false", "0")),
    Door(
        "Telemetry comes with step 9 of 10; until then no effect.",
        (
            "OTEL_METRICS_ENABLED",
            "OTEL_METRICS_ENDPOINT",
            "OTEL_METRICS_EXPORT_INTERVAL",
            "OTEL_METRICS_SERVICE_NAME",
            "OTEL_METRICS_SERVICE_VERSION",
        ),
        quiet=("false", "0"),
    ),
)

GUIDE = frozenset({"MCP_TRANSPORT", "MCP_STATELESS", "TFE_HOSTNAME", "--tls-cert", "--tls-key"})
"""Names that only the team's guide knows; HashiCorp's server reads none of them."""
OURS = frozenset({"--exclude-tools", "--read-only"})
"""Names that this server adds beside theirs."""

_MEAN_HTTP = ("TRANSPORT_HOST", "TRANSPORT_PORT", "MCP_ENDPOINT")


@dataclasses.dataclass(frozen=True)
class Entered:
    """A value that came through a door: the setting, what was given, and by which name."""

    field: str
    value: str
    name: str
    loose: bool = False


def entered(given: Mapping[str, str], taken: Collection[str]) -> Iterator[Entered]:
    """Return what variables of theirs say, but for settings that are said already (`taken`)."""
    for door in DOORS:
        name = _first(door, given)
        if name and door.field and door.field not in taken:
            yield Entered(door.field, given[name].strip(), name, door.loose)


def transport_of(given: Mapping[str, str]) -> str:
    """Return what variables of theirs start where no mode is named."""
    return "streamable-http" if any(_said(given, name) for name in _MEAN_HTTP) else "stdio"


def remarks(given: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    """Return variables that are set and do not do what somebody may hope, each with the reason."""
    for door in DOORS:
        names = [name for name in door.variables if _said(given, name)]
        for name in names:
            remark = _remark(door, name, given, prefix)
            if remark:
                yield name, remark
        for name in names[1:] if door.field else ():
            if given[name].strip() != given[names[0]].strip():
                yield name, f"{names[0]} is set too, and wins."


def _remark(door: Door, name: str, given: Mapping[str, str], prefix: str) -> str:
    if not door.field:
        return "" if given[name].strip().lower() in door.quiet else door.about
    ours = prefix + door.field.upper()
    if _said(given, ours) and given[ours].strip() != given[name].strip():
        return f"{ours} is set too, and wins."
    return ""


def _first(door: Door, given: Mapping[str, str]) -> str:
    return next((name for name in door.variables if _said(given, name)), "")


def _said(given: Mapping[str, str], name: str) -> bool:
    return bool(given.get(name, "").strip())
