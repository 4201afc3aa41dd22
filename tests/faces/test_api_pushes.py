"""Pushes over HTTP: what is answered, to whom, and what is refused."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.faces.house import ONE, House, build
from tests.faces.serving import serving
from tests.faces.test_api import Caller
from tests.unit.test_engine_pushes import pack

TF = ONE.encode()
ROW = {"path": "main.tf", "size": len(TF), "sha256": hashlib.sha256(TF).hexdigest()}
ASK = {"workspace": "network", "files": [ROW]}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build(tmp_path)


@pytest.fixture
def sato(house: House):
    with serving(house) as url, Caller(url, house.token()) as caller:
        yield caller


def put(caller: Caller, id: str, content: bytes) -> Any:
    return caller.http.put(f"/api/v1/pushes/{id}/files", content=content)


def test_a_push_goes_all_the_way(sato: Caller):
    push = sato.post("/pushes", ASK)
    assert push["missing"] == [ROW["sha256"]]
    taken = put(sato, push["id"], pack(TF).getvalue()).json()
    assert taken["missing"] == []
    made = sato.post(f"/pushes/{push['id']}/finish")
    assert (made["digest"], made["source"]) == (push["digest"], "upload")
    again = sato.post("/pushes", ASK)
    assert (again["missing"], again["configuration"]["digest"]) == ([], push["digest"])


def test_the_caps_are_told(sato: Caller):
    caps = sato.get("/pushes")
    assert (caps["files"], caps["packed_bytes"]) == (10_000, 50 * 1024 * 1024)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "arguments_invalid"),
        ({"workspace": "network", "files": [{"path": "main.tf"}]}, "arguments_invalid"),
        (ASK | {"files": [ROW | {"sha256": "A" * 64}]}, "arguments_invalid"),
        (ASK | {"files": [ROW | {"size": -1}]}, "arguments_invalid"),
        (ASK | {"files": [ROW | {"mode": "0777"}]}, "arguments_invalid"),
        (ASK | {"files": []}, "configuration_empty"),
        (ASK | {"files": [ROW, ROW]}, "archive_invalid"),
        (ASK | {"files": [ROW, ROW | {"path": "a/../b"}]}, "archive_invalid"),
        (ASK | {"files": [ROW, ROW | {"path": "x.tfstate"}]}, "archive_invalid"),
        (ASK | {"workspace": "nowhere"}, "workspace_unknown"),
        (ASK | {"workspace": "own"}, "source_refused"),
    ],
)
def test_what_is_announced_wrongly_is_refused(sato: Caller, body: Any, code: str):
    assert sato.refused("POST", "/api/v1/pushes", json=body)[1] == code


def test_an_endless_announcement_is_cut_off(sato: Caller):
    long = b'{"workspace": "' + b"x" * (9 * 1024 * 1024)
    refused = sato.refused("POST", "/api/v1/pushes", content=long)
    assert refused == (413, "body_too_large")


def test_nothing_is_answered_without_a_credential(house: House):
    with serving(house) as url, Caller(url, None) as nobody:
        for method, path in (
            ("GET", "/pushes"),
            ("POST", "/pushes"),
            ("PUT", "/pushes/x/files"),
            ("POST", "/pushes/x/finish"),
        ):
            refused = nobody.refused(method, f"/api/v1{path}", content=b"")
            assert refused == (401, "credential_needed")


def test_a_push_of_somebody_else_is_unknown(sato: Caller, house: House):
    push = sato.post("/pushes", ASK)
    with Caller(sato.url, house.token("mallory@example.jp")) as mallory:
        files, finish = (f"/api/v1/pushes/{push['id']}/{part}" for part in ("files", "finish"))
        content = pack(TF).getvalue()
        assert mallory.refused("PUT", files, content=content) == (404, "push_unknown")
        assert mallory.refused("POST", finish) == (404, "push_unknown")
        put(sato, push["id"], content)
        assert mallory.post("/pushes", ASK)["missing"] == [ROW["sha256"]]


def test_a_push_with_holes_is_not_finished(sato: Caller):
    push = sato.post("/pushes", ASK)
    refused = sato.refused("POST", f"/api/v1/pushes/{push['id']}/finish")
    assert refused == (409, "push_incomplete")


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", gzip.compress(b"no tar"), gzip.compress(b"\0" * 10_000)[:-9]],
    ids=["nothing", "nonsense", "no tar", "cut off"],  # compressed, they hold the time of day
)
def test_what_is_no_pack_is_refused(sato: Caller, content: bytes):
    push = sato.post("/pushes", ASK)
    refused = sato.refused("PUT", f"/api/v1/pushes/{push['id']}/files", content=content)
    assert refused == (400, "archive_invalid")


def test_a_pack_over_the_cap_is_refused_before_its_first_byte(sato: Caller):
    push = sato.post("/pushes", ASK)

    size = {"Content-Length": str(60 * 1024 * 1024)}
    address = f"/api/v1/pushes/{push['id']}/files"
    answer = sato.http.request("PUT", address, headers=size, content=b"x" * (60 * 1024 * 1024))
    assert answer.json()["error"]["code"] == "upload_too_large"
