"""The forms of settings: how text of the environment becomes a value."""

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field
from pydantic_settings import NoDecode


def _words(given: object) -> object:
    if isinstance(given, str):
        return tuple(word for part in given.split(",") if (word := part.strip()))
    return given


def _lower(given: object) -> object:
    return given.strip().lower() if isinstance(given, str) else given


def _origin(given: str) -> str:
    """Take `scheme://host[:port]` and nothing else, without the slash at its end."""
    text = given.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("an address like https://sekisho.example.jp is needed") from None
    bare = f"{parts.scheme}://{parts.netloc}" == text and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not bare:
        raise ValueError("an address like https://sekisho.example.jp is needed, without a path")
    return text


def _host(given: str) -> str:
    text = given.strip().lower()
    if not text or set(text) & set("*/@ ?#"):
        raise ValueError("host names are needed, without scheme, path or *")
    return text


def _folder_or_file(given: Path) -> Path:
    return given.expanduser().absolute()


def _endpoint(given: str) -> str:
    """Take a path of one or more plain parts, with or without slashes around it."""
    text = "/" + given.strip().strip("/")
    if not _PATH.fullmatch(text):
        raise ValueError("a path like /mcp is needed")
    return text


def _level(given: object) -> object:
    """Take a level by any of the names that other servers have for it."""
    word = _lower(given)
    return _LEVELS.get(word, word) if isinstance(word, str) else word


def _transport(given: object) -> object:
    word = _lower(given)
    return "streamable-http" if word == "http" else word


def _web_address(given: str) -> str:
    parts = urlsplit(given.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("an address like https://wiki.example.jp/sekisho is needed")
    return given.strip()


def _rate(given: object) -> object:
    """Take `requests per second:burst`; `off` for no limit."""
    if not isinstance(given, str):
        return given
    text = given.strip().lower()
    if text in ("off", "0", "0:0"):
        return Rate(0, 0)
    each, _, burst = text.partition(":")
    if not _NUMBER.fullmatch(each) or not burst.isascii() or not burst.isdigit():
        raise ValueError("requests per second and a burst are needed, like 10:20; or off")
    if float(each) <= 0 or int(burst) < 1:
        raise ValueError("rate and burst are above zero; `off` switches the limit off")
    return Rate(float(each), int(burst))


def _accounts(given: object) -> object:
    """Take `first-last`, at least two numbers above those of real accounts; `off` for none."""
    if not isinstance(given, str):
        return given
    text = given.strip().lower()
    if text == "off":
        return Accounts(0, 0)
    first, _, last = text.partition("-")
    if not _DIGITS.fullmatch(first) or not _DIGITS.fullmatch(last):
        raise ValueError("a range of numbers is needed, like 64000-64999; or off")
    if not _FIRST_FREE <= int(first) < int(last) <= _LAST_FREE:
        raise ValueError(f"the range lies within {_FIRST_FREE}-{_LAST_FREE} and has two or more")
    return Accounts(int(first), int(last))


def _ports(given: object) -> object:
    """Take port numbers separated by commas; `all` for all of them, `none` for none."""
    if not isinstance(given, str):
        return given
    text = given.strip().lower()
    if text in ("all", "none"):
        return Ports() if text == "all" else Ports(())
    words = [word.strip() for word in text.split(",")]
    if not all(_DIGITS.fullmatch(w) and 0 < int(w) <= _LAST_PORT for w in words):
        raise ValueError("port numbers are needed, like 443,5432; or all; or none")
    return Ports(tuple(sorted({int(w) for w in words})))


class Accounts(NamedTuple):
    """Numbers of accounts, both ends included; 0 and 0: none."""

    first: int
    last: int

    @property
    def numbers(self) -> range:
        """All of them."""
        return range(self.first, self.last + 1) if self.last else range(0)

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"{self.first}-{self.last}" if self.last else "off"


class Ports(NamedTuple):
    """TCP ports; None: all."""

    numbers: tuple[int, ...] | None = None

    def __str__(self) -> str:
        """Write it as it is read."""
        return "all" if self.numbers is None else ",".join(map(str, self.numbers)) or "none"


class Rate(NamedTuple):
    """A limit: so many requests a second, and so many at once; none where `each` is 0."""

    each: float
    burst: int

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"{self.each:g}:{self.burst}" if self.each else "off"


_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_DIGITS = re.compile(r"[0-9]{1,10}")
_FIRST_FREE, _LAST_FREE, _LAST_PORT = 1000, 2**31 - 2, 65_535
_NUMBER = re.compile(r"\d+(\.\d+)?")
_LEVELS = {"trace": "debug", "warn": "warning", "fatal": "error", "panic": "error"}

Endpoint = Annotated[str, AfterValidator(_endpoint)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Level = BeforeValidator(_level)
Transport = Annotated[Literal["stdio", "streamable-http"], BeforeValidator(_transport)]
Limit = Annotated[Rate | None, NoDecode, BeforeValidator(_rate)]
AccountRange = Annotated[Accounts, NoDecode, BeforeValidator(_accounts)]
PortList = Annotated[Ports, NoDecode, BeforeValidator(_ports)]
Place = Annotated[Path, AfterValidator(_folder_or_file)]
Origin = Annotated[str, AfterValidator(_origin)]
Host = Annotated[str, AfterValidator(_host)]
Words = BeforeValidator(_words)
Lower = BeforeValidator(_lower)
Cap = Annotated[ByteSize, Field(ge=1)]
Size = Annotated[ByteSize, Field(ge=0)]
