"""Roles by STS, on moto: what it is asked, what it gives, and how it is told where it does not."""

from __future__ import annotations

import dataclasses
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from sekisho.credentials import StsRoles
from sekisho.domain.credentials import Keys, Loan
from sekisho.domain.errors import AwsMissing, CredentialsAway, CredentialsRefused
from tests.integration.moto import KEYS, REGION, Moto, serving
from tests.integration.relay import Relay, relaying

ROLE = "arn:aws:iam::222222222222:role/terraform-plan"
EXTERNAL_ID = "external-id-of-the-team-7f3a"
LOAN = Loan("run-01k", "plan", ROLE, REGION, EXTERNAL_ID, "sato@example.jp", "kiro/0.9")


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with serving() as server:
        yield server


@pytest.fixture
def relay(moto: Moto) -> Iterator[Relay]:
    with relaying(moto.url) as made:
        made.external_id = EXTERNAL_ID
        yield made


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The server's own credentials; nothing of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def whoami(keys: Keys, url: str) -> str:
    client = boto3.client(
        "sts",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
    )
    try:
        return client.get_caller_identity()["Arn"]
    finally:
        client.close()


def test_a_role_is_assumed_under_the_run_and_the_person_for_fifteen_minutes(relay: Relay):
    keys = StsRoles().assume(dataclasses.replace(LOAN, endpoint=relay.url))
    (asked,) = relay.assumed
    assert {n: asked[n] for n in asked if n not in ("Action", "Version")} == {
        "RoleArn": ROLE,
        "RoleSessionName": "sekisho-run-01k",
        "DurationSeconds": "900",
        "ExternalId": EXTERNAL_ID,
        "SourceIdentity": "sato@example.jp",
    }
    assert relay.of("sts")[0].key == KEYS["AWS_ACCESS_KEY_ID"]
    session = "arn:aws:sts::222222222222:assumed-role/terraform-plan/sekisho-run-01k"
    assert whoami(keys, relay.url) == session
    assert timedelta(minutes=13) < keys.left(datetime.now(UTC)) <= timedelta(minutes=15)


def test_what_nobody_said_is_not_sent(relay: Relay):
    relay.external_id = ""
    nobody = dataclasses.replace(LOAN, endpoint=relay.url, external_id=None, person="")
    StsRoles().assume(nobody)
    (asked,) = relay.assumed
    assert not {"ExternalId", "SourceIdentity"} & asked.keys()


def test_a_refusal_names_the_role_and_the_code_of_sts_and_no_external_id(relay: Relay):
    wrong = dataclasses.replace(LOAN, endpoint=relay.url, external_id="another-external-id")
    with pytest.raises(CredentialsRefused) as refusal:
        StsRoles().assume(wrong)
    for language in ("en", "ja"):
        message, step = refusal.value.message(language), refusal.value.next_step(language)
        assert ROLE in message
        assert "AccessDenied" in message
        for word in ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"):
            assert word in step
        assert "external-id" not in message + step


def test_an_sts_that_is_away_is_told(relay: Relay):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(CredentialsAway, match="credentials_away") as refusal:
        StsRoles().assume(dataclasses.replace(LOAN, endpoint=f"http://127.0.0.1:{port}"))
    assert "EndpointConnectionError" in refusal.value.message()
    assert "AWS_ENDPOINT_URL_STS" in refusal.value.next_step()


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://127.0.0.1:9", "certificates": "/nonexistent.pem"},
        {"endpoint": "not an address"},
        {"endpoint": "http://127.0.0.1:99999"},
        {"region": "no region at all"},
    ],
)
def test_what_cannot_be_asked_is_told_without_what_was_set(wrong: dict[str, str]):
    with pytest.raises(CredentialsAway) as refusal:
        StsRoles().assume(dataclasses.replace(LOAN, **wrong))
    assert refusal.value.__cause__ is None
    assert EXTERNAL_ID not in str(refusal.value)
    assert "nonexistent" not in str(refusal.value)


def test_a_server_without_credentials_of_its_own_says_so(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
):
    for name in KEYS:
        monkeypatch.delenv(name)
    with pytest.raises(CredentialsAway) as refusal:
        StsRoles().assume(dataclasses.replace(LOAN, endpoint=relay.url))
    assert "NoCredentialsError" in refusal.value.message()
    assert relay.seen == []


def test_the_servers_own_endpoint_counts_where_the_target_names_none(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", relay.url)
    assert StsRoles().assume(LOAN)
    assert len(relay.assumed) == 1


def test_without_an_endpoint_it_is_that_of_the_region(monkeypatch: pytest.MonkeyPatch):
    from sekisho.credentials.aws import _client

    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    with _client(LOAN) as client:
        assert client.meta.endpoint_url == f"https://sts.{REGION}.amazonaws.com"


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "botocore.exceptions", None)
    with pytest.raises(AwsMissing) as refusal:
        StsRoles().assume(LOAN)
    assert "pip install 'sekisho[aws]'" in refusal.value.next_step()
    assert "pip install 'sekisho[aws]'" in refusal.value.next_step("ja")
