"""What Git says, in English and for people, turned into errors with a code and a next step."""

import re
from collections.abc import Callable, Iterable

from sekisho.domain.errors import (
    GitAccessDenied,
    GitContentRefused,
    GitFailed,
    GitRedirected,
    GitRefUnknown,
    GitTooLarge,
    GitUnreachable,
    GitUntrusted,
    SekishoError,
)
from sekisho.domain.text import plain

_MOST_SAID = 300

_CREDENTIAL = re.compile(
    r"(?i)(authorization:\s*)\S.*|(://)[^/\s@]+@|\b(basic|bearer)\s+[A-Za-z0-9+/=_.~-]{8,}"
)

_REDIRECTED = re.compile(r"returned error: 30\d|redirect", re.IGNORECASE)
_TOO_LARGE = re.compile(
    r"File too large|Out of memory|malloc failed|mmap failed|signal 25", re.IGNORECASE
)
_DENIED = re.compile(
    r"Authentication failed|could not read (Username|Password)|terminal prompts disabled"
    r"|returned error: 40[0134]|Permission denied|repository '.*' not found"
    r"|does not appear to be a git repository|Load key|no such identity",
    re.IGNORECASE,
)
_UNTRUSTED = re.compile(
    r"certificate|SSL|TLS|Host key verification failed|host key is known|CAfile", re.IGNORECASE
)
_UNREACHABLE = re.compile(
    r"Could not resolve|Failed to connect|Couldn't connect|Connection (refused|reset|timed out)"
    r"|timed out|No route to host|Network is unreachable|Empty reply|returned error: 5\d\d"
    r"|returned error: 429|Operation too slow|closed by remote|hung up|early EOF",
    re.IGNORECASE,
)
_GONE = re.compile(r"not our ref|Couldn't find remote ref|unadvertised object", re.IGNORECASE)
_DAMAGED = re.compile(
    r"fsck|index-pack|bad (object|pack|tree|config)|invalid|corrupt|missing (tree|blob|necessary)"
    r"|did not receive expected object|not a valid|protocol error|bad line length|not a git",
    re.IGNORECASE,
)
_NOT_ALLOWED = re.compile(r"transport '.*' not allowed", re.IGNORECASE)

_Make = Callable[[str, str, str], SekishoError]
_KINDS: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (_NOT_ALLOWED, lambda url, _ref, _said: GitRedirected(url=url)),
    (_REDIRECTED, lambda url, _ref, _said: GitRedirected(url=url)),
    (_TOO_LARGE, lambda url, _ref, said: GitTooLarge(url=url, problem=said)),
    (_GONE, lambda url, ref, _said: GitRefUnknown(url=url, ref=ref)),
    (_DENIED, lambda url, _ref, said: GitAccessDenied(url=url, problem=said)),
    (_UNTRUSTED, lambda url, _ref, said: GitUntrusted(url=url, problem=said)),
    (_UNREACHABLE, lambda url, _ref, said: GitUnreachable(url=url, problem=said)),
    (_DAMAGED, lambda url, _ref, said: GitContentRefused(url=url, problem=said)),
)
"""What Git's words mean, the first that fits."""


def git_error(url: str, ref: str, said: str, secrets: Iterable[str]) -> SekishoError:
    """Make the error for what Git wrote before it failed."""
    words = redacted(said, secrets)
    line = _telling(words)
    for pattern, make in _KINDS:
        if pattern.search(words):
            return make(url, ref, line)
    return GitFailed(url=url, problem=line)


def redacted(said: str, secrets: Iterable[str]) -> str:
    """Return what Git said without credentials, whatever server put them there."""
    for secret in secrets:
        if secret:
            said = said.replace(secret, "***")
    return plain(_CREDENTIAL.sub(r"\1\2***", said), cap=8000)


def _telling(said: str) -> str:
    """Pick the lines that say why: those of Git itself, else the last ones."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    ours = [line for line in lines if line.startswith(("fatal:", "error:"))]
    text = "; ".join((ours or lines)[:3]) or "it said nothing"
    return plain(text.rstrip("."), cap=_MOST_SAID)
