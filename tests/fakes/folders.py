"""A server over fakes whose store and keys are real, in a data folder that a test may tamper with.

world = FolderWorld(tmp_path)
"""

import dataclasses
from pathlib import Path

from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.engine.worker import Worker
from sekisho.identity.keys import FileKeys
from sekisho.stores.cipher import Cipher
from sekisho.stores.disk.anchors import FolderAnchors
from sekisho.stores.sqlite import SqliteStore
from tests.fakes.world import World


class FolderWorld(World):
    """`folder` has what a data folder has: `keys`, `store`, `anchors`."""

    def __init__(self, folder: Path, *workspaces: Workspace) -> None:
        super().__init__(*workspaces)
        self.folder = folder
        self.keys = FileKeys(folder / "keys")
        self.anchors = FolderAnchors(folder / "anchors")
        self.opened()

    def opened(self) -> None:
        """Open the store, as a server that starts does."""
        cipher = Cipher(self.keys.data_key())
        self.store = SqliteStore(self.folder / "store", self.keys.audit_mac, cipher)
        self.parts = dataclasses.replace(
            self.parts, store=self.store, keys=self.keys, anchors=self.anchors
        )
        self.engine = Engine.of(self.parts, open_=True)
        self.worker = Worker(self.parts)

    def ids_go_on(self) -> None:
        """Make no id again that a world before this one made in the same folder."""
        for kind in ("run", "tok", "wrk"):
            for _ in range(100):
                self.parts.ids.new(kind)

    def faults(self) -> list[str]:
        """What verifying names: where, or the number of a record."""
        return [f.where or str(f.sequence) for f in self.engine.audits.verify().faults]
