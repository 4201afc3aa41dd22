"""A server in memory with two workspaces: one that some may not even know of, and one for all.

Whatever is in the hidden one has a mark of its own, so that any of it is found in an answer.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from sekisho.domain.access import ACTS, Access, Grant
from sekisho.domain.actions import Action
from sekisho.domain.changes import Change
from sekisho.domain.groups import Group, Member
from sekisho.domain.leases import WorkspaceLock
from sekisho.domain.logs import LogLine
from sekisho.domain.plan_changes import ValueChange
from sekisho.domain.runs import Run
from sekisho.domain.states import Output, StateIndex, StateResource
from sekisho.domain.workspaces import Workspace
from tests.faces.consoles import POSITION, a_review, change, rich_reading
from tests.faces.house import House, build
from tests.faces.scanned import a_finding, scanned
from tests.fakes.clock import START
from tests.fakes.values import an_entry

HIDDEN, OPEN, NOWHERE = "vault-kakushi", "lake", "nothing-there"
"""Names: of a workspace that is kept from strangers, of one that is not, and of none."""
NO_RUN = "run-000000000000nobody"
KEEPER, STRANGER = "keeper@example.jp", "stranger@example.jp"
"""Who may do everything everywhere, and who may do everything in the open workspace alone."""
MARK = re.compile("kakushi", re.IGNORECASE)
ADDRESS = "aws_s3_bucket.kakushi"
GROUPS = (
    Group("keepers", (Member(KEEPER),)),
    Group("strangers", (Member(STRANGER),)),
)
ACCESS = Access(
    (
        Grant("keepers", frozenset(ACTS)),
        Grant("strangers", frozenset(ACTS), ("lake", "pond-*")),
    )
)


@dataclasses.dataclass
class Vault:
    """The house, runs of the hidden workspace (the older one first), and one of the open one."""

    house: House
    before: Run
    run: Run
    open: Run


def a_vault(folder: Path, **more: Any) -> Vault:
    """Build it; more than one run of each, in turns."""
    return fill(build(folder, **more))


def fill(house: House) -> Vault:
    """Declare the workspaces, people and access in a house, and let things have happened."""
    catalog: Any = house.parts.catalog
    catalog._known = {
        OPEN: Workspace(OPEN),
        HIDDEN: Workspace(HIDDEN, description="Kakushi"),
    }
    catalog.declared_groups, catalog.declared_access = GROUPS, ACCESS
    before = _hidden(house)
    seen = scanned(house, a_review(house, workspace=OPEN), a_finding())
    run = _hidden(house)
    _index(house, HIDDEN, ADDRESS)
    _index(house, OPEN, "aws_s3_bucket.water")
    held = WorkspaceLock("kakushi@example.jp", "kakushi is at work", START, run.id)
    entry = dataclasses.replace(an_entry("workspace.lock", run), run_id=None)
    house.store.workspaces.update(
        HIDDEN,
        lambda record: Change(workspace=dataclasses.replace(record, lock=held), audit=(entry,)),
    )
    house.store.audit.append(an_entry("server.look", None, about="all"))
    return Vault(house, before, run, seen)


def _hidden(house: House) -> Run:
    changes = (
        change(ADDRESS, Action.CREATE, ValueChange("bucket", after="kakushi-bucket")),
        change("aws_instance.kakushi", Action.DELETE, ValueChange("ami", "ami-kakushi")),
    )
    outputs = (ValueChange("kakushi", "kakushi-a", "kakushi-b"),)
    reading = rich_reading(changes, outputs=outputs)
    run = a_review(house, workspace=HIDDEN, reading=reading, message="kakushi work")
    line = LogLine(START, "plan", "step", "info", "kakushi is planned", ADDRESS)
    house.store.logs.append(run.id, (line,))
    return scanned(house, run, a_finding("CKV_KAKUSHI", ADDRESS, file="kakushi.tf"))


def _index(house: House, workspace: str, address: str) -> None:
    name = address.rpartition(".")[2]
    resource = StateResource(address, "aws_s3_bucket", name, "aws", values={"bucket": name})
    output = Output(name, f"{name} value")
    index = StateIndex(POSITION, "1.11.4", (resource,), (output,))
    house.store.readings.put_state(workspace, index)


def leaks(vault: Vault, text: str) -> list[str]:
    """Return what of the hidden workspace is in a text."""
    ids = [run.id for run in (vault.before, vault.run) if run.id in text]
    return ids + MARK.findall(text)
