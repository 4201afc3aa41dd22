"""The import contracts of pyproject.toml: kept here, and each one reported when it is broken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.breadth import broad

PACKAGES = (
    *("cli", "mcp_server", "web", "edge", "views", "engine", "domain"),
    *("stores", "terraform", "sources", "executors", "credentials", "scanners"),
    *("knowledge", "hcp", "identity", "telemetry"),
)
MODULES = ("__main__", "app", "asgi", "settings", "ports")

# What each layer may do, all of it, so that the clean tree shows that the contracts allow it.
ALLOWED = {
    "__main__": "import sekisho.cli",
    "cli": "import sekisho.app, sekisho.asgi, sekisho.settings, sekisho.engine, sekisho_client",
    "app": "import sekisho.asgi, sekisho.settings, sekisho.stores, sekisho.engine",
    "asgi": "import sekisho.mcp_server, sekisho.web, starlette",
    "mcp_server": "import sekisho.engine, sekisho.views, mcp",
    "web": "import sekisho.engine, sekisho.views, starlette",
    "edge": "import sekisho.views, sekisho.domain, starlette",
    "views": "import sekisho.engine, sekisho.domain, pydantic",
    "stores": "import sekisho.ports, sekisho.domain, sqlite3",
    "stores.aws": "import boto3, botocore.config",
    "executors.aws": "import boto3",
    "terraform.processes": "import subprocess",
    "executors.local": "import subprocess",
    "engine": "import sekisho.ports, sekisho.domain",
    "ports": "import sekisho.domain",
    "domain": "import dataclasses, datetime, hashlib, json",
    "settings": "import pydantic_settings",
}

# contract, module, the import that breaks it
BREAKS = [
    ("layers", "domain.runs", "import sekisho.engine"),
    ("layers", "ports", "import sekisho.engine"),
    ("layers", "engine.runs", "import sekisho.stores"),
    ("layers", "engine.runs", "import sekisho.views"),
    ("layers", "stores.sqlite", "import sekisho.engine.runs"),
    ("layers", "stores.sqlite", "import sekisho.terraform"),
    ("layers", "terraform.processes", "import sekisho.web"),
    ("layers", "mcp_server.runs", "import sekisho.web"),
    ("layers", "web.runs", "import sekisho.app"),
    ("layers", "edge.cors", "import sekisho.web"),
    ("layers", "brand_new", "import json"),
    ("faces", "web.runs", "import sekisho.stores"),
    ("faces", "mcp_server.runs", "import sekisho.terraform.processes"),
    ("faces", "views.runs", "import sekisho.identity"),
    ("faces", "asgi", "import sekisho.telemetry"),
    ("acyclic", "engine.runs", "import sekisho.engine.worker"),
    ("domain-pure", "domain.runs", "import subprocess"),
    ("domain-pure", "domain.runs", "from time import monotonic"),
    ("domain-pure", "domain.runs", "import uuid"),
    ("domain-pure", "domain.runs", "import pydantic"),
    ("domain-pure", "domain.runs", "from os.path import join"),
    ("engine-ports-only", "engine.runs", "import sqlite3"),
    ("engine-ports-only", "ports", "from starlette.requests import Request"),
    ("boto3-in-aws", "stores.dynamodb", "import boto3"),
    ("boto3-in-aws", "app", "def build():\n    from botocore.config import Config"),
    ("boto3-in-aws", "stores.awsome", "import boto3"),
    ("subprocess-confined", "engine.runs", "import subprocess"),
    ("subprocess-confined", "stores.sqlite", "from subprocess import run"),
    ("subprocess-confined", "sekisho_client.push", "import subprocess"),
    ("settings-protected", "web.runs", "from sekisho.settings import Settings"),
    ("settings-protected", "asgi", "import sekisho.settings"),
    ("settings-protected", "__main__", "import sekisho.settings"),
    ("client-apart", "sekisho_client.push", "import sekisho.domain"),
]


@pytest.fixture(scope="session")
def contracts(repository: Path):
    """The contracts of pyproject.toml: id to name."""
    table = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    return {one["id"]: one["name"] for one in table["tool"]["importlinter"]["contracts"]}


@pytest.fixture
def mini_tree(tmp_path: Path, repository: Path):
    """Every layer of the real tree, each with all the imports that it may have."""
    shutil.copy(repository / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        add(tmp_path, f"{package}.__init__", "")
    for module in ("__init__", *MODULES):
        add(tmp_path, module, "")
    add(tmp_path, "sekisho_client.__init__", "import json")
    add(tmp_path, "sekisho_client.worktree", "import subprocess")
    add(tmp_path, "sekisho_client.push", "import sekisho_client.worktree")
    add(tmp_path, "engine.worker", "import sekisho.engine.runs")
    add(tmp_path, "stores.aws.__init__", "")
    add(tmp_path, "stores.aws.runs", "import boto3")
    for module, text in ALLOWED.items():
        add(tmp_path, f"{module}.__init__" if module in PACKAGES else module, text)
    for module in ("engine.runs", "domain.runs", "terraform.processes", "stores.sqlite"):
        add(tmp_path, module, "")
    return tmp_path


def add(root: Path, module: str, text: str) -> None:
    """Append to a module of the mini tree, making it where it is new."""
    dotted = module if module.startswith("sekisho_client") else f"sekisho.{module}"
    path = root.joinpath("src", *dotted.split(".")).with_suffix(".py")
    if path.name == "aws.py" and path.with_suffix("").is_dir():
        path = path.with_suffix("") / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


def broken(root: Path, contracts: dict[str, str]) -> set[str]:
    """Run lint-imports on the tree and read which contracts it reports broken."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "COLUMNS": "400", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    seen = {
        id: verdict[1]
        for id, name in contracts.items()
        if (
            verdict := re.search(
                rf"^{re.escape(name)} .*\b(KEPT|BROKEN)\b", done.stdout, re.MULTILINE
            )
        )
    }
    assert seen.keys() == contracts.keys(), done.stdout + done.stderr
    return {id for id, verdict in seen.items() if verdict == "BROKEN"}


def test_the_contracts_allow_the_design(mini_tree: Path, contracts: dict[str, str]):
    assert broken(mini_tree, contracts) == set()


@pytest.mark.parametrize(("contract", "module", "text"), broad(*BREAKS, quick=(0, 11, 16)))
def test_a_broken_contract_is_reported(
    contract: str, module: str, text: str, mini_tree: Path, contracts: dict[str, str]
):
    add(mini_tree, module, text)

    assert contract in broken(mini_tree, contracts)


def test_every_contract_is_seen_to_break(contracts: dict[str, str]):
    assert {contract for contract, _, _ in BREAKS} == contracts.keys()
