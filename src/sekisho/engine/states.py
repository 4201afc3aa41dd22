"""States and outputs, as far as they may be seen: redacted, and with the moment they are from."""

import dataclasses
from datetime import datetime

from sekisho.domain.errors import AddressUnknown, StateMissing
from sekisho.domain.states import Output, StateIndex, StatePosition, StateResource
from sekisho.engine.parts import Parts


@dataclasses.dataclass(frozen=True)
class StateView:
    """A redacted state. `position` is the newest that is known to exist; `index` may be older."""

    workspace: str
    index: StateIndex
    position: StatePosition
    seen_at: datetime
    run_id: str


class States:
    """Reads what applies left behind."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def list(self, workspace: str) -> StateView:
        """Return everything in the state. Raises WorkspaceUnknown, StateMissing."""
        workspace = self._parts.catalog.get(workspace).name
        index = self._parts.store.readings.state(workspace)
        known = self._parts.store.workspaces.get(workspace).state
        if index is None or known is None:
            raise StateMissing(name=workspace)
        return StateView(workspace, index, known.position, known.at, known.run_id)

    def get(self, workspace: str, address: str) -> StateResource:
        """Return one resource instance. Raises AddressUnknown."""
        for resource in self.list(workspace).index.resources:
            if resource.address == address:
                return resource
        raise AddressUnknown(address=address, name=workspace)

    def output(self, workspace: str, name: str) -> Output:
        """Return one output; a sensitive one is masked. Raises AddressUnknown."""
        for output in self.list(workspace).index.outputs:
            if output.name == name:
                return output
        raise AddressUnknown(address=name, name=workspace)
