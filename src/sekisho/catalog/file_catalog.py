"""The workspaces of an operator's file."""

from sekisho.catalog.operator_file import OperatorFile
from sekisho.domain.access import Access
from sekisho.domain.groups import Group
from sekisho.domain.naming import pick
from sekisho.domain.workspaces import Workspace


class FileCatalog:
    """The port `Catalog` over a file that was read and checked."""

    def __init__(self, file: OperatorFile) -> None:
        self._workspaces = {workspace.name: workspace for workspace in file.workspaces}
        self._file = file

    def get(self, name: str) -> Workspace:
        """Return one. Raises WorkspaceUnknown with near names."""
        return pick(self._workspaces, name)

    def all(self) -> tuple[Workspace, ...]:
        """Return every workspace, in the order of the file."""
        return tuple(self._workspaces.values())

    def groups(self) -> tuple[Group, ...]:
        """Return the declared groups, in the order of the file."""
        return self._file.groups

    def access(self) -> Access:
        """Return what is granted; everything, where the file does not speak of access."""
        return self._file.access
