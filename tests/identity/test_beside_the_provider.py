"""A server whose provider is away, or is not there yet: it starts, and says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from sekisho.cli import main
from tests.e2e.serving import serving
from tests.identity.issuer import ONE, issuing

pytestmark = pytest.mark.timeout(120)

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
CALL |= {"params": {"name": "caller_get", "arguments": {}}}
ACCEPT = {"accept": "application/json, text/event-stream"}


def a_config(folder: Path, issuer: str) -> Path:
    oidc = {"issuer": issuer, "audience": "sekisho"}
    written = {"version": 1, "workspaces": {"dev": {}}, "identity": {"oidc": oidc}}
    config = folder / "sekisho.yaml"
    config.write_text(json.dumps(written), encoding="utf-8")
    return config


def test_a_server_starts_without_its_provider_and_tells_who_is_to_blame(tmp_path: Path):
    with issuing() as issuer:
        token = ONE.sign(issuer.payload(exp=4_000_000_000, nbf=None, iat=None))
    config = a_config(tmp_path, issuer.url)

    with serving(tmp_path / "data", "--config", str(config)) as server:
        headers = {**ACCEPT, "authorization": f"Bearer {token}"}
        answer = httpx2.post(f"{server.url}/mcp", json=CALL, headers=headers, timeout=30)
        api = httpx2.get(f"{server.url}/api/v1/caller", headers=headers, timeout=30)

        assert answer.status_code == api.status_code == 503
        assert answer.headers["retry-after"]
        assert "www-authenticate" not in answer.headers, "another token would not help"
        assert api.json()["error"]["code"] == "identity_provider_away"
        assert issuer.url in api.json()["error"]["message"]
        local = (server.data / "local.token").read_text(encoding="utf-8").strip()
        headers["authorization"] = f"Bearer {local}"
        assert httpx2.post(f"{server.url}/mcp", json=CALL, headers=headers).status_code == 200


def test_a_server_by_any_name_leads_to_itself_by_that_name(tmp_path: Path):
    with issuing() as issuer:
        config = a_config(tmp_path, issuer.url)
        words = ("--config", str(config), "--host", "0.0.0.0")
        with serving(tmp_path / "data", *words) as server:
            path = "/.well-known/oauth-protected-resource/mcp"
            named = {"host": "sekisho.example:8443"}
            document = httpx2.get(f"{server.url}{path}", headers=named).json()
            call = httpx2.post(f"{server.url}/mcp", json=CALL, headers={**ACCEPT, **named})
            odd = {**ACCEPT, "host": 'a", evil="b'}
            hostile = httpx2.post(f"{server.url}/mcp", json=CALL, headers=odd)

    assert document["resource"] == "http://sekisho.example:8443/mcp"
    assert "scopes_supported" not in document
    found = f'Bearer resource_metadata="http://sekisho.example:8443{path}"'
    assert call.headers["www-authenticate"] == found
    assert hostile.status_code in (400, 421)
    assert "evil" not in hostile.headers.get("www-authenticate", "")


def test_the_doctor_asks_the_provider(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def checked(issuer: str) -> dict[str, str]:
        config = str(a_config(tmp_path, issuer))
        main(["doctor", "--host", "--json", "--config", config, "--data-dir", str(tmp_path / "d")])
        rows = json.loads(capsys.readouterr().out)["checks"]
        return next(row for row in rows if row["step"] == "identity")

    with issuing() as issuer:
        assert checked(issuer.url)["code"] == "identity_ok"
        issuer.keys = []
        assert checked(issuer.url)["code"] == "identity_provider_away"
        assert checked(f"{issuer.url}/realms/a")["result"] == "NG"
    assert checked(issuer.url)["code"] == "identity_provider_away"
