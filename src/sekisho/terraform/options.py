"""What the wiring hands to the Terraform adapter; nothing here is read from the environment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sekisho.domain.leases import ProcessMark
from sekisho.ports.inspection import Inspector


@dataclass(frozen=True)
class TerraformOptions:
    """Where Terraform works, where it is found, and where providers come from.

    `folder` holds working directories and warm slots. `path` is a PATH string to search in;
    `binaries` are the operator's own executables. Providers come from `mirror` (a
    filesystem_mirror folder) and `network_mirror` (a URL), and from their registries only where
    `direct` says so. `stop_grace`: seconds between SIGINT and killing the process group. `mark`
    names a process as the executors do; None where it has ended. `mac` is keyed: it proves that a
    warm slot is ours, and marks secret values so that equal ones are seen to be equal.
    """

    folder: Path
    path: str
    clock: Callable[[], datetime]
    mark: Callable[[int], ProcessMark | None]
    mac: Callable[[bytes], str]
    inspector: Inspector
    binaries: tuple[Path, ...] = ()
    mirror: Path | None = None
    network_mirror: str | None = None
    direct: bool = False
    stop_grace: float = 60.0
