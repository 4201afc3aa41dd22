"""Which words look as if chance had made them: keys and generated passwords."""

import math
import re
from collections import Counter

_LEAST = 20
_SHORTEST_PART = 12
_LONG_ENOUGH = 400
"""Characters that tell whether a word is random: more only take time."""
_TURNS = 0.42
"""Changes between capitals, small letters and digits a step: 0.62 by chance, 0.3 in names."""
_MIXED = re.compile(r"(?=[^a-z]*+[a-z])(?=[^A-Z]*+[A-Z])[^0-9]*+[0-9]")
_TURN = re.compile(
    r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[a-z0-9])|(?<=[0-9])(?=[A-Za-z])", re.ASCII
)
_SEPARATORS = re.compile(r"[-_/+.~=]+")
_HYPHENS = re.compile(r"[-_]")
_HASH_OF_CDK = re.compile(r"(?<=[a-z0-9])[0-9A-F]{8}$|EXAMPLE$")
"""AWS CDK puts it behind every name that it makes; its documents say EXAMPLE."""
_SPOKEN = re.compile(
    r"(?![a-z]*[b-df-hj-np-tv-xz]{4})[a-z]{9}|[A-Z]?[a-z]{3,}[-_/.][A-Z]?[a-z]{3,}[-_/.]"
)
_ENTROPY = 3.6
_PASSWORD = re.compile(r"(?=[^a-z]*+[a-z])(?=[^A-Z]*+[A-Z])(?=[^0-9]*+[0-9])[!-~]{12,64}")
_ODD = re.compile(r"[!#$%^&*?~@+=]")
_MADE = re.compile(r"://|[\\(\[{<]|^\S+@[\w-]+\.[\w.]+$|%[A-Za-z]\W%|^[\w.+/-]+={0,2}$")


def looks_random(word: str) -> bool:
    """Tell keys (`x9Kf…`) from names, paths and identifiers (letters of one kind)."""
    word = word.rstrip("=")[:_LONG_ENOUGH]
    if len(word) < _LEAST or not _MIXED.match(word):
        return False
    parts = [_HASH_OF_CDK.sub("", p) for p in _SEPARATORS.split(word)]
    if any(_by_chance(p) for p in parts):
        return True
    # Signs of base64 may split a key into short parts; hyphens join what people named.
    return not _HYPHENS.search(word) and not _SPOKEN.search(word) and _by_chance("".join(parts))


def _by_chance(part: str) -> bool:
    if len(part) < _SHORTEST_PART or not _MIXED.match(part) or _SPOKEN.search(part):
        return False
    turns = len(_TURN.findall(part)) / (len(part) - 1)
    return turns >= _TURNS and bits(part) >= min(_ENTROPY, math.log2(len(part)) * 0.8)


def looks_like_a_password(word: str) -> bool:
    """Tell generated passwords with signs in them from formats, patterns and addresses."""
    if not _PASSWORD.fullmatch(word) or _MADE.search(word) or len(_ODD.findall(word)) < _SIGNS:
        return False
    turns = len(_TURN.findall(word)) + 2 * len(_ODD.findall(word))
    return turns / (len(word) - 1) >= _TURNS and bits(word) >= _PASSWORD_BITS


_SIGNS = 2
_PASSWORD_BITS = 3.0


def bits(text: str) -> float:
    """Return bits of information a character, by how often each is there."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)
