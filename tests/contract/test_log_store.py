"""What every store promises about the logs of runs."""

import threading

from sekisho.domain.logs import LogLine, LogPage
from sekisho.ports import Store
from tests.fakes.values import a_line


def texts(page: LogPage) -> list[str]:
    return [line.text for line in page.lines]


def test_a_run_without_a_log_has_an_empty_page(store: Store):
    assert store.logs.read("run_x") == LogPage((), 0)
    assert store.logs.read("run_x", after=5) == LogPage((), 5)


def test_lines_are_read_back_exactly(store: Store):
    lines = [
        a_line("作成中…\n\t二行目 😀"),
        a_line("Error: 失敗", level="error", detail="詳細\n" * 50, file="main.tf", line=12),
    ]

    store.logs.append("run_000001", lines)

    assert store.logs.read("run_000001") == LogPage(tuple(lines), 2)


def test_a_reader_follows_by_cursor_and_misses_nothing(store: Store):
    seen: list[str] = []
    cursor = 0
    for part in range(6):
        store.logs.append("run_000001", [a_line(f"{part}-{n}") for n in range(part)])
        page = store.logs.read("run_000001", after=cursor, limit=100)
        seen += texts(page)
        cursor = page.cursor
        assert not page.more

    assert seen == [f"{part}-{n}" for part in range(6) for n in range(part)]
    assert store.logs.read("run_000001", after=cursor) == LogPage((), cursor)


def test_a_long_log_is_read_in_parts(store: Store):
    store.logs.append("run_000001", [a_line(str(n)) for n in range(10)])

    first = store.logs.read("run_000001", limit=4)
    second = store.logs.read("run_000001", after=first.cursor, limit=4)
    third = store.logs.read("run_000001", after=second.cursor, limit=4)

    assert [texts(p) for p in (first, second, third)] == [
        ["0", "1", "2", "3"],
        ["4", "5", "6", "7"],
        ["8", "9"],
    ]
    assert [p.more for p in (first, second, third)] == [True, True, False]


def test_a_page_that_ends_with_the_log_has_no_more(store: Store):
    store.logs.append("run_000001", [a_line(str(n)) for n in range(4)])

    assert store.logs.read("run_000001", limit=4).more is False


def test_logs_of_runs_are_apart(store: Store):
    store.logs.append("run_000001", [a_line("one")])
    store.logs.append("run_000002", [a_line("two")])

    store.logs.remove("run_000001")
    store.logs.remove("run_000001")

    assert texts(store.logs.read("run_000001")) == []
    assert texts(store.logs.read("run_000002")) == ["two"]


def test_writers_at_the_same_time_lose_no_line(store: Store):
    start = threading.Barrier(4)

    def write(writer: int) -> None:
        start.wait(30)
        for n in range(10):
            store.logs.append("run_000001", [a_line(f"{writer}.{n}.{i}") for i in range(3)])

    threads = [threading.Thread(target=write, args=[w]) for w in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    lines: tuple[LogLine, ...] = store.logs.read("run_000001", limit=1000).lines
    for writer in range(4):
        own = [line.text for line in lines if line.text.startswith(f"{writer}.")]
        assert own == [f"{writer}.{n}.{i}" for n in range(10) for i in range(3)]
    assert len(lines) == 120
