"""A story: what was there, what is planned now, and how; the kiln makes a fixture of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

KATA = """terraform {
  required_providers {
    kata = { source = "acme/kata" }
  }
}
"""

Files = Mapping[str, str]
Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A configuration that is applied before the plan; `fails`: the apply ends in an error."""

    files: Files
    fails: bool = False


@dataclass(frozen=True)
class Story:
    """One fixture: `applied` in turn, then a plan of `planned` with `options`.

    `world` is what acme/kata finds outside when it reads. `edit` makes what no Terraform here can
    print of what it printed: `edited` says what and why, and the fixture is labelled with it.
    """

    name: str
    about: str
    planned: Files
    applied: tuple[Step, ...] = ()
    options: tuple[str, ...] = ()
    engine: str = "terraform"
    world: Json | None = None
    moto: bool = False
    fails: bool = False
    edit: Callable[[Json], Json] | None = None
    edited: str = ""


def one(text: str) -> Files:
    """Give a configuration of one file."""
    return {"main.tf": text.strip("\n") + "\n"}


def with_kata(text: str) -> Files:
    """Give a configuration of one file, and one that names acme/kata."""
    return {"provider.tf": KATA, **one(text)}


def was(*texts: str) -> tuple[Step, ...]:
    """Give steps of one file each."""
    return tuple(Step(one(text)) for text in texts)


def pair(name: str, about: str, text: str, old: Json, new: Json) -> Story:
    """Give the story of one text, filled in one way and then in another."""
    files = with_kata if "kata_" in text else one
    return Story(name, about, files(text.format(**new)), (Step(files(text.format(**old))),))
