"""What a configuration can reach in a Terraform process of ours, and what it cannot."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from sekisho.domain.configurations import OVERRIDE_FILE
from sekisho.domain.errors import ArchiveInvalid, SettingInvalid
from sekisho.domain.states import MASK
from sekisho.domain.targets import Target
from sekisho.domain.workspaces import Workspace
from sekisho.ports.containment import Uncontained
from tests.fakes.desks import Bench, Listening, local

SECRET = "kagi-wa-koko-ni-aru-42"


def fake_provider(folder: Path, version: str = "9.9.9") -> Path:
    """Lay an unpacked provider that notes when it runs and does nothing else."""
    home = folder / "registry.terraform.io" / "hashicorp" / "null" / version / "linux_amd64"
    home.mkdir(parents=True)
    binary = home / f"terraform-provider-null_v{version}_x5"
    binary.write_text(f"#!/bin/sh\ntouch {folder}/ran\nexit 1\n", encoding="utf-8")
    binary.chmod(0o755)
    return home


NEEDS_NULL = """
terraform {
  required_providers {
    null = { source = "hashicorp/null" }
  }
}
"""


def test_the_child_sees_our_environment_and_nothing_of_the_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SERVER_SECRET", SECRET)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-destroy")
    target = Target(name="t", region="ap-northeast-1", environment={"TF_VAR_x": "given"})
    # Contained, it could not even look.
    free = local(tmp_path, containment=Uncontained())
    bench = Bench(free, Workspace("w", target=target))
    files = {"main.tf": 'output "e" {\n  value = filebase64("/proc/self/environ")\n}\n'}
    bench.applied(files)
    assert bench.state is not None
    raw = base64.b64decode(json.loads(bench.state)["outputs"]["e"]["value"])
    seen = dict(e.decode().split("=", 1) for e in raw.split(b"\0") if e)
    assert set(seen) == {
        "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_REGION",
        "CHECKPOINT_DISABLE",
        "HOME",
        "LANG",
        "PATH",
        "TF_CLI_CONFIG_FILE",
        "TF_DATA_DIR",
        "TF_INPUT",
        "TF_IN_AUTOMATION",
        "TF_VAR_x",
        "TMPDIR",
    }
    assert Path(seen["HOME"]).is_relative_to(tmp_path)
    # A long path has a short name, for the sockets of providers, while the desk is open.
    assert not Path(seen["TMPDIR"]).exists()
    assert Path(seen["TMPDIR"]).is_relative_to(tmp_path) or "sekisho-" in seen["TMPDIR"]


@pytest.mark.parametrize(
    "name",
    ["TF_CLI_ARGS", "TF_CLI_ARGS_apply", "TF_REATTACH_PROVIDERS", "TF_LOG", "TF_LOG_PATH",
     "LD_PRELOAD", "TF_DATA_DIR", "TF_CLI_CONFIG_FILE", "HOME", "TF_PLUGIN_CACHE_DIR"],
)  # fmt: skip
def test_a_name_that_changes_how_terraform_runs_is_refused(tmp_path: Path, name: str):
    bench = Bench(local(tmp_path), Workspace("w", target=Target("t", environment={name: "x"})))
    with pytest.raises(SettingInvalid):
        bench.terraform.open(bench.order({"main.tf": ""}))
    assert not (tmp_path / "work").exists()


def test_providers_that_lie_beside_the_configuration_are_not_used(tmp_path: Path):
    """`terraform.d/plugins` in the working directory or in HOME is an implied mirror."""
    bench = Bench(local(tmp_path / "data"))
    files = {"main.tf": NEEDS_NULL + 'resource "null_resource" "a" {}\n'}
    desk = bench.terraform.open(bench.order(files))
    work = tmp_path / "data" / "work" / "run-1" / "plan"
    implied = [work / "config" / "terraform.d" / "plugins", work / "home" / ".terraform.d/plugins"]
    for folder in implied:
        fake_provider(folder)
    finished = desk.init(Listening())
    assert not finished.ok
    assert any("null" in f"{e.text} {e.detail}" for e in finished.errors)
    assert not any((folder / "ran").exists() for folder in implied)
    desk.close()


def test_a_dot_terraform_folder_in_the_configuration_is_not_read(tmp_path: Path):
    bench = Bench(local(tmp_path / "data"))
    desk = bench.terraform.open(bench.order({"main.tf": 'module "m" {\n  source = "./m"\n}\n'}))
    config = tmp_path / "data" / "work" / "run-1" / "plan" / "config"
    (config / ".terraform" / "modules").mkdir(parents=True)
    (config / ".terraform" / "modules" / "modules.json").write_text(
        json.dumps({"Modules": [{"Key": "m", "Source": "./m", "Dir": "/etc"}]}), encoding="utf-8"
    )
    finished = desk.init(Listening())
    assert not finished.ok  # ./m is not there, and nobody was told otherwise
    desk.close()


@pytest.mark.parametrize(
    "name",
    ["../out.tf", "/etc/passwd.tf", ".terraform/x", "terraform.d/plugins/x", OVERRIDE_FILE,
     "terraform.tfstate", "a/../../b.tf", "my.tfrc"],
)  # fmt: skip
def test_a_tar_that_is_not_one_of_ours_is_refused_once_more(tmp_path: Path, name: str):
    bench = Bench(local(tmp_path / "data"))
    with pytest.raises(ArchiveInvalid):
        bench.terraform.open(bench.order({"main.tf": "", name: "x"}))
    assert not list(tmp_path.glob("*.tf"))


def test_files_are_read_only_and_the_backend_is_ours_whatever_they_say(tmp_path: Path):
    bench = Bench(local(tmp_path / "data"))
    files = {
        "main.tf": 'terraform {\n  backend "http" {\n    address = "http://127.0.0.1:1/"\n  }\n}\n',
        "override.tf": 'terraform {\n  cloud {\n    organization = "evil"\n  }\n}\n',
        "script.sh": "#!/bin/sh\n",
        "b_override.tf.json": json.dumps({"terraform": {"backend": {"http": {}}}}),
    }
    desk = bench.terraform.open(bench.order(files | {"output.tf": 'output "a" {\n value = 1\n}'}))
    config = tmp_path / "data" / "work" / "run-1" / "plan" / "config"
    assert (config / "script.sh").stat().st_mode & 0o777 == 0o444
    watch = Listening()
    assert desk.init(watch).ok, watch.text()
    assert desk.plan(watch).ok, watch.text()
    assert (config.parent / "data" / "terraform.tfstate").read_text("utf-8").count('"local"') == 1
    desk.close()
    assert not config.parent.exists()


def test_secrets_never_reach_events_plans_or_states(tmp_path: Path):
    """Planted as variable, environment, marked value, and in a provisioner's output and error."""
    target = Target("t", environment={"MY_TOKEN": f"env-{SECRET}"})
    workspace = Workspace("w", target=target, variables={"db_password": SECRET, "plain": "seen"})
    bench = Bench(local(tmp_path), workspace)
    files = {
        "main.tf": """
variable "db_password" {}
variable "plain" {}
variable "flagged" {
  default   = "himitsu-no-kotoba"
  sensitive = true
}
resource "terraform_data" "a" {
  input = {
    text    = "postgres://u:${var.db_password}@db/x"
    encoded = base64encode("x${var.db_password}")
    url     = urlencode(var.db_password)
    flagged = var.flagged
    copy    = nonsensitive(var.flagged)
    plain   = var.plain
    key     = "AKIAABCDEFGHIJKLMNOP"
  }
  provisioner "local-exec" {
    command = "echo ${var.db_password} $MY_TOKEN; echo failed with $MY_TOKEN >&2; exit 1"
  }
}
output "o" {
  value     = var.flagged
  sensitive = true
}
output "p" { value = "${var.plain} ${var.db_password}" }
"""
    }
    planned = bench.planned(files)
    desk = planned.desk()
    watch = Listening()
    assert desk.init(watch).ok
    finished = desk.apply(watch)
    assert not finished.ok
    assert finished.errors
    state = desk.read_state()
    assert state is not None
    everything = repr((planned.reading, planned.watch.lines, watch.lines, finished, state.index))
    encoded = base64.b64encode(f"x{SECRET}".encode()).decode().rstrip("=")
    for secret in (SECRET, "himitsu-no-kotoba", f"env-{SECRET}", "AKIAABCDEFGHIJKLMNOP", encoded):
        assert secret not in everything
    assert SECRET.encode() in state.raw
    assert MASK in everything
    assert "seen" in everything
    desk.close()


def test_a_missing_variable_is_an_error_and_never_a_question(tmp_path: Path):
    bench = Bench(local(tmp_path))
    desk = bench.terraform.open(bench.order({"main.tf": 'variable "名前" {}\n'}))
    assert desk.init(Listening()).ok
    finished = desk.plan(Listening())
    assert not finished.ok
    assert [(e.text, e.file, e.line) for e in finished.errors] == [
        ("No value for required variable", "main.tf", 1)
    ]
    desk.close()


def test_operator_variables_win_over_every_file_of_the_configuration(tmp_path: Path):
    bench = Bench(local(tmp_path), Workspace("w", variables={"who": "operator", "n": [1, 2]}))
    files = {
        "main.tf": 'variable "who" {}\nvariable "n" {}\noutput "o" {\n  value = var.who\n}\n',
        "terraform.tfvars": 'who = "file"\nn = 1\n',
        "zzz.auto.tfvars": 'who = "auto"\n',
        "zzzz.auto.tfvars.json": '{"who": "json"}',
    }
    assert bench.planned(files).reading.outputs[0].after == "operator"


def test_user_text_is_never_an_option(tmp_path: Path):
    from sekisho.domain.plans import PlanOptions

    bench = Bench(local(tmp_path))
    files = {"main.tf": 'resource "terraform_data" "a" {}\n'}
    desk = bench.terraform.open(bench.order(files, PlanOptions(targets=("a -destroy", "-out=x"))))
    assert desk.init(Listening()).ok
    finished = desk.plan(Listening())
    assert not finished.ok
    assert all("Invalid target" in e.text for e in finished.errors)
    desk.close()


def test_files_of_a_run_are_for_the_server_alone(tmp_path: Path):
    bench = Bench(local(tmp_path / "data"))
    desk = bench.terraform.open(bench.order({"main.tf": ""}))
    work = tmp_path / "data" / "work" / "run-1" / "plan"
    assert desk.init(Listening()).ok
    assert desk.plan(Listening()).ok
    for folder in ("config", "data", "state", "home", "tmp", "out"):
        assert (work / folder).stat().st_mode & 0o077 == 0
    assert (work / "plan.tfplan").stat().st_mode & 0o077 == 0
    assert list((work / "tmp").iterdir()) == []
    desk.close()
