"""The root of all views, and how text in them is made fit to leave."""

import functools
import json
import re
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from sekisho.domain.text import plain
from sekisho.views.redaction import mask, mask_all, suspicious


class View(BaseModel):
    """Something that leaves the process. Unset fields stay away from the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def words(self) -> str:
        """Say the essential in plain words."""
        raise NotImplementedError

    def structured(self) -> dict[str, Any]:
        """Return the JSON form, masked. Nobody may change it: it is made once."""
        return self.wire_form

    def spoken(self) -> str:
        """Return the text form, masked."""
        return self.wire_text

    @functools.cached_property
    def wire_form(self) -> dict[str, Any]:
        """The JSON form; kept, since a view that is asked for again is handed out again."""
        plain_form = self.model_dump(mode="json", exclude_none=True)
        return mask_all(plain_form) if suspicious(self._json) else plain_form

    def length(self) -> int:
        """Return how long the answer is, both forms together, in characters."""
        return len(self._json) + len(self.wire_text)

    @functools.cached_property
    def _json(self) -> str:
        return self.model_dump_json()

    @functools.cached_property
    def wire_text(self) -> str:
        """The text form; kept likewise."""
        return mask(self.words())


def shown(value: object, cap: int = 500) -> str:
    """Return text from outside as it may be shown: inert and capped."""
    return plain(value, cap=cap)


def one_line(value: object, cap: int = 200) -> str:
    """Return text from outside as one inert, capped line."""
    text = str(value)
    if len(text) <= cap and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly always; a run has a dozen of these
    return " ".join(plain(text, cap=cap).split())


def moment(at: datetime) -> str:
    """Write a moment for reading: UTC, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%SZ")


_DEEPEST = 6
_WIDEST = 50


def trimmed(value: Any, cap: int = 300, depth: int = 0) -> Any:
    """Return a JSON value with long strings, wide and deep parts cut, and says where."""
    if isinstance(value, str):
        return shown(value, cap)
    if isinstance(value, dict | list) and depth >= _DEEPEST:
        return "…"
    if isinstance(value, dict):
        fields = cast("dict[Any, Any]", value)
        kept = {shown(k, 100): trimmed(v, cap, depth + 1) for k, v in [*fields.items()][:_WIDEST]}
        return kept | ({"…": len(fields) - _WIDEST} if len(fields) > _WIDEST else {})
    if isinstance(value, list | tuple):
        items = list(cast("list[Any] | tuple[Any, ...]", value))
        rest = [f"… {len(items) - _WIDEST} more"] if len(items) > _WIDEST else []
        return [trimmed(v, cap, depth + 1) for v in items[:_WIDEST]] + rest
    return value if isinstance(value, int | float | bool | None) else shown(value, cap)


def compact(value: Any) -> str:
    """Write a JSON value on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


# Each match is about one token: models split text at about these places, too.
_PIECES = re.compile(
    r"""[A-Z]?[a-z]{1,5} | [A-Z]{1,2} | [0-9]{1,3} | ["':,.\[\]{}()=/\\_-]{2} | [!-/:-@\[-`{-~]
    | \s{2,20} | [\n\t] | [ ](?=[0-9])""",
    re.VERBOSE,
)
# What no word looks like (base64, keys, made-up names) falls into smaller pieces; hex does anyway.
_NOISE = re.compile(r"[b-df-hj-np-tv-xz]{4,}|(?=[0-9a-f]*[g-zA-Z+/])[A-Za-z0-9+/]{20,}")
_NOISE_PER_SIGN = 0.35
_PER_SIGN = (
    (re.compile("[\u3000-\u30ff\uff01-\uff5e]"), 1.0),  # kana, full-width signs
    (re.compile("[\u0080-\u07ff]"), 1.2),
    (re.compile("[\u0800-\u2fff\u3100-\uff00\uff5f-\uffff]"), 2.2),  # kanji: from 1 to 3
    (re.compile("[\U00010000-\U0010ffff]"), 3.0),
)


def tokens(text: str) -> int:
    """Estimate how many tokens of a language model a text takes: rather high, hardly ever low.

    Held against a real tokenizer in `tests/unit/test_token_estimate.py`.
    """
    count = len(_PIECES.findall(text)) + _NOISE_PER_SIGN * sum(map(len, _NOISE.findall(text)))
    if not text.isascii():
        count += sum(each * len(signs.findall(text)) for signs, each in _PER_SIGN)
    return int(count) + 1
