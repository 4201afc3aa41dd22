"""A whole server with people, passkeys and an agent, for attacks on it; and how each attack ended.

The server and the provider are processes of their own, Terraform is real, all is over HTTP.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from tests.attacks.later_server import LaterServing, later_by
from tests.e2e.serving import Serving, free_port
from tests.e2e.test_sign_in import Person, host
from tests.identity.people_provider import CLIENT, SECRET, PeopleProvider
from tests.identity.providing import Providing, providing

SATO, SUZUKI, TANAKA = "0001", "0002", "0003"
NAMES = {SATO: "sato@example.jp", SUZUKI: "suzuki@example.jp", TANAKA: "tanaka@example.jp"}
ACCEPT = {"accept": "application/json, text/event-stream"}


def main_tf(value: str) -> str:
    return f'resource "terraform_data" "a" {{\n  input = "{value}"\n}}\n'


@dataclass(frozen=True)
class Planned:
    """A run that waits for an approval, and the seal that one would be about."""

    id: str
    seal: str


class Fort:
    """What is attacked. `key` is of sato's agent, good for everything a key is good for."""

    def __init__(self, folder: Path, provider: Providing | PeopleProvider) -> None:
        self.folder, self.provider = folder, provider
        self.data, self.port = folder / "data", free_port()
        self.url = f"http://localhost:{self.port}"
        self.config = folder / "sekisho.yaml"
        self.people: list[Person] = []
        for subject, name in NAMES.items():
            provider.know(subject, preferred_username=name)
        self.write_config()
        self.server = self._serve()
        self.key = self.host("token", "create", NAMES[SATO])
        self.agent = httpx2.Client(
            base_url=self.url, headers={"authorization": f"Bearer {self.key}"}, timeout=60
        )

    def write_config(self, rules: Sequence[dict[str, Any]] = (), **net: Any) -> None:
        """Write the operator's file: two workspaces, their rules, and where people sign in."""
        oidc = {
            "issuer": self.provider.url,
            "audience": f"{self.url}/mcp",
            "client_id": CLIENT,
            "client_secret": {"env": "CONSOLE_SECRET"},
        }
        server: dict[str, Any] = {"backend": {"server": {}}}
        whole = {
            "version": 1,
            "workspaces": {"net": server | net, "db": server},
            "identity": {"oidc": oidc},
        } | ({"rules": list(rules)} if rules else {})
        self.config.write_text(json.dumps(whole), encoding="utf-8")

    def _serve(self, later: timedelta = timedelta(0)) -> Serving:
        more = {"SEKISHO_PUBLIC_URL": self.url, "CONSOLE_SECRET": SECRET}
        make = LaterServing if later else Serving
        more |= later_by(later) if later else {}
        return make(self.data, ("--config", str(self.config)), more, self.port)

    def host(self, *words: str) -> str:
        return host(self.config, self.data, *words)

    @contextlib.contextmanager
    def away(self, later: timedelta = timedelta(0)) -> Iterator[None]:
        """Stop the server, and start it again afterwards, so much later by its clock."""
        self.server.stop()
        try:
            yield
        finally:
            self.server = self._serve(later)

    def close(self) -> None:
        for person in self.people:
            person.http.close()
        self.agent.close()
        if self.server.process.poll() is None:
            self.server.stop()

    # --- who is there ---

    def browser(self) -> Person:
        """Open a browser; nobody is signed in."""
        person = Person(self.url)
        self.people.append(person)
        return person

    def signed_in(self, subject: str) -> Person:
        person = self.browser()
        assert NAMES[subject] in person.sign_in({"sub": subject, "subject": subject}).text
        return person

    def enrolled(self, subject: str) -> Person:
        """Sign a person in, with a passkey of a device of their own."""
        person = self.signed_in(subject)
        person.enrol(self.host("person", "enroll", NAMES[subject]))
        return person

    # --- what they do ---

    def planned(
        self,
        value: str,
        workspace: str = "net",
        by: httpx2.Client | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Planned:
        """Plan, by sato's agent or by another one."""
        order = {"workspace": workspace, "files": {"main.tf": main_tf(value), **(more or {})}}
        asked = (by or self.agent).post("/api/v1/runs", json=order)
        run_id = asked.raise_for_status().json()["id"]
        run = self.server.settled(run_id)
        assert run["status"] == "awaiting_approval", run
        return Planned(run_id, run["plan"]["seal"])

    def approved(self, value: str, by: Person, workspace: str = "net") -> Planned:
        run = self.planned(value, workspace)
        assert by.decide(run.id).status_code == 303
        assert self.status(run) == "approved"
        return run

    def apply(self, run: Planned) -> tuple[int, str]:
        """Have the agent apply; return how it was answered."""
        return answered(self.agent.post(f"/api/v1/runs/{run.id}/apply"))

    def applied(self, run: Planned) -> None:
        assert self.apply(run)[1] == ""
        assert self.server.until(run.id, "applied", "errored", "stale")["status"] == "applied"

    def tool(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Have the agent call a tool; return the answer as it came."""
        return self.tool_as(self.agent, name, **arguments)

    def tool_as(self, client: httpx2.Client, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool with another key."""
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        body = {**call, "params": {"name": name, "arguments": arguments}}
        answer = client.post("/mcp", json=body, headers=ACCEPT)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            return answer.json()
        data = next(row for row in answer.text.splitlines() if row.startswith("data: "))
        return json.loads(data.removeprefix("data: "))

    # --- what became of it ---

    def status(self, run: Planned) -> str:
        return str(self.server.run(run.id)["status"])

    def state(self, workspace: str = "net") -> Any:
        """Return where the state of a workspace stands; None where there is none yet."""
        with self.server.api() as api:
            return api.get(f"/workspaces/{workspace}").raise_for_status().json().get("state")

    def records(self, run: Planned) -> list[dict[str, Any]]:
        with self.server.api() as api:
            asked = api.get("/audit", params={"run_id": run.id, "limit": 500})
            return asked.raise_for_status().json()["records"]

    def refusals(self, run: Planned) -> set[tuple[str, str]]:
        """Return what was refused, by the audit: verb and code."""
        told = [r["facts"] for r in self.records(run) if r["action"] == "run.refuse"]
        return {(facts["verb"], facts["code"]) for facts in told}

    def told(self, run: Planned, *wanted: tuple[str, str]) -> None:
        """Hold the audit to having told these refusals."""
        missing = set(wanted) - self.refusals(run)
        assert not missing, (missing, self.records(run))

    def told_of(self, action: str, code: str) -> list[dict[str, Any]]:
        """Return the records of an action with a code, whatever they are about; there are some."""
        told: list[dict[str, Any]] = []
        with self.server.api() as api:
            cursor: int | None = 0
            while cursor is not None:
                asked = api.get("/audit", params={"cursor": cursor, "limit": 500})
                page = asked.raise_for_status().json()
                told, cursor = told + page["records"], page["cursor"]
        found = [r for r in told if r["action"] == action and r["facts"].get("code") == code]
        assert found, (action, code, [(r["action"], r["facts"]) for r in told[-20:]])
        return found

    def actions(self, run: Planned) -> list[str]:
        """Return what was done about a run, by the audit."""
        return [r["action"] for r in self.records(run)]

    def unapproved(self, run: Planned) -> None:
        """Hold a run to being as it was: nobody approved it, nothing was applied by it."""
        found = self.server.run(run.id)
        assert found["status"] == "awaiting_approval"
        assert not found.get("approvals")
        done = {r["action"] for r in self.records(run)}
        assert done.isdisjoint({"run.approve", "run.apply", "run.apply_start", "run.applied"})


def answered(answer: httpx2.Response) -> tuple[int, str]:
    """Return a status, and the code of an error, of whichever face it is."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        error = answer.json().get("error", {})
        found = error.get("code", "")
        if isinstance(found, int):
            found = error["data"]["sekisho/error"]["code"]
        return answer.status_code, str(found)
    shown = re.search(r"<code[^>]*>([a-z_]+)</code>", answer.text)
    return answer.status_code, shown[1] if shown else ""


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something, not for ever."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextlib.contextmanager
def a_fort(folder: Path) -> Iterator[Fort]:
    with providing() as provider, a_fort_of(folder, provider) as fort:
        yield fort


@contextlib.contextmanager
def a_fort_of(folder: Path, provider: Providing | PeopleProvider) -> Iterator[Fort]:
    """As `a_fort`, with a provider that is there."""
    fort = Fort(folder, provider)
    try:
        yield fort
    finally:
        fort.close()
