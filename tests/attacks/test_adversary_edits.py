"""An adversary with its hand in the data folder while the server is away: rows, blobs, approvals.

Nothing that was edited is applied: each attempt ends with its code, in the audit, and
`audit verify` names what was edited.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.adversary import Fort, Planned
from tests.e2e.serving import environment
from tests.e2e.test_sign_in import Person

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

SCRIPT = "#!/bin/sh\necho reviewed\n"
RUNS_A_SCRIPT = """
resource "terraform_data" "script" {
  provisioner "local-exec" {
    command = "sh ${path.module}/go.sh"
  }
}
"""


Body = dict[str, Any]


def bodies(fort: Fort, *runs: Planned) -> tuple[Body, ...]:
    """Read what the store has of runs; only while the server is away."""
    with contextlib.closing(sqlite3.connect(fort.data / "store" / "sekisho.db")) as database:
        select = "SELECT body FROM runs WHERE id = ?"
        rows = [database.execute(select, (run.id,)).fetchone() for run in runs]
    return tuple(json.loads(body) for (body,) in rows)


def put(fort: Fort, body: Body) -> None:
    """Write the row of a run as if the server had."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    with contextlib.closing(sqlite3.connect(fort.data / "store" / "sekisho.db")) as database:
        changed = database.execute(
            "UPDATE runs SET body = ?, status = ? WHERE id = ?", (text, body["status"], body["id"])
        )
        assert changed.rowcount == 1
        database.commit()


def faults(fort: Fort) -> str:
    """Return what `audit verify` says; it finds something."""
    command = [sys.executable, "-m", "sekisho", "audit", "verify", "--data-dir", str(fort.data)]
    done = subprocess.run(
        [*command, "--config", str(fort.config)],
        env=environment(CONSOLE_SECRET="x"),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode != 0, done.stdout
    return done.stderr


def never_began(fort: Fort, run: Planned) -> None:
    assert {"run.apply", "run.apply_start", "run.applied"}.isdisjoint(fort.actions(run))


def test_a_row_that_was_edited_to_approved_is_not_applied(fort: Fort):
    run = fort.planned("edited")
    with fort.away():
        (body,) = bodies(fort, run)
        put(fort, body | {"status": "approved", "allowed_by": ["default"]})

    assert fort.apply(run) == (409, "gate_unmet")
    fort.told(run, ("apply", "gate_unmet"))
    never_began(fort, run)
    assert f"runs {run.id}: the row is not as the server wrote it" in faults(fort)


def _of_another_run(mine: Body, other: Body) -> Body:
    return other["approvals"][0] | {}


def _said_to_be_mine(mine: Body, other: Body) -> Body:
    return other["approvals"][0] | {"run_id": mine["id"], "seal": mine["plan"]["seal"]["seal"]}


def _unsigned(mine: Body, other: Body) -> Body:
    return _said_to_be_mine(mine, other) | {"signature": "", "key_id": ""}


@pytest.mark.parametrize("forge", [_of_another_run, _said_to_be_mine, _unsigned])
def test_an_approval_that_was_put_into_a_row_is_worth_nothing(
    fort: Fort, suzuki: Person, forge: Callable[[Body, Body], Body]
):
    run = fort.planned(f"forged {forge.__name__}")
    approved = fort.approved(f"forged {forge.__name__}", suzuki, "db")
    with fort.away():
        mine, other = bodies(fort, run, approved)
        made = forge(mine, other)
        if isinstance(made["seal"], dict):
            made["seal"] = run.seal
        put(fort, mine | {"approvals": [made], "status": "approved", "allowed_by": ["default"]})

    assert fort.apply(run) == (409, "gate_unmet")
    fort.told(run, ("apply", "gate_unmet"))
    never_began(fort, run)
    assert f"run {run.id}: the audit does not know of an approval by suzuki" in faults(fort)


@pytest.mark.parametrize("field", ["requested_by", "message", "approvals", "options"])
def test_an_approved_run_that_was_edited_is_not_applied(fort: Fort, suzuki: Person, field: str):
    """Its approval is genuine, and still holds for the seal: the row itself is what was edited."""
    run = fort.approved(f"row {field}", suzuki)
    with fort.away():
        (body,) = bodies(fort, run)
        edits = {
            "requested_by": body["requested_by"] | {"person": "tanaka@example.jp"},
            "message": "as agreed on the phone",
            "approvals": [body["approvals"][0] | {"comment": "and everything after it"}],
            "options": body["options"] | {"mode": "destroy"},
        }
        put(fort, body | {field: edits[field]})

    status, code = fort.apply(run)
    wanted = {
        "requested_by": (503, "store_tampered"),
        "message": (503, "store_tampered"),
        "approvals": (409, "gate_unmet"),
        "options": (503, "store_tampered"),
    }
    assert (status, code) == wanted[field]
    fort.told(run, ("apply", code))
    never_began(fort, run)
    assert f"runs {run.id}: the row is not as the server wrote it" in faults(fort)


def blob(fort: Fort, name: str) -> Path:
    found = fort.data / "store" / "blobs" / f"{name}%enc"
    assert found.is_file()
    return found


def test_a_plan_file_or_a_bundle_that_was_swapped_voids_the_approval(fort: Fort, suzuki: Person):
    """With those of another run that was approved, too: encrypted by the server, and genuine."""
    other = fort.approved("genuine", suzuki, "db")
    state = fort.state()
    runs = {
        (part, how): fort.approved(f"blob {part} {how}", suzuki)
        for part in ("plan", "bundle")
        for how in ("swapped", "cut", "flipped", "gone")
    }
    with fort.away():
        for (part, how), run in runs.items():
            path = blob(fort, f"runs/{run.id}/1/{part}")
            whole = path.read_bytes()
            if how == "swapped":
                shutil.copy(blob(fort, f"runs/{other.id}/1/{part}"), path)
            elif how == "cut":
                path.write_bytes(whole[: len(whole) // 2])
            elif how == "flipped":
                path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            else:
                path.unlink()

    for (part, how), run in runs.items():
        assert fort.apply(run) == (200, ""), "queueing looks at no blob"
        ended = fort.server.until(run.id, "applied", "errored", "stale", "interrupted")
        assert (ended["status"], ended["problem"]["code"]) == ("errored", "seal_broken"), how
        assert part in ended["problem"]["text"]
        (last,) = [r for r in fort.records(run) if r["action"] == "run.errored"]
        assert last["facts"]["problem"] == "seal_broken"
        assert "run.applied" not in fort.actions(run)
    assert fort.state() == state
    said = faults(fort)
    for (part, _how), run in runs.items():
        assert f"blobs/runs/{run.id}/1/{part}: " in said


def test_a_script_that_was_changed_after_the_review_never_runs(fort: Fort, suzuki: Person):
    """By an upload it is another configuration; on the server's disk it is a broken seal."""
    files = {"go.tf": RUNS_A_SCRIPT, "go.sh": SCRIPT}
    run = fort.planned("script", more=files)
    assert suzuki.decide(run.id, typed="net").status_code == 303
    assert fort.status(run) == "approved"
    edited = files | {"go.sh": SCRIPT.replace("reviewed", "changed")}
    changed = fort.planned("script", more=edited)
    assert changed.seal != run.seal
    assert fort.apply(changed) == (409, "gate_unmet")
    fort.told(changed, ("apply", "gate_unmet"))
    with fort.away():
        one, two = bodies(fort, run, changed)
        names = [f"configurations/{b['configuration'].removeprefix('sha256:')}" for b in (one, two)]
        shutil.copy(blob(fort, names[1]), blob(fort, names[0]))

    assert fort.apply(run) == (200, "")
    ended = fort.server.until(run.id, "applied", "errored", "stale", "interrupted")
    assert (ended["status"], ended["problem"]["code"]) == ("errored", "seal_broken")
    (last,) = [r for r in fort.records(run) if r["action"] == "run.errored"]
    assert last["facts"]["problem"] == "seal_broken"
    fort.unapproved(changed)
