"""Checkov's own command line, and the plan that Terraform makes by hand for it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sekisho.scanners.mapping import UNREAD
from tests.providers.make_mirror import Mirror
from tests.scans.stacks import KEYS
from tests.terraform_command import terraform_command

NEVER = ("sca_image", "sca_package", "helm", "kustomize", "sast", "cdk")
"""Frameworks that ask a network or start programs: no server's scan has them."""
Found = tuple[str, str, str, str, int, int]
"""Framework, check, resource, file, first and last line."""


@dataclass
class ByHand:
    """A folder with a configuration, and both programs in it."""

    python: Path
    mirror: Mirror
    folder: Path

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def of_configuration(self) -> set[Found]:
        """Scan the folder: every framework that a server's scan has."""
        return self._checkov("--directory", ".", "--framework", "all", "--skip-framework", *NEVER)

    def plan(self, place: Path) -> Path:
        """Plan, with everything that Terraform writes at `place`; return the plan as JSON."""
        configuration = place / "cli.tfrc"
        configuration.write_text(self.mirror.cli_configuration(), encoding="utf-8")
        given = {"TF_CLI_CONFIG_FILE": str(configuration), "TF_DATA_DIR": str(place / "data")}
        given |= {"CHECKPOINT_DISABLE": "1", "AWS_EC2_METADATA_DISABLED": "true", **KEYS}
        for words in (("init", "-backend=false"), ("plan", f"-out={place / 'plan.tfplan'}")):
            self._run([*terraform_command(), *words, "-input=false"], given)
        shown = self._run(
            [*terraform_command(), "show", "-json", str(place / "plan.tfplan")], given
        )
        (place / "plan.json").write_bytes(shown)
        return place / "plan.json"

    def of_plan(self, place: Path) -> set[Found]:
        """Plan, and scan the plan."""
        plan = str(self.plan(place))
        found = self._checkov("--file", plan, "--framework", "terraform_plan")
        # Checkov's lines are those of the JSON, and its file the plan.
        return {(framework, check, resource, "", 0, 0) for framework, check, resource, *_ in found}

    def _checkov(self, *words: str) -> set[Found]:
        quiet = {"LOG_LEVEL": "CRITICAL", "CKV_IGNORE_HIDDEN_DIRECTORIES": "False"}
        command = [str(self.python), "-m", "checkov.main", *words, "--skip-download", "-o", "json"]
        answer = json.loads(self._run([*command, "--soft-fail"], quiet))
        reports = cast("list[Any]", answer if isinstance(answer, list) else [answer])
        results = [
            (report["check_type"], report["results"]) for report in reports if "results" in report
        ]
        unread = {path for _, result in results for path in result["parsing_errors"]}
        return {
            told(framework, record)
            for framework, result in results
            for record in (*result["failed_checks"], *result["skipped_checks"])
        } | {("", UNREAD, "", os.path.relpath(path, self.folder), 0, 0) for path in unread}

    def _run(self, command: list[str], more: dict[str, str]) -> bytes:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


def told(framework: str, record: dict[str, Any]) -> Found:
    """Return what a record of Checkov says, as we tell it: resources are those of Terraform."""
    resource = record["resource"] if framework.startswith("terraform") else ""
    first, last = record["file_line_range"]
    return framework, record["check_id"], resource, record["file_path"].lstrip("/"), first, last
