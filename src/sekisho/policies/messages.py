"""What a package says, sorted out as conftest does: `deny` and `violation` deny, `warn` warns."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

_RULE = re.compile(r"(deny|violation|warn)(_\w+)?")


class NotSaid(Exception):
    """What a policy says cannot be taken for a denial, a warning or neither; the text says why."""


def sorted_out(packages: Iterable[Any]) -> tuple[list[str], list[str]]:
    """Return denials and warnings of all packages.

    Raises:
        NotSaid: no package has a rule that denies or warns, or one is no set of messages.
    """
    said: dict[str, list[str]] = {"deny": [], "violation": [], "warn": []}
    spoke = False
    for package in packages:
        rules = cast("dict[str, Any]", package if isinstance(package, dict) else {})
        for name, value in rules.items():
            found = _RULE.fullmatch(name)
            if found:
                spoke = True
                said[found[1]] += _messages(name, value)
    if not spoke:
        raise NotSaid(
            "neither package main nor package terraform has a set deny, violation or warn"
        )
    return said["deny"] + said["violation"], said["warn"]


def _messages(name: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return _old(name, cast("Mapping[str, Any]", value))
    if not isinstance(value, list):
        raise NotSaid(f"{name} is no set: write `{name} contains msg if {{ … }}`")
    return [_message(name, each) for each in cast("list[Any]", value)]


def _old(name: str, value: Mapping[str, Any]) -> list[str]:
    """Take `deny[msg] { … }` of older policies, which is now read as a mapping of true."""
    if not all(each is True for each in value.values()):
        raise NotSaid(f"{name} is no set: write `{name} contains msg if {{ … }}`")
    return [_message(name, _read(key)) for key in value]


def _read(key: str) -> Any:
    """Return the object that a key was; other keys are text."""
    try:
        return json.loads(key) if key.startswith("{") else key
    except ValueError:
        return key


def _message(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value or f"{name} (it says no more)"
    if isinstance(value, Mapping):
        said = cast("Mapping[str, Any]", value).get("msg")
        if isinstance(said, str) and said:
            return said
    return f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}"
