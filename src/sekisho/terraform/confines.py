"""What Terraform may touch in its working directory, and whose each place in it is.

The folder itself, the configuration, the operator's variables and the CLI configuration stay the
server's, to be read. Terraform writes where it must: `layout` says what lies where.
"""

import dataclasses
import os
import sys
from contextlib import suppress
from pathlib import Path

from sekisho.domain.targets import Target
from sekisho.ports.containment import Bounds, Tenancy
from sekisho.ports.terraform import DeskOrder
from sekisho.terraform.layout import Layout
from sekisho.terraform.options import TerraformOptions

_CREDENTIALS = 64 * 1024
"""Bytes of a file that an operator may name in a target's environment: certificates, settings."""
_MIRROR_DEPTH = 5


def programs(command: tuple[str, ...]) -> tuple[Path, ...]:
    """Return what a build needs to start: its executable, or an interpreter with all of its own."""
    named = [Path(word) for word in command if word.startswith("/")]
    if command[0] != sys.executable:
        return tuple(named)
    library = [path.parent for path in named if path.suffix in (".so", ".dylib")]
    settings = Path(sys.prefix, "pyvenv.cfg")
    return (*named, *library, Path(sys.base_prefix), *([settings] if settings.is_file() else []))


def bounds_of(options: TerraformOptions, layout: Layout, order: DeskOrder) -> Bounds:
    """Say what a command of a working directory may touch that installs nothing.

    Providers and modules are written by the one that installs them (`init`, which starts no
    provider) and by no other: what a provider or a script could change there, the next run of the
    workspace would start, since large files are the same ones in every run (`warm`).
    """
    mirror = (options.mirror, *linked_to(options.mirror)) if options.mirror else ()
    reads = (*programs(order.build.command), *mirror, *named_files(order.workspace.target))
    writes = (layout.work, layout.state.parent, layout.home, layout.tmp, layout.plan)
    return Bounds((*reads, layout.root), writes)


def installing(bounds: Bounds, layout: Layout) -> Bounds:
    """Say what the command may touch that installs providers and modules."""
    return dataclasses.replace(bounds, writes=(*bounds.writes, layout.data))


def linked_to(mirror: Path, depth: int = _MIRROR_DEPTH) -> tuple[Path, ...]:
    """Return where links in a mirror lead, which is the operator's: Terraform is let in there, too.

    HOST/NAMESPACE/TYPE/VERSION/PLATFORM, as the unpacked layout has it; what lies deeper is the
    provider's own.
    """
    found: list[Path] = []
    with suppress(OSError), os.scandir(mirror) as entries:
        for entry in entries:
            if entry.is_symlink():
                found += [to] if (to := Path(entry.path).resolve()).exists() else []
            elif depth > 1 and entry.is_dir():
                found += linked_to(Path(entry.path), depth - 1)
    return tuple(found)


def named_files(target: Target) -> tuple[Path, ...]:
    """Return small files that the operator names in a target's environment, for Terraform to read.

    They are what the operator gives to every run of the target; nothing that a caller said.
    """
    return tuple(path for value in target.environment.values() for path in _files(value))


def _files(value: str) -> tuple[Path, ...]:
    path = Path(value)
    try:
        fits = path.is_absolute() and path.is_file() and path.stat().st_size <= _CREDENTIALS
    except (OSError, ValueError):
        return ()
    return (path,) if fits else ()


def settle(tenancy: Tenancy, layout: Layout) -> None:
    """Say whose each place is, before each command: what was laid since is the server's."""
    tenancy.show(layout.root, layout.config)
    tenancy.own(layout.work)
    ours = (layout.override, layout.settings, layout.variables, layout.again, layout.lock_file)
    tenancy.show(*(path for path in ours if _regular(path)))
    tenancy.own_all(layout.data, layout.state.parent, layout.home, layout.tmp)
    if _regular(layout.plan):
        tenancy.own(layout.plan)


def _regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
