"""The IDEs that Sekisho is added to: where their files lie, and how each writes an MCP server.

Pure: the home folder, the system and the environment are given. No token is ever written: headers
name an environment variable, in each IDE's own way of naming one.
"""

import base64
import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sekisho_client.errors import ClientError, failure
from sekisho_client.settings import is_loopback

NAME = "sekisho"
TOKEN_VARIABLE = "SEKISHO_TOKEN"  # noqa: S105 (the name of a variable)
SCOPES = ("user", "project")
_TEAM = re.compile(r"[!-&(-~]{1,128}")  # without a quote: it goes into a shell line
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_SERVER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclasses.dataclass(frozen=True)
class Machine:
    """Whose files: `home` of the person, `project` they are in, `system` as sys.platform."""

    home: Path
    project: Path
    system: str
    environment: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Connection:
    """What an IDE is told: an address over HTTP, or a command to start.

    `variable` names the environment variable with the token; empty: no credential is sent.
    """

    url: str = ""
    command: tuple[str, ...] = ()
    variable: str = ""
    team: str = ""


@dataclasses.dataclass(frozen=True)
class Ide:
    """One IDE. `typed`: an entry says its transport. `user` is None where it has a command."""

    name: str
    title: str
    key: str
    reference: str
    typed: bool
    project: tuple[str, ...]
    user: Callable[[Machine], Path] | None
    link: Callable[[str, dict[str, Any]], str] | None

    def file(self, scope: str, machine: Machine) -> Path | None:
        """Return the file of a scope; None where the IDE's own command keeps it."""
        if scope == "project":
            return machine.project.joinpath(*self.project)
        return self.user(machine) if self.user else None

    def entry(self, connection: Connection) -> dict[str, Any]:
        """Write the connection as this IDE does."""
        if connection.command:
            program, *args = connection.command
            kind = {"type": "stdio"} if self.typed else {}
            return {**kind, "command": program, "args": args}
        headers: dict[str, str] = {}
        if connection.variable:
            headers["Authorization"] = f"Bearer {self.reference.format(connection.variable)}"
        if connection.team:
            headers["X-Team-Id"] = connection.team
        kind = {"type": "http"} if self.typed else {}
        entry: dict[str, Any] = {**kind, "url": connection.url}
        return entry | ({"headers": headers} if headers else {})


def _kiro_file(machine: Machine) -> Path:
    return machine.home / ".kiro" / "settings" / "mcp.json"


def _cursor_file(machine: Machine) -> Path:
    return machine.home / ".cursor" / "mcp.json"


def _vscode_file(machine: Machine) -> Path:
    """Return the file of the default profile."""
    given = machine.environment
    if machine.system == "win32":
        folder = Path(given.get("APPDATA") or machine.home / "AppData" / "Roaming")
    elif machine.system == "darwin":
        folder = machine.home / "Library" / "Application Support"
    else:
        folder = Path(given.get("XDG_CONFIG_HOME") or machine.home / ".config")
    return folder / "Code" / "User" / "mcp.json"


def _compact(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _kiro_link(name: str, entry: dict[str, Any]) -> str:
    config = quote(_compact(entry), safe="")
    return f"https://kiro.dev/launch/mcp/add?name={quote(name, safe='')}&config={config}"


def _cursor_link(name: str, entry: dict[str, Any]) -> str:
    config = quote(base64.b64encode(_compact(entry).encode()).decode(), safe="")
    head = "cursor://anysphere.cursor-deeplink/mcp/install"
    return f"{head}?name={quote(name, safe='')}&config={config}"


def _vscode_link(name: str, entry: dict[str, Any]) -> str:
    return f"vscode:mcp/install?{quote(_compact({'name': name} | entry), safe='')}"


KIRO = Ide(
    name="kiro",
    title="Kiro",
    key="mcpServers",
    reference="${{{}}}",
    typed=False,
    project=(".kiro", "settings", "mcp.json"),
    user=_kiro_file,
    link=_kiro_link,
)
VSCODE = Ide(
    name="vscode",
    title="VS Code",
    key="servers",
    # Not ${input:…}: Copilot's own harness skips servers that ask for input.
    reference="${{env:{}}}",
    typed=True,
    project=(".vscode", "mcp.json"),
    user=_vscode_file,
    link=_vscode_link,
)
CURSOR = Ide(
    name="cursor",
    title="Cursor",
    key="mcpServers",
    reference="${{env:{}}}",
    typed=False,
    project=(".cursor", "mcp.json"),
    user=_cursor_file,
    link=_cursor_link,
)
CLAUDE = Ide(
    name="claude",
    title="Claude Code",
    key="mcpServers",
    reference="${{{}}}",
    typed=True,
    project=(".mcp.json",),
    user=None,  # ~/.claude.json holds much more, and Claude Code writes it while it runs
    link=None,
)
IDES = {ide.name: ide for ide in (KIRO, VSCODE, CURSOR, CLAUDE)}


def claude_command(name: str, connection: Connection) -> list[str]:
    """Return the words of the command that adds a server to Claude Code for this person."""
    words = ["claude", "mcp", "add", "--scope", "user"]
    if connection.command:
        return [*words, name, "--", *connection.command]
    words += ["--transport", "http", name, connection.url]
    headers: dict[str, str] = CLAUDE.entry(connection).get("headers", {})
    for header, value in headers.items():
        words += ["--header", f"{header}: {value}"]
    return words


def shell_words(words: list[str]) -> str:
    """Write words so that sh and PowerShell both take them as they are: `${…}` stays.

    A quote within a word (in the path of a program) is written as sh wants it.
    """
    plain = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
    return " ".join(w if plain.fullmatch(w) else "'" + w.replace("'", "'\\''") + "'" for w in words)


def connect(
    server: str, *, variable: str | None = None, team: str = "", endpoint: str = "/mcp"
) -> Connection:
    """Make a connection over HTTP. On loopback no credential is needed, so none is named.

    Raises:
        ClientError: the address, team or variable cannot be used.
    """
    address = mcp_address(server, endpoint)
    if team and not _TEAM.fullmatch(team):
        raise _invalid("--team", "printable ASCII without spaces, at most 128 characters")
    if variable and not _VARIABLE.fullmatch(variable):
        raise _invalid("--token-variable", "the name of an environment variable, not a token")
    if variable is None:
        variable = "" if is_loopback(address) else TOKEN_VARIABLE
    return Connection(url=address, variable=variable, team=team)


def mcp_address(server: str, endpoint: str = "/mcp") -> str:
    """Return the address of the MCP endpoint: the server's with `/mcp`, unless it has a path.

    Raises:
        ClientError: it is no http(s) address, or carries a credential, a query or a fragment.
    """
    try:
        parts = urlsplit(server.strip())
        port = parts.port
    except ValueError:
        raise _invalid("--server", "an address like https://sekisho.example.jp") from None
    plain = parts.scheme in ("http", "https") and parts.hostname and port != 0
    if not plain or re.search(r"[\s\"'<>\\`]", server.strip()):
        raise _invalid("--server", "an address like https://sekisho.example.jp")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _invalid("--server", "an address without user, password or `?…`: they end in files")
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path or endpoint}"


def check(ide: Ide, name: str, connection: Connection) -> None:
    """Refuse what this IDE would not take.

    Raises:
        ClientError: the name cannot be used, or Kiro is to send a token over plain HTTP.
    """
    if not _SERVER_NAME.fullmatch(name):
        raise _invalid("--name", "letters, digits, - and _, at most 64")
    plain = connection.url.startswith("http://") and not is_loopback(connection.url)
    if plain and (ide is KIRO or connection.variable):
        raise failure("address_insecure", url=connection.url)


def _invalid(option: str, wanted: str) -> ClientError:
    return failure("option_invalid", option=option, wanted=wanted, command="sekisho client add")
