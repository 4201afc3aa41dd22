"""Where the server is and who we are: flags first, then the environment, then this machine."""

import dataclasses
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_URL = "http://127.0.0.1:8080"
LOCAL_TOKEN = "local.token"  # noqa: S105 (the name of a file)
"""In the server's data folder: what `sekisho serve` leaves for commands of the same user."""


@dataclasses.dataclass(frozen=True)
class Server:
    """The address of a server, and the credential to use with it (None: none was found)."""

    url: str
    token: str | None = dataclasses.field(default=None, repr=False)


def find_server(
    url: str | None, data_dir: Path | None, environment: Mapping[str, str] | None = None
) -> Server:
    """Find the server: `--server`, SEKISHO_URL or the loopback default.

    The credential is SEKISHO_TOKEN, the content of SEKISHO_TOKEN_FILE, or the local token of a
    server on this machine; the last is sent to loopback alone.
    """
    given = os.environ if environment is None else environment
    address = (url or given.get("SEKISHO_URL") or DEFAULT_URL).rstrip("/")
    token = given.get("SEKISHO_TOKEN")
    file = given.get("SEKISHO_TOKEN_FILE")
    if token is None and file:
        token = _read(Path(file))
    if token is None and data_dir and is_loopback(address):
        token = _read(data_dir / LOCAL_TOKEN)
    return Server(address, token)


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
