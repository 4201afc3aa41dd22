"""Reading the settings: flags first, then the environment, then the defaults."""

import difflib
import os
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sekisho.domain.errors import SettingInvalid
from sekisho.settings.fields import PREFIX, Settings


def read_settings(**flags: Any) -> Settings:
    """Read the environment; `flags` (from a command line) win over it, None means not given.

    Raises:
        SettingInvalid: naming the variable, what is wrong with it, and never its value.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        found = [_problem(e) for e in error.errors(include_input=False, include_url=False)]
    (name, first), *others = found
    raise SettingInvalid(name=name, problem="; ".join([first, *(f"{n}: {p}" for n, p in others)]))


def _problem(error: ErrorDetails) -> tuple[str, str]:
    name = str(error["loc"][0]) if error["loc"] else "config"
    return PREFIX + name.upper(), error["msg"].removeprefix("Value error, ")


def unknown_settings(others: Collection[str] = ()) -> tuple[tuple[str, str | None], ...]:
    """Return the SEKISHO_… variables that mean nothing, each with the nearest name that does.

    `others`: names that are read elsewhere (by the laptop's client).
    """
    ours = {field.upper() for field in Settings.model_fields}
    known = ours | {name.removeprefix(PREFIX) for name in others}
    given = {n: n.upper().removeprefix(PREFIX) for n in os.environ if n.upper().startswith(PREFIX)}
    return tuple(
        (name, _near(word, ours)) for name, word in sorted(given.items()) if word not in known
    )


def _near(word: str, known: Collection[str]) -> str | None:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return PREFIX + close[0] if close else None


def inside_ecs() -> bool:
    """Say whether this process runs in a task of ECS: its agent tells every container so."""
    return any(
        os.environ.get(name)
        for name in ("ECS_CONTAINER_METADATA_URI_V4", "ECS_CONTAINER_METADATA_URI")
    )


def environment() -> Mapping[str, str]:
    """Return the server's environment, for `{env: NAME}` in the operator's file."""
    return dict(os.environ)
