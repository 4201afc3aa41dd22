"""What hunts have found worth keeping is thrown again; and a short hunt finds nothing new."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sekisho.domain.git import ref_problem
from tests.fuzz import hunt, targets


def kept(target: str) -> list[Path]:
    return sorted((hunt.CORPUS / target).iterdir())


def test_every_target_is_hunted_and_has_a_corpus():
    assert tuple(targets.TARGETS) == hunt.TARGETS
    assert all(len(kept(target)) >= 20 for target in hunt.TARGETS)


@pytest.mark.parametrize("target", hunt.TARGETS)
def test_the_kept_corpus_breaks_nothing(target: str):
    for path in kept(target):
        try:
            targets.TARGETS[target](path.read_bytes())
        except Exception as error:
            raise AssertionError(path.name) from error


def test_every_ref_of_the_corpus_that_we_take_is_one_for_git():
    lines = [p.read_bytes().split(b"\n")[0] for p in kept("git_arguments")]
    taken = [ref for line in lines if not ref_problem(ref := line.decode("utf-8", "replace"))]
    assert taken
    git = shutil.which("git")
    assert git
    for ref in taken:
        whole = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        told = subprocess.run([git, "check-ref-format", whole], check=False)
        assert told.returncode == 0, ref


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("target", hunt.TARGETS)
def test_a_short_hunt_finds_nothing(target: str):
    ended = hunt.hunt(target, 12)
    assert ended.returncode == 0, ended.stderr[-4000:]
    assert "Done " in ended.stderr
