"""What the server reads of folders that code of a configuration could write in."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.terraform import bundle
from sekisho.terraform.files import entries, open_regular, read_small, tree_digest
from sekisho.terraform.installed import providers_in, providers_under
from sekisho.terraform.layout import Layout


def a_layout(root: Path) -> Layout:
    layout = Layout(root / "run")
    for folder in (layout.config, layout.data):
        folder.mkdir(parents=True)
    return layout


def test_no_link_in_the_place_of_a_folder_leads_out(tmp_path: Path):
    keys, root = tmp_path / "keys", tmp_path / "root"
    for folder in (keys, root / "a"):
        folder.mkdir(parents=True)
        (folder / "seal").write_text(folder.name, encoding="utf-8")
    found = list(entries(root))
    with open_regular(root / "a" / "seal", root) as file:
        assert file.read() == b"a"
    # Between looking around and opening, what still runs puts a link there.
    (root / "a").rename(tmp_path / "away")
    (root / "a").symlink_to(keys)
    with pytest.raises(OSError, match=r"."):
        open_regular(root / "a" / "seal", root)
    with pytest.raises(OSError, match=r"."):
        tree_digest(iter(found), root)


def test_a_bundle_holds_nothing_of_a_folder_that_became_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    layout = a_layout(tmp_path)
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "seal").write_text("hidden", encoding="utf-8")
    (layout.config / "a").symlink_to(keys)
    seen = [("generated/a/seal", layout.config / "a" / "seal")]
    monkeypatch.setattr(bundle, "generated", lambda *_: [(n[10:], p) for n, p in seen])
    with pytest.raises(OSError, match=r"."):
        bundle.pack(layout, frozenset(), tmp_path / "bundle")
    assert b"hidden" not in (tmp_path / "bundle").read_bytes()


def test_a_provider_that_leads_elsewhere_is_not_read(tmp_path: Path):
    layout = a_layout(tmp_path)
    folder = layout.data / "providers" / "host" / "space" / "kind" / "1.0"
    folder.mkdir(parents=True)
    (folder / "linux_amd64").symlink_to("/")
    assert bundle.providers(layout) == {"host/space/kind": "1.0 link:/"}


def test_providers_are_found_where_they_lie_however_the_lock_file_is_written(tmp_path: Path):
    lock = tmp_path / ".terraform.lock.hcl"
    lock.write_text('provider   "theirs.example/a/x" {\n}\n', encoding="utf-8")
    (tmp_path / "providers" / "theirs.example" / "a" / "x" / "1.0").mkdir(parents=True)
    assert list(providers_in(lock)) == []
    assert [f.detail for f in providers_under(tmp_path / "providers")] == ["theirs.example/a/x"]


def test_a_small_file_that_is_large_is_not_read(tmp_path: Path):
    path = tmp_path / "lock"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="too large"):
        read_small(path)
