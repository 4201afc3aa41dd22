"""The second redaction net: secrets of well-known shapes are masked in every string that leaves.

Redaction proper happens where Terraform's output comes in. This net is for what slips through:
a key pasted into a message, a password inside an error of a provider.
"""

import re
from typing import Any, cast

from sekisho.domain.states import MASK

_SHAPES = re.compile(
    r"""
    (?P<key>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)
    | (?P<pem>-----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z))
    | (?P<lead>\bbearer[ \t]+)[\w.~+/=-]{12,}
    | (?P<token>\b(?:sks_[\w-]{20,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abpr]-[\w-]{10,}))
    | (?P<name>[\w.-]*(?:password|passwd|secret[_-]?access[_-]?key|session[_-]?token|api[_-]?key)
        ["']?\s*[=:]\s*)(?P<quote>["']?)(?!\(sensitive\))[^\s"',;&}]+
    | (?P<url>\b[a-z][a-z0-9+.-]*://[^\s:/@]+:)[^\s@/]+(?=@)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_HINTS = (
    "akia",
    "asia",
    "private key",
    "bearer",
    "sks_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "xox",
    "passw",
    "secret",
    "session",
    "api_key",
    "api-key",
    "apikey",
    "private_key",
)
"""One of these is in every text that a shape fits, but for addresses with a password in them."""
_ADDRESS = re.compile(r"://[^\s/@]*:[^\s/@]*@")


def suspicious(text: str) -> bool:
    """Say, cheaply, whether a credential may be in there at all: most texts have none."""
    low = text.lower()
    return any(hint in low for hint in _HINTS) or bool("@" in low and _ADDRESS.search(text))


_NAME = re.compile(
    r"(?:.*[._-])?(?:password|passwd|secret_?access_?key|session_?token|api_?key|private_?key)",
    re.IGNORECASE,
)


def names_secret(name: str) -> bool:
    """Say whether a field of this name holds a credential, whatever the value looks like."""
    return bool(_NAME.fullmatch(name))


def mask(text: str) -> str:
    """Return `text` with everything that looks like a credential replaced by the mask."""
    return _SHAPES.sub(_masked, text) if suspicious(text) else text


def _masked(found: re.Match[str]) -> str:
    kept = found["lead"] or found["name"] or found["url"] or ""
    return f"{kept}{found['quote'] or ''}{MASK}"


def mask_all(value: Any) -> Any:
    """Return JSON-like data with every string in it masked, keys of objects too."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {mask(k): _field(k, v) for k, v in fields.items()}
    if isinstance(value, list):
        return [mask_all(v) for v in cast("list[Any]", value)]
    return value


def _field(name: str, value: Any) -> Any:
    return MASK if isinstance(value, str) and value and names_secret(name) else mask_all(value)
