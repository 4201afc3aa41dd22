"""A real server that contains what it runs: its log, its doctor, and each run say by what."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sekisho.cli import main
from sekisho.executors.containment import Wanted, find
from tests.e2e.serving import Serving, serving

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not find(Wanted()).holds, reason="this kernel has no Landlock"),
]

LEVEL = f"landlock-{find(Wanted()).landlock}"
TEXT = """
resource "terraform_data" "a" {
  triggers_replace = ["%s"]
  provisioner "local-exec" { command = "%s" }
}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


def planned(server: Serving, command: str = "true") -> dict[str, Any]:
    with server.api() as api:
        body = {"workspace": "default", "files": {"main.tf": TEXT % (command, command)}}
        run_id = api.post("/runs", json=body).raise_for_status().json()["id"]
    return server.settled(run_id)


def applied(server: Serving, command: str) -> dict[str, Any]:
    run = planned(server, command)
    server.approve(run["id"])
    with server.api() as api:
        api.post(f"/runs/{run['id']}/apply").raise_for_status()
    return server.settled(run["id"])


@pytest.mark.long
def test_the_log_says_at_the_start_what_holds(server: Serving):
    said = next(line for line in server.lines if "containment.active" in line)
    assert f"landlock={find(Wanted()).landlock}" in said
    assert "hidden=true" in said.lower()


def test_each_run_says_what_contained_it(server: Serving):
    run = planned(server)
    assert LEVEL in run["plan"]["contained"].split()
    with server.api() as api:
        log = api.get(f"/runs/{run['id']}/log").raise_for_status().text
        assert f"contained by: {run['plan']['contained']}" in log
        audit = api.get("/audit", params={"run_id": run["id"]}).raise_for_status().text
        assert LEVEL in audit
    for language, label in (("en", "Contained by"), ("ja", "隔離")):
        page = httpx2.get(
            f"{server.url}/runs/{run['id']}", headers={"Accept-Language": language}
        ).raise_for_status()
        assert label in page.text
        assert f"Landlock {find(Wanted()).landlock}" in page.text
        page = httpx2.get(
            f"{server.url}/runs/{run['id']}/evidence", headers={"Accept-Language": language}
        ).raise_for_status()
        assert label in page.text


def thefts(server: Serving) -> list[str]:
    key = next(p for p in (server.data / "keys").iterdir() if p.is_file())
    return [
        f"cat {key}",
        f"cat {server.data / 'local.token'}",
        f"ls {server.data / 'store'}",
        f"cat /proc/{server.process.pid}/environ",
        f"cat /proc/{server.process.pid}/maps",
        f"kill -CONT {server.process.pid}",
    ]


def test_code_of_a_run_reaches_neither_the_servers_keys_nor_its_memory(server: Serving):
    # It succeeds where each of them fails.
    every = " && ".join(f"! {theft}" for theft in thefts(server))
    assert applied(server, every)["status"] == "applied"


@pytest.mark.long
def test_where_containment_is_off_everything_says_so(tmp_path: Path):
    with serving(tmp_path, SEKISHO_CONTAINMENT="off") as free:
        said = next(line for line in free.lines if "containment.off" in line)
        assert "can read all that this server can" in said
        run = planned(free)
        assert run["plan"]["contained"] == "none"
        # What is refused contained is what succeeds here; its memory is hidden all the same, but
        # not from root.
        reached = [t for t in thefts(free) if "/proc/" not in t or os.geteuid() == 0]
        assert applied(free, " && ".join(reached))["status"] == "applied"


@pytest.mark.long
def test_who_insists_on_containment_gets_a_server_that_contains(tmp_path: Path):
    with serving(tmp_path, SEKISHO_CONTAINMENT="require") as strict:
        assert LEVEL in planned(strict)["plan"]["contained"]


@pytest.mark.parametrize(
    ("setting", "result", "codes"),
    [
        ("auto", "OK", {"containment_ok", "containment_shared"}),
        ("require", "OK", {"containment_ok", "containment_shared"}),
        ("off", "NG", {"containment_off"}),
    ],
)
def test_the_doctor_says_what_holds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    result: str,
    codes: set[str],
):
    monkeypatch.setenv("SEKISHO_CONTAINMENT", setting)
    main(["doctor", "--host", "--json", "--data-dir", str(tmp_path)])
    told = json.loads(capsys.readouterr().out)
    row = next(c for c in told["checks"] if c["step"] == "containment")
    assert row["result"].upper() == result
    assert row["code"] in codes


@pytest.mark.long
def test_the_doctor_says_it_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SEKISHO_CONTAINMENT", "off")
    for language, words in (("en", "can read all"), ("ja", "同じものを読めます")):
        monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8" if language == "ja" else "C.UTF-8")
        main(["doctor", "--host", "--data-dir", str(tmp_path)])
        assert words in capsys.readouterr().out
