"""The names of HashiCorp's server and of the guide: each alone, and in conflict with the others."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from sekisho.cli.hosts import settings_of
from sekisho.cli.main import build_parser
from sekisho.domain.errors import SettingInvalid
from sekisho.settings import DOORS, Rate, Settings, given_transport, read_settings, setting_remarks

# name: the setting, a value and what it means, another value and what that means
VARIABLES: dict[str, tuple[str, str, object, str, object]] = {
    "TRANSPORT_MODE": ("transport", "http", "streamable-http", "stdio", "stdio"),
    "MCP_TRANSPORT": ("transport", "streamable-http", "streamable-http", "stdio", "stdio"),
    "TRANSPORT_HOST": ("host", "0.0.0.0", "0.0.0.0", "::1", "::1"),
    "TRANSPORT_PORT": ("port", "9000", 9000, "9001", 9001),
    "MCP_ENDPOINT": ("endpoint", "/a", "/a", "b/", "/b"),
    "MCP_ALLOWED_ORIGINS": (
        "allowed_origins",
        "https://a.jp, https://b.jp",
        ("https://a.jp", "https://b.jp"),
        "https://c.jp",
        ("https://c.jp",),
    ),
    "MCP_CORS_MODE": ("cors_mode", "development", "development", "disabled", "disabled"),
    "MCP_TLS_CERT_FILE": ("tls_cert", "/c", Path("/c"), "/d", Path("/d")),
    "MCP_TLS_KEY_FILE": ("tls_key", "/c", Path("/c"), "/d", Path("/d")),
    "MCP_RATE_LIMIT_GLOBAL": ("rate_limit", "10:20", Rate(10, 20), "1:2", Rate(1, 2)),
    "MCP_RATE_LIMIT_SESSION": ("rate_limit_caller", "5:10", Rate(5, 10), "1:2", Rate(1, 2)),
    "MCP_REMOTE_IP_METHOD": (
        "remote_ip", "X-Real-IP", "x-real-ip", "X-Forwarded-For", "x-forwarded-for",
    ),
    "MCP_XFF_TRUSTED_HOPS": ("trusted_hops", "1", 1, "2", 2),
    "MCP_REDIRECT_ROOT_URL": ("redirect_root", "https://a.jp", "https://a.jp", "https://b", "https://b"),
    "LOG_LEVEL": ("log_level", "warn", "warning", "trace", "debug"),
    "LOG_FORMAT": ("log_format", "text", "text", "JSON", "json"),
}  # fmt: skip

# flag: the setting, what is given, what it means
FLAGS: dict[str, tuple[str, str | None, object]] = {
    "--transport-host": ("host", "0.0.0.0", "0.0.0.0"),
    "--transport-port": ("port", "9002", 9002),
    "-p": ("port", "9002", 9002),
    "--mcp-endpoint": ("endpoint", "/flag", "/flag"),
    "--tls-cert": ("tls_cert", "/flag", Path("/flag")),
    "--tls-key": ("tls_key", "/flag", Path("/flag")),
    "--toolsets": ("toolsets", "runs,docs", ("runs", "docs")),
    "--tools": ("tools", "run_get", ("run_get",)),
    "--exclude-tools": ("exclude_tools", "run_get", ("run_get",)),
    "--read-only": ("read_only", None, True),
    "--log-file": ("log_file", "/flag", Path("/flag")),
    "--log-level": ("log_level", "error", "error"),
    "--log-format": ("log_format", "text", "text"),
}
NO_EFFECT = {
    "MCP_SESSION_MODE": ("stateful", "stateless"),
    "MCP_STATELESS": ("false", "true"),
    "MCP_HEARTBEAT_INTERVAL": ("30s", "0"),
    "MCP_KEEP_ALIVE": ("1m", "0"),
    "MCP_ORGANIZATION_ALLOWLIST": ("acme", None),
    "TFE_TOKEN": ("hunter2", None),
    "TFE_ADDRESS": ("https://tfe.example.jp", None),
    "TFE_HOSTNAME": ("app.terraform.io", None),
    "TFE_SKIP_TLS_VERIFY": ("true", "false"),
    "ENABLE_TF_OPERATIONS": ("true", "false"),
    "MCP_FORWARD_CLIENT_IP": ("true", "false"),
    "OTEL_METRICS_ENABLED": ("true", "false"),
    "OTEL_METRICS_ENDPOINT": ("localhost:4318", None),
    "OTEL_METRICS_EXPORT_INTERVAL": ("2s", None),
    "OTEL_METRICS_SERVICE_NAME": ("x", None),
    "OTEL_METRICS_SERVICE_VERSION": ("1", None),
}
PAIRED = {"tls_cert": "SEKISHO_TLS_KEY", "tls_key": "SEKISHO_TLS_CERT"}
WITHOUT_EFFECT = {"--heartbeat-interval": "30s", "--organization-allowlist": "acme"}


@pytest.fixture
def other_half(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A certificate goes with its key."""
    field = request.getfixturevalue("field")
    if field in PAIRED:
        monkeypatch.setenv(PAIRED[field], "/other")


def parsed(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(words)


def flagged(flag: str, value: str | None, command: str = "streamable-http") -> Settings:
    return settings_of(parsed(command, flag, *([value] if value is not None else [])))


def test_every_door_is_in_these_tables():
    variables = {name for door in DOORS for name in door.variables}
    flags = {name for door in DOORS for name in door.flags}
    assert variables == VARIABLES.keys() | NO_EFFECT.keys()
    assert flags == FLAGS.keys() | WITHOUT_EFFECT.keys()
    assert all(door.field in {"", *Settings.model_fields} for door in DOORS)


@pytest.mark.parametrize(("name", "field"), [(n, row[0]) for n, row in VARIABLES.items()])
@pytest.mark.usefixtures("other_half")
def test_a_variable_alone_means_what_it_says(
    name: str, field: str, monkeypatch: pytest.MonkeyPatch
):
    _, given, meaning, other, other_meaning = VARIABLES[name]
    monkeypatch.setenv(name, given)
    assert getattr(read_settings(), field) == meaning
    monkeypatch.setenv(name, other)
    assert getattr(read_settings(), field) == other_meaning
    monkeypatch.setenv(name, "")
    assert PAIRED.get(field) or getattr(read_settings(), field) == getattr(Settings(), field)


@pytest.mark.parametrize(("name", "field"), [(n, row[0]) for n, row in VARIABLES.items()])
@pytest.mark.usefixtures("other_half")
def test_our_own_name_wins_over_theirs_and_it_is_said(
    name: str, field: str, monkeypatch: pytest.MonkeyPatch
):
    _, given, meaning, other, _ = VARIABLES[name]
    monkeypatch.setenv(f"SEKISHO_{field.upper()}", given)
    monkeypatch.setenv(name, other)
    assert getattr(read_settings(), field) == meaning
    assert (name, f"SEKISHO_{field.upper()} is set too, and wins.") in setting_remarks()
    monkeypatch.setenv(name, given)
    assert name not in dict(setting_remarks())


@pytest.mark.parametrize(("flag", "field"), [(f, row[0]) for f, row in FLAGS.items()])
@pytest.mark.usefixtures("other_half")
def test_a_flag_alone_means_what_it_says(flag: str, field: str):
    for command in ("streamable-http", "http", "serve", "stdio"):
        assert getattr(flagged(flag, FLAGS[flag][1], command), field) == FLAGS[flag][2]


@pytest.mark.parametrize(
    ("flag", "name", "field"),
    [
        (flag, name, row[0])
        for flag, row in FLAGS.items()
        for name, other in VARIABLES.items()
        if other[0] == row[0]
    ],
)
@pytest.mark.usefixtures("other_half")
def test_a_flag_wins_over_every_variable(
    flag: str, name: str, field: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, VARIABLES[name][1])
    assert getattr(flagged(flag, FLAGS[flag][1]), field) == FLAGS[flag][2]
    monkeypatch.setenv(f"SEKISHO_{field.upper()}", VARIABLES[name][1])
    assert getattr(flagged(flag, FLAGS[flag][1]), field) == FLAGS[flag][2]


def test_of_two_names_for_one_thing_the_first_of_the_table_wins_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("MCP_TRANSPORT", "stdio")
    monkeypatch.setenv("TRANSPORT_MODE", "http")
    assert read_settings().transport == "streamable-http"
    assert dict(setting_remarks())["MCP_TRANSPORT"] == "TRANSPORT_MODE is set too, and wins."


@pytest.mark.parametrize(
    ("words", "field", "meaning"),
    [
        (("--log-level", "debug", "stdio"), "log_level", "debug"),
        (("--log-level", "debug", "stdio", "--log-level", "error"), "log_level", "error"),
        (("--toolsets=runs", "http", "--port", "1"), "toolsets", ("runs",)),
        (("--read-only",), "read_only", True),
        (("--tools=run_get",), "tools", ("run_get",)),
    ],
)
def test_what_is_for_every_command_may_stand_before_it(
    words: tuple[str, ...], field: str, meaning: object
):
    assert getattr(settings_of(parsed(*words)), field) == meaning


@pytest.mark.parametrize(("name", "values"), NO_EFFECT.items())
def test_a_name_without_effect_is_taken_and_said_but_never_its_value(
    name: str, values: tuple[str, str | None], monkeypatch: pytest.MonkeyPatch
):
    loud, quiet = values
    monkeypatch.setenv(name, loud)
    assert read_settings() == Settings()
    remark = dict(setting_remarks())[name]
    assert remark
    assert "hunter2" not in remark
    if quiet is not None:
        monkeypatch.setenv(name, quiet)
        assert name not in dict(setting_remarks())


@pytest.mark.parametrize(("flag", "value"), WITHOUT_EFFECT.items())
def test_a_flag_without_effect_is_taken(flag: str, value: str):
    assert flagged(flag, value) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRANSPORT_PORT", "http"),
        ("TRANSPORT_MODE", "sse"),
        ("MCP_CORS_MODE", "open"),
        ("MCP_RATE_LIMIT_GLOBAL", "10"),
        ("MCP_ALLOWED_ORIGINS", "*"),
        ("MCP_ENDPOINT", "/a?b"),
    ],
)
def test_a_wrong_value_is_told_by_the_name_it_came_with(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingInvalid) as refusal:
        read_settings()
    assert refusal.value.facts["name"] == name


@pytest.mark.parametrize("name", ["LOG_LEVEL", "LOG_FORMAT"])
def test_what_other_programs_read_too_does_not_stop_us(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, "verbose")
    assert read_settings() == Settings()
    assert "passed over" in dict(setting_remarks())[name]


def test_a_certificate_without_its_key_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MCP_TLS_CERT_FILE", "/c")
    with pytest.raises(SettingInvalid) as refusal:
        read_settings()
    assert refusal.value.facts["name"] == "MCP_TLS_CERT_FILE"


def test_tools_and_toolsets_together_are_refused_but_a_flag_chooses(
    monkeypatch: pytest.MonkeyPatch,
):
    with pytest.raises(SettingInvalid):
        settings_of(parsed("--tools=run_get", "--toolsets=runs"))
    monkeypatch.setenv("SEKISHO_TOOLSETS", "runs")
    assert settings_of(parsed("--tools=run_get")).toolsets == ("default",)
    monkeypatch.delenv("SEKISHO_TOOLSETS")
    monkeypatch.setenv("SEKISHO_TOOLS", "run_get")
    assert settings_of(parsed("--toolsets=runs")).tools == ()


@pytest.mark.parametrize(
    ("given", "started"),
    [
        ({}, "stdio"),
        ({"TRANSPORT_MODE": "http"}, "streamable-http"),
        ({"TRANSPORT_MODE": "streamable-http"}, "streamable-http"),
        ({"MCP_TRANSPORT": "streamable-http"}, "streamable-http"),
        ({"SEKISHO_TRANSPORT": "http"}, "streamable-http"),
        ({"TRANSPORT_PORT": "9000"}, "streamable-http"),
        ({"TRANSPORT_HOST": "0.0.0.0"}, "streamable-http"),
        ({"MCP_ENDPOINT": "/mcp"}, "streamable-http"),
        ({"TRANSPORT_PORT": "9000", "TRANSPORT_MODE": "stdio"}, "stdio"),
        ({"TRANSPORT_MODE": "http", "SEKISHO_TRANSPORT": "stdio"}, "stdio"),
        ({"SEKISHO_PORT": "9000"}, "stdio"),
    ],
)
def test_without_a_command_the_environment_says_what_starts(
    given: dict[str, Any], started: str, monkeypatch: pytest.MonkeyPatch
):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert given_transport() == started
