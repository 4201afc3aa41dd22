"""Finding a workspace by the name that somebody typed."""

import difflib
import unicodedata
from collections.abc import Mapping

from sekisho.domain.errors import WorkspaceUnknown
from sekisho.domain.workspaces import Workspace

_NEAR = 5


def pick(workspaces: Mapping[str, Workspace], name: str) -> Workspace:
    """Return the workspace of this name.

    Raises:
        WorkspaceUnknown: there is none; with names that are near, or the first few there are.
    """
    found = workspaces.get(unicodedata.normalize("NFC", name))
    if found:
        return found
    folded = {known.casefold(): known for known in workspaces}
    close = difflib.get_close_matches(name.casefold(), folded, n=_NEAR)
    near = [folded[one] for one in close] or list(workspaces)[:_NEAR]
    raise WorkspaceUnknown(name=name, near=", ".join(near) or "-")
