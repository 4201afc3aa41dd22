"""Looks for credentials in what is about to be sent; names the place, never the secret.

Only shapes that are hardly ever anything else: a scan that cries wolf is switched off. What is
meant to be there is marked with `sekisho:allow` on its line or the one above.
"""

import bisect
import dataclasses
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator

ALLOW = "sekisho:allow"
LONGEST = 5 * 1024 * 1024
"""Bytes of one file that are looked at; what is longer is data, not configuration."""
_MOST = 50
"""Findings of one file that are told."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """A place where something looks like a credential."""

    path: str
    line: int
    kind: str


_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "aws_access_key_id",
        re.compile(r"\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z2-7]{16}\b", re.ASCII),
    ),
    (
        "aws_secret_access_key",
        re.compile(
            r"(?i:aws_?secret_?(?:access_?)?key|secret_?access_?key|secret_?key)[\"']?\s{0,20}[:=]"
            r"\s{0,20}[\"']?(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
    ),
    (
        "private_key",
        re.compile(
            r"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:\\r|\\n|\s){0,40}(?:Proc-Type|Version|[A-Za-z0-9+/=]{24})"
        ),
    ),
    (
        "github_token",
        re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})", re.ASCII),
    ),
    ("gitlab_token", re.compile(r"\bgl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{20}", re.ASCII)),
    ("slack_token", re.compile(r"\bxox[abeoprs]-[0-9]{6,14}-[A-Za-z0-9-]{10}", re.ASCII)),
    (
        "slack_webhook",
        re.compile(r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20}"),
    ),
    (
        "hcp_terraform_token",
        re.compile(r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60}", re.ASCII),
    ),
    ("vault_token", re.compile(r"\bhv[sbr]\.[A-Za-z0-9_-]{24}", re.ASCII)),
    ("google_api_key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b", re.ASCII)),
    ("sekisho_token", re.compile(r"\bsks_[A-Za-z0-9_-]{40}", re.ASCII)),
    (
        "jwt",
        re.compile(
            r"\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{16}", re.ASCII
        ),
    ),
)
_PASSWORD = re.compile(
    r"^[ \t]{0,200}[\"']?[\w-]{0,60}?"
    r"(?:password|passwd|passphrase|secret|token|api_?key|private_?key)[\w-]{0,40}"
    r"(?<!name)(?<!_id)(?<!arn)(?<!path)(?<!url)(?<!file)(?<!prefix)(?<!policy)(?<!version)"
    r"[\"']?[ \t]{0,200}[=:][ \t]{0,200}\"(?P<value>[^\"\n]{8,500})\"",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)
_VARIABLES = (".tfvars", ".tfvars.json")
_PLACEHOLDER = re.compile(
    r"(?i)example|changeme|change-me|dummy|placeholder|replace|your[-_ ]|xxxx|\*\*\*|<|\$\{"
    r"|^arn:|^/|^[a-z]+://|^(?:true|false|null)$|secretsmanager|ssm:|kms"
)
_ENTROPY = 3.0
"""Bits a character: words and names are below, generated passwords above."""
_KEY_ENTROPY = 4.0


def scan(path: str, content: bytes) -> list[Finding]:
    """Return what looks like a credential in a file, by line; binary files hold none of these."""
    if b"\0" in content[:8192]:
        return []
    text = content.decode("utf-8", errors="replace")
    lines = _Lines(text)
    found = {(lines.number(at), kind) for at, kind in _found(path, text)}
    return [Finding(path, n, kind) for n, kind in sorted(found) if not lines.allowed(n)][:_MOST]


def _found(path: str, text: str) -> Iterator[tuple[int, str]]:
    for kind, shape in _SHAPES:
        for match in shape.finditer(text):
            if kind != "aws_secret_access_key" or _is_key(match["value"]):
                yield match.start(), kind
    if path.casefold().endswith(_VARIABLES):
        for match in _PASSWORD.finditer(text):
            if _is_password(match["value"]):
                yield match.start("value"), "password"


def _is_key(value: str) -> bool:
    """Tell a secret key from a digest (hexadecimal) and from the well-known example."""
    return "EXAMPLE" not in value and entropy(value) >= _KEY_ENTROPY


def _is_password(value: str) -> bool:
    """Tell a password from a name, a reference and a placeholder."""
    if _PLACEHOLDER.search(value) or not value.isascii() or " " in value:
        return False
    kinds = (str.islower, str.isupper, str.isdigit)
    varied = sum(any(map(kind, value)) for kind in kinds) + (not value.isalnum())
    return varied > 2 and entropy(value) >= _ENTROPY  # noqa: PLR2004 (three kinds of characters)


def entropy(text: str) -> float:
    """Return bits of information a character, by how often each is there."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


class _Lines:
    """Line numbers of positions in a text, and what is marked as meant."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = list(
            itertools.accumulate((len(line) + 1 for line in self._lines), initial=0)
        )

    def number(self, at: int) -> int:
        return bisect.bisect_right(self._starts, at)

    def allowed(self, number: int) -> bool:
        around = self._lines[max(number - 2, 0) : number]
        return any(ALLOW in line for line in around)
