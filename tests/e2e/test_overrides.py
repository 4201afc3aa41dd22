"""What is beyond rules and intents, over a real server: real Terraform, a provider, passkeys."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client

from sekisho.cli import main
from tests.e2e.serving import call, free_port, serving
from tests.e2e.test_sign_in import MAIN, Person, at_port, host
from tests.identity.people_provider import CLIENT, SECRET, PeopleProvider, people_provider

pytestmark = pytest.mark.timeout(180)

NAMES = {"0002": "suzuki@example.jp", "0003": "tanaka@example.jp"}
RULES = [
    {"name": "two", "level": "soft", "override_by": ["leads"], "require": {"approvals": 2}},
    {"name": "one", "require": {"approvals": 1}},
]
PEOPLE = ["sato@example.jp", *NAMES.values()]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: datetime.now(UTC)) as found:
        found.people |= {s: {"preferred_username": name} for s, name in NAMES.items()}
        yield found


def write_file(folder: Path, issuer: str) -> Path:
    """Write sekisho.yaml: one lead, who may pass what is soft and break the glass."""
    oidc: dict[str, Any] = {"issuer": issuer, "audience": "sekisho", "client_id": CLIENT}
    oidc["client_secret"] = {"env": "CONSOLE_SECRET"}
    whole: dict[str, Any] = {
        "version": 1,
        "workspaces": {"net": {"backend": {"server": {}}}},
        "identity": {"oidc": oidc},
        "groups": {
            "leads": [{"person": "suzuki@example.jp"}],
            "people": [{"person": name} for name in PEOPLE],
        },
        "rules": RULES,
        "access": [
            {"group": "leads", "allow": ["override", "break_glass"]},
            {"group": "people", "allow": ["read", "plan", "apply", "approve"]},
        ],
    }
    path = folder / "sekisho.yaml"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def decide(person: Person, run_id: str, verb: str, reason: str = "障害の復旧") -> httpx2.Response:
    """Decide with a passkey about the seal on the page, whether the page offers it or not."""
    page = person.http.get(f"/runs/{run_id}").text
    seal = re.search(r'class="mono seal" title="([^"]+)"', page)
    assert seal, page
    form = {"seal": seal[1], "decision": verb, "reason": reason}
    proof = person.device.get(person.http.post(f"/runs/{run_id}/challenge", data=form).text)
    return person.http.post(f"/runs/{run_id}/{verb}", data={**form, "proof": proof})


@pytest.mark.long
def test_a_lead_passes_a_soft_rule_another_looks_at_it_and_the_audit_and_evidence_hold(
    tmp_path: Path, provider: PeopleProvider
):
    config, data, port = write_file(tmp_path, provider.url), tmp_path / "data", free_port()
    url = f"http://localhost:{port}"
    more = {"SEKISHO_PUBLIC_URL": url, "CONSOLE_SECRET": SECRET}
    with (
        at_port(data, ("--config", str(config)), more, port) as server,
        Person(url) as suzuki,
        Person(url) as tanaka,
    ):
        for person, (subject, name) in zip((suzuki, tanaka), NAMES.items(), strict=True):
            assert name in person.sign_in({"subject": subject}).text
            person.enrol(host(config, data, "person", "enroll", name))
        agent = {"authorization": f"Bearer {host(config, data, 'token', 'create', PEOPLE[0])}"}
        with httpx2.Client(base_url=f"{url}/api/v1", headers=agent, timeout=30) as api:
            order = {"workspace": "net", "files": {"main.tf": MAIN}}
            run_id = api.post("/runs", json=order).raise_for_status().json()["id"]

            def until(status: str) -> None:
                end = datetime.now(UTC).timestamp() + 60
                while api.get(f"/runs/{run_id}").json()["status"] != status:
                    assert datetime.now(UTC).timestamp() < end, server.lines[-20:]

            until("awaiting_approval")
            assert "access_missing" in decide(tanaka, run_id, "override").text
            assert decide(suzuki, run_id, "override").status_code == 303
            assert api.post(f"/runs/{run_id}/apply").status_code == 409, "one rule is hard"
            assert decide(tanaka, run_id, "approve").status_code == 303
            until("approved")
            api.post(f"/runs/{run_id}/apply").raise_for_status()
            until("applied")
        assert "suzuki@example.jp" in suzuki.http.get("/").text
        assert f"/runs/{run_id}" in suzuki.http.get("/").text
        assert "approval_own" in decide(suzuki, run_id, "follow_up").text
        assert decide(tanaka, run_id, "follow_up", "確認済み").status_code == 303

        report = json.loads(host(config, data, "audit", "verify", "--json"))
        assert (report["applies"], report["faults"], report["overdue"]) == (1, [], [])
        file = tmp_path / "evidence.json"
        host(config, data, "audit", "evidence", run_id, "--output", str(file))
        body = json.loads(file.read_text(encoding="utf-8"))
        (override,) = body["overrides"]
        assert (override["passed"]["kind"], override["followed"]) == ("override", NAMES["0003"])
        key = json.loads(host(config, data, "audit", "key", "--json"))["public"]
        words = ("--key", key, "--json")
        found = json.loads(verified(file, *words))
        assert found["sound"], found
        assert "override" in [f["name"] for f in found["findings"]]


def verified(file: Path, *words: str) -> str:
    """Check a file as an auditor does, without a data folder."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["audit", "verify-evidence", str(file), *words]) == 0, out.getvalue()
    return out.getvalue()


@pytest.mark.long
@pytest.mark.anyio
async def test_a_plan_beyond_its_intent_is_blocked_and_agent_and_person_see_by_what(
    tmp_path: Path,
):
    intent = {"addresses": ["terraform_data.b"], "actions": ["create"], "max_destroys": 0}
    order = {"workspace": "default", "files": {"main.tf": MAIN}, "intent": intent}
    with serving(tmp_path) as server:
        async with Client(f"{server.url}/mcp") as client:
            made = await call(client, "plan_create", **order, rollback="git revert して再適用")
            run_id = made["run_id"] if "run_id" in made else made["id"]
            assert server.settled(run_id)["status"] == "blocked"
            shown = await call(client, "plan_get", run_id=run_id)
            assert "terraform_data.a create" in json.dumps(shown, ensure_ascii=False)
            refused = await client.call_tool("run_apply", {"run_id": run_id})
            assert refused.is_error
            within = intent | {"addresses": ["terraform_data.*"]}
            allowed = await call(client, "plan_create", **{**order, "intent": within})
            other = allowed["run_id"] if "run_id" in allowed else allowed["id"]
            assert server.settled(other)["status"] == "awaiting_approval"
        with httpx2.Client(base_url=server.url, headers={"accept-language": "ja"}) as browser:
            for part in ("", "/evidence"):
                page = browser.get(f"/runs/{run_id}{part}").raise_for_status().text
                for said in (
                    "範囲を超える変更",
                    "terraform_data.a create",
                    "git revert して再適用",
                ):
                    assert said in page, part
