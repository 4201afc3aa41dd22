"""The program in Checkov's own process: reads orders from stdin, writes what was found to stdout.

It is run by the Python of Checkov's environment and knows nothing of Sekisho. One line of JSON is
an order: `{"folder": …, "plan": …}`; one line is its answer. What it reads is hostile and what
reads it is large, so this process can reach no network, start no program and write no file outside
of its own folder: hooks that cannot be taken off again see to that, besides the system's limits.
"""

import contextlib
import importlib
import json
import logging
import os
import stat
import sys
from pathlib import Path
from typing import Any, cast

_MEMORY = 3 * 1024**3
_FILE = 64 * 1024**2
_FILES = 512
_LONGEST = 600
_MOST = 20_000
"""Findings of one answer; the worst are not known here, so more is an error."""
_NEEDS_MORE = {"sca_image", "sca_package", "helm", "kustomize", "sast", "cdk", "terraform_plan"}
"""These ask a network or start programs; plans are looked at by themselves."""
_STARTS = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pty.")
_LOADS = ("ctypes.dlopen", "ctypes.dlsym")
_SET_DUMPABLE = 4
_CONNECTS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethost", "socket.send")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_OWN_WORDS = ("resource_type", "networking", "value")
_CHANGES = (
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod"),
    *("os.chown", "os.truncate", "os.utime", "os.setxattr"),
)


def limit() -> None:
    """Take memory, files and dumps from this process, where the system has such limits.

    Others of its user cannot look into it, and where memory runs out it goes first, not the server.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with contextlib.suppress(OSError, AttributeError, ImportError):
        importlib.import_module("ctypes").CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    with contextlib.suppress(ImportError):
        resource: Any = importlib.import_module("resource")
        for name, most in (
            ("RLIMIT_AS", _MEMORY),
            ("RLIMIT_FSIZE", _FILE),
            ("RLIMIT_NOFILE", _FILES),
            ("RLIMIT_CORE", 0),
        ):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                resource.setrlimit(getattr(resource, name), (most, most))


def guard(own: str) -> None:
    """Refuse networks, programs, libraries, and writing elsewhere, from now on and for good."""

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith((*_CONNECTS, *_STARTS, *_LOADS)):
            raise PermissionError(event)
        writes = event == "open" and bool((args[2] or 0) & _WRITES)
        if not (writes or event in _CHANGES):
            return
        # What was opened before has a number: it is not looked at.
        looked_at = args[:1] if writes else args
        places: list[Any] = [a for a in looked_at if isinstance(a, str | bytes | os.PathLike)]
        if not all(_inside(place, own) for place in places):
            raise PermissionError(event)

    sys.addaudithook(refuse)


def _inside(path: Any, own: str) -> bool:
    place = os.path.realpath(os.fsdecode(path))
    return place == os.devnull or place.startswith(own + os.sep)


def check_plain(folder: str) -> None:
    """Let through files and folders alone: a link would be followed out, a pipe never ends.

    No configuration brings them along; what ran while it was planned can make them.
    """
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            mode = os.lstat(os.path.join(here, name)).st_mode  # noqa: PTH118 (many of them)
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise ValueError("no regular file")


class Scanner:
    """Checkov in this process: loaded once, which takes most of the time that a scan takes."""

    def __init__(self) -> None:
        platform: Any = importlib.import_module("checkov.common.bridgecrew.platform_integration")
        platform.bc_integration.skip_download = True
        parallel: Any = importlib.import_module("checkov.common.parallelizer.parallel_runner")
        parallel.parallel_runner.type = "none"
        main: Any = importlib.import_module("checkov.main")
        self._filter: Any = importlib.import_module("checkov.runner_filter").RunnerFilter
        registry = "checkov.common.runners.runner_registry"
        self._registry: Any = importlib.import_module(registry).RunnerRegistry
        self._runners: dict[str, Any] = {r.check_type: type(r) for r in main.DEFAULT_RUNNERS}
        self.version: str = importlib.import_module("checkov.version").version

    def scan(self, folder: str, plan: str) -> dict[str, Any]:
        """Look at a folder and at a plan. Raises ValueError: links or pipes are in the folder."""
        check_plain(folder)
        names = sorted(self._runners.keys() - _NEEDS_MORE)
        found = {"configuration": self._run(names, root_folder=folder)}
        if plan:
            found["plan"] = self._run(["terraform_plan"], files=[plan])
        return found

    def _run(self, names: list[str], **where: Any) -> dict[str, Any]:
        runners = [self._runners[name]() for name in names]
        registry = self._registry("", self._filter(framework=names), *runners)
        rows: list[dict[str, Any]] = []
        unread = set[str]()
        for report in _flat(registry.run(**where)):
            unread |= {str(path) for path in report.parsing_errors}
            for skipped, records in ((False, report.failed_checks), (True, report.skipped_checks)):
                rows += [_row(record, report.check_type, skipped=skipped) for record in records]
            if len(rows) > _MOST:
                raise ValueError("more findings than can be told")
        return {"findings": rows, "unread": sorted(unread)}


def _flat(reports: Any) -> list[Any]:
    return cast("list[Any]", reports) if isinstance(reports, list) else [reports]


def _row(record: Any, framework: str, *, skipped: bool) -> dict[str, Any]:
    """Tell a finding without any of the code that it is about: secrets may be in there."""
    result = record.check_result
    lines = record.file_line_range or [0, 0]
    return {
        "check": str(record.check_id)[:_LONGEST],
        "name": str(record.check_name)[:_LONGEST],
        "framework": framework,
        # Of a secret, Checkov's resource is its digest: short ones are found by trial.
        "resource": "" if framework == "secrets" else str(record.resource)[: 4 * _LONGEST],
        "file": str(record.file_path)[: 4 * _LONGEST],
        "line": int(lines[0] or 0),
        "last_line": int(lines[1] or 0),
        "keys": _keys(result.get("evaluated_keys")),
        "guideline": str(record.guideline or "")[:_LONGEST],
        "skip": str(result.get("suppress_comment") or "-")[:_LONGEST] if skipped else "",
    }


def _keys(given: Any) -> list[str]:
    """Return the arguments that were looked at; Checkov's own words among them are none."""
    keys = cast("list[Any]", given) if isinstance(given, list) else []
    return [str(key)[:_LONGEST] for key in keys if key not in _OWN_WORDS][:20]


def main() -> None:
    """Answer orders until there are none."""
    # Libraries print; the answers go where nobody else writes.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    limit()
    # A fifth of a scan is spent on messages for nobody.
    logging.disable(logging.CRITICAL)
    scanner = Scanner()
    guard(str(Path.cwd().resolve()))
    _say(answers, {"ready": scanner.version})
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = scanner.scan(order["folder"], order["plan"])
        except Exception as error:  # noqa: BLE001 (whatever Checkov raises, the next order may do)
            answer = {"error": type(error).__name__}
        _say(answers, answer)


def _say(answers: Any, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
