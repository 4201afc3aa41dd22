"""The console over a server in memory, and a run whose review page has something of everything."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from sekisho.domain.actions import Action, Risk
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.logs import LogLine
from sekisho.domain.plan_changes import CodeKind, CodeRun, ResourceChange, ValueChange
from sekisho.domain.plans import PlanReading, PlanRecord, count
from sekisho.domain.risks import RiskFacts, judge
from sekisho.domain.rules import rules_version
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.seals import SignedSeal
from sekisho.domain.states import StatePointer, StatePosition
from sekisho.web.console import console_errors, console_routes
from sekisho.web.options import ConsoleOptions
from tests.faces.house import House
from tests.fakes.clock import START
from tests.fakes.readings import put_reading
from tests.fakes.values import a_seal, an_entry

HOST = "127.0.0.1:8321"
BASE = f"http://{HOST}"
POSITION = StatePosition("3f1c9a52-7d1e-4b36-9a2f-5f0f6c1d2e3b", 42)
SATO = Caller("sato@example.jp", "Kiro 0.9 (agent)", "token")
SAME = {"sec-fetch-site": "same-origin", "origin": BASE}
"""What a browser sends with a form of our own page."""


def app_of(house: House, base: str = BASE, **options: Any) -> Starlette:
    """Serve the console alone."""
    chosen = ConsoleOptions(base_url=base, version="0.1.0", **options)
    routes = console_routes(house.engine, chosen)
    return Starlette(routes=routes, exception_handlers={**console_errors(chosen)})


@contextmanager
def browser(
    house: House, language: str = "en", *, bugs: bool = True, **options: Any
) -> Iterator[TestClient]:
    """A client that behaves as a browser on our own pages does, and follows nothing by itself.

    `bugs`: let what the server did not expect through to the test.
    """
    headers = {"accept-language": language, **SAME}
    app = app_of(house, **options)
    with TestClient(
        app, base_url=BASE, headers=headers, follow_redirects=False, raise_server_exceptions=bugs
    ) as client:
        yield client


def change(address: str, action: Action, /, *values: ValueChange, **more: Any) -> ResourceChange:
    """One change of a plan, judged; `before` and `after` serve the judgement alone."""
    actions = {Action.REPLACE: ("delete", "create")}.get(action, (str(action),))
    kind, name = address.split(".")[-2:]
    given = {"type": kind, "action": action, "actions": actions, **more}
    known = {f.name for f in dataclasses.fields(RiskFacts)}
    judged = judge(RiskFacts(**{k: v for k, v in given.items() if k in known}))
    given = {k: v for k, v in given.items() if k not in ("before", "after", "moved")}
    whole = {"risk": judged.risk, "why": judged.reasons, "name": name, "values": values, **given}
    whole["unknown"] = sum(v.note == "unknown" for v in values)
    return ResourceChange(**{"address": address, **whole})


def rich_changes() -> tuple[ResourceChange, ...]:
    """Changes of every kind, as a Japanese team would meet them."""
    return (
        change(
            "aws_db_instance.orders",
            Action.REPLACE,
            ValueChange("engine_version", "14.7", "16.3"),
            ValueChange("password", note="sensitive"),
            ValueChange("endpoint", "orders.abc.ap-northeast-1.rds.example", note="unknown"),
            reason="replace_because_cannot_update",
            forced_by=("engine_version",),
        ),
        change(
            'aws_s3_bucket.archive["監査ログ"]',
            Action.DELETE,
            ValueChange("bucket", "example-audit-archive"),
            reason="delete_because_each_key",
        ),
        change(
            "module.network.aws_route_table.private",
            Action.UPDATE,
            ValueChange(
                "route",
                [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-0a1b2c3d4e5f60718"}],
                [{"cidr_block": "0.0.0.0/0", "transit_gateway_id": "tgw-0a1b2c3d4e5f60718"}],
            ),
            ValueChange("tags.Name", "private", "private-a"),
        ),
        change(
            "aws_instance.bastion",
            Action.CREATE,
            ValueChange("instance_type", after="t4g.small"),
            ValueChange("private_ip", note="unknown"),
            ValueChange("tags", after={"Name": "踏み台", "env": "prod"}),
        ),
        change(
            "aws_iam_role.deploy", Action.NO_OP, previous_address="aws_iam_role.ci", risk=Risk.SAFE
        ),
        change("aws_vpc.main", Action.UPDATE, ValueChange("tags.owner", "a", "b"), importing=True),
        change("aws_sns_topic.alarm", Action.FORGET),
        change("data.aws_ami.linux", Action.READ, mode="data", risk=Risk.SAFE),
    )


def rich_reading(changes: tuple[ResourceChange, ...] | None = None, **more: Any) -> PlanReading:
    """A plan that has something of everything."""
    found = rich_changes() if changes is None else changes
    outputs = (
        ValueChange("bastion_ip", note="unknown"),
        ValueChange("db_url", note="sensitive"),
        ValueChange("region", "ap-northeast-1", "ap-northeast-3"),
    )
    reading = PlanReading(
        counts=count(found, len(outputs), 1, 0),
        changes=found,
        outputs=outputs,
        position=POSITION,
        terraform_version="1.11.4",
        code=(CodeRun("aws_instance.bastion", CodeKind.PROVISIONER, "local-exec"),),
    )
    return dataclasses.replace(reading, **more)


LOG = (
    LogLine(START, "plan", "step", "info", "init: providers were installed before"),
    LogLine(START, "plan", "refresh_start", "info", "aws_db_instance.orders: Refreshing state…"),
    LogLine(START, "plan", "diagnostic", "warn", "Argument is deprecated", file="db.tf", line=12),
    LogLine(START, "plan", "change_summary", "info", "Plan: 2 to add, 2 to change, 2 to destroy."),
)


def a_review(
    house: House,
    status: RunStatus = RunStatus.AWAITING_APPROVAL,
    *,
    reading: PlanReading | None = None,
    workspace: str = "network",
    **changes: Any,
) -> Run:
    """Keep a run with a rich plan, as a worker would have left it."""
    store, run_id = house.store, house.parts.ids.new("run")
    found = reading or rich_reading()
    seal = dataclasses.replace(
        a_seal(),
        run_id=run_id,
        workspace=workspace,
        state=str(found.position),
        rules=rules_version(house.parts.catalog.get(workspace).rules),
        expires_at=house.clock.now() + timedelta(hours=8),
    )
    plan = PlanRecord(
        made_at=house.clock.now(),
        counts=found.counts,
        position=found.position,
        terraform_version=found.terraform_version,
        seal=SignedSeal(seal, house.parts.keys.sign(seal.canonical()), house.parts.keys.key_id),
        plan_blob=f"runs/{run_id}/1/plan",
        bundle_blob=f"runs/{run_id}/1/bundle",
        risks={str(r): n for r, n in Counter(c.risk for c in found.changes).items()},
        alarms=tuple(a.code for a in found.alarms),
        runs_code=tuple(map(str, found.code)),
    )
    run = Run(
        id=run_id,
        workspace=workspace,
        configuration=seal.configuration,
        source="upload",
        requested_by=SATO,
        created_at=house.clock.now(),
        updated_at=house.clock.now(),
        status=status,
        message="Move the private subnets behind the transit gateway; upgrade the orders DB.",
        change_id="CHG-2026-0042",
        plan=plan,
    )
    run = dataclasses.replace(run, **changes)
    store.runs.add(run, an_entry("run.create", run))
    put_reading(store, run_id, found)
    store.logs.append(run_id, LOG)
    pointer = StatePointer(found.position, START, run_id)
    store.workspaces.update(
        workspace, lambda record: Change(workspace=dataclasses.replace(record, state=pointer))
    )
    return house.engine.runs.get(run_id)


def set_status(house: House, run_id: str, status: RunStatus, **changes: Any) -> Run:
    """Put a run where a worker would have put it."""

    def moved(run: Run, _record: object) -> Change:
        after = dataclasses.replace(run, status=status, **changes)
        return Change(run=after, audit=(an_entry(f"run.{status}", after),))

    return house.store.runs.update(run_id, moved)
