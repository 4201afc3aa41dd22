"""The Terraform port on this machine: builds, working directories, validation, formatting."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sekisho.domain.errors import ConfigurationInvalid, DiskFull, TerraformMissing
from sekisho.ports.terraform import Build, Desk, DeskOrder, Finished, Watch
from sekisho.terraform.builds import Builds
from sekisho.terraform.desk import LocalDesk
from sekisho.terraform.files import is_full, remove_tree
from sekisho.terraform.holding import is_held
from sekisho.terraform.layout import Layout, left_behind, run_folder
from sekisho.terraform.options import TerraformOptions
from sekisho.terraform.process import Command, Control, output_paths, run
from sekisho.terraform.redaction import Redactor
from sekisho.terraform.sockets import forget_name

_FORMATTED = (".tf", ".tfvars", ".tftest.hcl")
_PLACE = re.compile(r"on (?P<name>f\d+\.\S+) line (?P<line>\d+)")
_SUMMARY = re.compile(r"^Error: (?P<text>.+)$", re.MULTILINE)


class LocalTerraform:
    """Runs Terraform in child processes of this one. Threads may share it."""

    def __init__(self, options: TerraformOptions) -> None:
        self._options = options
        self._builds = Builds(options)

    def prepare(self) -> None:
        self._options.inspector.start()

    def builds(self) -> tuple[Build, ...]:
        return self._builds.all()

    def build_for(self, constraint: str) -> Build:
        return self._builds.for_constraint(constraint)

    def open(self, order: DeskOrder) -> Desk:
        return LocalDesk(self._options, order)

    def rescue(self, run_id: str) -> bytes | None:
        return left_behind(Layout(run_folder(self._options, run_id) / "apply"))

    def at_work(self, run_id: str) -> bool:
        return any(map(is_held, run_folder(self._options, run_id).glob("*/")))

    def clean(self, run_id: str) -> None:
        folder = run_folder(self._options, run_id)
        for desk in folder.glob("*/"):
            forget_name(Layout(desk).tmp)
        remove_tree(folder)

    def validate(self, order: DeskOrder, watch: Watch) -> Finished:
        desk = LocalDesk(self._options, order)
        try:
            return desk.validate(watch)
        finally:
            desk.close()

    def format(self, files: Mapping[str, str]) -> Mapping[str, str]:
        builds = self.builds()
        if not builds:
            raise TerraformMissing
        work = self._options.folder / "work"
        try:
            work.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="format-", dir=work) as folder:
                return self._format(builds[0], files, Path(folder))
        except OSError as error:
            if is_full(error):
                raise DiskFull from error
            raise

    def _format(self, build: Build, files: Mapping[str, str], home: Path) -> Mapping[str, str]:
        """Format under names of our own: what callers call their files never reaches a path."""
        (home / "files").mkdir()
        places: dict[str, Path] = {}
        for i, (name, text) in enumerate(files.items()):
            ends = next((e for e in _FORMATTED if name.endswith(e)), None)
            if ends:
                places[name] = home / "files" / f"f{i}{ends}"
                places[name].write_bytes(text.encode())
        command = Command(
            argv=(*build.command, "fmt", "-no-color", "-list=false"),
            folder=home / "files",
            environment={"HOME": str(home), "TMPDIR": str(home), "CHECKPOINT_DISABLE": "1"},
            output=home / "fmt",
        )
        ended = run(command, Control(), self._options.mark, self._options.stop_grace)
        if ended.code != 0:
            said = output_paths(command.output)[1].read_text(encoding="utf-8", errors="replace")
            raise ConfigurationInvalid(problem=_problem(said, places))
        written = {n: p.read_bytes().decode() for n, p in places.items()}
        return {**files, **written}


def _problem(said: str, places: Mapping[str, Path]) -> str:
    summary, place = _SUMMARY.search(said), _PLACE.search(said)
    text = Redactor().text(summary["text"]) if summary else "it cannot be formatted"
    if place:
        name = next((n for n, p in places.items() if p.name == place["name"]), "")
        return f"{name}:{place['line']}: {text}"
    return text
