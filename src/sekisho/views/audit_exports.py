"""The audit as files: JSON Lines for programs, CSV for the spreadsheets of auditors."""

import json
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Literal

from sekisho.domain.audit import AuditRecord
from sekisho.domain.text import Language
from sekisho.engine.evidence import record_facts
from sekisho.views.csv_cells import BOM, csv_row

ExportForm = Literal["jsonl", "csv"]

_HEADERS: dict[str, str] = {
    "sequence": "番号",
    "at": "日時",
    "action": "操作",
    "person": "実施者",
    "via": "経由",
    "proof": "本人確認",
    "claimed_team": "申告チーム",
    "workspace": "ワークスペース",
    "run": "実行",
    "facts": "内容",
    "previous": "直前の記録のダイジェスト",
    "digest": "ダイジェスト",
}


def exported(
    records: Iterable[AuditRecord],
    form: ExportForm,
    zone: tzinfo,
    language: Language = "en",
    *,
    bom: bool = False,
) -> Iterator[str]:
    """Write records one by one: however many there are, one is in memory."""
    if form == "jsonl":
        for record in records:
            yield json.dumps(record_facts(record), ensure_ascii=False) + "\n"
        return
    headers = list(_HEADERS.values() if language == "ja" else _HEADERS)
    yield (BOM if bom else "") + csv_row(headers)
    for record in records:
        yield csv_row(_cells(record, zone))


def in_month(records: Iterable[AuditRecord], month: str, zone: tzinfo) -> Iterator[AuditRecord]:
    """Let through what happened in a month, like 2026-11, by the clocks of a zone."""
    for record in records:
        if f"{record.entry.at.astimezone(zone):%Y-%m}" == month:
            yield record


def _cells(record: AuditRecord, zone: tzinfo) -> Iterator[str]:
    entry = record.entry
    facts = json.dumps(dict(entry.facts), ensure_ascii=False, sort_keys=True) if entry.facts else ""
    yield str(record.sequence)
    yield entry.at.astimezone(zone).isoformat(timespec="milliseconds")
    yield entry.action
    yield entry.caller.person
    yield entry.caller.via
    yield entry.caller.proof
    yield entry.caller.claimed_team
    yield entry.workspace or ""
    yield entry.run_id or ""
    yield facts
    yield record.previous
    yield record.digest
