"""States and outputs as they are shown: names, places, and values with the sensitive masked."""

from datetime import datetime
from typing import Any

from sekisho.domain.states import MASK, Output, StateResource
from sekisho.engine.states import StateView as Known
from sekisho.views.redaction import names_secret
from sekisho.views.view import View, compact, moment, one_line, tokens, trimmed

_ROOM = 3000
"""Tokens for the rows of one answer, both forms together."""


class ResourceRow(View):
    """A resource instance as one row of a list."""

    address: str
    type: str
    mode: str

    @classmethod
    def of(cls, resource: StateResource) -> "ResourceRow":
        """Show a resource in one row."""
        return cls(
            address=one_line(resource.address, 300),
            type=one_line(resource.type),
            mode=resource.mode,
        )


class StatePage(View):
    """What exists in a workspace, as its newest known state says; `cursor` asks for more."""

    workspace: str
    position: str
    seen_at: datetime
    run_id: str
    index_is_older: bool
    resources: list[ResourceRow]
    total: int
    cursor: int | None = None
    next: list[str]

    @classmethod
    def of(cls, known: Known, start: int, limit: int) -> "StatePage":
        """Show resources from `start` on: `limit` at most, fewer where they are long."""
        every = known.index.resources
        rows, room = list[ResourceRow](), _ROOM
        for resource in every[start : start + limit]:
            row = ResourceRow.of(resource)
            room -= 2 * tokens(row.model_dump_json())
            if room < 0:
                break
            rows.append(row)
        end = start + len(rows)
        name = known.workspace
        return cls(
            workspace=name,
            position=str(known.position),
            seen_at=known.seen_at,
            run_id=known.run_id,
            index_is_older=known.index.position != known.position,
            resources=rows,
            total=len(every),
            cursor=end if end < len(every) else None,
            next=[f'state_get(workspace="{name}", address=…): see the values of one'],
        )

    def words(self) -> str:
        """List addresses."""
        lines = [f"State of {self.workspace} at {self.position}, {moment(self.seen_at)}: "]
        lines[0] += f"{self.total} resources"
        lines += ["(the list is from an older state)"] * self.index_is_older
        lines += [f"  {r.address}" + (" [data]" * (r.mode == "data")) for r in self.resources]
        more = f'state_list(workspace="{self.workspace}", cursor={self.cursor})'
        lines += [f"More: {more}"] if self.cursor is not None else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


class ResourceView(View):
    """One resource instance with its values; sensitive ones are masked, long ones cut."""

    workspace: str
    address: str
    type: str
    provider: str
    mode: str
    values: dict[str, Any]
    left_out: list[str]
    next: list[str]

    @classmethod
    def of(cls, workspace: str, resource: StateResource) -> "ResourceView":
        """Show a resource; values that do not fit are only named."""
        values, left, room = dict[str, Any](), list[str](), _ROOM
        for name, value in resource.values.items():
            cut = MASK if names_secret(name) else trimmed(value)
            room -= 2 * tokens(compact({name: cut}))
            if room >= 0:
                values[one_line(name)] = cut
            else:
                left.append(one_line(name, 80))
        return cls(
            workspace=workspace,
            address=one_line(resource.address, 400),
            type=one_line(resource.type),
            provider=one_line(resource.provider),
            mode=resource.mode,
            values=values,
            left_out=left[:50],
            next=[f'state_list(workspace="{workspace}"): see what else exists'],
        )

    def words(self) -> str:
        """Say its values."""
        lines = [f"{self.address} in {self.workspace} ({self.provider})"]
        lines += [f"  {k} = {compact(v)}" for k, v in self.values.items()]
        lines += [f"  not shown: {', '.join(self.left_out)}"] if self.left_out else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


class OutputView(View):
    """One output; the value of a sensitive one is masked."""

    name: str
    value: Any = None
    sensitive: bool

    @classmethod
    def of(cls, output: Output) -> "OutputView":
        """Show an output."""
        hidden = output.sensitive or names_secret(output.name)
        value = MASK if hidden else trimmed(output.value, 2000)
        return cls(name=one_line(output.name), value=value, sensitive=hidden)

    def words(self) -> str:
        """Say it."""
        return f"{self.name} = {compact(self.value)}"


class OutputPage(View):
    """The outputs of a workspace after its last apply."""

    workspace: str
    position: str
    outputs: list[OutputView]
    left_out: list[str]
    next: list[str]

    @classmethod
    def of(cls, known: Known, name: str) -> "OutputPage":
        """Show all outputs, or the one of this name; those that do not fit are only named."""
        chosen = [o for o in known.index.outputs if name in ("", o.name)]
        views, left, room = list[OutputView](), list[str](), _ROOM
        for output in chosen:
            view = OutputView.of(output)
            room -= tokens(view.words()) + tokens(view.model_dump_json(exclude_none=True))
            if room >= 0 or not views:
                views.append(view)
            else:
                left.append(view.name)
        return cls(
            workspace=known.workspace,
            position=str(known.position),
            outputs=views,
            left_out=left[:100],
            next=[f'output_get(workspace="{known.workspace}", name=…)'] if left else [],
        )

    def words(self) -> str:
        """Say them."""
        lines = [f"Outputs of {self.workspace} at {self.position}:"]
        lines += [f"  {o.words()}" for o in self.outputs] or ["  none"]
        lines += [f"  not shown: {', '.join(self.left_out)}"] if self.left_out else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])
