"""Workspaces by folder: what becomes one, and what it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.catalog import FolderCatalog
from sekisho.domain.errors import SettingInvalid, WorkspaceUnknown
from sekisho.domain.workspaces import NAME


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(catalog: FolderCatalog) -> list[str]:
    return [w.name for w in catalog.all()]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "infra"
    folder.mkdir()
    return folder


def test_without_a_folder_there_is_one_workspace_to_start_with():
    (only,) = FolderCatalog(None).all()

    assert only.name == "default"
    assert only.sources == ("inline", "upload")
    assert only.folder is None


def test_folders_with_terraform_files_are_workspaces_and_others_are_not(root: Path):
    put(root, "app/main.tf", "db/x.tf.json", "docs/readme.md", "modules/m/main.tf", ".git/a.tf")
    put(root, "lock/.terraform.lock.hcl", "mac/._main.tf", "plain.txt")
    (root / "link").symlink_to(root / "app")

    assert names(FolderCatalog(root)) == ["app", "db"]


def test_the_folder_itself_is_a_workspace_where_it_holds_terraform_files(root: Path):
    put(root, "main.tf", "app/main.tf")

    assert names(FolderCatalog(root)) == ["app", "infra"]
    assert FolderCatalog(root).get("infra").folder == str(root)


def test_a_new_folder_is_a_new_workspace_at_once(root: Path):
    catalog = FolderCatalog(root)
    assert names(catalog) == []
    with pytest.raises(WorkspaceUnknown) as refusal:
        catalog.get("app")
    assert refusal.value.facts["near"] == "-"

    put(root, "app/readme.md")
    assert names(catalog) == []
    put(root, "app/main.tf")
    assert catalog.get("app").sources == ("inline", "upload", "folder")

    (root / "app" / "main.tf").unlink()
    assert names(catalog) == []


def test_a_folder_whose_name_is_no_workspace_name_gets_one_of_its_own(root: Path):
    put(root, "my app/a.tf", "my-app/a.tf", "my@app/a.tf", "@/a.tf", f"{'長' * 80}/a.tf")
    found = names(FolderCatalog(root))

    assert len(set(found)) == 5
    assert "my-app" in found
    assert all(NAME.fullmatch(name) for name in found)


def test_a_name_does_not_depend_on_what_else_is_there(root: Path):
    """The state is kept by it: another folder must never be able to take it over."""
    put(root, "my app/a.tf", "infra/a.tf")
    before = {w.folder: w.name for w in FolderCatalog(root).all()}
    squatters = [f"{name}/a.tf" for name in before.values()]

    put(root, "main.tf", "my-app/a.tf", *squatters)
    after = {w.folder: w.name for w in FolderCatalog(root).all()}

    assert len(after) == len(set(after.values()))
    assert len(after) == len(before) + 2 + len(squatters)
    assert after.items() >= before.items()


def test_a_folder_that_is_not_there_is_a_wrong_setting(tmp_path: Path):
    with pytest.raises(SettingInvalid) as refusal:
        FolderCatalog(tmp_path / "none")
    assert refusal.value.facts["name"] == "SEKISHO_ROOT"
