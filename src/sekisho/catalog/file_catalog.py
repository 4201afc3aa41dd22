"""The workspaces of an operator's file."""

from sekisho.catalog.naming import pick
from sekisho.catalog.operator_file import OperatorFile
from sekisho.domain.workspaces import Workspace


class FileCatalog:
    """The port `Catalog` over a file that was read and checked."""

    def __init__(self, file: OperatorFile) -> None:
        self._workspaces = {workspace.name: workspace for workspace in file.workspaces}

    def get(self, name: str) -> Workspace:
        """Return one. Raises WorkspaceUnknown with near names."""
        return pick(self._workspaces, name)

    def all(self) -> tuple[Workspace, ...]:
        """Return every workspace, in the order of the file."""
        return tuple(self._workspaces.values())
