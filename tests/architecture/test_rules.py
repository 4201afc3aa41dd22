"""Each rule holds here, and each rule is seen to fail on a tree that breaks it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.architecture import rules

WORK = "/wor" + "k/"
ROOT = "/roo" + "t/"
INDEX = "pypi" + ".org"
HASH = "--hash=sha256:00"

BREAKS: list[tuple[rules.Rule, str, str]] = [
    (rules.long_files, "src/sekisho/engine/runs.py", "x = 1\n" * 401),
    (rules.vague_names, "src/sekisho/engine/utils.py", ""),
    (rules.vague_names, "src/sekisho/common/runs.py", ""),
    (rules.vague_names, "src/sekisho/web/_helpers.py", ""),
    (rules.stray_processes, "src/sekisho/engine/runs.py", "import subprocess\n"),
    (rules.stray_processes, "src/sekisho/engine/runs.py", "from subprocess import run\n"),
    (rules.stray_processes, "src/sekisho/cli/runs.py", "import os as o\no.system('x')\n"),
    (rules.stray_processes, "src/sekisho/web/runs.py", "import anyio\nanyio.open_process([])\n"),
    (rules.stray_processes, "src/sekisho/terraformish.py", "import subprocess\n"),
    (rules.stray_processes, "src/sekisho_client/push.py", "import subprocess\n"),
    (rules.client_unix_only, "src/sekisho_client/push.py", "import fcntl\n"),
    (rules.client_unix_only, "src/sekisho_client/push.py", "def f():\n    import termios\n"),
    (
        rules.stray_processes,
        "src/sekisho_client/push.py",
        "from asyncio import create_subprocess_exec\n",
    ),
    (rules.stray_environment, "src/sekisho/app.py", "import os\nos.environ['X']\n"),
    (rules.stray_environment, "src/sekisho/engine/settings.py", "import os\nos.getenv('X')\n"),
    (rules.stray_environment, "src/sekisho/web/runs.py", "from os import environ\n"),
    (
        rules.stray_clock,
        "src/sekisho/engine/runs.py",
        "from datetime import UTC, datetime\ndatetime.now(UTC)\n",
    ),
    (
        rules.stray_clock,
        "src/sekisho/domain/runs.py",
        "import datetime as dt\ndt.datetime.utcnow()\n",
    ),
    (rules.stray_clock, "src/sekisho/domain/gate.py", "import datetime\ndatetime.date.today()\n"),
    (rules.stray_clock, "src/sekisho/stores/runs.py", "import time\ntime.time()\n"),
    (rules.client_beyond_stdlib, "src/sekisho_client/push.py", "import httpx2\n"),
    (rules.client_beyond_stdlib, "src/sekisho_client/push.py", "from sekisho.domain import runs\n"),
    (rules.mocks, "tests/unit/test_runs.py", "from unittest import mock\n"),
    (rules.mocks, "tests/unit/test_runs.py", "from unittest.mock import Mock\n"),
    (rules.loose_locks, "requirements/dev.lock", f"--index-url https://x.example\na==1 {HASH}\n"),
    (rules.loose_locks, "requirements/dev.lock", "--find-links somewhere\n"),
    (rules.loose_locks, "requirements/dev.lock", f"a==1 \\\n    {HASH}\nb==2\n"),
    (rules.machine_traces, "docs/notes.md", f"see {WORK}main\n"),
    (rules.machine_traces, "Makefile", f"HOME={ROOT}x\n"),
    (rules.machine_traces, ".ci/run", f"pip install -i {INDEX}\n"),
    (rules.drifted_translations, "README.md", "# a\n## b\n"),
    (rules.drifted_translations, "docs/en/start.md", "# a\n"),
    (rules.drifted_translations, "docs/ja/start.md", "# a\n"),
]


@pytest.fixture
def clean_tree(tmp_path: Path):
    """The least repository that every rule accepts, and that shows what each one permits."""
    files = {
        "src/sekisho/settings/fields.py": "import os\nhome = os.environ['HOME']\n",
        "src/sekisho/app.py": "from datetime import UTC, datetime\nnow = datetime.now(UTC)\n",
        "src/sekisho/terraform/processes.py": "import subprocess\nsubprocess.run([])\n",
        "src/sekisho_client/worktree.py": "import subprocess\nsubprocess.run([])\n",
        "src/sekisho/domain/runs.py": "x = 1\n" * 400,
        "src/sekisho/engine/runs.py": "import time\nimport os\ntime.monotonic(); os.path.join\n",
        "src/sekisho_client/push.py": "import json\nfrom sekisho_client import doctor\n",
        "requirements/dev.lock": f"# make lock\na==1 \\\n    {HASH}\n    # via b\n",
        "README.md": "# a\n```\n# not a heading\n```\n",
        "README.ja.md": "# あ\n",
        "docs/links.md": f"https://registry.example{WORK}x and ./src{WORK}y\n",
    }
    for name, text in files.items():
        write(tmp_path, name, text)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_holds_in_this_repository(rule: rules.Rule, repository: Path):
    assert rule(repository) == []


def test_every_rule_accepts_what_it_permits(clean_tree: Path):
    assert [rule.__name__ for rule in rules.RULES if rule(clean_tree)] == []


@pytest.mark.parametrize(
    ("rule", "name", "text"), BREAKS, ids=[f"{rule.__name__}-{name}" for rule, name, _ in BREAKS]
)
def test_rule_reports_what_breaks_it(rule: rules.Rule, name: str, text: str, clean_tree: Path):
    write(clean_tree, name, text)

    assert rule(clean_tree) != []


def test_every_rule_is_seen_to_fail():
    assert {rule for rule, _, _ in BREAKS} == set(rules.RULES)
