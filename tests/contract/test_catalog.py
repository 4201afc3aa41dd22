"""What every implementation of the port `Catalog` promises."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.catalog import (
    FileCatalog,
    FolderCatalog,
    LiveCatalog,
    parse_operator_file,
    read_operator_file,
)
from sekisho.domain.errors import WorkspaceUnknown
from sekisho.domain.workspaces import NAME
from sekisho.ports import Catalog

NAMES = ("app", "network-prod", "network-stg", "ガードレール")


def by_file(folder: Path) -> Catalog:
    path = folder / "sekisho.yaml"
    entries = "".join(f"  {name}: {{source: {{upload: true, folder: .}}}}\n" for name in NAMES)
    path.write_text(f"version: 1\nworkspaces:\n{entries}", encoding="utf-8")
    return FileCatalog(read_operator_file(path, {}))


def by_live_file(folder: Path) -> Catalog:
    by_file(folder)
    path = folder / "sekisho.yaml"
    return LiveCatalog(path, lambda raw: parse_operator_file(raw, path, {}))


def by_folders(folder: Path) -> Catalog:
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "main.tf").touch()
    return FolderCatalog(folder)


@pytest.fixture(params=[by_file, by_live_file, by_folders], ids=["file", "live", "folders"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Catalog:
    make: Callable[[Path], Catalog] = request.param
    return make(tmp_path)


def test_every_workspace_is_there_once_and_can_be_got(catalog: Catalog):
    assert [w.name for w in catalog.all()] == list(NAMES)
    assert [catalog.get(name) for name in NAMES] == list(catalog.all())


def test_every_workspace_is_complete(catalog: Catalog):
    for workspace in catalog.all():
        assert NAME.fullmatch(workspace.name)
        assert workspace.rules
        assert ("folder" in workspace.sources) == (workspace.folder is not None)
        assert Path(workspace.folder or "").is_absolute()


def test_an_unknown_name_is_answered_with_near_ones(catalog: Catalog):
    with pytest.raises(WorkspaceUnknown) as refusal:
        catalog.get("Network-Prd")
    assert refusal.value.facts["name"] == "Network-Prd"
    assert str(refusal.value.facts["near"]).startswith("network-prod")
    assert "app" not in str(refusal.value.facts["near"])


def test_a_name_near_nothing_is_answered_with_what_there_is(catalog: Catalog):
    with pytest.raises(WorkspaceUnknown) as refusal:
        catalog.get("zzzzzzzzzz")
    assert refusal.value.facts["near"] == ", ".join(NAMES)


def test_a_name_as_macos_writes_it_is_found(catalog: Catalog):
    apart = unicodedata.normalize("NFD", "ガードレール")
    assert apart != "ガードレール"
    assert catalog.get(apart).name == "ガードレール"
