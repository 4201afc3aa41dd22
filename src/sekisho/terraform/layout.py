"""Where everything lies in a working directory, and how it gets there.

In the folder of the adapter, work/RUN/PHASE has:
    config/   the configuration, files read-only; Terraform's cwd is the workspace's directory in
              it, most often config/ itself, and our override lies there
    data/     TF_DATA_DIR: providers, modules, the backend's settings
    state/    the state file of the server backend        home/ tmp/   private to the child
    out/      output of the commands       plan.tfplan · operator.tfvars.json · cli.tfrc
"""

import hashlib
import json
import os
import re
import shutil
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sekisho.domain.configurations import OVERRIDE_FILE, Limits, checked_path, refused
from sekisho.domain.errors import (
    ArchiveInvalid,
    ConfigurationInvalid,
    DiskFull,
    UploadTooLarge,
)
from sekisho.domain.targets import ServerBackend
from sekisho.ports.terraform import DeskOrder
from sekisho.terraform.backend import backend_block, up
from sekisho.terraform.environment import cli_configuration
from sekisho.terraform.files import is_full, read_regular, remove_tree
from sekisho.terraform.options import TerraformOptions

LOCK_FILE = ".terraform.lock.hcl"
ERRORED = "errored.tfstate"
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_FOLDERS = ("config", "data", "state", "home", "tmp", "out")


@dataclass(frozen=True)
class Layout:
    """The places of one working directory; `directory` is where in the configuration to work."""

    root: Path
    directory: str = ""

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def work(self) -> Path:
        return self.config / self.directory

    @property
    def up(self) -> str:
        """How `root` is named from where Terraform works: relative, for plans move."""
        return up(self.directory)

    def name_in_config(self, name: str) -> str:
        """Name a file of the folder that Terraform works in as the configuration names it."""
        return f"{self.directory}/{name}" if self.directory else name

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def state(self) -> Path:
        return self.root / "state" / "terraform.tfstate"

    @property
    def given(self) -> Path:
        """The digest of the state that was laid here, to tell whether Terraform wrote since."""
        return self.root / "given.sha256"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def settings(self) -> Path:
        """The CLI configuration."""
        return self.root / "cli.tfrc"

    @property
    def override(self) -> Path:
        return self.work / OVERRIDE_FILE

    @property
    def again(self) -> Path:
        """Variables that are given once more at apply."""
        return self.root / "again.tfvars.json"

    @property
    def errored(self) -> Path:
        return self.work / ERRORED

    @property
    def lock_file(self) -> Path:
        return self.work / LOCK_FILE

    @property
    def plan(self) -> Path:
        return self.root / "plan.tfplan"

    @property
    def variables(self) -> Path:
        return self.root / "operator.tfvars.json"

    def output(self, name: str) -> Path:
        return self.root / "out" / name


def run_folder(options: TerraformOptions, run_id: str) -> Path:
    """Return the folder of a run's working directories.

    Raises:
        ValueError: the id could name something else.
    """
    if not _SAFE_NAME.fullmatch(run_id):
        raise ValueError(run_id)
    return options.folder / "work" / run_id


def lay_out(options: TerraformOptions, order: DeskOrder) -> tuple[Layout, frozenset[str]]:
    """Make a working directory; return it and the paths of the configuration's files.

    Raises:
        ArchiveInvalid, UploadTooLarge: the configuration's tar is not one of ours.
        ConfigurationInvalid: it has no folder for the workspace to work in.
        DiskFull
        FileExistsError: a lost apply left a state here.
    """
    if not _SAFE_NAME.fullmatch(order.phase):
        raise ValueError(order.phase)
    layout = Layout(run_folder(options, order.run_id) / order.phase, order.workspace.directory)
    if layout.root.exists():
        if order.phase == "apply" and left_behind(layout) is not None:
            raise FileExistsError(layout.root)
        remove_tree(layout.root)
    try:
        return layout, _fill(options, order, layout)
    except BaseException:
        remove_tree(layout.root)
        with suppress(OSError):  # other working directories of the run are there
            layout.root.parent.rmdir()
        raise


def _fill(options: TerraformOptions, order: DeskOrder, layout: Layout) -> frozenset[str]:
    for name in _FOLDERS:
        (layout.root / name).mkdir(mode=0o700, parents=True)
    files = unpack(order.configuration, layout.config)
    workspace = order.workspace
    if not layout.work.is_dir():
        problem = f"it has no folder {layout.directory!r}, where this workspace works"
        raise ConfigurationInvalid(problem=problem)
    block = backend_block(workspace.backend, layout.up)
    layout.override.write_text(block, encoding="utf-8")
    layout.settings.write_text(cli_configuration(options), encoding="utf-8")
    if workspace.variables:
        text = json.dumps(dict(workspace.variables), ensure_ascii=False)
        layout.variables.write_text(text, encoding="utf-8")
    if order.plan:
        _copy(order.plan, layout.plan)
    if order.state and isinstance(workspace.backend, ServerBackend):
        _copy(order.state, layout.state)
        layout.given.write_text(_digest(layout.state), encoding="ascii")
    return files


def unpack(tar: BinaryIO, goal: Path) -> frozenset[str]:
    """Unpack a configuration: regular files alone, within their caps, read-only.

    It was checked when it came in; here it is checked again, for this is where it could do harm.

    Raises:
        ArchiveInvalid, UploadTooLarge
    """
    limits, names, total = Limits(), set[str](), 0
    try:
        with tarfile.open(fileobj=tar, mode="r|*") as archive:
            for member in archive:
                if member.isdir():
                    continue
                name = checked_path(member.name, limits)
                why = "not a regular file" if not member.isreg() else refused(name)
                ours = name.rpartition("/")[2] == OVERRIDE_FILE
                if why or ours or name in names:
                    raise ArchiveInvalid(problem=f"{name!r}: {why or 'twice or ours'}")
                names.add(name)
                total += member.size
                if total > limits.unpacked_bytes or len(names) > limits.files:
                    raise UploadTooLarge(problem="more files or bytes than the caps")
                content = archive.extractfile(member)
                if content:
                    _write_member(goal / name, content, executable=bool(member.mode & 0o100))
    except (tarfile.TarError, OSError, EOFError) as error:
        if is_full(error):
            raise DiskFull from error
        raise ArchiveInvalid(problem=f"cannot be unpacked ({type(error).__name__})") from error
    return frozenset(names)


def make_folders_read_only(layout: Layout) -> None:
    """Take write permission from the configuration's folders but where Terraform itself writes."""
    for here, folders, _ in os.walk(layout.config, topdown=False):
        for name in folders:
            path = Path(here, name)
            if not path.is_symlink() and path != layout.work:
                path.chmod(0o555)
    if layout.work != layout.config:
        layout.config.chmod(0o555)


def left_behind(layout: Layout) -> bytes | None:
    """Return the newest state that Terraform wrote here, None where it wrote none."""
    found: list[tuple[int, bytes]] = []
    given = layout.given.read_text(encoding="ascii") if layout.given.exists() else ""
    # Whoever rescues does not know the workspace's directory; uploads hold no such file.
    for path in (layout.state, *layout.config.rglob(ERRORED)):
        with suppress(OSError, ValueError, AttributeError):
            raw = read_regular(path)
            if raw and hashlib.sha256(raw).hexdigest() != given:
                found.append((int(json.loads(raw).get("serial", 0)), raw))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _write_member(path: Path, content: IO[bytes], *, executable: bool) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o555 if executable else 0o444)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file)


def _copy(source: BinaryIO, goal: Path) -> None:
    with goal.open("xb") as file:
        shutil.copyfileobj(source, file)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
