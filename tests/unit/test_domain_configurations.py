"""What a configuration may hold, and how its content is named."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.configurations import (
    OVERRIDE_FILE,
    File,
    Limits,
    Manifest,
    Names,
    check_manifest,
    check_place,
    checked_path,
    ignored,
    is_terraform,
    refused,
)
from sekisho.domain.errors import (
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    UploadTooLarge,
)

LIMITS = Limits()


def a_file(path: str = "main.tf", size: int = 1, content: str = "a", **more: bool) -> File:
    return File(path, size, content * 64, **more)


@given(st.permutations(["main.tf", "a/b.tf", "a.tf", "あ.tf", "Z.tf"]))
def test_the_digest_does_not_depend_on_the_order_files_came_in(paths: list[str]):
    manifest = Manifest.of(a_file(p) for p in paths)

    assert manifest == Manifest.of(a_file(p) for p in sorted(paths))
    assert manifest.size == 5
    assert manifest.digest.startswith("sha256:")


@pytest.mark.parametrize(
    "other",
    [
        (a_file("mine.tf"),),
        (a_file(size=2),),
        (a_file(content="b"),),
        (a_file(executable=True),),
        (a_file(), a_file("b.tf")),
        (),
    ],
)
def test_the_digest_changes_with_every_path_mode_and_content(other: tuple[File, ...]):
    assert Manifest.of(other).digest != Manifest.of([a_file()]).digest


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("main.tf", "main.tf"),
        ("./main.tf", "main.tf"),
        ("a//b/./c.tf", "a/b/c.tf"),
        ("modules/網/main.tf", "modules/網/main.tf"),
        ("か\u3099.tf", "が.tf"),
        ("a b...tf", "a b...tf"),
        ("c/x:y.tf", "c/x:y.tf"),
    ],
)
def test_a_path_has_one_form(given: str, kept: str):
    assert checked_path(given, LIMITS) == kept
    assert checked_path(kept, LIMITS) == kept


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "./",
        "/etc/passwd",
        "../x.tf",
        "a/../../x.tf",
        "a/..",
        "a\\b.tf",
        "C:x.tf",
        "a\nb.tf",
        "a\x00.tf",
        "a\u200b.tf",
        "a\u202eft.tf",
        "a\ud800.tf",
        "a\u2028.tf",
        "a\x7f.tf",
    ],
)
def test_a_path_that_leads_elsewhere_or_hides_something_is_refused(path: str):
    with pytest.raises(ArchiveInvalid) as caught:
        checked_path(path, LIMITS)

    caught.value.message("ja").encode()


@pytest.mark.parametrize(
    "path",
    ["x" * 256, "あ" * 86, "/".join("x" * 33), "/".join(["x" * 200] * 6), "あ/" * 300 + "x"],
)
def test_a_path_over_a_cap_is_refused(path: str):
    with pytest.raises(UploadTooLarge):
        checked_path(path, LIMITS)


def test_a_path_at_every_cap_is_taken():
    assert checked_path("あ" * 85, LIMITS) == "あ" * 85
    assert checked_path("/".join("x" * 32), LIMITS)
    small = dataclasses.replace(LIMITS, path_bytes=6)
    assert checked_path("あ.tf", small) == "あ.tf"
    with pytest.raises(UploadTooLarge):
        checked_path("ああ.tf", small)


@pytest.mark.parametrize(
    "path",
    [
        ".terraform/modules/modules.json",
        "a/.terraform/x",
        "terraform.d/plugins/x",
        ".terraformrc",
        "terraform.rc",
        "x.tfrc",
        "credentials.tfrc.json",
        ".git/config",
        "a/.git",
        ".AWS/config",
        "terraform.tfstate",
        "terraform.tfstate.backup",
        "x.tfstate.d/y",
        "errored.TFSTATE",
        "plan.tfplan",
        ".env",
        ".env.local",
        "sub/.envrc",
        "key.pem",
        "id_rsa",
        "id_ed25519.old",
        "a/id_ecdsa_sk",
        ".ssh/config",
        ".netrc",
        ".git-credentials",
        "server.KEY",
        "x.p12",
        OVERRIDE_FILE,
        "zzzz_sekisho_override.tf.json",
        "zzzzz_override.tf",
        "modules/zzzzz_override.tf",
        "あ_override.tf",
        "zzzz_sekisho_override.tofu",
    ],
)
def test_what_terraform_would_trust_or_must_not_travel_is_refused_with_a_reason(path: str):
    assert refused(path)


@pytest.mark.parametrize(
    "path",
    [
        "main.tf",
        ".terraform.lock.hcl",
        "terraform.tfvars",
        "override.tf",
        "a_override.tf",
        "id_rsa.pub",
        "id_rsa.tf",
        "keys.tf",
        "environment.tf",
        "zzzz.tf",
        "gitignore",
        ".gitignore",
        "terraform.dat",
    ],
)
def test_what_belongs_to_a_configuration_is_taken(path: str):
    assert refused(path) is None


def test_litter_is_told_from_files_and_terraform_files_from_others():
    assert [p for p in ("._main.tf", "a/.DS_Store", "a/.#x.tf", "main.tf", ".x") if ignored(p)] == [
        "._main.tf",
        "a/.DS_Store",
        "a/.#x.tf",
    ]
    assert [p for p in ("main.tf", "x.tf.json", "a/main.tf", ".x.tf", "x.tfvars") if
            is_terraform(p)] == ["main.tf", "x.tf.json"]  # fmt: skip


def test_a_manifest_within_its_caps_is_let_through():
    check_manifest(Manifest.of([a_file(), a_file("a/b.txt")]), LIMITS)


@pytest.mark.parametrize(
    ("files", "limits", "error"),
    [
        ([a_file("a/.x.tf"), a_file("a.tfvars")], LIMITS, ConfigurationEmpty),
        ([], LIMITS, ConfigurationEmpty),
        ([a_file(), a_file("b.tf")], Limits(files=1), UploadTooLarge),
        ([a_file(size=11)], Limits(unpacked_bytes=10), UploadTooLarge),
        ([a_file(), a_file()], LIMITS, ArchiveInvalid),
        ([a_file(), a_file("MAIN.tf")], LIMITS, ArchiveInvalid),
        ([a_file(), a_file("main.tf/x")], LIMITS, ArchiveInvalid),
        ([a_file(), a_file("a/x"), a_file("A/y")], LIMITS, ArchiveInvalid),
    ],
)
def test_a_manifest_that_no_disk_keeps_apart_is_refused(
    files: list[File], limits: Limits, error: type[Exception]
):
    with pytest.raises(error):
        check_manifest(Manifest.of(files), limits)


def test_a_folder_may_be_named_often_but_never_as_a_file():
    names = Names()
    names.add("a/b", folder=True)
    names.add("a/b", folder=True)
    names.add("a/b/c.tf")

    for path, folder in [("a/b", False), ("a/b/c.tf", True), ("A/b", True), ("a/B/d.tf", False)]:
        with pytest.raises(ArchiveInvalid):
            names.add(path, folder=folder)


@pytest.mark.parametrize(
    ("directory", "error"),
    [
        ("", ConfigurationEmpty),
        ("envs", ConfigurationInvalid),
        ("envs/本番", None),
        ("modules/m", None),
        ("env", ConfigurationInvalid),
        ("envs/本番/x", ConfigurationInvalid),
    ],
)
def test_something_for_terraform_must_lie_where_the_workspace_works(
    directory: str, error: type[Exception] | None
):
    manifest = Manifest.of([a_file("envs/本番/main.tf"), a_file("modules/m/main.tf.json")])
    if error is None:
        check_place(manifest, directory)
        return
    with pytest.raises(error) as refusal:
        check_place(manifest, directory)
    assert directory in str(refusal.value)
