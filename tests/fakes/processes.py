"""Processes that live and die as a test says."""

from sekisho.domain.leases import ProcessMark


class FakeProcesses:
    """Processes of host `host`; `start` one, `end` it, ask as the port does."""

    def __init__(self, host: str = "host", pid: int = 100) -> None:
        self._host = host
        self._me = ProcessMark(host, pid, "1")
        self._living = {self._me}
        self._started = 1

    def me(self) -> ProcessMark:
        return self._me

    def mark(self, pid: int) -> ProcessMark:
        living = (m for m in self._living if m.pid == pid)
        return next(living, ProcessMark(self._host, pid, "gone"))

    def alive(self, mark: ProcessMark) -> bool | None:
        return mark in self._living if mark.host == self._host else None

    def start(self, pid: int) -> ProcessMark:
        """Start a process; one that had this pid before is gone."""
        self._living = {m for m in self._living if m.pid != pid}
        self._started += 1
        mark = ProcessMark(self._host, pid, str(self._started))
        self._living.add(mark)
        return mark

    def end(self, mark: ProcessMark) -> None:
        self._living.discard(mark)

    def interrupt(self, mark: ProcessMark) -> None:
        self.end(mark)
