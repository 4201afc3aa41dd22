"""Git as a source: what the operator declared, and the commit that a configuration came from."""

import dataclasses
import ipaddress
import re

DEFAULT_REF = "main"
COMMIT = re.compile(r"[0-9a-f]{40}")
"""A whole commit id: a short one could come to mean another commit."""

_LONGEST = 200
_LONGEST_URL = 1000
_REF = re.compile(r"[\w][\w./+@#=-]*")
_REF_NEVER = re.compile(r"\.\.|//|/\.|@\{|\.lock(/|$)|[./]$")
_HOST = r"(?P<host>[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
_USER = r"(?P<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)"
_LONG = re.compile(
    rf"(?P<scheme>https|ssh)://({_USER}@)?{_HOST}(:(?P<port>[1-9][0-9]{{0,4}}))?"
    r"(?P<path>(/[A-Za-z0-9_.~+@%-]+)+/?)"
)
_SHORT = re.compile(rf"{_USER}@{_HOST}:(?P<path>/?[A-Za-z0-9_.~+@%-]+(/[A-Za-z0-9_.~+@%-]+)*/?)")
_LAST_PORT = 65535
_USUAL = {"https": 443, "ssh": 22}


@dataclasses.dataclass(frozen=True)
class GitSource:
    """The one repository of a workspace, and how the server gets in. `token` is a secret."""

    url: str
    ref: str = DEFAULT_REF
    path: str = ""
    submodules: bool = False
    username: str = ""
    token: str = dataclasses.field(default="", repr=False)
    ca_file: str = ""
    ssh_key: str = ""
    known_hosts: str = ""


@dataclasses.dataclass(frozen=True)
class GitCommit:
    """Where a configuration came from. `protected`: the commit is on the declared ref."""

    url: str
    ref: str
    commit: str
    path: str = ""
    protected: bool = False
    declared: str = ""
    """The ref that the operator declared when this was looked up."""
    author: str = ""
    """The author's address, as the commit says: a claim, which can only keep an approval out."""

    def describe(self) -> str:
        """Write it in one stable line, for the seal and for marks."""
        kept = "protected" if self.protected else "unprotected"
        return f"{self.url} {self.ref} {self.commit} {self.path} {self.declared} {kept}"


def ref_problem(ref: str) -> str | None:
    """Say why `ref` is no name of a branch or tag and no whole commit id, or None."""
    if len(ref) > _LONGEST:
        return f"longer than {_LONGEST} characters"
    if not _REF.fullmatch(ref) or _REF_NEVER.search(ref):
        return "a branch, a tag, refs/heads/…, refs/tags/… or a whole commit id is needed"
    if ref.startswith("refs/") and not re.match(r"refs/(heads|tags)/.", ref):
        return "only refs/heads/ and refs/tags/ are taken"
    return None


def path_problem(path: str) -> str | None:
    """Say why `path` is no folder inside a repository or configuration, or None; "" is the root."""
    parts = path.strip("/").split("/") if path else []
    if path.startswith("/") or any(p in ("", ".", "..") for p in parts):
        return "a folder inside it is needed, relative and without `..`"
    if "\\" in path or ":" in path or not path.isprintable() or path.startswith("-"):
        return "a folder inside it is needed, without special characters"
    return None


def url_problem(url: str) -> str | None:
    """Say why `url` is no address that Git may be sent to, or None.

    https:// and ssh:// alone (and USER@HOST:PATH, which is ssh). Nothing else may come out of it:
    no option, no other transport, no credential, no query, nothing that a shell would expand.
    """
    if len(url) > _LONGEST_URL or not re.fullmatch(r"[!-~]+", url):
        return "an address in plain ASCII is needed"
    if not (url.startswith(("https://", "ssh://")) or _SHORT.fullmatch(url)):
        return "an address that begins with https:// or ssh:// is needed, or USER@HOST:PATH"
    return _secret_problem(url) or _form_problem(url)


def _secret_problem(url: str) -> str | None:
    scheme, _, rest = url.partition("://")
    user = rest.partition("/")[0].rpartition("@")[0]
    if ":" in user or (scheme == "https" and "@" in rest.partition("/")[0]):
        return "no name or password may be in an address; say token"
    return None


def _form_problem(url: str) -> str | None:
    match = _LONG.fullmatch(url) or _SHORT.fullmatch(url)
    if match is None:
        return "the address is not well formed: a host and the path of a repository are needed"
    if any(part == ".." or part.startswith("-") for part in match["path"].split("/")):
        return "the path of the address may not climb, and no name in it may begin with `-`"
    if int(match.groupdict().get("port") or 1) > _LAST_PORT:
        return f"a port is at most {_LAST_PORT}"
    return _host_problem(match["host"])


def _host_problem(host: str) -> str | None:
    """Say why what stands in brackets is no IPv6 address; other hosts are names, and looked up."""
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host.strip("[]"))
    except ValueError:
        return "only an IPv6 address may stand in brackets"
    return None


def is_ssh(url: str) -> bool:
    """Say whether Git speaks ssh to this address."""
    return "://" not in url or url.startswith("ssh://")


def place(url: str) -> tuple[str, str, int]:
    """Return (transport, host, port): credentials for one place go to no other."""
    match = _LONG.fullmatch(url)
    if match is None:
        return "ssh", url.partition("@")[2].partition(":")[0].lower(), _USUAL["ssh"]
    return match["scheme"], match["host"].lower(), int(match["port"] or _USUAL[match["scheme"]])


def beside(base: str, relative: str) -> str | None:
    """Return what `./x` or `../x` means beside the repository `base`; None where it climbs out."""
    root, path = _split(base)
    parts = [p for p in path.split("/") if p]
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return root + "/".join(parts) if parts else None


def _split(url: str) -> tuple[str, str]:
    """Split an address into what comes before its path, and the path."""
    if "://" not in url:
        root, _, path = url.partition(":")
        return f"{root}:", path
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme}://{host}/", path
