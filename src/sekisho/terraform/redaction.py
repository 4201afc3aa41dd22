"""The one redactor: every text and value that comes in from Terraform passes through it.

It knows the secrets of its working directory in the forms in which they turn up (`secret_forms`),
the looks of well-known ones and what labels tell (the domain's tables), words that chance made
(`entropy`), and looks through encodings (`encoded`). Text that was computed from a secret can hide
it from any redactor: that is why operator secrets never meet an upload (design, rule 1).
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from sekisho.domain.secret_labels import mask_labelled
from sekisho.domain.secret_manifests import mask_manifests
from sekisho.domain.secret_names import SENSITIVE_NAME, harmless, telling
from sekisho.domain.secret_shapes import mask_shapes, suspicious
from sekisho.domain.states import MASK
from sekisho.domain.text import plain
from sekisho.terraform.encoded import layers
from sekisho.terraform.entropy import looks_like_a_password
from sekisho.terraform.operator_secrets import declared_secrets, strings, workspace_secrets
from sekisho.terraform.secret_forms import KnownForms, worth_hiding
from sekisho.terraform.secret_pairs import hidden_entries
from sekisho.terraform.secret_words import holds_digest, mask_words

__all__ = [
    "SENSITIVE_NAME",
    "Redactor",
    "declared_secrets",
    "strings",
    "workspace_secrets",
]

_QUIET = re.compile(r"[\w./+-]{0,15}")
"""Too short for a token, and no sign of a label: what most leaves are."""
_RUN = re.compile(r"[A-Za-z0-9+/_-]{16}")
_PIECE = 32 * 1024
"""Characters that are looked at at once: a long text takes as long as its pieces together."""
_NEAR = 4096
_DEEPEST = 2
"""Encodings inside of encodings that are looked into."""
_ROUNDS = 6
"""What is masked may bring to light what was hidden by it; then once more."""
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
"""Characters that show nothing: a word may be split with them and still be read."""


class Redactor:
    """Masks known secrets and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = {s for s in secrets if worth_hiding(s)}
        self._known = KnownForms(self._secrets)
        self._learning = threading.Lock()

    def also(self, secrets: Iterable[str]) -> "Redactor":
        """Return a redactor that knows these secrets as well."""
        return Redactor(self._secrets | set(secrets))

    def learn(self, secrets: Iterable[str]) -> None:
        """Know these secrets as well from now on, wherever this redactor is in use."""
        # Credentials are renewed in another thread: neither may forget what the other learned.
        with self._learning:
            more = self.also(secrets)
            self._secrets, self._known = more._secrets, more._known  # noqa: SLF001 (its own kind)

    def text(self, text: str, cap: int = 4000) -> str:
        """Return inert text: no control characters, redacted, cut at `cap` characters.

        In this order: what splits a secret is out before it is looked for, and a secret is masked
        whole before the text is cut.
        """
        return plain(self.mask(plain(text, len(text) + 1)), cap)

    def mask(self, text: str, depth: int = 0) -> str:
        """Mask secrets and leave all else as it is; `depth`: encodings that were taken off."""
        return self._mask(text, depth)

    def leaf(self, path: str, value: Any) -> Any:
        """Redact one value that is rendered, knowing where it stands.

        A telling name masks text and numbers; switches, references and empty values stay.
        """
        name = path.rpartition(".")[2]
        if isinstance(value, str):
            return self._named(name, value)
        if isinstance(value, list):
            return [self.leaf(path, v) for v in cast("list[Any]", value)]
        if isinstance(value, dict):
            return self._object(cast("dict[str, Any]", value), hide=telling(name))
        return MASK if self.hides(value) or (_is_number(value) and telling(name)) else value

    def value(self, value: Any) -> Any:
        """Mask secrets in every string of a JSON value, and values under telling names."""
        return self.leaf("", value)

    def hides(self, value: Any) -> bool:
        """Say whether a number of a JSON value is itself a known secret."""
        return _is_number(value) and str(value) in self._secrets

    def _named(self, name: str, value: str) -> str:
        if name and telling(name) and not harmless(value):
            return MASK
        if looks_like_a_password(value) and not holds_digest(name):
            return MASK
        return self._mask(value, 0, digests=holds_digest(name))

    def _object(self, fields: dict[str, Any], *, hide: bool) -> dict[str, Any]:
        hidden = hidden_entries(fields)
        return {
            self.mask(k): _covered(v) if k in hidden else self._entry(k, v, hide=hide)
            for k, v in fields.items()
        }

    def _entry(self, name: str, value: Any, *, hide: bool) -> Any:
        """Redact an entry; what is under a telling name is secret unless its own name is open."""
        if hide and isinstance(value, str) and not _OPEN_ENTRIES.search(name):
            return value if harmless(value) else MASK
        return self.leaf(name, value)

    def _mask(self, text: str, depth: int, *, digests: bool = False) -> str:
        if len(text) > _PIECE:
            whole = mask_manifests(text)
            whole = mask_shapes(self._known.mask(whole) if self._known else whole)
            whole = mask_words(whole, self._holds(depth), digests=digests)
            return "".join(self._mask(p, depth, digests=digests) for p in _pieces(whole))
        if _QUIET.fullmatch(text):
            return self._known.mask(text) if self._known else text
        if not text.isascii() and _UNSEEN.search(text):
            seen = _UNSEEN.sub("", text)
            masked = self._mask(seen, depth, digests=digests)
            return text if masked == seen else masked
        for _ in range(_ROUNDS):
            masked = self._once(text, depth, digests)
            if masked == text:
                break
            text = masked
        else:
            return MASK
        return self._through_escapes(text, depth, digests)

    def _once(self, text: str, depth: int, digests: bool) -> str:
        text = mask_manifests(text)
        if self._known:
            text = self._known.mask(text)
        if suspicious(text):
            text = mask_labelled(mask_shapes(text), telling)
        if _RUN.search(text):
            text = mask_words(text, self._holds(depth), digests=digests)
        return text

    def _through_escapes(self, text: str, depth: int, digests: bool) -> str:
        """Show the text without its escapes where these hide a secret."""
        for layer in layers(text):
            masked = self._once(layer, depth, digests)
            if masked != layer:
                return self._mask(masked, depth, digests=digests)
        return text

    def _holds(self, depth: int) -> "_Holds":
        return _Holds(self, depth + 1)


class _Holds:
    """Answers whether a decoded text holds a secret; past the deepest level nothing is open."""

    def __init__(self, redactor: Redactor, depth: int) -> None:
        self._redactor, self._depth = redactor, depth

    def __call__(self, text: str) -> bool:
        if self._depth > _DEEPEST:
            return False
        return self._redactor.mask(text, self._depth) != text


_OPEN_ENTRIES = re.compile(
    r"(?:^|_|(?<=[a-z]))(?:names?|ids?|arns?|types?|kind|users?|usernames?|engine|hosts?|ports?|urls?|regions?|versions?|keys?)$",
    re.IGNORECASE,
)


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text at its white space: what labels tell is looked for piece by piece."""
    at = 0
    while at < len(text):
        end = at + _PIECE
        if end < len(text):
            near = max(text.rfind(sign, end - _NEAR, end) for sign in "\n ,;")
            end = near + 1 if near > at else end
        yield text[at:end]
        at = end


def _covered(value: Any) -> Any:
    """Mask everything in a value but its shape and what is no secret."""
    if isinstance(value, Mapping):
        return {k: _covered(v) for k, v in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_covered(v) for v in cast("list[Any]", value)]
    if value is None or isinstance(value, bool) or (isinstance(value, str) and harmless(value)):
        return value
    return MASK


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
