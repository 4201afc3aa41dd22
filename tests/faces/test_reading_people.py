"""Several people, one server: what each may read, by pages, as it comes, and after a change."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sekisho.domain.access import ACTS, Access, Grant
from sekisho.domain.groups import Group, Member
from sekisho.domain.runs import RunStatus
from sekisho.domain.workspaces import Workspace
from tests.faces.consoles import a_review, set_status
from tests.faces.house import House
from tests.faces.serving import serving
from tests.faces.signing_in import a_house, browsing
from tests.faces.test_api_streams import SSE, events
from tests.faces.vaults import ACCESS, HIDDEN, KEEPER, OPEN, STRANGER, Vault, a_vault, fill, leaks
from tests.fakes.clock import START
from tests.fakes.values import a_line, an_entry
from tests.identity.people_provider import PeopleProvider, people_provider

POND = Workspace("pond-1")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return a_vault(tmp_path)


@pytest.fixture
def url(vault: Vault) -> Iterator[str]:
    with serving(vault.house) as address:
        yield address


def api(vault: Vault, url: str, person: str) -> httpx2.Client:
    secret = vault.house.engine.tokens.create(person, "test", None)[1]
    headers = {"authorization": f"Bearer {secret}"}
    return httpx2.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30)


def pages(client: httpx2.Client, path: str, items: str, **query: Any) -> list[list[Any]]:
    """Read a list to its end, page by page."""
    found: list[list[Any]] = []
    for _ in range(200):
        answer = client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found.append(body[items])
        if body["cursor"] is None:
            return found
        query["cursor"] = body["cursor"]
    raise AssertionError((path, "has no end"))


def granted(house: House, *grants: Grant) -> None:
    catalog: Any = house.parts.catalog
    catalog.declared_access = Access(grants)


def test_pages_of_runs_hold_what_each_may_read_and_count_nothing_else(vault: Vault, url: str):
    for _ in range(3):
        a_review(vault.house, workspace=HIDDEN)
        a_review(vault.house, workspace=OPEN)
    with api(vault, url, STRANGER) as stranger, api(vault, url, KEEPER) as keeper:
        found = pages(stranger, "/runs", "runs", limit=3)
        assert [len(page) for page in found] == [3, 1]
        assert {run["workspace"] for page in found for run in page} == {OPEN}
        assert [len(page) for page in pages(stranger, "/runs", "runs", limit=4)] == [4]
        every = pages(keeper, "/runs", "runs", limit=3)
        assert [len(page) for page in every] == [3, 3, 3]
        listed = stranger.get("/workspaces").json()
        assert (listed["total"], [w["name"] for w in listed["workspaces"]]) == (1, [OPEN])
        assert keeper.get("/workspaces").json()["total"] == 2


def test_pages_of_the_audit_hold_what_each_may_read(vault: Vault, url: str):
    for number in range(700):
        about = vault.run if number % 100 else vault.open
        vault.house.store.audit.append(an_entry("run.look", about))
    with api(vault, url, STRANGER) as stranger, api(vault, url, KEEPER) as keeper:
        found = pages(stranger, "/audit", "records", limit=4)
        records = [r for page in found for r in page]
        assert {r.get("workspace") for r in records} == {OPEN, None}
        assert sum(r["action"] == "run.look" for r in records) == 7
        assert "server.look" in {r["action"] for r in records}
        assert all(len(page) == 4 for page in found[:-1])
        assert leaks(vault, str(found)) == []
        every = [r for page in pages(keeper, "/audit", "records", limit=500) for r in page]
        assert len(every) > 700
        assert [r for r in every if r.get("workspace") in (OPEN, None)] == records
        assert stranger.get("/audit", params={"run_id": vault.run.id}).json()["records"] == []
        refused = stranger.get("/audit/verify")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "access_missing")
        assert keeper.get("/audit/verify").status_code == 200


def test_comparing_takes_reading_both_runs(vault: Vault, url: str):
    path, other = f"/runs/{vault.open.id}/plan/comparison", {"with_run": vault.run.id}
    with api(vault, url, STRANGER) as stranger, api(vault, url, KEEPER) as keeper:
        assert keeper.get(path, params=other).json()["error"]["code"] == "runs_apart"
        assert stranger.get(path, params=other).json()["error"]["code"] == "run_unknown"


def test_whoever_may_act_in_a_workspace_reads_it_without_being_told_so(vault: Vault, url: str):
    for act in ACTS:
        granted(vault.house, Grant("strangers", frozenset({act}), (HIDDEN,)))
        with api(vault, url, STRANGER) as stranger:
            assert stranger.get(f"/runs/{vault.run.id}/plan").status_code == 200, act
            assert stranger.get(f"/runs/{vault.open.id}/plan").status_code == 404, act


def test_the_key_that_lies_in_the_data_folder_reads_everything_and_is_granted_nothing(
    vault: Vault, url: str
):
    secret = vault.house.engine.tokens.create_local("root")[1]
    headers = {"authorization": f"Bearer {secret}"}
    with httpx2.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30) as local:
        assert local.get("/workspaces").json()["total"] == 2
        assert local.get(f"/runs/{vault.run.id}/plan").status_code == 200
        refused = local.post(f"/runs/{vault.run.id}/apply")
        assert refused.json()["error"]["code"] == "access_missing"


def test_a_push_into_a_workspace_that_may_be_read_no_more_is_unknown(vault: Vault, url: str):
    catalog: Any = vault.house.parts.catalog
    catalog._known[POND.name] = POND
    file = {"path": "main.tf", "size": 1, "sha256": "a" * 64}
    with api(vault, url, STRANGER) as stranger:
        ask = {"workspace": POND.name, "files": [file]}
        made = stranger.post("/pushes", json=ask).json()["id"]
        upload = stranger.post("/uploads", json={"workspace": POND.name}).json()["url"]
        granted(vault.house, Grant("strangers", frozenset(ACTS), (OPEN,)))
        for push in (made, "push-nobody"):
            finish = stranger.post(f"/pushes/{push}/finish")
            assert finish.json()["error"]["code"] == "push_unknown"
            sent = stranger.put(f"/pushes/{push}/files", content=b"x")
            assert sent.json()["error"]["code"] == "push_unknown"
        late = httpx2.put(upload, content=b"x")
        assert late.json()["error"]["code"] == "workspace_unknown"


def test_a_stream_ends_when_its_run_may_be_read_no_more(vault: Vault, url: str):
    run = set_status(vault.house, vault.open.id, RunStatus.APPLYING)
    ended = threading.Event()
    kinds: list[Any] = []
    with (
        api(vault, url, STRANGER) as stranger,
        stranger.stream("GET", f"/runs/{run.id}/log", headers=SSE) as answer,
    ):
        for event in events(answer):
            kinds.append((event.kind, event.data))
            if event.kind == "status":
                granted(vault.house)
                vault.house.store.logs.append(run.id, (a_line("told too late"),))
        ended.set()
    assert ended.is_set()
    kind, data = kinds[-1]
    assert (kind, data["error"]["code"]) == ("problem", "run_unknown")
    assert "told too late" not in str(kinds)


# --- people at the console ----------------------------------------------------------------------


@pytest.fixture
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: START) as found:
        yield found


@pytest.fixture
def signed(tmp_path: Path, provider: PeopleProvider) -> Vault:
    """A console that people sign in at: sato sees the open workspace, suzuki everything."""
    vault = fill(a_house(tmp_path, provider))
    catalog: Any = vault.house.parts.catalog
    catalog.declared_groups = (
        Group("keepers", (Member(claim="groups", value="infra-leads"),)),
        Group("strangers", (Member(person="sato@example.jp"),)),
    )
    return vault


def test_two_people_see_each_their_own_part_of_the_console(signed: Vault, provider: PeopleProvider):
    house = signed.house
    for number in range(700):
        about = signed.run if number % 100 else signed.open
        house.store.audit.append(an_entry("run.look", about))
    paths = ["/", "/workspaces", "/audit", f"/audit/export.csv?month={START:%Y-%m}", "/server"]
    paths += [f"/audit?run={signed.open.id}", f"/runs/{signed.open.id}", f"/workspaces/{OPEN}"]
    paths += [f"/runs/{signed.open.id}/{what}" for what in ("evidence", "evidence.json", "log")]
    with browsing(house, provider) as sato, browsing(house, provider) as suzuki:
        sato.sign_in("0001")
        suzuki.sign_in("0002")
        for path in paths:
            answer = sato.get(path)
            assert answer.status_code == 200, path
            assert leaks(signed, answer.text) == [], path
        for path in paths[:4]:
            assert leaks(signed, suzuki.get(path).text), path
        assert signed.open.id in sato.get("/").text
        # The audit page is full, however much of the newest may not be read.
        assert sato.get("/audit").text.count("run.look") == 7
        assert sato.get(f"/runs/{signed.run.id}").status_code == 404
        assert suzuki.get(f"/runs/{signed.run.id}").status_code == 200
        compared = sato.get(f"/runs/{signed.open.id}?with={signed.run.id}").text
        never = sato.get(f"/runs/{signed.open.id}?with=run-never").text
        assert compared.replace(signed.run.id, "…") == never.replace("run-never", "…")
        proving = sato.get("/audit?verify=1")
        assert (proving.status_code, "access_missing" in proving.text) == (403, True)
        assert suzuki.get("/audit?verify=1").status_code == 200


def test_who_may_not_read_a_run_decides_nothing_about_it(signed: Vault, provider: PeopleProvider):
    house = signed.house
    seal = house.engine.runs.get(signed.run.id).plan
    assert seal
    digest = seal.seal.seal.digest
    with browsing(house, provider) as sato:
        sato.sign_in("0001")
        before = house.engine.runs.get(signed.run.id)
        for verb in ("approve", "reject", "override", "break_glass", "follow_up", "apply"):
            answer = sato.post(f"/runs/{signed.run.id}/{verb}", seal=digest, reason="x", proof="x")
            assert answer.status_code == 404, verb
            assert "run_unknown" in answer.text, verb
        for verb in ("code", "challenge", "fresh"):
            answer = sato.post(f"/runs/{signed.run.id}/{verb}", seal=digest, decision="approve")
            assert (answer.status_code, "run_unknown" in answer.text) == (404, True), verb
        assert house.engine.runs.get(signed.run.id) == before


def test_what_is_granted_anew_counts_with_the_next_request(signed: Vault, provider: PeopleProvider):
    catalog: Any = signed.house.parts.catalog
    with browsing(signed.house, provider) as sato:
        sato.sign_in("0001")
        assert sato.get(f"/workspaces/{HIDDEN}").status_code == 404
        more = Grant("strangers", frozenset({"read"}), (HIDDEN,))
        catalog.declared_access = dataclasses.replace(ACCESS, grants=(*(ACCESS.grants or ()), more))
        assert sato.get(f"/workspaces/{HIDDEN}").status_code == 200
        catalog.declared_access = Access(())
        assert sato.get(f"/workspaces/{OPEN}").status_code == 404
