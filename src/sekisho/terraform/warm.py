"""Warm slots: what `init` installed for a workspace, kept so that the next run need not install.

A slot is a folder of generations, each written once, put in place by a rename and never changed,
so that any number of processes may read and write at once. A keyed digest over it shows that it
is ours. Terraform itself checks that providers, modules, backend and lock file fit.
"""

import hashlib
import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from sekisho.ports.terraform import DeskOrder
from sekisho.terraform.backend import backend_block
from sekisho.terraform.environment import cli_configuration
from sekisho.terraform.files import (
    clone,
    entries,
    is_regular,
    remove_tree,
    sha256_of,
    tree_digest,
)
from sekisho.terraform.layout import Layout
from sekisho.terraform.options import TerraformOptions

_SLOTS, _DRAFTS = 64, 16
_LINK_OVER = 1024 * 1024
"""Provider binaries are linked, not copied: they are large, and Terraform checks their hashes."""


class WarmSlot:
    """The slot of one order: the same workspace, build, providers' origin, backend, lock file."""

    def __init__(self, options: TerraformOptions, order: DeskOrder, layout: Layout) -> None:
        lock = sha256_of(layout.lock_file) if is_regular(layout.lock_file) else ""
        variables = json.dumps(dict(order.workspace.variables), sort_keys=True, default=str)
        parts = [
            order.workspace.name,
            order.build.digest,
            cli_configuration(options),
            backend_block(order.workspace.backend, layout.up),
            order.workspace.directory,
            # Who is given markers never lays what those are given who are given secrets.
            options.mac(f"warm variables\n{variables}".encode()),
            lock,
        ]
        self._key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]
        self._folder = options.folder / "warm" / self._key
        self._options = options

    def lay(self, layout: Layout) -> bool:
        """Lay the newest generation into a working directory; False where there is none."""
        newest = self._newest()
        if newest is None:
            return False
        try:
            remove_tree(layout.data)
            clone(newest / "data", layout.data, _LINK_OVER)
            lock = newest / "lock"
            if lock.is_file():
                layout.lock_file.unlink(missing_ok=True)
                shutil.copyfile(lock, layout.lock_file)
            good = (newest / "mac").read_text(encoding="ascii") == self._mac(layout)
        except OSError:  # pruned while we read
            good = False
        if not good:
            remove_tree(layout.data)
            layout.data.mkdir(mode=0o700)
            return False
        with suppress(OSError):
            os.utime(self._folder)
        return True

    def lay_providers(self, layout: Layout) -> bool:
        """Lay the providers alone, where the slot was made under the very same lock file."""
        newest = self._newest()
        if newest is None or not is_regular(layout.lock_file):
            return False
        goal = layout.data / "providers"
        try:
            if sha256_of(newest / "lock") != sha256_of(layout.lock_file):
                return False
            clone(newest / "data" / "providers", goal, _LINK_OVER)
        except OSError:
            remove_tree(goal)
            return False
        return True

    def keep(self, layout: Layout) -> None:
        """Keep what `init` just made. Losing it costs a second some day: errors are not ours."""
        draft = self._options.folder / "warm" / f".{secrets.token_hex(8)}"
        with suppress(OSError):
            draft.mkdir(mode=0o700, parents=True)
            clone(layout.data, draft / "data", _LINK_OVER)
            if is_regular(layout.lock_file):
                shutil.copyfile(layout.lock_file, draft / "lock")
            (draft / "mac").write_text(self._mac(layout), encoding="ascii")
            self._folder.mkdir(mode=0o700, exist_ok=True)
            older = self._generations()
            stamp = self._options.clock().strftime("%Y%m%dT%H%M%S%f")
            draft.rename(self._folder / f"{stamp}-{secrets.token_hex(4)}")
            for generation in older:
                remove_tree(generation)
            self._prune()
        remove_tree(draft)

    def _mac(self, layout: Layout) -> str:
        lock = sha256_of(layout.lock_file) if is_regular(layout.lock_file) else ""
        content = tree_digest(entries(layout.data, leave_out=frozenset({"providers"})))
        return self._options.mac(f"warm\n{self._key}\n{lock}\n{content}".encode())

    def _generations(self) -> list[Path]:
        try:
            return sorted(p for p in self._folder.iterdir() if not p.name.startswith("."))
        except OSError:
            return []

    def _newest(self) -> Path | None:
        return next(reversed(self._generations()), None)

    def _prune(self) -> None:
        def used(path: Path) -> float:
            with suppress(OSError):
                return path.stat().st_mtime
            return 0.0

        found = sorted(self._folder.parent.iterdir(), key=used, reverse=True)
        drafts = [p for p in found if p.name.startswith(".")]
        slots = [p for p in found if not p.name.startswith(".")]
        # Drafts past these are of processes that died: nobody drafts for that many at once.
        for path in [*slots[_SLOTS:], *drafts[_DRAFTS:]]:
            remove_tree(path)
