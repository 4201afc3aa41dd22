"""Without an operator's file: one workspace per folder."""

import hashlib
import os
import re
import unicodedata
from pathlib import Path

from sekisho.domain.access import EVERYTHING, Access
from sekisho.domain.configurations import is_terraform
from sekisho.domain.errors import SettingInvalid
from sekisho.domain.groups import Group
from sekisho.domain.inspections import DEFAULT_POLICY, Policy
from sekisho.domain.naming import pick
from sekisho.domain.rules import DEFAULT_RULES, Rule
from sekisho.domain.workspaces import NAME, Workspace

_LONGEST = 80


class FolderCatalog:
    """The port `Catalog` over a folder: each sub-folder with Terraform files is a workspace.

    So is the folder itself where it has some. What is there is looked at on every call, so a new
    folder is a new workspace at once. Without a folder there is one workspace, `default`.
    """

    def __init__(
        self,
        root: Path | None,
        rules: tuple[Rule, ...] = DEFAULT_RULES,
        policy: Policy = DEFAULT_POLICY,
    ) -> None:
        """Take the folder.

        Raises:
            SettingInvalid: there is no such folder.
        """
        if root is not None and not root.is_dir():
            raise SettingInvalid(name="SEKISHO_ROOT", problem=f"there is no folder {str(root)!r}")
        self._root = root.resolve() if root else None
        self._rules, self._policy = rules, policy

    def get(self, name: str) -> Workspace:
        """Return one. Raises WorkspaceUnknown with near names."""
        return pick({workspace.name: workspace for workspace in self.all()}, name)

    def groups(self) -> tuple[Group, ...]:
        """Return none: they are declared in a file."""
        return ()

    def access(self) -> Access:
        """Return that nothing is kept from whoever is let in."""
        return EVERYTHING

    def all(self) -> tuple[Workspace, ...]:
        """Return every workspace there is now, by name."""
        if self._root is None:
            return (Workspace("default", rules=self._rules, inspection=self._policy),)
        found = {_name(path, self._root): path for path in _folders(self._root)}
        return tuple(
            Workspace(
                name,
                folder=str(path),
                sources=("inline", "upload", "folder"),
                rules=self._rules,
                inspection=self._policy,
            )
            for name, path in sorted(found.items())
        )


def _folders(root: Path) -> list[Path]:
    """List the folders that hold Terraform files: `root`, and what is right below it."""
    below = [Path(entry.path) for entry in _entries(root) if _is_folder(entry)]
    return [path for path in (root, *sorted(below)) if _has_terraform(path)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)


def _has_terraform(path: Path) -> bool:
    return any(is_terraform(entry.name) for entry in _entries(path))


def _entries(path: Path) -> list[os.DirEntry[str]]:
    """List a folder; one that is gone or closed to us is empty."""
    try:
        with os.scandir(path) as found:
            return list(found)
    except OSError:
        return []


def _name(path: Path, root: Path) -> str:
    """Name a workspace after its folder.

    The state is kept by this name, so it must not depend on what else is there: a folder whose
    name cannot be kept as it stands gets a mark made of that name.
    """
    name = unicodedata.normalize("NFC", path.name)
    kept = name == path.name and (path == root or name != root.name)
    if kept and NAME.fullmatch(name) and not _MARKED.search(name):
        return name
    mark = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]
    plain = re.sub(r"[^\w.-]", "-", name).strip("-.")[:_LONGEST] or "folder"
    return f"{plain}-{mark}"


_MARKED = re.compile(r"-[0-9a-f]{8}$")
"""A folder that looks as if it had a mark gets one too: nobody takes another's name."""
