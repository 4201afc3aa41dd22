"""Reading the settings: flags first, then the environment, then the defaults."""

import difflib
import os
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sekisho.domain.errors import SettingInvalid
from sekisho.settings.doors import Entered, entered, remarks, transport_of
from sekisho.settings.fields import DEFAULT_TOOLSETS, PAIRS, PREFIX, Settings


def read_settings(**flags: Any) -> Settings:
    """Read the environment; `flags` (from a command line) win over it, None means not given.

    Names of HashiCorp's server are understood where nothing of ours is said (see `doors`).

    Raises:
        SettingInvalid: naming the variable, what is wrong with it, and never its value.
    """
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    if ("tools" in given) != ("toolsets" in given):
        # One of the two on the command line is the choice; the environment's other one is not.
        given = {"tools": (), "toolsets": (DEFAULT_TOOLSETS,)} | given
    others = _through_doors(set(given))
    names = {one.field: one.name for one in others}
    values: dict[str, Any] = {one.field: one.value for one in others}
    try:
        return Settings(**values | given)
    except ValidationError as error:
        found = [_problem(e, names) for e in error.errors(include_input=False, include_url=False)]
    (name, first), *more = found
    raise SettingInvalid(name=name, problem="; ".join([first, *(f"{n}: {p}" for n, p in more)]))


def _through_doors(flags: set[str]) -> list[Entered]:
    """Return what variables of theirs say; one that other programs share must not stop us."""
    said = {name for name in Settings.model_fields if os.environ.get(PREFIX + name.upper())}
    found = list(entered(os.environ, said | flags))
    return [one for one in found if not one.loose or _fits(one)]


def _fits(one: Entered) -> bool:
    """Say whether a setting takes this value."""
    given: dict[str, Any] = {one.field: one.value}
    try:
        Settings(**given)
    except ValidationError as error:
        return all(row["loc"] != (one.field,) for row in error.errors(include_url=False))
    return True


def _problem(error: ErrorDetails, names: Mapping[str, str]) -> tuple[str, str]:
    field = str(error["loc"][0]) if error["loc"] else _of_two(error["msg"])
    return names.get(field, PREFIX + field.upper()), error["msg"].removeprefix("Value error, ")


def _of_two(message: str) -> str:
    """Return the setting to name where two do not go together."""
    return next((field for word, field in PAIRS.items() if word in message), "config")


def given_transport() -> str:
    """Return what `sekisho` without a command starts."""
    settings_say = os.environ.get(PREFIX + "TRANSPORT") or any(
        one.field == "transport" for one in entered(os.environ, ())
    )
    return read_settings().transport if settings_say else transport_of(os.environ)


def setting_remarks(others: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """Return variables that are set and do not do what somebody may hope, each with the reason.

    `others`: names that are read elsewhere (by the laptop's client).
    """
    unknown = (
        (name, "It means nothing." + (f" Did you mean {near}?" if near else ""))
        for name, near in unknown_settings(others)
    )
    loose = (
        (one.name, "Its value is not one that is known here; it is passed over.")
        for one in entered(os.environ, ())
        if one.loose and not _fits(one)
    )
    return (*unknown, *loose, *remarks(os.environ, PREFIX))


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
