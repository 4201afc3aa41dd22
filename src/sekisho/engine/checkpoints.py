"""Checkpoints of the audit: made now and then, signed, and anchored outside of the store."""

import dataclasses

from sekisho.domain.checkpoints import Checkpoint, checkpoint_of
from sekisho.domain.errors import SekishoError
from sekisho.engine.parts import Parts


class Checkpoints:
    """Makes checkpoints. One per worker: it remembers the last one that it made."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._last = 0
        self._made_at = parts.clock.monotonic()

    def take_if_due(self) -> Checkpoint | None:
        """Make one where enough was recorded since the last one, or any for long enough."""
        limits = self._parts.limits
        newest = self._parts.store.audit.last()
        fresh = newest.sequence - self._last if newest else 0
        waited = self._parts.clock.monotonic() - self._made_at
        if fresh >= limits.checkpoint_records or (fresh and waited >= limits.checkpoint_every):
            return self.take()
        return None

    def take(self) -> Checkpoint | None:
        """Make one of the newest record, unless that was done; None then."""
        parts = self._parts
        # First the count of writes, then the record: a checkpoint never claims more than there was.
        generation, newest = parts.store.guard.generation(), parts.store.audit.last()
        if newest is None or newest.sequence <= self._last:
            return None
        bare = checkpoint_of(newest, generation, parts.clock.now(), parts.keys.key_id)
        checkpoint = dataclasses.replace(bare, signature=parts.keys.sign(bare.canonical()))
        self._anchor(checkpoint)
        self._last, self._made_at = newest.sequence, parts.clock.monotonic()
        return checkpoint

    def _anchor(self, checkpoint: Checkpoint) -> None:
        """Tell the log, whatever becomes of the file: an anchor that is away stops no work."""
        parts = self._parts
        shown = {"sequence": checkpoint.sequence, "digest": checkpoint.digest}
        parts.journal.event("audit.checkpoint", **shown, checkpoint=checkpoint.line())
        if parts.anchors is None:
            return
        try:
            parts.anchors.keep(checkpoint)
        except SekishoError as error:
            parts.journal.event("audit.anchor_failed", warning=error.message())
