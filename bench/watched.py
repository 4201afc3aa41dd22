"""A process under watch: how long it ran, and how much memory it had at its peak."""

import contextlib
import dataclasses
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_LOOK_EVERY = 0.005


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a process. `code` is None where its time ran out and it was killed.

    `cpu_seconds` says less of how busy the machine is than `seconds`. `peak_mb` counts everything
    resident, mapped files too; `anonymous_mb` what is its own alone.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    anonymous_mb: float
    code: int | None
    out: str
    err: str

    @property
    def crash(self) -> str:
        """How it failed; empty where it did its work (some exit with a verdict)."""
        if self.code is None:
            return "killed: time is up"
        if self.code < 0:
            return f"died of signal {-self.code}"
        last = self.err.strip().splitlines()[-1:] or ["no output"]
        return last[0][:100] if "Traceback" in self.err or not self.out else ""


def watched(
    command: Sequence[str], folder: Path, limit: float, environment: Mapping[str, str]
) -> Outcome:
    """Run a command in a folder, for no longer than `limit` seconds."""
    peaks = {"VmHWM": 0.0, "RssAnon": 0.0}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        spent, began = _children(), time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        killed = False
        while process.poll() is None:
            _look(process.pid, peaks)
            if time.perf_counter() - began > limit and not killed:
                process.kill()
                killed = True
            time.sleep(_LOOK_EVERY)
        seconds, spent = time.perf_counter() - began, _children() - spent
        out.seek(0)
        err.seek(0)
        said, complained = (file.read().decode(errors="replace") for file in (out, err))
    code = None if killed else process.returncode
    return Outcome(seconds, spent, peaks["VmHWM"], peaks["RssAnon"], code, said, complained)


def _children() -> float:
    """Return the processor time of all children that have ended."""
    import resource  # systems without it can still load this file

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _look(pid: int, peaks: dict[str, float]) -> None:
    """Take the memory of a process, if it still has any. The kernel keeps the peak in VmHWM."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name in peaks:
                peaks[name] = max(peaks[name], int(value.split()[0]) / 1024)
