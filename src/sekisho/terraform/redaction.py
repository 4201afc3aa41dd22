"""The one redactor: every text and value that comes in from Terraform passes through it.

It knows the secrets of its working directory, in the forms in which they turn up, and the looks of
well-known ones. Text that was computed from a secret can hide it from any redactor: that is why
operator secrets never meet an upload (design, rule 1).
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, quote_plus

from sekisho.domain.states import MASK
from sekisho.domain.text import plain
from sekisho.domain.workspaces import Workspace

_LEAST = 4
"""Shorter secrets are not looked for: they would mask half of every text."""
_MOST = 500
"""Known secrets looked for at once; the longest come first."""
_EVERYDAY = frozenset({"true", "false", "null", "none", "default", "enabled", "disabled"})
_OPEN_NAMES = re.compile(r"AWS_(DEFAULT_)?REGION|AWS_ENDPOINT_URL\w*|AWS_EC2_METADATA_DISABLED|TZ")
SENSITIVE_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|credential|connection_?string|authorization|cookie|"
    r"(private|access|api|encryption|signing|ssh|master|account|storage)_?key|(^|_)(pw|pwd)$",
    re.IGNORECASE,
)
"""Names whose values are taken for secrets."""

_BLOCK = re.MULTILINE | re.DOTALL
_HIDDEN = re.compile(r'\b(?:sensitive|ephemeral)"?\s*[=:]\s*true\b')

_PATTERNS = re.compile(
    r"""
    -----BEGIN[ A-Z0-9]*PRIVATE\ KEY(?:\ BLOCK)?-----.*?
        (?:-----END[ A-Z0-9]*PRIVATE\ KEY(?:\ BLOCK)?-----|\Z)
    | \b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_[A-Za-z0-9_]{20,} | \bglpat-[A-Za-z0-9_-]{16,}
    | \bxox[abeoprs]-[A-Za-z0-9-]{10,} | \bsk-[A-Za-z0-9_-]{20,} | \bsk_live_[A-Za-z0-9]{16,}
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    | \b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9]{20,}
    | (?P<scheme>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}
    | (?P<url>\b[a-z][a-z0-9+.-]*://[^\s/:@"']*:)[^\s/@"']+(?=@)
    | (?P<name>(?:passw(?:or)?d|passphrase|secret(?:_?access)?(?:_?key)?|api_?key|access_?key
        |auth_?token|session_?token|token|pwd)["']?\s*[=:]\s*\\?["']?)[^\s"'\\,;&}]{3,}
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


class Redactor:
    """Masks known secrets and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = {s for s in secrets if len(s) >= _LEAST and s.casefold() not in _EVERYDAY}
        self._known = _known(self._secrets)

    def also(self, secrets: Iterable[str]) -> "Redactor":
        """Return a redactor that knows these secrets as well."""
        return Redactor(self._secrets | set(secrets))

    def learn(self, secrets: Iterable[str]) -> None:
        """Know these secrets as well from now on, wherever this redactor is in use."""
        more = self.also(secrets)
        self._secrets, self._known = more._secrets, more._known  # noqa: SLF001 (its own kind)

    def text(self, text: str, cap: int = 4000) -> str:
        """Return inert text: redacted, no control characters, cut at `cap` characters."""
        return plain(self.mask(text), cap)

    def mask(self, text: str) -> str:
        """Mask secrets and leave all else as it is."""
        if self._known:
            text = self._known.sub(MASK, text)
        return _PATTERNS.sub(_keep_label, text)

    def value(self, value: Any) -> Any:
        """Mask secrets in every string of a JSON value, and values under telling names."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list):
            return [self.value(v) for v in cast("list[Any]", value)]
        if isinstance(value, dict):
            return {k: self._entry(k, v) for k, v in cast("dict[str, Any]", value).items()}
        return MASK if self.hides(value) else value

    def hides(self, value: Any) -> bool:
        """Say whether a number of a JSON value is itself a known secret."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and str(value) in self._secrets

    def _entry(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value and SENSITIVE_NAME.search(name):
            return MASK
        return self.value(value)


def workspace_secrets(workspace: Workspace) -> set[str]:
    """Collect what the operator gave a workspace that must not be seen."""
    environment = workspace.target.environment
    found = {v for n, v in environment.items() if not _OPEN_NAMES.fullmatch(n)}
    for name, value in workspace.variables.items():
        if SENSITIVE_NAME.search(name):
            found.update(strings(value))
    return found


def declared_secrets(folder: Path, variables: Mapping[str, Any]) -> set[str]:
    """Collect the operator's values of variables that the configuration declares sensitive.

    Terraform says so only in the plan; what it prints until then is redacted too. Nothing is
    decided by it, so it may take a little too much for secret, and reads no HCL.
    """
    found: set[str] = set()
    texts = {p: p.read_text(encoding="utf-8", errors="replace") for p in _root_files(folder)}
    for name, value in variables.items():
        head = rf'^\s*variable\s+"?{re.escape(name)}"?\s*'
        block = re.compile(head + r"{([^{}\n]*}|.*?(?:^}|\Z))", _BLOCK)
        for path, text in texts.items():
            named = [text] if f'"{name}"' in text else []
            bodies = block.findall(text) if path.suffix == ".tf" else named
            if any(_HIDDEN.search(b) for b in bodies):
                found.update(strings(value))
    return found


def _root_files(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.name.endswith((".tf", ".tf.json")) and p.is_file()]


def strings(value: Any) -> Iterable[str]:
    """Yield every scalar in a JSON value, as text."""
    if isinstance(value, Mapping):
        for entry in cast("Mapping[str, Any]", value).values():
            yield from strings(entry)
    elif isinstance(value, list | tuple):
        for entry in cast("list[Any]", value):
            yield from strings(entry)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _known(secrets: Iterable[str]) -> re.Pattern[str] | None:
    chosen = sorted(secrets, key=len, reverse=True)[:_MOST]
    forms = {form for secret in chosen for form in _forms(secret) if len(form) >= _LEAST}
    if not forms:
        return None
    return re.compile("|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True)))


def _forms(secret: str) -> Iterable[str]:
    raw = secret.encode()
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield raw.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # At any of three offsets in a longer text; the characters at the edges depend on the text.
        yield encode(raw).decode().rstrip("=")
        for offset in (0, 1, 2):
            inner = encode(b"\0" * offset + raw).decode().rstrip("=")
            start = (0, 2, 3)[offset]
            end = len(inner) - (1 if (offset + len(raw)) % 3 else 0)
            if end - start >= 2 * _LEAST:
                yield inner[start:end]


def _keep_label(found: "re.Match[str]") -> str:
    label = next((v for v in found.groupdict().values() if v), "")
    return label + MASK
