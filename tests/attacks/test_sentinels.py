"""Secrets in every place that a plan can hold one; then every byte that left is searched for them.

A secret that an agent's own computation has hidden (`base64gzip(var.word)`, a hash, every second
letter) no redactor finds: those are not planted here (design, rule 1).
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from tools.plan_fixtures.kiln import with_kata_beside

from sekisho.app import App
from sekisho.domain.states import MASK
from tests.attacks.asking import Known
from tests.attacks.planted import Garden
from tests.attacks.searching import Body, Search, told
from tests.attacks.sentinel_failures import cloud, failures
from tests.attacks.sentinel_files import Stage
from tests.attacks.sentinel_server import BROKEN, CLOUD, VAULT, Bank, raw_plan, raw_states
from tests.attacks.walking import Walker, run_commands
from tests.e2e.serving import Serving
from tests.providers.fixtures import provider_mirror
from tests.providers.make_mirror import Mirror
from tests.scans.fixtures import installed_data

__all__ = ["installed_data", "provider_mirror"]

WRONG = "an argument that no call takes"


@pytest.fixture
def short() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="s", dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.long
@pytest.mark.mirror
@pytest.mark.timeout(900)
def test_no_planted_secret_leaves_by_any_face(
    provider_mirror: Mirror,
    installed_data: Path,
    tmp_path: Path,
    short: Path,
    capfd: pytest.CaptureFixture[str],
):
    seed = secrets.randbelow(10**9)
    garden = Garden(seed)
    bank = Bank(garden, with_kata_beside(provider_mirror, tmp_path / "mirror"), tmp_path, short)
    bank.declare()
    bank.scans_with(installed_data)
    raw: list[bytes] = []
    with bank.open() as server:
        failed = failing(bank, server)
        plans = {**clouds(bank, server), **story(bank, server)}
        app = bank.app()
        known = Known.of_engine(app.engine, tuple(failed.values()))
        token = (bank.data / "local.token").read_text(encoding="utf-8").strip()
        walker = Walker(server.url, {"Authorization": f"Bearer {token}"}, known)
        walker.walk(garden.plant(WRONG))
        walker.close()
        bank.bodies += walker.bodies
        bank.bodies += run_commands(known, server.url, bank.data, bank.config)
    for number, (what, files) in enumerate(plans.items()):
        raw.append(raw_plan(app, bank.runs[what], files, bank.mirror, tmp_path / f"raw{number}"))
    raw += raw_states(app)
    rest = [*kept(app), *at_rest(bank)]
    app.close()
    printed = capfd.readouterr()
    bank.bodies += [Body("terminal", "stdout", (printed.out + printed.err).encode())]
    search = Search(garden)
    leaks = search.leaks([*bank.bodies, *rest])
    print(f"{len(bank.bodies)} answers, {sum(len(b.content) for b in bank.bodies)} bytes")
    assert not leaks, f"seed {seed}: {told(leaks)}"
    planted = {s.place for s in garden} - {WRONG}
    assert planted - search.places([*raw, *bank.sent]) == set(), (
        "never planted, or not searched for"
    )
    assert {p for p in planted if in_terraform(p)} - search.places(raw) == set(), (
        "the search finds less than there is"
    )
    shown = b"\n".join(b.content for b in bank.bodies).decode(errors="replace")
    assert shown.count(MASK) > 1000


def in_terraform(place: str) -> bool:
    """Say whether a secret must be in a plan or a state: else it was in what was sent."""
    elsewhere = ("(fails)", "target's environment", "ephemeral", "what a provisioner prints")
    return not any(word in place for word in elsewhere)


def story(bank: Bank, server: Serving) -> dict[str, dict[str, str]]:
    """Create, change and replace, drift, destroy. Return the files of each plan that was made."""
    first, second = (Stage(bank.garden, n, bank.things) for n in (1, 2))
    made: dict[str, dict[str, str]] = {}

    def planned(what: str, files: dict[str, str], **more: str):
        made[what] = files
        return bank.plan(server, what, files, VAULT, **more)

    run = bank.apply(server, planned("create", first.files()))
    assert run["status"] == "applied", bank.told(server, run)
    files = first.told()
    run = bank.plan(server, "a provider tells what the state marks", files, VAULT)
    assert run["status"] == "errored"
    assert "the service said" in bank.told(server, run)
    run = planned("drift", first.files(drift=True), mode="refresh_only")
    run = planned("change with drift", second.files(drift=True))
    run = bank.apply(server, planned("change", second.files()))
    assert run["status"] == "applied", bank.told(server, run)
    assert planned("destroy", second.files(), mode="destroy")["status"] == "awaiting_approval"
    return made


def clouds(bank: Bank, server: Serving) -> dict[str, dict[str, str]]:
    """Plan genuine AWS resources."""
    files = cloud(bank.garden)
    run = bank.plan(server, "cloud", files, CLOUD)
    assert run["status"] == "awaiting_approval", bank.told(server, run)
    return {"cloud": files}


def failing(bank: Bank, server: Serving) -> dict[str, dict[str, str]]:
    """Fail in every way; Terraform is heard to speak where a secret could be beside."""
    found: dict[str, dict[str, str]] = {}
    other: list[str] = []
    for what, failure in failures(bank.garden).items():
        found[what] = failure.files(bank.things)
        run = bank.plan(server, what, found[what], BROKEN)
        if failure.fails == "apply" and run["status"] == "awaiting_approval":
            run = bank.apply(server, run)
        if run["status"] not in ("errored", "interrupted") or failure.says not in bank.told(
            server, run
        ):
            other.append(f"{what}: {bank.told(server, run)}")
    assert not other, "\n".join(other)
    return found


def kept(app: App) -> Iterator[Body]:
    """Yield what the server keeps for reading, decrypted."""
    engine = app.engine
    for run in Known.of_engine(engine).runs:
        record = engine.runs.get(run)
        yield Body("kept", f"run {run}", repr(record).encode())
        yield Body(
            "kept", f"log of {run}", repr(engine.runs.log(run, limit=100_000).lines).encode()
        )
        if record.plan:
            reading = engine.plans.reading(run)
            yield Body("kept", f"reading of {run}", repr(asdict(reading)).encode())
            rows = (*reading.changes, *reading.drift, *reading.deferred)
            changes = engine.plans.changes(run, [r.number for r in rows])
            yield Body("kept", f"changes of {run}", repr(changes).encode())
    for workspace in engine.workspaces.list():
        if workspace.record.state:
            index = engine.states.list(workspace.declared.name).index
            yield Body("kept", f"state index of {workspace.declared.name}", repr(index).encode())
    for record in engine.audits.all():
        yield Body("kept", f"audit record {record.sequence}", repr(record).encode())


def at_rest(bank: Bank) -> Iterator[Body]:
    """Yield every file that is left: of the data folder, of temporary folders, the log."""
    for folder in (bank.data, bank.tmp):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            yield Body("at rest", str(path.relative_to(folder)), path.read_bytes())
    yield Body("log", "server.log", bank.log.read_bytes())
