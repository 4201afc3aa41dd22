"""What to ask every tool, every GET of the API and every page, so that they show all they have.

Everything is listed from the code. An argument that no value is known for fails the walk: whoever
adds one says here what to ask with it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter

from sekisho.domain.plan_changes import ResourceChange
from sekisho.domain.plans import PlanReading
from sekisho.engine.engine import Engine
from sekisho.mcp_server.spec import ToolSpec
from sekisho.ports import RunQuery
from sekisho.web.api.operations import Operation
from sekisho.web.visits import Page
from tests.fakes.clock import START

Arguments = dict[str, Any]


class NoWalkError(AssertionError):
    """Something was added that nobody said how to ask."""


@dataclass(frozen=True)
class Known:
    """What there is to ask about. `files`: configurations that are not right, to be validated."""

    runs: tuple[str, ...]
    workspaces: tuple[str, ...]
    of: Mapping[str, str]
    """Run → workspace."""
    addresses: Mapping[str, tuple[str, ...]]
    """Run → what its plan changes; workspace → what its state holds."""
    numbers: Mapping[str, tuple[int, ...]]
    """Run → the numbers of its changes."""
    outputs: Mapping[str, tuple[str, ...]]
    configurations: tuple[str, ...]
    files: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of_engine(
        cls, engine: Engine, files: tuple[Mapping[str, str], ...] = (), most: int = 1000
    ) -> Known:
        """Look what there is; `most` addresses of a plan or a state are asked for."""
        runs = engine.runs.list(RunQuery(limit=200)).items
        addresses: dict[str, tuple[str, ...]] = {}
        numbers: dict[str, tuple[int, ...]] = {}
        outputs: dict[str, tuple[str, ...]] = {}
        names = tuple(w.declared.name for w in engine.workspaces.list())
        for run in runs:
            rows = _rows(engine.plans.reading(run.id))[:most] if run.plan else ()
            addresses[run.id] = tuple(dict.fromkeys(r.address for r in rows))
            numbers[run.id] = tuple(r.number for r in rows)
        for name in names:
            index = engine.states.list(name).index if _has_state(engine, name) else None
            addresses[name] = tuple(r.address for r in index.resources)[:most] if index else ()
            outputs[name] = tuple(o.name for o in index.outputs) if index else ()
        return cls(
            runs=tuple(r.id for r in runs),
            workspaces=names,
            of={r.id: r.workspace for r in runs},
            addresses=addresses,
            numbers=numbers,
            outputs=outputs,
            configurations=tuple(dict.fromkeys(r.configuration for r in runs)),
            files=files,
        )

    def others(self, run: str) -> list[str]:
        """Return the other runs of a workspace."""
        return [r for r in self.runs if r != run and self.of[r] == self.of[run]][:3]


def _has_state(engine: Engine, name: str) -> bool:
    return engine.workspaces.get(name).record.state is not None


def _rows(reading: PlanReading) -> tuple[ResourceChange, ...]:
    return (*reading.changes, *reading.drift, *reading.deferred)


VALUES: Mapping[str, Callable[[Known, str], list[Any]]] = {
    "address": lambda known, subject: list(known.addresses.get(subject, ())),
    "name": lambda known, subject: list(known.outputs.get(subject, ())),
    "paths": lambda _, __: [["input", "pin"]],
    "with_run": lambda known, run: known.others(run),
    "with": lambda known, run: known.others(run),
    "run": lambda known, _: list(known.runs),
    "number": lambda known, run: list(known.numbers.get(run, ())),
    "changes": lambda _, __: [20, 40, 60],
    "text": lambda _, __: ["data", "form"],
    "q": lambda _, __: ["data"],
    "module": lambda _, __: ["module.db", "."],
    "type": lambda _, __: [["terraform_data"], ["kata_form"]],
    "grep": lambda _, __: ["error", "form", "a"],
    "tail": lambda _, __: [200],
    "wait": lambda _, __: [1],
    "wait_seconds": lambda _, __: [1],
    "workspace": lambda known, _: list(known.workspaces),
    "reason": lambda _, __: ["it is over"],
    "verify": lambda _, __: ["1"],
    "before": lambda _, __: ["60"],
    "month": lambda _, __: [f"{START:%Y-%m}", f"{datetime.now(UTC):%Y-%m}"],
    "after": lambda _, __: ["1"],
    "decide": lambda _, __: ["approve", "reject"],
    "severity": lambda _, __: [["critical"], ["low", "medium"]],
    "log_phase": lambda _, __: ["plan", "apply"],
    "log_level": lambda _, __: ["error", "warn"],
    "log_q": lambda _, __: ["e"],
    "run_id": lambda known, _: list(known.runs),
    "at": lambda _, __: ["2026-12-01T23:00+09:00"],
}
"""Argument → what to ask with it, of a run or a workspace."""
PAGED = frozenset({"cursor", "limit"})
"""Arguments of pages: every answer is read to its end anyhow."""
SUBJECTS = ("run_id", "workspace", "name")
"""What a question is about, where it is about one thing."""


@dataclass(frozen=True)
class Asked:
    """An argument: whether it must be there, and the choices that its schema leaves."""

    name: str
    needed: bool
    schema: Mapping[str, Any]

    def values(self, known: Known, subject: str) -> list[Any]:
        items: Any = self.schema.get("items", {})
        if "enum" in self.schema:
            return list(self.schema["enum"])
        if "enum" in items:
            return [[choice] for choice in items["enum"]]
        if self.schema.get("type") == "boolean":
            return [True]
        if self.name not in VALUES:
            raise NoWalkError(f"no sentinel walk for the argument {self.name}")
        values = VALUES[self.name](known, subject)
        wraps = self.schema.get("type") == "array"
        return [[v] if wraps and not isinstance(v, list) else v for v in values]


def tool_arguments(spec: ToolSpec) -> list[Asked]:
    """List what a tool takes."""
    found: list[Asked] = []
    signature = inspect.signature(spec.function, eval_str=True)
    for name, parameter in signature.parameters.items():
        if name != "call":
            schema: Any = TypeAdapter(parameter.annotation).json_schema()
            needed = parameter.default is parameter.empty and "default" not in schema
            found.append(Asked(name, needed and schema.get("type") != "array", schema))
    return found


def operation_arguments(operation: Operation[Any, Any]) -> list[Asked]:
    """List what a GET of the API takes, the parts of its path among it."""
    schema: Any = operation.query.model_json_schema()
    definitions = schema.get("$defs", {})
    needed = schema.get("required", ())
    parts = [Asked(part, True, {}) for part in operation.parts]
    rest = [
        Asked(name, name in needed and form.get("type") != "array", _resolved(form, definitions))
        for name, form in schema.get("properties", {}).items()
    ]
    return [*parts, *rest]


def _resolved(form: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = str(form.get("$ref", "")).rpartition("/")[2]
    return cast("Mapping[str, Any]", definitions[reference]) if reference else form


def questions(known: Known, asked: list[Asked]) -> Iterator[Arguments]:
    """Yield what to ask: about every subject the bare question, then with each argument alone."""
    about = next((a for s in SUBJECTS for a in asked if a.name == s and a.needed), None)
    subjects = {"run_id": known.runs}.get(about.name, known.workspaces) if about else ("",)
    for subject in subjects:
        bare = {about.name: subject} if about else {}
        rest = [a for a in asked if a is not about and a.name not in PAGED]
        musts = [a for a in rest if a.needed]
        if not musts:
            yield bare
        for must in musts:
            yield from (bare | {must.name: v} for v in must.values(known, subject))
        for more in (a for a in rest if not a.needed):
            given = {m.name: v for m in musts for v in m.values(known, subject)[:1]}
            if len(given) == len(musts):
                yield from (bare | given | {more.name: v} for v in more.values(known, subject))


PAGES_ASKED: Mapping[str, tuple[str, ...]] = {
    "/": ("workspace", "status"),
    "/runs/{run_id}": (
        *("decide", "action", "type", "module", "risk", "q", "part", "number", "changes", "with"),
        *("log_phase", "log_level", "log_q"),
    ),
    "/runs/{run_id}/evidence": (),
    "/runs/{run_id}/evidence.json": (),
    "/runs/{run_id}/log": ("after",),
    "/runs/{run_id}/log.txt": ("log_phase", "log_level", "log_q"),
    "/workspaces": (),
    "/workspaces/{name}": (),
    "/audit": ("run", "verify", "before"),
    "/server": (),
    "/audit/export.csv": ("month",),
    "/setup": (),
    # Where nobody signs in, these lead on to the first page.
    "/sign-in": (),
    "/sign-in/start": (),
    "/sign-in/go": (),
    "/sign-in/callback": (),
    "/sign-out/provider": (),
    "/signed-out": (),
    "/passkeys": (),
}
"""Page → parameters that show more of it."""
CHOICES = {
    "status": ("awaiting_approval", "applied", "errored", "blocked"),
    "action": ("create", "update", "delete", "replace", "forget", "read", "no-op"),
    "risk": ("safe", "review", "dangerous", "irreversible"),
    "part": ("change", "drift", "deferred"),
}


def addresses_of(known: Known, page: Page) -> Iterator[str]:
    """Yield every address of a page that is worth a visit."""
    if page.path not in PAGES_ASKED:
        raise NoWalkError(f"no sentinel walk for the page {page.path}")
    (part,) = re.findall(r"{(\w+)}", page.path) or ("",)
    subjects = {"run_id": known.runs, "name": known.workspaces}.get(part, ("",))
    for subject in subjects:
        path = page.path.replace(f"{{{part}}}", quote(subject, safe="")) if part else page.path
        yield path
        for name in PAGES_ASKED[page.path]:
            for value in CHOICES.get(name) or VALUES[name](known, subject):
                given = value[0] if isinstance(value, list) else value
                yield f"{path}?{urlencode({name: given})}"
