"""The forms of settings: how text of the environment becomes a value."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field


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


Place = Annotated[Path, AfterValidator(_folder_or_file)]
Origin = Annotated[str, AfterValidator(_origin)]
Host = Annotated[str, AfterValidator(_host)]
Words = BeforeValidator(_words)
Lower = BeforeValidator(_lower)
Cap = Annotated[ByteSize, Field(ge=1)]
