"""`policies` of the operator's file: folders of Rego, read when the file is."""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sekisho.catalog.rules_section import LevelWord, rule_name
from sekisho.catalog.values import Name, Patterns, Section, Surroundings, nfc
from sekisho.domain.groups import Group
from sekisho.domain.policies import RegoPolicy
from sekisho.domain.rules import Level, Rule

MOST_POLICIES = 20
_MOST_FILES = 200
_MOST_BYTES = 1024 * 1024
_PACKAGE = re.compile(r"^[ \t]*package[ \t]+(main|terraform)[ \t]*(#.*)?$", re.MULTILINE)

Files = tuple[tuple[str, str], ...]


def _files(given: object, info: ValidationInfo) -> Files:
    """Read a folder of policies, with all folders in it; tests of policies are left out."""
    if not isinstance(given, str) or not given or "\0" in given:
        raise ValueError("a path is needed")
    folder = cast("Surroundings", info.context).folder / Path(given).expanduser()
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder")
    try:
        found = tuple(_texts(folder))
    except OSError as error:
        raise ValueError(f"{folder} cannot be read: {error.strerror}") from None
    if not any(_PACKAGE.search(text) for _, text in found):
        raise ValueError(f"{folder} has no .rego file of package main or terraform")
    return found


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    left = _MOST_BYTES
    names = sorted(_names(folder))
    if len(names) > _MOST_FILES:
        raise ValueError(f"{folder} has more than {_MOST_FILES} .rego files")
    for name in names:
        with (folder / name).open("rb") as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise ValueError(f"the files of {folder} are more than {_MOST_BYTES} bytes")
        try:
            text = content.decode()
        except UnicodeDecodeError:
            raise ValueError(f"{folder / name} is not in UTF-8") from None
        if "\0" in text:
            raise ValueError(f"{folder / name} holds a NUL")
        yield name, text


def _names(folder: Path) -> Iterator[str]:
    """Name the policies under a folder; what is no plain file could keep us waiting for good."""
    for place, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place, name)
            if name.endswith(".rego") and not name.endswith("_test.rego"):
                if not path.is_file():
                    raise ValueError(f"{path} is no file")
                yield path.relative_to(folder).as_posix()


def _raise(error: OSError) -> None:
    raise error


class PolicySection(Section):
    """A policy in Rego on plans."""

    name: Annotated[Name, AfterValidator(nfc), AfterValidator(rule_name)]
    path: Annotated[
        Files,
        BeforeValidator(_files),
        Field(strict=False),
        WithJsonSchema({"type": "string", "minLength": 1}),
    ] = Field(
        description="Folder of .rego files, relative to this file. Sets deny and violation of the"
        " packages main and terraform deny a plan, warn only says something.",
    )
    level: LevelWord = Field(
        default="hard",
        description="hard: a plan that is denied is never applied. soft: somebody who may overrides"
        " it, with a reason. advisory: it is said, and holds nothing up.",
    )
    override_by: Annotated[Patterns, Field(min_length=1)] | None = Field(
        default=None,
        description="Names under `groups` that may override it; with level: soft. Default: whoever"
        " may override there.",
    )

    @model_validator(mode="after")
    def _soft(self) -> "PolicySection":
        if self.override_by and self.level != "soft":
            raise ValueError("override_by goes with level: soft")
        return self

    def meant(self) -> RegoPolicy:
        """Return the policy."""
        overriders = tuple(self.override_by or ())
        return RegoPolicy(self.name, self.path, Level(self.level), overriders)


Policies = Annotated[list[PolicySection], Field(max_length=MOST_POLICIES)]


def with_policies(
    rules: Sequence[Rule], policies: Sequence[RegoPolicy], groups: Sequence[Group]
) -> tuple[Rule, ...]:
    """Return rules with those that policies come with: none makes plans too old any sooner."""
    age = max((rule.require.plan_age for rule in rules), default=timedelta(hours=24))
    known = {group.name: group for group in groups}
    found: list[Any] = list(rules)
    for policy in policies:
        spoken = sorted(set(policy.overriders) & set(known))
        found.append(policy.rule(age, tuple(known[name] for name in spoken)))
    return tuple(found)
