"""What Git is told by its environment: nothing of this machine, and how to get in."""

import base64
import os
import shlex
from pathlib import Path

from sekisho.domain.git import GitSource, is_ssh

_CONFIG = (
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.askPass", ""),
    ("core.symlinks", "false"),
    ("core.bigFileThreshold", "1m"),
    ("core.attributesFile", "/dev/null"),
    ("core.excludesFile", "/dev/null"),
    ("credential.helper", ""),
    ("credential.interactive", "false"),
    ("protocol.allow", "never"),
    ("protocol.https.allow", "always"),
    ("protocol.ssh.allow", "always"),
    ("protocol.version", "2"),
    ("http.followRedirects", "false"),
    ("http.sslVerify", "true"),
    ("http.emptyAuth", "false"),
    ("http.saveCookies", "false"),
    ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "30"),
    ("transfer.fsckObjects", "true"),
    ("transfer.unpackLimit", "1"),
    ("transfer.bundleURI", "false"),
    ("transfer.credentialsInUrl", "die"),
    ("fetch.fsckObjects", "true"),
    ("fetch.unpackLimit", "1"),
    ("fetch.recurseSubmodules", "false"),
    ("fetch.writeCommitGraph", "false"),
    ("submodule.recurse", "false"),
    ("pack.threads", "1"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("safe.directory", "*"),
)
"""Put above every file of configuration, by environment: nothing in a repository outranks it."""


def environment(path: str, home: Path, source: GitSource) -> dict[str, str]:
    """Return every variable that Git gets. The token is in here and nowhere else."""
    config = [*_CONFIG, *_access(source)]
    found = {
        "PATH": path,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "https:ssh",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_SSH_VARIANT": "ssh",
        "GIT_SSH_COMMAND": _ssh(source),
        "GIT_CONFIG_COUNT": str(len(config)),
    }
    for number, (key, value) in enumerate(config):
        found[f"GIT_CONFIG_KEY_{number}"] = key
        found[f"GIT_CONFIG_VALUE_{number}"] = value
    return found


def _access(source: GitSource) -> list[tuple[str, str]]:
    """Return what lets Git in, for this one address alone."""
    if is_ssh(source.url):
        return []
    found: list[tuple[str, str]] = []
    if source.ca_file:
        found.append((f"http.{source.url}.sslCAInfo", source.ca_file))
    if source.token:
        found.append((f"http.{source.url}.extraHeader", f"Authorization: Basic {basic(source)}"))
    return found


def basic(source: GitSource) -> str:
    """Return the credential as HTTP wants it."""
    name = source.username or "x-access-token"
    return base64.b64encode(f"{name}:{source.token}".encode()).decode()


def _ssh(source: GitSource) -> str:
    """Return the command for ssh: Git gives it to a shell, so every word is quoted."""
    known = source.known_hosts or os.devnull
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": f'"{known.replace("%", "%%")}"',
        "GlobalKnownHostsFile": os.devnull,
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "PreferredAuthentications": "publickey",
        "ProxyCommand": "none",
        "ControlPath": "none",
        "ClearAllForwardings": "yes",
        "PermitLocalCommand": "no",
        "UpdateHostKeys": "no",
        "ConnectTimeout": "15",
    }
    words = ["ssh", "-F", "none", "-i", source.ssh_key or os.devnull]
    words += [w for key, value in options.items() for w in ("-o", f"{key}={value}")]
    return shlex.join(words)
