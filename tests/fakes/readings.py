"""Readings of plans made by hand, kept as a worker keeps those of Terraform."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import Keep, ResourceChange, diff_digest
from sekisho.domain.plans import PlanReading
from sekisho.domain.states import NO_STATE, StatePosition
from sekisho.ports import Store
from sekisho.terraform.plan_json import PlanOrigin, read_plan
from sekisho.terraform.redaction import Redactor

_RISKS = {
    Action.NO_OP: Risk.SAFE,
    Action.READ: Risk.SAFE,
    Action.CREATE: Risk.SAFE,
    Action.DELETE: Risk.DANGEROUS,
    Action.REPLACE: Risk.DANGEROUS,
}


def risk_of(action: Action) -> Risk:
    """Give the least risk that an action alone carries."""
    return _RISKS.get(action, Risk.REVIEW)


def handed(reading: PlanReading, keep: Keep) -> PlanReading:
    """Hand over the changes of a reading whole, numbered; return it with rows in their place."""
    count = 0

    def rows(changes: tuple[ResourceChange, ...]) -> tuple[ResourceChange, ...]:
        nonlocal count
        found: list[ResourceChange] = []
        for change in changes:
            more = {"number": count, "leaves": len(change.values)}
            digest = change.diff or diff_digest(change.action, change.values)
            whole = dataclasses.replace(change, **more, diff=digest)
            keep(whole)
            found.append(whole.row())
            count += 1
        return tuple(found)

    return dataclasses.replace(
        reading,
        changes=rows(reading.changes),
        drift=rows(reading.drift),
        deferred=rows(reading.deferred),
    )


def put_reading(store: Store, run_id: str, reading: PlanReading) -> PlanReading:
    """Keep a reading whose changes are whole."""
    return store.readings.put_plan(run_id, lambda keep: handed(reading, keep))


def whole(read: Callable[[Keep], PlanReading]) -> PlanReading:
    """Read a plan, and return its reading with whole changes in place of the rows."""
    found: list[ResourceChange] = []
    reading = read(found.append)

    def filled(rows: tuple[ResourceChange, ...]) -> tuple[ResourceChange, ...]:
        assert [found[r.number].row() for r in rows] == list(rows)
        return tuple(found[r.number] for r in rows)

    return dataclasses.replace(
        reading,
        changes=filled(reading.changes),
        drift=filled(reading.drift),
        deferred=filled(reading.deferred),
    )


def mark(value: bytes) -> str:
    """Mark a secret value, as a server's key does."""
    return hmac.new(b"test", value, hashlib.sha256).hexdigest()


def origin(position: StatePosition = NO_STATE, redactor: Redactor | None = None) -> PlanOrigin:
    """Say where a plan JSON comes from."""
    return PlanOrigin(position, redactor or Redactor(), mark)


def read_whole(plan: Mapping[str, Any], **more: Any) -> PlanReading:
    """Read plan JSON, with whole changes."""
    return whole(lambda keep: read_plan(plan, origin(**more), keep))
