"""Secrets that a test plants: each made anew for every run of the tests, and named by its place."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

Kind = Literal["phrase", "password", "signs", "key", "hex", "aws", "aws_id", "pem", "unicode"]
_CONSONANTS, _VOWELS = "bdfghjkmnprstz", "aeiou"
_SIGNS = "!#%^*+=?@"
LEAST = 8
"""A piece of so many characters is a leak, too."""


@dataclass(frozen=True)
class Sentinel:
    """A secret, the place that it was planted in, and the pieces of it that must not be seen."""

    place: str
    value: str
    pieces: tuple[str, ...]


@dataclass
class Garden:
    """Makes sentinels. `seed` is told where something leaks, so that the run can be made again."""

    seed: int
    planted: dict[str, Sentinel] = field(default_factory=dict[str, Sentinel])

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __iter__(self) -> Iterator[Sentinel]:
        return iter(self.planted.values())

    def plant(self, place: str, kind: Kind = "phrase") -> str:
        """Return the secret of a place: the same whenever the place is asked for again."""
        if place not in self.planted:
            value = KINDS[kind](self._random)
            pieces = _of_pem(value) if kind == "pem" else halves(value)
            self.planted[place] = Sentinel(place, value, pieces)
        return self.planted[place].value

    def quoted(self, place: str, kind: Kind = "phrase") -> str:
        """Return the secret of a place as a string of HCL."""
        return hcl(self.plant(place, kind))


def halves(value: str) -> tuple[str, ...]:
    """Cut a secret in two: who sees one of them has seen too much."""
    middle = len(value) // 2
    return value[:middle], value[middle:]


def hcl(text: str) -> str:
    """Write a string of HCL."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _phrase(chance: random.Random) -> str:
    """Make words that nothing but a mark tells from names."""
    return "-".join(
        f"{''.join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(4))}"
        f"-{chance.randrange(1000, 10000)}"
        for _ in range(2)
    )


def _unicode(chance: random.Random) -> str:
    return f'{_phrase(chance)}<秘密&"\\/>{_phrase(chance)}'


def _password(chance: random.Random) -> str:
    """Make what a password manager makes: letters and digits, all kinds of them in each half."""
    while True:
        made = _mixed(chance, 12) + _mixed(chance, 12)
        if _plain(made):
            return made


def _plain(word: str) -> bool:
    """Say whether chance shows: of 1,000 such words about 4 look like names and are not known.

    How many are known is for `tests/unit/test_redaction_corpus.py`; here it is looked for whether
    what is known leaves by any face.
    """
    part = max(re.split("[+/]", word), key=len)
    kinds = [(c.islower(), c.isupper(), c.isdigit()) for c in part]
    turns = sum(one != other for one, other in pairwise(kinds))
    if len(part) < 20 or len(set(part)) < 17 or not all(map(any, zip(*kinds, strict=True))):
        return False
    return turns / (len(part) - 1) > 0.5 and not re.search("[a-z]{8}", part)


def _mixed(chance: random.Random, length: int) -> str:
    every = string.ascii_letters + string.digits
    while True:
        made = "".join(chance.choice(every) for _ in range(length))
        kinds = (str.islower, str.isupper, str.isdigit)
        if all(sum(map(kind, made)) >= 2 for kind in kinds):
            return made


def _signs(chance: random.Random) -> str:
    """Make one with signs in it: at least two in each half."""
    made: list[str] = []
    for _ in range(2):
        half = [*_mixed(chance, 9), *chance.choices(_SIGNS, k=3)]
        chance.shuffle(half)
        made += half
    return "".join(made)


def _key(chance: random.Random) -> str:
    while True:
        made = base64.b64encode(chance.randbytes(30)).decode()
        if _plain(made):
            return made


def _hex(chance: random.Random) -> str:
    return chance.randbytes(32).hex()


def _aws(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_letters + string.digits + "/+", k=40))


def _aws_id(chance: random.Random) -> str:
    return "AKIA" + "".join(chance.choices(string.ascii_uppercase + "234567", k=16))


def _pem(chance: random.Random) -> str:
    body = "\n".join(textwrap.wrap(base64.b64encode(chance.randbytes(600)).decode(), 64))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"


def _of_pem(value: str) -> tuple[str, ...]:
    lines = value.splitlines()[1:-1]
    return tuple(half for line in lines for half in halves(line) if len(half) >= LEAST)


KINDS: dict[Kind, Callable[[random.Random], str]] = {
    "phrase": _phrase,
    "password": _password,
    "signs": _signs,
    "key": _key,
    "hex": _hex,
    "aws": _aws,
    "aws_id": _aws_id,
    "pem": _pem,
    "unicode": _unicode,
}
