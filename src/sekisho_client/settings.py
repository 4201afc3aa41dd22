"""Where the server is and who we are: flags first, then the environment, then this machine."""

import dataclasses
import ipaddress
import locale
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sekisho_client.colours import wants_colour

DEFAULT_URL = "http://127.0.0.1:8080"
LOCAL_TOKEN = "local.token"  # noqa: S105 (the name of a file)
"""In the server's data folder: what `sekisho serve` leaves for commands of the same user."""
VARIABLES = (
    ("SEKISHO_URL", f"`{DEFAULT_URL}`", "Address of the server; `--server` wins over it."),
    ("SEKISHO_TOKEN", "none", f"Credential; on loopback also `{LOCAL_TOKEN}` of the data folder."),
    ("SEKISHO_TOKEN_FILE", "none", "File that holds the credential."),
    ("SEKISHO_CA_FILE", "none", "Private authority to trust, PEM; `--ca-file` wins over it."),
)
"""What `find_server` reads: name, default, meaning; the reference page is made from it."""


@dataclasses.dataclass(frozen=True)
class Server:
    """The address of a server, and the credential to use with it (None: none was found)."""

    url: str
    token: str | None = dataclasses.field(default=None, repr=False)
    ca_file: Path | None = None
    """Certificates of a private authority, trusted beside those of the system."""


def find_server(
    url: str | None,
    data_dir: Path | None,
    environment: Mapping[str, str] | None = None,
    ca_file: Path | None = None,
) -> Server:
    """Find the server: `--server`, SEKISHO_URL or the loopback default.

    The credential is SEKISHO_TOKEN, the content of SEKISHO_TOKEN_FILE, or the local token of a
    server on this machine; the last is sent to loopback alone. A private authority is `--ca-file`
    or SEKISHO_CA_FILE; what SSL_CERT_FILE names is OpenSSL's own business.
    """
    given = os.environ if environment is None else environment
    address = (url or given.get("SEKISHO_URL") or DEFAULT_URL).rstrip("/")
    token = given.get("SEKISHO_TOKEN")
    file = given.get("SEKISHO_TOKEN_FILE")
    if token is None and file:
        token = _read(Path(file))
    if token is None and data_dir and is_loopback(address):
        token = _read(data_dir / LOCAL_TOKEN)
    authority = ca_file or (Path(named) if (named := given.get("SEKISHO_CA_FILE")) else None)
    return Server(address, token, authority)


def is_loopback(url: str) -> bool:
    """Say whether an address leads to this machine alone; names other than localhost do not."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


@dataclasses.dataclass(frozen=True)
class Display:
    """How whoever reads the terminal wants it."""

    language: Literal["en", "ja"] = "en"
    colour: bool = False


def find_display(
    environment: Mapping[str, str] | None = None, choice: str = "auto", *, terminal: bool = False
) -> Display:
    """Read the reader's language, and whether a stream is to be coloured (`choice`: `--color`)."""
    given = os.environ if environment is None else environment
    return Display(find_language(given), wants_colour(choice, given, terminal=terminal))


def find_language(environment: Mapping[str, str]) -> Literal["en", "ja"]:
    """Read SEKISHO_LANGUAGE, then the locale."""
    names = ("SEKISHO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    values = (environment.get(name, "").lower() for name in names)
    named = next((value for value in values if value not in ("", "auto")), "")
    if not named and os.name == "nt":
        named = (locale.getlocale()[0] or "").lower()
    return "ja" if named.startswith("ja") else "en"


def git_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what Git is given: ours without its own variables, which could lead it elsewhere."""
    given = os.environ if environment is None else environment
    kept = {n: v for n, v in given.items() if not n.upper().startswith("GIT_")}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def named_data_dir(environment: Mapping[str, str] | None = None) -> Path | None:
    """Return the data folder that SEKISHO_DATA_DIR names, or where a server keeps it."""
    given = os.environ if environment is None else environment
    named, shared = given.get("SEKISHO_DATA_DIR"), given.get("XDG_DATA_HOME")
    if named:
        return Path(named)
    try:
        return Path(shared) / "sekisho" if shared else Path.home() / ".local/share/sekisho"
    except RuntimeError:  # a user without a home
        return None
