"""Holding the audit against the checkpoints that were anchored outside of the store."""

from collections.abc import Iterable, Iterator

from sekisho.domain.audit import AuditFault, AuditRecord, fault
from sekisho.domain.checkpoints import Checkpoint, read_checkpoint
from sekisho.domain.text import Text
from sekisho.ports import Anchored, Keys

_DAMAGED = Text("is no checkpoint", "チェックポイントとして読み取れません")
_FORGED = Text(
    "is forged or damaged: this server did not sign it",
    "偽造または破損しています（このサーバーの署名ではありません）",
)
_OTHER = Text(
    "knows another record {sequence}: the audit was rewritten, or an older store"
    " was put back and went on",
    "記録 {sequence} の内容が異なります（監査の書き換え、または復元後に続行された可能性）",
)
_AHEAD = Text(
    "is ahead of the audit: it knows record {sequence} of {at}, and the audit ends with {last}: its"
    " tail was cut, or the store of an earlier day was put back",
    "監査より先に進んでいます（{at} の記録 {sequence} まで確認済み、監査は {last} まで）。"
    "末尾の切り取り、または過去のストアの復元が考えられます",
)
_ROWS_BACK = Text(
    "knows {wanted} writes of the store, and there were only {found}: rows of an earlier"
    " day were put back",
    "ストアへの書き込みは {wanted} 回のはずですが {found} 回です（過去の行が復元されています）",
)


class AnchorCheck:
    """Takes checkpoints first, then every record, and then says what does not fit."""

    def __init__(self, keys: Keys, lines: Iterable[Anchored]) -> None:
        self._keys = keys
        self.faults: list[AuditFault] = []
        self.count = 0
        self._at: dict[int, list[tuple[str, Checkpoint]]] = {}
        self._generation: tuple[str, int] = ("", 0)
        for anchored in lines:
            self._take(anchored)

    def _take(self, anchored: Anchored) -> None:
        where = f"checkpoint {anchored.name}"
        try:
            checkpoint = read_checkpoint(anchored.line)
        except ValueError:
            self.faults.append(fault(0, _DAMAGED, where))
            return
        signed = (checkpoint.canonical(), checkpoint.signature, checkpoint.key_id)
        if not self._keys.verify(*signed):
            self.faults.append(fault(0, _FORGED, where))
            return
        self.count += 1
        self._at.setdefault(checkpoint.sequence, []).append((where, checkpoint))
        self._generation = max(self._generation, (where, checkpoint.generation), key=lambda g: g[1])

    def see(self, record: AuditRecord) -> None:
        """Look at the next record of the audit."""
        for where, checkpoint in self._at.pop(record.sequence, ()):
            if checkpoint.digest != record.digest:
                self.faults.append(fault(0, _OTHER, where, sequence=record.sequence))

    def end(self, last: int) -> None:
        """The audit ends here: what was not seen by now is ahead of it."""
        for sequence, ahead in sorted(self._at.items()):
            for where, checkpoint in ahead:
                facts = {"sequence": sequence, "at": checkpoint.at.isoformat(), "last": last}
                self.faults.append(fault(0, _AHEAD, where, **facts))

    def rows(self, generation: int) -> None:
        """Hold the count of writes against that of the newest checkpoint."""
        where, wanted = self._generation
        if generation < wanted:
            self.faults.append(fault(0, _ROWS_BACK, where, wanted=wanted, found=generation))


def pasted(name: str, lines: Iterable[str]) -> Iterator[Anchored]:
    """Find checkpoints among lines from elsewhere: our log in either form, or anchors."""
    for number, line in enumerate(lines, 1):
        if "checkpoint" not in line and '"digest"' not in line:
            continue
        _, _, told = line.partition(" checkpoint=")
        yield Anchored(f"{name}:{number}", (told or line).strip())
