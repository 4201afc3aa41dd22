"""An IDE before a real server and a real provider: from a bare 401 to a call, and on by refresh."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sekisho.cli import main
from tests.e2e.serving import Serving, call, free_port
from tests.identity.ide import Ide
from tests.identity.providing import Providing

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

PAGE = "https://inspector.example"
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
CALL |= {"params": {"name": "caller_get", "arguments": {}}}
ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def server(provider: Providing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    written = {
        "version": 1,
        "workspaces": {"dev": {}},
        "identity": {
            "oidc": {
                "issuer": provider.url,
                "audience": f"http://127.0.0.1:{port}/mcp",
                "required_scope": "profile",
                "token_types": "at+jwt",
            }
        },
    }
    config = folder / "sekisho.yaml"
    config.write_text(json.dumps(written), encoding="utf-8")
    more = {"SEKISHO_ALLOWED_ORIGINS": PAGE}
    found = Serving(folder / "data", ("--config", str(config)), more, port)
    yield found
    found.stop(signal.SIGKILL)


def posted(server: Serving, token: str | None, path: str = "/mcp") -> httpx2.Response:
    headers = ACCEPT | ({} if token is None else {"authorization": f"Bearer {token}"})
    return httpx2.post(f"{server.url}{path}", json=CALL, headers=headers, timeout=30)


def code_of(answer: httpx2.Response) -> str:
    return answer.json()["error"]["data"]["sekisho/error"]["code"]


async def test_an_ide_finds_the_provider_by_itself_signs_in_calls_and_goes_on_by_refresh(
    server: Serving, provider: Providing
):
    provider.know("u-1", preferred_username="佐藤 花子")
    ide = Ide(f"{server.url}/mcp", provider, "u-1")

    async with ide.connected() as client:
        caller: dict[str, Any] = await call(client, "caller_get")
        first = ide.access_token
        ide.expire()
        again = await call(client, "caller_get")

    assert caller["caller"]["person"] == "佐藤 花子"
    assert caller["caller"]["proof"] == "oidc"
    assert caller["subject"] == f"{provider.url}|u-1"
    assert caller["powers"] == ["read", "plan", "apply"]
    assert "approve or reject a plan" in caller["may_not"]
    assert again["caller"]["person"] == "佐藤 花子"
    assert ide.access_token != first
    assert provider.grants()[-2:] == ["authorization_code", "refresh_token"]
    (page,) = ide.opened
    asked = parse_qs(urlsplit(page).query)
    assert asked["scope"] == ["profile"]
    assert asked["resource"] == [f"{server.url}/mcp"]
    assert asked["code_challenge_method"] == ["S256"]
    told = [line for line in server.lines if first in line or ide.access_token in line]
    assert told == []


async def test_a_call_without_a_credential_is_told_where_to_find_out(
    server: Serving, provider: Providing
):
    answer = posted(server, None)

    assert (answer.status_code, code_of(answer)) == (401, "credential_needed")
    metadata = f"{server.url}/.well-known/oauth-protected-resource/mcp"
    assert answer.headers["www-authenticate"] == (
        f'Bearer resource_metadata="{metadata}", scope="profile"'
    )
    found = httpx2.get(metadata)
    assert found.json() == {
        "resource": f"{server.url}/mcp",
        "resource_name": "Sekisho",
        "authorization_servers": [provider.url],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["profile"],
    }
    assert httpx2.get(f"{server.url}/.well-known/oauth-authorization-server").status_code == 404


async def test_a_token_for_another_server_is_refused_and_so_is_one_without_the_scope(
    server: Serving, provider: Providing
):
    provider.know("u-2", preferred_username="suzuki")
    good = provider.token("u-2", f"{server.url}/mcp", "openid profile")
    other = provider.token("u-2", "https://other.example/mcp", "openid profile")
    poor = provider.token("u-2", f"{server.url}/mcp", "openid")

    assert posted(server, good).status_code == 200
    refused = posted(server, other)
    assert (refused.status_code, code_of(refused)) == (401, "token_audience_wrong")
    challenge = refused.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="invalid_token", resource_metadata="http://127.0.')
    lacking = posted(server, poor)
    assert (lacking.status_code, code_of(lacking)) == (403, "scope_missing")
    challenge = lacking.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="insufficient_scope", resource_metadata="')
    assert challenge.endswith(', scope="profile"')


async def test_the_api_takes_the_same_tokens_and_decides_nothing_with_them(
    server: Serving, provider: Providing
):
    provider.know("u-3", preferred_username="mori")
    token = provider.token("u-3", f"{server.url}/mcp", "openid profile")
    headers = {"authorization": f"Bearer {token}"}

    with httpx2.Client(base_url=f"{server.url}/api/v1", headers=headers) as api:
        caller = api.get("/caller").json()
        refused = api.post("/runs/run_x/approve", json={})

    assert caller["caller"]["person"] == "mori"
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "decision_not_here")


async def test_an_id_token_is_no_access_token(server: Serving, provider: Providing):
    provider.know("u-4", preferred_username="ito")
    tokens = provider.tokens("u-4", f"{server.url}/mcp", "openid profile")

    answer = posted(server, tokens["id_token"])

    assert (answer.status_code, code_of(answer)) == (401, "token_kind_wrong")


async def test_keys_of_our_own_go_on_beside_it(server: Serving):
    token = (server.data / "local.token").read_text(encoding="utf-8").strip()

    assert posted(server, token).status_code == 200
    answer = posted(server, token[:-1])
    assert (answer.status_code, code_of(answer)) == (401, "credential_mistyped")
    answer = posted(server, "opaque-token-of-some-provider")
    assert (answer.status_code, code_of(answer)) == (401, "token_malformed")


async def test_a_key_that_was_rotated_out_proves_nothing_and_the_new_one_does(
    server: Serving, provider: Providing
):
    provider.know("u-5", preferred_username="kato")
    before = provider.token("u-5", f"{server.url}/mcp", "openid profile")
    assert posted(server, before).status_code == 200

    provider.rotate()
    after = provider.token("u-5", f"{server.url}/mcp", "openid profile")

    assert posted(server, after).status_code == 200
    refused = posted(server, before)
    assert (refused.status_code, code_of(refused)) == (401, "token_signature_wrong")


async def test_a_name_of_somebody_else_is_refused_until_the_operator_gives_it_free(
    server: Serving, provider: Providing, capsys: pytest.CaptureFixture[str]
):
    provider.know("u-6", preferred_username="Yamada")
    provider.know("u-7", preferred_username="yamada")
    mine, other = (provider.token(who, f"{server.url}/mcp", "profile") for who in ("u-6", "u-7"))
    assert posted(server, mine).status_code == 200

    refused = posted(server, other)

    assert (refused.status_code, code_of(refused)) == (403, "identity_conflict")
    assert "www-authenticate" not in refused.headers, "another token would not help"
    here = ("--data-dir", str(server.data), "--json")
    assert main(["person", "list", *here]) == 0
    listed = {row["subject"]: row["name"] for row in json.loads(capsys.readouterr().out)}
    assert listed[f"{provider.url}|u-6"] == "Yamada"
    assert f"{provider.url}|u-7" not in listed
    assert main(["person", "release", "YAMADA", *here]) == 0
    assert posted(server, other).status_code == 200
    assert code_of(posted(server, mine)) == "identity_conflict"
    capsys.readouterr()
    assert main(["person", "release", "nobody here", *here]) == 1
    assert "person_unknown" in capsys.readouterr().err


async def test_a_renamed_person_keeps_their_subject(server: Serving, provider: Providing):
    provider.know("u-8", preferred_username="before")
    with httpx2.Client(base_url=f"{server.url}/api/v1") as api:

        def who() -> dict[str, Any]:
            token = provider.token("u-8", f"{server.url}/mcp", "profile")
            return api.get("/caller", headers={"authorization": f"Bearer {token}"}).json()

        first = who()
        provider.know("u-8", preferred_username="after")
        second = who()

    assert (first["caller"]["person"], second["caller"]["person"]) == ("before", "after")
    assert first["subject"] == second["subject"] == f"{provider.url}|u-8"


async def test_a_name_of_the_servers_own_is_nobodys_at_the_provider(
    server: Serving, provider: Providing
):
    provider.know("u-9", preferred_username="system")
    token = provider.token("u-9", f"{server.url}/mcp", "profile")

    refused = posted(server, token)

    assert (refused.status_code, code_of(refused)) == (403, "person_unfit")


async def test_pages_elsewhere_may_read_where_to_sign_in_and_nothing_else(
    server: Serving, provider: Providing
):
    page = {"origin": PAGE}
    metadata = f"{server.url}/.well-known/oauth-protected-resource/mcp"

    found = httpx2.get(metadata, headers=page)
    foreign = httpx2.get(metadata, headers={"origin": "https://evil.example"})
    call = httpx2.post(f"{server.url}/mcp", json=CALL, headers={**ACCEPT, **page})
    asked = {"access-control-request-method": "GET"}
    preflight = httpx2.options(metadata, headers={**page, **asked})

    assert found.status_code == 200
    assert found.headers["access-control-allow-origin"] == page["origin"]
    assert foreign.status_code == 403
    assert call.status_code == 401
    assert "resource_metadata=" in call.headers["www-authenticate"]
    assert "WWW-Authenticate" in call.headers["access-control-expose-headers"]
    assert preflight.status_code == 204
