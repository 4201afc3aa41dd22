"""The audit as JSON Lines and CSV."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sekisho.domain.audit import AuditEntry, AuditRecord
from sekisho.domain.callers import Caller
from sekisho.views.audit_exports import BOM, ExportForm, exported, in_month

TOKYO = ZoneInfo("Asia/Tokyo")


def a_record(number: int = 1, at: datetime | None = None, **changes: object) -> AuditRecord:
    entry = AuditEntry(
        at or datetime(2026, 11, 1, tzinfo=UTC),
        "run.approve",
        Caller(str(changes.get("person", "佐藤")), str(changes.get("via", "console"))),
        str(changes.get("workspace", "本番")),
        "run_1",
        {"comment": '良い,\n"quoted"'},
    )
    return AuditRecord(number, entry, "0" * 64, "1" * 64)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))


def test_csv_has_a_header_and_a_row_for_each_record():
    text = "".join(exported([a_record(1), a_record(2)], "csv", UTC))

    header, first, second = rows(text)
    assert not text.startswith(BOM)
    assert header[:4] == ["sequence", "at", "action", "person"]
    assert first[:4] == ["1", "2026-11-01T00:00:00.000+00:00", "run.approve", "佐藤"]
    assert json.loads(first[header.index("facts")]) == {"comment": '良い,\n"quoted"'}
    assert second[0] == "2"
    assert text.count("\r\n") == 3


def test_csv_for_excel_in_japan_has_a_mark_japanese_headers_and_its_clock():
    text = "".join(exported([a_record()], "csv", TOKYO, "ja", bom=True))

    assert text.encode().startswith(b"\xef\xbb\xbf")
    header, row = rows(text)
    assert header[:4] == ["番号", "日時", "操作", "実施者"]
    assert row[1] == "2026-11-01T09:00:00.000+09:00"


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", " =", "\n=", "　="]
)
def test_no_cell_is_computed_by_a_spreadsheet(sign: str):
    evil = f'{sign}HYPERLINK("http://x")'
    record = a_record(person=evil, via=evil, workspace=evil)

    _header, row = rows("".join(exported([record], "csv", UTC)))

    assert [row[3], row[4], row[7]] == [f"'{evil}"] * 3


def test_json_lines_are_one_record_a_line_as_they_were_written():
    text = "".join(exported([a_record(1), a_record(2)], "jsonl", UTC))

    first, second = map(json.loads, text.splitlines())
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert first["caller"]["person"] == "佐藤"
    assert first["facts"] == {"comment": '良い,\n"quoted"'}


def test_a_month_is_that_of_the_zone():
    edge = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
    records = [a_record(1, edge - timedelta(seconds=1)), a_record(2, edge)]

    assert [r.sequence for r in in_month(records, "2026-11", TOKYO)] == [2]
    assert [r.sequence for r in in_month(records, "2026-10", UTC)] == [1, 2]
    assert [r.sequence for r in in_month(records, "2026-12", UTC)] == []


@pytest.mark.long
def test_a_long_audit_takes_no_more_memory_than_a_short_one():
    def many() -> Iterator[AuditRecord]:
        yield from (a_record(n) for n in range(20_000))

    tracemalloc.start()
    forms: tuple[ExportForm, ...] = ("jsonl", "csv")
    written = sum(len(piece) for form in forms for piece in exported(many(), form, UTC))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > 10_000_000
    assert peak < 4 * 1024 * 1024
