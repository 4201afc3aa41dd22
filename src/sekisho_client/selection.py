"""Chooses, of everything in a folder, what is sent; and counts what stays behind, and why."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from sekisho_client import ignore
from sekisho_client.errors import failure
from sekisho_client.manifests import litter, refused
from sekisho_client.worktree import Entry, Listing, list_folder


@dataclasses.dataclass
class Selection:
    """What is sent, what is in the way, what stays behind (reason → paths)."""

    listing: Listing
    chosen: list[Entry] = dataclasses.field(default_factory=list[Entry])
    odd: list[Entry] = dataclasses.field(default_factory=list[Entry])
    """Links and special files that nothing excludes: the person has to."""
    left: dict[str, list[str]] = dataclasses.field(default_factory=dict[str, list[str]])
    idle: tuple[ignore.Rule, ...] = ()


def select(folder: Path, environment: Mapping[str, str]) -> Selection:
    """Read a folder and its `.terraformignore`. Raises ClientError."""
    rules = _rules(folder / ignore.NAME)
    selection = Selection(list_folder(folder, environment))
    for entry in selection.listing.entries:
        reason = _reason(entry, rules)
        if reason:
            selection.left.setdefault(reason, []).append(entry.name)
        elif entry.kind == "file":
            selection.chosen.append(entry)
        else:
            selection.odd.append(entry)
    selection.idle = rules.idle(entry.name for entry in selection.chosen)
    return selection


def _reason(entry: Entry, rules: ignore.Rules) -> str | None:
    if entry.kind == "gone":
        return "gone"
    # What never travels is told as such, also where a rule names it: rules cannot bring it back.
    never = refused(entry.name)
    if never:
        return never
    if litter(entry.name):
        return "litter"
    return "ignored" if rules.excludes(entry.name) else None


def _rules(place: Path) -> ignore.Rules:
    if place.is_symlink():
        raise failure("terraformignore_invalid", problem="a link")
    try:
        with place.open("rb") as file:
            return ignore.parse(file.read(ignore.LONGEST_FILE + 1))
    except FileNotFoundError:
        return ignore.parse(b"")
    except (OSError, ignore.IgnoreInvalid) as error:
        raise failure("terraformignore_invalid", problem=error) from None
