"""Honest configurations: real Terraform says that they are valid, and inspection finds nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sekisho.inspection.reading import Tree, inspect
from tests.attacks.honest import HONEST
from tests.breadth import broad
from tests.terraform_command import terraform_command


def laid(folder: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return Tree(folder, tuple(files))


@pytest.mark.parametrize("name", HONEST)
def test_nothing_is_found_in_an_honest_configuration(name: str, tmp_path: Path):
    assert inspect(laid(tmp_path, HONEST[name])) == ()


@pytest.mark.parametrize("name", broad(*HONEST, quick=(9,)))
def test_terraform_says_that_it_is_valid(name: str, tmp_path: Path):
    laid(tmp_path, HONEST[name])
    for command in ("init", "plan"):
        done = subprocess.run(
            [*terraform_command(), command, "-input=false", "-no-color"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_enough_of_them():
    assert len(HONEST) >= 25
