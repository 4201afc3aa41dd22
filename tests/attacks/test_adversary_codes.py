"""An adversary on loopback, at the codes of the server's terminal: replayed, and for other things.

One has seen a code: over a shoulder, in a screen recording, in a log that somebody pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.attacks.adversary import Planned, answered, main_tf
from tests.e2e.serving import Serving, free_port

pytestmark = pytest.mark.timeout(120)


class Loopback:
    """A server on loopback that nobody signs in to, and a browser before it."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.server = Serving(data, (), {}, self.port)
        headers = {"origin": self.server.url, "sec-fetch-site": "same-origin"}
        self.http = httpx2.Client(base_url=self.server.url, headers=headers, timeout=30)

    def restarted(self) -> None:
        self.server.stop()
        self.server = Serving(self.data, (), {}, self.port)

    def close(self) -> None:
        self.http.close()
        if self.server.process.poll() is None:
            self.server.stop()

    def planned(self, value: str) -> Planned:
        order = {"workspace": "default", "files": {"main.tf": main_tf(value)}}
        with self.server.api() as api:
            run_id = str(api.post("/runs", json=order).raise_for_status().json()["id"])
        run = self.server.settled(run_id)
        assert run["status"] == "awaiting_approval"
        return Planned(run_id, run["plan"]["seal"])

    def code(self, run: Planned, decision: str = "approve") -> str:
        """Ask for a code, and see it on the terminal."""
        form = {"seal": run.seal, "decision": decision}
        assert self.http.post(f"/runs/{run.id}/code", data=form).status_code == 303
        return self.server.code()

    def decide(self, run: Planned, code: str, verb: str = "approve") -> tuple[int, str]:
        form = {"seal": run.seal, "code": code, "reason": "x"}
        return answered(self.http.post(f"/runs/{run.id}/{verb}", data=form))

    def held(self, run: Planned, *told: tuple[str, str]) -> None:
        """Hold a run to being unapproved, and the audit to having told of these refusals."""
        found = self.server.run(run.id)
        assert (found["status"], found.get("approvals")) == ("awaiting_approval", [])
        records = self.records(run)
        assert {"run.approve", "run.apply"}.isdisjoint(r["action"] for r in records)
        said = [r["facts"] for r in records if r["action"] == "run.refuse"]
        assert set(told) <= {(facts["verb"], facts["code"]) for facts in said}, said

    def records(self, run: Planned) -> list[dict[str, Any]]:
        with self.server.api() as api:
            return api.get("/audit", params={"run_id": run.id}).raise_for_status().json()["records"]


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    found = Loopback(tmp_path_factory.mktemp("loopback"))
    yield found
    found.close()


WRONG = (403, "code_wrong")


def test_a_code_is_for_one_run_and_one_decision_once(loopback: Loopback):
    one, two = loopback.planned("one"), loopback.planned("two")
    code, other = loopback.code(one), loopback.code(two)
    assert loopback.decide(two, code) == WRONG, "of another run"
    loopback.held(two, ("approve", "code_wrong"))
    assert loopback.decide(one, other) == WRONG
    to_reject = loopback.code(one, "reject")
    assert loopback.decide(one, to_reject) == WRONG, "of another decision"
    assert loopback.decide(Planned(one.id, two.seal), code) == WRONG, "about another plan"
    loopback.held(one, ("approve", "code_wrong"))

    assert loopback.decide(one, code)[0] == 303, "the right one counts still"
    assert loopback.server.run(one.id)["status"] == "approved"

    assert loopback.decide(one, code) == WRONG, "used before"
    assert loopback.decide(two, code) == WRONG
    done = [r["action"] for r in loopback.records(one)]
    assert done.count("run.approve") == 1
    loopback.held(two, ("approve", "code_wrong"))


def test_a_code_before_the_newest_is_void(loopback: Loopback):
    run = loopback.planned("newest")
    first, second = loopback.code(run), loopback.code(run)
    assert loopback.decide(run, first) == WRONG
    loopback.held(run, ("approve", "code_wrong"))
    assert loopback.decide(run, second)[0] == 303


@pytest.mark.long
def test_a_code_from_before_a_restart_is_void(loopback: Loopback):
    run = loopback.planned("restart")
    code = loopback.code(run)
    loopback.restarted()
    assert loopback.decide(run, code) == WRONG
    loopback.held(run, ("approve", "code_wrong"))


@pytest.mark.long
def test_neither_an_override_nor_the_glass_takes_the_code_of_an_approval(loopback: Loopback):
    run = loopback.planned("others")
    code = loopback.code(run)
    for verb in ("override", "break_glass", "follow_up", "reject"):
        assert loopback.decide(run, code, verb) == WRONG, verb
        loopback.held(run, (verb, "code_wrong"))
    assert loopback.server.run(run.id).get("overrides") == []


@pytest.mark.long
def test_no_code_is_anywhere_but_on_the_terminal(loopback: Loopback):
    """Not in the data folder, not in an answer of the server."""
    run = loopback.planned("hidden")
    form = {"seal": run.seal, "decision": "approve"}
    answer = loopback.http.post(f"/runs/{run.id}/code", data=form)
    code = loopback.server.code()
    bare = code.replace("-", "")
    page = loopback.http.get(answer.headers["location"]).text
    shown = "".join((str(answer.headers), answer.text, page))
    assert bare not in re.sub(r"-", "", shown)
    held = [p for p in loopback.data.rglob("*") if p.is_file()]
    assert held
    for path in held:
        content = path.read_bytes()
        assert code.encode() not in content, path
        assert bare.encode() not in content, path
    assert loopback.decide(run, "") == WRONG
    loopback.held(run, ("approve", "code_wrong"))
