"""Where a contained Terraform is let in besides its own folder."""

from __future__ import annotations

from pathlib import Path

from sekisho.terraform.confines import linked_to

PLATFORM = "registry.terraform.io/acme/sim/1.0.0/linux_amd64"


def test_where_links_of_a_mirror_lead_is_open_too(tmp_path: Path):
    elsewhere, mirror = tmp_path / "elsewhere", tmp_path / "mirror"
    for folder in ("sim", "host/ns/kata/1.0.0/linux_amd64"):
        (elsewhere / folder).mkdir(parents=True)
    place = mirror / PLATFORM
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere / "sim")
    (mirror / "host").symlink_to(elsewhere / "host")
    assert set(linked_to(mirror)) == {elsewhere / "sim", elsewhere / "host"}


def test_what_lies_in_a_provider_or_leads_nowhere_opens_nothing(tmp_path: Path):
    inside = tmp_path / "mirror" / PLATFORM
    inside.mkdir(parents=True)
    (inside / "terraform-provider-sim").symlink_to("/etc/passwd")
    (inside.parent / "darwin_arm64").symlink_to(tmp_path / "gone")
    assert linked_to(tmp_path / "mirror") == ()
    assert linked_to(tmp_path / "none") == ()
