"""An agent that has all its person's laptop has: files, keys, the browser's cookies, a shell.

Somebody else's run waits, so that this very person could approve it: nothing but the proof that
is not on the laptop (a device, a password) stands in between.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest

from sekisho.engine.approvals import Decision
from tests.attacks.adversary import NAMES, SATO, TANAKA, Fort, Planned, a_fort_of, answered
from tests.attacks.deciding import challenge, decide, form
from tests.e2e.serving import REPO
from tests.e2e.test_sign_in import Person
from tests.identity.people_provider import PeopleProvider, people_provider

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

VERBS: tuple[str, ...] = get_args(Decision)
KEY = re.compile(r"sks_[A-Za-z0-9_-]{20,}")
PROFILE = Path(".config", "chromium", "Default", "cookies.json")


@pytest.fixture(scope="module")
def provider() -> Iterator[PeopleProvider]:
    with people_provider(lambda: datetime.now(UTC)) as found:
        yield found


@pytest.fixture(scope="module")
def fort(tmp_path_factory: pytest.TempPathFactory, provider: PeopleProvider) -> Iterator[Fort]:
    with a_fort_of(tmp_path_factory.mktemp("fort"), provider) as found:
        yield found


@pytest.fixture(scope="module")
def tanakas(fort: Fort) -> Iterator[httpx2.Client]:
    """Return the agent of somebody else, whose runs sato may approve."""
    key = fort.host("token", "create", NAMES[TANAKA])
    with httpx2.Client(base_url=fort.url, headers={"authorization": f"Bearer {key}"}) as http:
        yield http


class Laptop:
    """The home of a person who signed in with the browser, and set an IDE up."""

    def __init__(self, home: Path, fort: Fort, person: Person) -> None:
        self.home, self.fort = home, fort
        home.mkdir()
        (home / ".bashrc").write_text(f"export SEKISHO_TOKEN={fort.key}\n", encoding="utf-8")
        jar = [
            {"name": c.name, "value": c.value, "domain": c.domain, "path": c.path}
            for c in person.http.cookies.jar
        ]
        assert {c["name"] for c in jar} >= {"sekisho_session", "provider"}
        profile = home / PROFILE
        profile.parent.mkdir(parents=True)
        profile.write_text(json.dumps(jar), encoding="utf-8")
        added = self.shell("client", "add", "kiro", "--yes", "--server", fort.url)
        assert added.returncode == 0, added.stderr

    def files(self) -> dict[Path, str]:
        return {
            path: path.read_text(encoding="utf-8", errors="replace")
            for path in self.home.rglob("*")
            if path.is_file()
        }

    def keys(self) -> set[str]:
        """Return every key that lies in a file."""
        return {key for text in self.files().values() for key in KEY.findall(text)}

    def browser(self, thief: Person) -> Person:
        """Start a browser of the agent's with the person's profile."""
        for cookie in json.loads(self.files()[self.home / PROFILE]):
            thief.http.cookies.set(**cookie)
        return thief

    def shell(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the person would."""
        return subprocess.run(
            [sys.executable, "-m", "sekisho", *words],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(REPO / "src"),
                "HOME": str(self.home),
                "SEKISHO_URL": self.fort.url,
                "SEKISHO_TOKEN": self.fort.key,
                "BROWSER": "true",
                "CONSOLE_SECRET": "guessed",
            },
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )


def fresh_sign_in(person: Person, run: Planned, subject: str = "") -> httpx2.Response:
    """Begin a sign-in for the approval, and go through it as far as it goes.

    Without a subject nothing is typed at the provider: its cookie alone has to do.
    """
    begun = person.http.post(f"/runs/{run.id}/fresh", data=form(run))
    assert begun.status_code == 200, begun.text
    there = person.http.get("/sign-in/go").headers["location"]
    page = person.http.get(there)
    if page.status_code == 200 and subject:
        page = person.http.post(there, data={"subject": subject})
    if page.status_code == 200:
        return page
    return person.http.get(page.headers["location"], headers={"sec-fetch-site": "cross-site"})


@pytest.fixture(params=["no passkey", "passkey on a phone"])
def laptop(request: pytest.FixtureRequest, fort: Fort, tmp_path: Path) -> Iterator[Laptop]:
    held = request.param == "passkey on a phone"
    sato = fort.enrolled(SATO) if held else fort.signed_in(SATO)
    yield Laptop(tmp_path / "home", fort, sato)
    fort.host("person", "sign-out", NAMES[SATO])
    fort.host("person", "forget-passkeys", NAMES[SATO])


def has_passkey(fort: Fort) -> bool:
    listed = json.loads(fort.host("person", "list", "--json"))
    return any(row["name"] == NAMES[SATO] and row["passkeys"] for row in listed)


def test_what_a_laptop_holds_approves_nothing(
    fort: Fort, laptop: Laptop, provider: PeopleProvider, tanakas: httpx2.Client
):
    run = fort.planned(f"laptop {laptop.home.parent.name}", by=tanakas)
    keys = laptop.keys()
    assert keys == {fort.key}

    with_keys(fort, laptop, run, keys)
    fort.unapproved(run)
    with_the_session(fort, laptop, run)
    fort.unapproved(run)
    with_a_passkey_of_its_own(fort, laptop, run)
    fort.unapproved(run)
    with_the_providers_session(fort, laptop, run, provider)
    fort.unapproved(run)
    with_the_shell(fort, laptop, run)
    fort.unapproved(run)


def with_keys(fort: Fort, laptop: Laptop, run: Planned, keys: set[str]) -> None:
    browser = laptop.browser(fort.browser())
    for key in keys:
        bearer = {"authorization": f"Bearer {key}"}
        for verb in VERBS:
            for root in ("/api/v1", ""):
                there = f"{root}/runs/{run.id}/{verb}"
                sent: dict[str, Any] = {"json": {"seal": run.seal}} if root else {"data": form(run)}
                answer = browser.http.post(there, headers=bearer, **sent)
                assert answered(answer) == (403, "decision_not_here"), there
    fort.told(run, *((verb, "decision_not_here") for verb in VERBS))
    assert fort.apply(run) == (409, "gate_unmet")
    fort.told(run, ("apply", "gate_unmet"))


def with_the_session(fort: Fort, laptop: Laptop, run: Planned) -> None:
    """The cookie opens every page, and decides nothing."""
    browser = laptop.browser(fort.browser())
    assert NAMES[SATO] in browser.http.get(f"/runs/{run.id}").text
    for verb in VERBS:
        for proof in ("", "x" * 43, fort.key[4:]):
            assert decide(browser, run, proof, verb) == (403, "step_up_needed"), verb
    fort.told(run, *((verb, "step_up_needed") for verb in VERBS))
    refused = browser.http.post(f"/runs/{run.id}/apply", data={})
    assert answered(refused) == (409, "gate_unmet")


def with_a_passkey_of_its_own(fort: Fort, laptop: Laptop, run: Planned) -> None:
    """Software that is a passkey is written in a minute; the server does not know it."""
    browser, known = laptop.browser(fort.browser()), has_passkey(fort)
    if known:
        forged = browser.device.get(challenge(browser, run))
        assert decide(browser, run, forged) == (403, "passkey_wrong")
        fort.told(run, ("approve", "passkey_wrong"))
    else:
        asked = browser.http.post(f"/runs/{run.id}/challenge", data=form(run))
        assert answered(asked) == (403, "step_up_needed")
    code = "step_up_needed" if known else "enrolment_code_wrong"
    made = browser.device.create(browser.http.post("/passkeys/creation").text)
    added = browser.http.post("/passkeys", data={"name": "mine", "answer": made})
    assert answered(added) == (403, code)
    assert fort.told_of("passkey.refuse", code)
    assert has_passkey(fort) == known


def with_the_providers_session(
    fort: Fort, laptop: Laptop, run: Planned, provider: PeopleProvider
) -> None:
    """The profile's cookie of the provider is good for a sign-in, not for a fresh one."""
    browser = laptop.browser(fort.browser())
    page = fresh_sign_in(browser, run)
    assert page.url.host == "127.0.0.1"
    assert "Sign in" in page.text, "it asks for what no cookie answers"
    assert answered(fresh_sign_in(browser, run, "guessed")) == (403, "sign_in_refused")
    assert fort.told_of("session.refuse", "sign_in_refused")
    assert answered(fresh_sign_in(browser, run, TANAKA)) == (403, "person_other")
    assert fort.told_of("session.refuse", "person_other")
    browser = laptop.browser(fort.browser())
    provider.ignores_prompt = True
    try:
        assert answered(fresh_sign_in(browser, run)) == (403, "sign_in_stale")
    finally:
        provider.ignores_prompt = False
    assert fort.told_of("session.refuse", "sign_in_stale")


def with_the_shell(fort: Fort, laptop: Laptop, run: Planned) -> None:
    """Every command of the person's; those for the host work on a store of the laptop's own."""
    opened = laptop.shell("approve", run.id)
    assert opened.returncode == 0, opened.stderr
    assert f"/runs/{run.id}" in opened.stdout + opened.stderr
    applied = laptop.shell("run", "apply", run.id)
    assert applied.returncode != 0
    assert "gate_unmet" in applied.stderr
    own = ("--data-dir", str(laptop.home / "data"), "--config", str(laptop.home / "sekisho.yaml"))
    (laptop.home / "sekisho.yaml").write_bytes(fort.config.read_bytes())
    invited = laptop.shell("person", "enroll", NAMES[SATO], *own)
    assert invited.returncode == 0, invited.stderr
    own_code = invited.stdout.strip()
    browser, known = laptop.browser(fort.browser()), has_passkey(fort)
    answer = browser.device.create(browser.http.post("/passkeys/creation").text)
    added = browser.http.post("/passkeys", data={"name": "x", "answer": answer, "code": own_code})
    code = "step_up_needed" if known else "enrolment_code_wrong"
    assert answered(added) == (403, code)
    assert fort.told_of("passkey.refuse", code)
