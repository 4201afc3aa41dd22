"""Builds, the backend block, and the CLI configuration: what is written and what is found."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from sekisho.domain.errors import TerraformMissing, VersionUnmet
from sekisho.domain.targets import S3Backend, ServerBackend
from sekisho.ports.containment import Uncontained
from sekisho.terraform.backend import backend_block
from sekisho.terraform.builds import Builds
from sekisho.terraform.environment import cli_configuration, quoted
from tests.fakes.desks import options_in


def executable(path: Path, version: str, asked: Path | None = None) -> Path:
    """Make a program that answers `version -json` and notes that it was asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    note = f"echo asked >> {asked}\n" if asked else ""
    answer = json.dumps({"terraform_version": version})
    path.write_text(f"#!/bin/sh\n{note}echo '{answer}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_builds_come_newest_first_and_terraform_before_tofu(tmp_path: Path):
    executable(tmp_path / "bin" / "terraform", "1.9.8")
    executable(tmp_path / "bin" / "tofu", "1.9.8")
    newer = executable(tmp_path / "opt" / "terraform_1.10.0", "1.10.0")
    options = options_in(tmp_path / "data", path=str(tmp_path / "bin"), binaries=(newer,))
    found = Builds(options).all()
    assert [(b.product, b.version) for b in found] == [
        ("terraform", "1.10.0"),
        ("terraform", "1.9.8"),
        ("tofu", "1.9.8"),
    ]
    assert found[0].digest == f"sha256:{hashlib.sha256(newer.read_bytes()).hexdigest()}"
    assert found[0].command == (str(newer),)


def test_a_constraint_takes_the_newest_that_it_allows(tmp_path: Path):
    paths = [executable(tmp_path / f"terraform{v}", v) for v in ("1.9.8", "1.10.5", "2.0.0-rc1")]
    builds = Builds(options_in(tmp_path / "data", path="", binaries=tuple(paths)))
    assert builds.for_constraint("").version == "1.10.5"
    assert builds.for_constraint("~> 1.9.0").version == "1.9.8"
    assert builds.for_constraint("= 2.0.0-rc1").version == "2.0.0-rc1"
    with pytest.raises(VersionUnmet) as caught:
        builds.for_constraint(">= 3")
    assert "terraform 1.10.5" in caught.value.message()


def test_an_executable_is_asked_once_and_again_when_it_changes(tmp_path: Path):
    asked = tmp_path / "asked"
    path = executable(tmp_path / "bin" / "terraform", "1.9.8", asked)
    # Contained, it could note nothing beside itself.
    options = options_in(tmp_path / "data", path=str(path.parent), containment=Uncontained())
    builds = Builds(options)
    assert not asked.exists()
    first = builds.all()
    assert builds.all() == first == Builds(options).all()
    assert asked.read_text("utf-8").count("asked") == 1
    executable(path, "1.10.10", asked)
    assert [b.version for b in builds.all()] == ["1.10.10"]
    assert asked.read_text("utf-8").count("asked") == 2


def test_what_is_no_terraform_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sekisho.terraform.builds._library", lambda: None)
    broken = tmp_path / "bin" / "terraform"
    broken.parent.mkdir()
    broken.write_bytes(b"\x7fELF not really")
    broken.chmod(0o755)
    failing = tmp_path / "failing"
    failing.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    failing.chmod(0o755)
    chatty = tmp_path / "chatty"
    chatty.write_text("#!/bin/sh\necho hello\n", encoding="utf-8")
    chatty.chmod(0o755)
    options = options_in(
        tmp_path / "data",
        path=str(broken.parent),
        binaries=(failing, chatty, tmp_path / "missing"),
    )
    assert Builds(options).all() == ()
    with pytest.raises(TerraformMissing):
        Builds(options).for_constraint("")


def test_a_string_of_hcl_means_exactly_its_text():
    text = 'a"b\\c${d}%{e}\nf\tg\x07日本\u200b'
    assert quoted(text) == '"a\\"b\\\\c$${d}%%{e}\\nf\\tg\\u0007日本\\u200b"'


def test_the_server_backend_lies_beside_the_configuration():
    assert 'backend "local"' in backend_block(ServerBackend())
    assert '"../state/terraform.tfstate"' in backend_block(ServerBackend())


S3 = S3Backend(bucket="b", key="k", region="ap-northeast-1")


@pytest.mark.parametrize(
    ("backend", "present", "absent"),
    [
        (S3, ["use_lockfile = true", "encrypt = true"], ["dynamodb", "skip_", "endpoints"]),
        (
            dataclasses.replace(S3, lock="dynamodb", dynamodb_table="t", encrypt=False),
            ['dynamodb_table = "t"', "encrypt = false"],
            ["use_lockfile"],
        ),
        (
            dataclasses.replace(S3, lock="both", dynamodb_table="t"),
            ['dynamodb_table = "t"', "use_lockfile = true"],
            [],
        ),
        (
            dataclasses.replace(S3, kms_key_id="kms", role_arn="arn:x"),
            ['kms_key_id = "kms"', 'assume_role = { "role_arn" = "arn:x" }'],
            [],
        ),
        (
            dataclasses.replace(S3, endpoints={"s3": "http://h"}, use_path_style=True),
            ['endpoints = { "s3" = "http://h" }', "use_path_style = true", "skip_credentials"],
            [],
        ),
        (
            dataclasses.replace(S3, endpoints={"s3": "http://h", "sts": "http://s"}),
            ["skip_region_validation"],
            ["skip_credentials"],
        ),
    ],
)
def test_an_s3_backend_is_written_out(backend: S3Backend, present: list[str], absent: list[str]):
    block = backend_block(backend)
    assert all(p in block for p in present)
    assert not any(a in block for a in absent)


def test_providers_come_from_where_the_operator_says_and_nowhere_else(tmp_path: Path):
    nothing = cli_configuration(options_in(tmp_path))
    assert "provider_installation {\n}" in nothing
    everything = cli_configuration(
        options_in(
            tmp_path, mirror=Path('/mi"rror'), network_mirror="https://m.example/", direct=True
        )
    )
    assert 'path = "/mi\\"rror"' in everything
    assert 'url = "https://m.example/"' in everything
    assert "direct {}" in everything
