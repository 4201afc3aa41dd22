"""Each setting: what it is when nobody says, when somebody does, and when it is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sekisho.domain.configurations import Limits
from sekisho.domain.errors import SettingInvalid
from sekisho.domain.inspections import FindingKind
from sekisho.settings import (
    Rate,
    Settings,
    environment,
    inside_ecs,
    read_settings,
    unknown_settings,
)

MB = 1024 * 1024

# field: default, then (given, meaning)…, then what is wrong…
TABLE: dict[str, tuple[object, dict[str, object], tuple[str, ...]]] = {
    "data_dir": (None, {"/var/lib/sekisho": Path("/var/lib/sekisho")}, ()),
    "config": (None, {"/etc/sekisho.yaml": Path("/etc/sekisho.yaml")}, ()),
    "root": (None, {"/srv/infra": Path("/srv/infra")}, ()),
    "host": (
        "127.0.0.1",
        {"0.0.0.0": "0.0.0.0", " ::1 ": "::1", "Sekisho.Example.JP": "sekisho.example.jp"},
        ("http://x", "*", "a b", "a/b", "u@h"),
    ),
    "port": (8080, {"0": 0, "65535": 65535, " 80 ": 80}, ("-1", "65536", "x", "80.5", "８０a")),
    "public_url": (
        None,
        {"https://s.example.jp/": "https://s.example.jp", "http://[::1]:80": "http://[::1]:80"},
        ("s.example.jp", "ftp://x", "https://x/path", "https://u:p@x", "https://x?q", "https://x#f",
         "https://", "https://x:99999", "https://x:0", "https://[x"),
    ),
    "allowed_hosts": (
        (),
        {"a.jp": ("a.jp",), " A.jp , b.jp:8080,, ": ("a.jp", "b.jp:8080")},
        ("*", "a.jp,*.b.jp", "https://a.jp"),
    ),
    "allowed_origins": (
        (),
        {"https://a.jp": ("https://a.jp",), "https://a.jp/, http://b": ("https://a.jp", "http://b")},
        ("*", "a.jp", "null", "https://a.jp/x", "https://a.jp,*"),
    ),
    "transport": (
        "stdio",
        {"http": "streamable-http", "STDIO": "stdio", "streamable-http": "streamable-http"},
        ("sse", "web"),
    ),
    "endpoint": (
        "/mcp",
        {"mcp": "/mcp", "/mcp/": "/mcp", "/terraform/mcp": "/terraform/mcp"},
        ("/", "/a b", "/mcp?x", "//", "/日本"),
    ),
    "tls_cert": (None, {}, ("/etc/tls.crt",)),
    "tls_key": (None, {}, ()),
    "auth": ("auto", {"KEYS": "keys", "none": "none"}, ("off", "false")),
    "cors_mode": ("strict", {"Development": "development", "disabled": "disabled"}, ("open", "*")),
    "rate_limit": (
        None,
        {"10:20": Rate(10, 20), "0.5:1": Rate(0.5, 1), "off": Rate(0, 0), "0:0": Rate(0, 0)},
        ("10", "x:1", "1:x", "-1:1", "1:0", "0:5", ":", "1:1:1"),
    ),
    "rate_limit_caller": (None, {"5:10": Rate(5, 10)}, ("5",)),
    "remote_ip": (
        "remoteaddr",
        {"X-Forwarded-For": "x-forwarded-for", "X-Real-IP": "x-real-ip"},
        ("forwarded",),
    ),
    "trusted_hops": (0, {"2": 2}, ("-1", "17", "all")),
    "redirect_root": (
        None,
        {"https://wiki.example.jp/a?b": "https://wiki.example.jp/a?b"},
        ("/console", "javascript:alert(1)", "https://u:p@x/"),
    ),
    "toolsets": (("default",), {"runs, docs": ("runs", "docs"), "all": ("all",)}, ()),
    "tools": ((), {"run_get,run_list": ("run_get", "run_list")}, ()),
    "exclude_tools": ((), {"run_apply": ("run_apply",)}, ()),
    "read_only": (False, {"true": True}, ("maybe",)),
    "log_file": (None, {"/var/log/sekisho.log": Path("/var/log/sekisho.log")}, ()),
    "log_level": (
        "info",
        {"DEBUG": "debug", "warning": "warning", "warn": "warning", "fatal": "error"},
        ("loud", "10"),
    ),
    "log_format": ("json", {"text": "text", "JSON": "json"}, ("xml",)),
    "language": ("auto", {"ja": "ja", "EN": "en"}, ("fr", "jp")),
    "plans_per_hour": (600, {"1": 1, "1000000": 1_000_000}, ("0", "-1", "1000001", "many")),
    "plans_per_hour_agent": (300, {"5": 5}, ("0", "x")),
    "applies_per_hour": (120, {"5": 5}, ("0", "x")),
    "applies_per_hour_agent": (60, {"5": 5}, ("0", "x")),
    "destroys_per_day": (500, {"1": 1}, ("0", "-1", "x")),
    "failures_in_a_row": (10, {"3": 3}, ("0", "1001", "x")),
    "plan_slots": (2, {"1": 1}, ("0", "-1", "many", "257")),
    "apply_slots": (4, {"8": 8}, ("0", "x")),
    "stop_grace": (60, {"1": 1, "3600": 3600}, ("0", "3601", "1m")),
    "drain_for": (20, {"0": 0, "90": 90}, ("-1", "3601", "20s")),
    "plan_age": (24, {"8": 8}, ("0", "721", "8h")),
    "inspection_allow": (
        (),
        {"provisioner, backend": (FindingKind.PROVISIONER, FindingKind.BACKEND)},
        ("provisioners",),
    ),
    "keep_runs": (90, {"365": 365}, ("0", "ever")),
    "audit_anchors": (None, {"/mnt/anchors": Path("/mnt/anchors")}, ()),
    "upload_packed": (50 * MB, {"10MiB": 10 * MB, "1000": 1000}, ("0", "-1", "big", "10 apples")),
    "upload_unpacked": (200 * MB, {"1GB": 1_000_000_000}, ("0", "x")),
    "upload_files": (10_000, {"5": 5}, ("0", "x")),
    "worker": (True, {"false": False, "0": False, "yes": True, "1": True}, ("maybe", "2")),
    "terraform_path": (None, {"/opt/a:/opt/b": "/opt/a:/opt/b"}, ()),
}  # fmt: skip


def variable(field: str) -> str:
    return f"SEKISHO_{field.upper()}"


def test_every_setting_is_in_the_table_and_described():
    assert TABLE.keys() == Settings.model_fields.keys()
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith(".")


@pytest.mark.parametrize("field", [f for f, row in TABLE.items() if row[0] is not None])
def test_a_setting_nobody_gives_has_its_default(field: str, monkeypatch: pytest.MonkeyPatch):
    assert getattr(read_settings(), field) == TABLE[field][0]
    monkeypatch.setenv(variable(field), "")
    assert getattr(read_settings(), field) == TABLE[field][0]


@pytest.mark.parametrize(
    ("field", "given", "meaning"),
    [(f, g, m) for f, row in TABLE.items() for g, m in row[1].items()],
)
def test_a_setting_means_what_it_says(
    field: str, given: str, meaning: object, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable(field), given)

    assert getattr(read_settings(), field) == meaning


@pytest.mark.parametrize(
    ("field", "given"), [(f, wrong) for f, row in TABLE.items() for wrong in row[2]]
)
def test_a_wrong_setting_is_named(field: str, given: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(variable(field), given)

    with pytest.raises(SettingInvalid) as refusal:
        read_settings()
    assert refusal.value.facts["name"] == variable(field)
    assert variable(field) in refusal.value.message("ja")
    assert "u:p@x" not in refusal.value.message()


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEKISHO_PORT", "x")
    monkeypatch.setenv("SEKISHO_PLAN_SLOTS", "0")

    with pytest.raises(SettingInvalid) as refusal:
        read_settings(language="fr")
    for name in ("SEKISHO_PORT", "SEKISHO_PLAN_SLOTS", "SEKISHO_LANGUAGE"):
        assert name in refusal.value.message()


def test_a_flag_wins_over_the_environment_and_none_is_no_flag(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEKISHO_PORT", "1")

    assert read_settings(port=2, host=None).port == 2
    assert read_settings(port=None).port == 1
    with pytest.raises(SettingInvalid):
        read_settings(prot=2)


def test_a_file_and_a_folder_of_workspaces_are_not_given_together(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("SEKISHO_CONFIG", "sekisho.yaml")

    with pytest.raises(SettingInvalid) as refusal:
        read_settings(root=".")
    assert refusal.value.facts["name"] == "SEKISHO_CONFIG"
    assert "SEKISHO_ROOT" in refusal.value.message()


def test_paths_are_absolute_and_know_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/sato")

    assert read_settings(config="a.yaml").config == tmp_path / "a.yaml"
    assert read_settings(data_dir="~/data").data_dir == Path("/home/sato/data")


def test_data_lies_where_the_platform_keeps_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/home/sato")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert read_settings().data_dir == Path("/home/sato/.local/share/sekisho")

    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert read_settings().data_dir == Path("/data/sekisho")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert read_settings().data_dir == Path("/home/sato/.local/share/sekisho")


def test_terraform_is_looked_for_on_the_path(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/one:/two")

    assert read_settings().terraform_path == "/one:/two"


def test_the_upload_caps_are_those_of_the_domain():
    settings, limits = read_settings(), Limits()

    assert (settings.upload_packed, settings.upload_unpacked, settings.upload_files) == (
        limits.packed_bytes,
        limits.unpacked_bytes,
        limits.files,
    )


def test_unknown_settings_are_told_with_a_near_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEKISHO_PORTS", "1")
    monkeypatch.setenv("SEKISHO_QQQQQQ", "1")
    monkeypatch.setenv("SEKISHO_TOKEN", "1")
    monkeypatch.setenv("SEKISHO_HOST", "::1")

    assert dict(unknown_settings(["SEKISHO_TOKEN"])) == {
        "SEKISHO_PORTS": "SEKISHO_PORT",
        "SEKISHO_QQQQQQ": None,
    }
    assert "SEKISHO_TOKEN" in dict(unknown_settings())


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch):
    settings = read_settings()
    monkeypatch.setenv("SEKISHO_PORT", "1")

    assert settings.port == 8080
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_the_environment_is_given_as_a_copy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SPOKE_KEY", "x")
    given = environment()
    monkeypatch.setenv("SPOKE_KEY", "y")

    assert given["SPOKE_KEY"] == "x"
    assert os.environ["SPOKE_KEY"] == "y"


@pytest.mark.parametrize("name", ["ECS_CONTAINER_METADATA_URI_V4", "ECS_CONTAINER_METADATA_URI"])
def test_a_task_of_ecs_is_known_by_what_its_agent_sets(name: str, monkeypatch: pytest.MonkeyPatch):
    assert not inside_ecs()
    monkeypatch.setenv(name, "")
    assert not inside_ecs()
    monkeypatch.setenv(name, "http://169.254.170.2/v4/0123")
    assert inside_ecs()
