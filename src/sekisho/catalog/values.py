"""What sections of the operator's file are made of: paths, and values that are looked up."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from sekisho.domain.git import path_problem
from sekisho.domain.workspaces import NAME

_MOST_SECRET_BYTES = 64 * 1024
_DURATION = re.compile(r"([1-9][0-9]{0,5})([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True)
class Surroundings:
    """What a file is read against: its folder, and the server's environment."""

    folder: Path
    environment: Mapping[str, str]


def _place(given: str, info: ValidationInfo) -> str:
    if not given or "\0" in given:
        raise ValueError("a path is needed")
    context = cast("Surroundings", info.context)
    return str(context.folder / Path(given).expanduser())


def looked_up(given: object, info: ValidationInfo) -> str:
    """Return the value of `text`, `{env: NAME}` or `{file: PATH}`; it may be a secret."""
    context = cast("Surroundings", info.context)
    if isinstance(given, str):
        return _checked_value(given)
    if not isinstance(given, dict) or len(cast("dict[str, Any]", given)) != 1:
        raise ValueError("text (in quotes), {env: NAME} or {file: PATH} is needed")
    kind, of = next(iter(cast("dict[str, Any]", given).items()))
    if kind not in ("env", "file") or not isinstance(of, str):
        raise ValueError("text (in quotes), {env: NAME} or {file: PATH} is needed")
    if kind == "file":
        return _checked_value(_read_secret(context.folder / Path(of).expanduser()))
    if of not in context.environment:
        raise ValueError(f"{of} is not set in the server's environment")
    return _checked_value(context.environment[of])


def _secret(given: object, info: ValidationInfo) -> str:
    """Look a secret up: it is never written into the file itself."""
    if isinstance(given, str):
        problem = "a secret does not belong into this file: {env: NAME} or {file: PATH}"
        raise ValueError(problem)  # noqa: TRY004 (what pydantic takes)
    value = looked_up(given, info)
    if not value.strip():
        raise ValueError("the secret is empty")
    return value


def _checked_value(value: str) -> str:
    if "\0" in value:
        raise ValueError("a value may not hold a NUL")
    return value


def _read_secret(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_SECRET_BYTES + 1)
        if len(content) > _MOST_SECRET_BYTES:
            raise ValueError(f"{path} is larger than {_MOST_SECRET_BYTES} bytes")
        return content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not in UTF-8") from None


def one_of(*kinds: str) -> list[dict[str, Any]]:
    """Return the schema of a mapping with exactly one of these keys, each with text."""
    text = {"type": "string", "minLength": 1}
    return [
        {
            "type": "object",
            "properties": {kind: text},
            "required": [kind],
            "additionalProperties": False,
        }
        for kind in kinds
    ]


def _folder(given: str) -> str:
    """Take a folder inside a configuration or a repository, in the form that paths there have."""
    path = unicodedata.normalize("NFC", given.rstrip("/"))
    problem = path_problem(path)
    if problem:
        raise ValueError(problem)
    return path


def _name(given: str) -> str:
    if not NAME.fullmatch(given):
        raise ValueError("a name is letters, digits, `_`, `.` and `-`, at most 90 of them")
    return given


def _duration(given: object) -> timedelta:
    found = _DURATION.fullmatch(given) if isinstance(given, str) else None
    if not found:
        raise ValueError("a duration is needed, like 30m, 8h or 2d")
    return int(found[1]) * _UNITS[found[2]]


def several(given: object) -> object:
    """Take one text for a list of it."""
    return [given] if isinstance(given, str) else given


def nfc(given: str) -> str:
    """Return text in the one form in which names are compared."""
    return unicodedata.normalize("NFC", given)


Name = Annotated[str, AfterValidator(_name)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Patterns = Annotated[
    list[Annotated[Words, AfterValidator(nfc)]],
    BeforeValidator(several, json_schema_input_type=list[Words] | Words),
]
"""Texts, in which `*`, `?` and `[…]` may stand for others; one alone needs no brackets."""
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,5}[mhd]$"}),
]
Folder = Annotated[str, AfterValidator(_folder)]
Place = Annotated[str, AfterValidator(_place)]
LookedUp = Annotated[
    str,
    BeforeValidator(looked_up),
    WithJsonSchema({"anyOf": [{"type": "string"}, *one_of("env", "file")]}),
]

Secret = Annotated[
    str,
    BeforeValidator(_secret),
    WithJsonSchema({"anyOf": one_of("env", "file")}),
]


class Section(BaseModel):
    """A mapping of the file: it holds what is declared here and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
