"""The changes of a plan JSON, one at a time: each is judged, redacted and handed on whole."""

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sekisho.domain.actions import Action, action_of
from sekisho.domain.plan_changes import (
    Keep,
    Note,
    Part,
    ResourceChange,
    ValueChange,
    diff_digest,
    shape_digest,
)
from sekisho.domain.references import Feed, References
from sekisho.domain.risks import RiskFacts, judge
from sekisho.terraform.json_text import Json, obj
from sekisho.terraform.leaves import Lens
from sekisho.terraform.masks import mask_at, masks_anything, shown
from sekisho.terraform.plan_code import blocks
from sekisho.terraform.references import StatePairs, config_address, references_of
from sekisho.terraform.values import differing

Name = Callable[[str], str]
_EXTRA = 2_000
_COUNTED = re.compile(r"\[\d{1,9}\]\Z", re.ASCII)
# Looked up once: Python 3.11 finds members of an enum the slow way.
_NO_OP, _WRITES = Action.NO_OP, (Action.CREATE, Action.UPDATE, Action.REPLACE)
_RESOURCE = frozenset(
    {
        "address",
        "module_address",
        "mode",
        "type",
        "name",
        "index",
        "index_unknown",
        "provider_name",
        "deposed",
        "previous_address",
        "action_reason",
        "change",
    }
)
_CHANGE = frozenset(
    {
        "actions",
        "before",
        "after",
        "after_unknown",
        "before_sensitive",
        "after_sensitive",
        "replace_paths",
        "importing",
        "generated_config",
        "before_identity",
        "after_identity",
        "before_identity_sensitive",
        "after_identity_sensitive",
    }
)


@dataclass(frozen=True)
class MadeFrom:
    """What the configuration says of its resources, by their addresses in it.

    `write_only`: attributes that are given to the provider and kept nowhere. Plans do not mark
    them; providers end their names in `_wo`.
    """

    references: References
    write_only: Mapping[str, tuple[str, ...]]


def made_from(configuration: Json, state: StatePairs, clean: Name) -> MadeFrom:
    """Read a configuration; `state` adds the dependencies that only it knows."""
    written = {
        clean(address): names
        for address, resource in blocks(configuration)
        if (names := tuple(n for n in obj(resource.get("expressions")) if n.endswith("_wo")))
    }
    return MadeFrom(references_of(configuration, clean, state), written)


class Rows:
    """Reads lists of resource changes into rows; numbers go on from list to list."""

    def __init__(self, lens: Lens, made: MadeFrom, keep: Keep) -> None:
        self._lens, self._keep, self._next = lens, keep, 0
        self._made = made
        # Types, modules and providers come again and again.
        self._name = functools.lru_cache(maxsize=512)(lens.redactor.text)

    def read(self, resources: Iterable[Json], part: Part) -> tuple[ResourceChange, ...]:
        """Hand on what changes, and return it as rows."""
        return tuple(self._read(resources, part))

    def _read(self, resources: Iterable[Json], part: Part) -> Iterator[ResourceChange]:
        for resource in resources:
            found = self._change(resource, part)
            if found is not None:
                self._next += 1
                self._keep(found)
                yield found.row()

    def _change(self, resource: Json, part: Part) -> ResourceChange | None:
        change = _unmasked(obj(resource.get("change")))
        actions = tuple(str(a) for a in cast("list[Any]", change.get("actions") or []))
        action = action_of(actions)
        moved = str(resource.get("previous_address") or "")
        importing = change.get("importing") is not None
        if action is _NO_OP and not moved and not importing:
            return None
        kind, mode = str(resource.get("type") or ""), str(resource.get("mode") or "managed")
        module, name = str(resource.get("module_address") or ""), str(resource.get("name") or "")
        block = config_address(module, kind, name, mode)
        block = self._name(block)
        values = differing(change, self._lens) + self._write_only(change, action, block)
        facts = _facts(resource, change, self._name)
        judged = judge(facts)
        unknown = sum(v.note == "unknown" for v in values)
        diff = diff_digest(action, values)
        return ResourceChange(
            address=self._address(str(resource.get("address") or "")),
            type=facts.type,
            name=self._name(name),
            action=action,
            actions=facts.actions,
            mode=facts.mode,
            module=self._name(module),
            provider=self._name(str(resource.get("provider_name") or "")),
            index=_index(resource.get("index"), self._name),
            index_unknown=resource.get("index_unknown") is True,
            deposed=facts.deposed,
            reason=facts.reason,
            previous_address=self._name(moved),
            importing=importing,
            import_id=self._import_id(change.get("importing")),
            identity=self._told(change.get("after_identity") or change.get("before_identity")),
            generated=bool(change.get("generated_config")),
            forced_by=facts.forced_by,
            number=self._next,
            part=part,
            values=values,
            risk=judged.risk,
            why=judged.reasons,
            leaves=len(values),
            unknown=unknown,
            block=block,
            diff=diff,
            shape=shape_digest(action, values) if unknown else diff,
            references=_told_from(self._made.references.feeds.get(block, ()), values),
            extra=tuple(self._extra(resource, change)),
        )

    def _address(self, address: str) -> str:
        """Redact an address; instances that are counted share all but their number."""
        counted = _COUNTED.search(address)
        head = address[: counted.start()] if counted else address
        return self._name(head) + (counted[0] if counted else "")

    def _write_only(self, change: Json, action: Action, block: str) -> tuple[ValueChange, ...]:
        """Label what is given to the provider and kept nowhere: null on both sides, by its rule."""
        names = self._made.write_only.get(block, ())
        if not names or action not in _WRITES:
            return ()
        sides = obj(change.get("before")), obj(change.get("after"))
        return tuple(
            ValueChange(n, note=str(Note.WRITE_ONLY))
            for n in names
            if all(side.get(n) is None for side in sides)
        )

    def _import_id(self, importing: Any) -> str:
        """Write what is imported: an id, an identity, or that nobody knows yet."""
        found = obj(importing)
        if found.get("unknown"):
            return "(known after apply)"
        return self._name(str(found["id"])) if "id" in found else self._told(found.get("identity"))

    def _told(self, value: Any) -> str:
        """Write any JSON in one line, redacted; nothing as an empty text."""
        if value is None or value == {}:
            return ""
        kept = shown(value, self._lens.redactor)
        return self._lens.redactor.text(json.dumps(kept, ensure_ascii=False, default=str), _EXTRA)

    def _extra(self, resource: Json, change: Json) -> Iterator[tuple[str, str]]:
        """Keep fields that we do not know: a newer Terraform says something there."""
        for known, found in ((_RESOURCE, resource), (_CHANGE, change)):
            for name in sorted(found.keys() - known):
                yield self._name(name), self._told(found[name])


def _unmasked(change: Json) -> Json:
    """Put False for masks that cover nothing: each is looked at several times."""
    masks = ("before_sensitive", "after_sensitive")
    idle = {m: False for m in masks if not masks_anything(change.get(m))}
    return {**change, **idle}


def _facts(resource: Json, change: Json, name: Name) -> RiskFacts:
    actions = tuple(str(a) for a in cast("list[Any]", change.get("actions") or []))
    return RiskFacts(
        type=name(str(resource.get("type") or "")),
        mode=name(str(resource.get("mode") or "managed")),
        action=action_of(actions),
        actions=tuple(map(name, actions)),
        reason=name(str(resource.get("action_reason") or "")),
        forced_by=_forced_by(change, name),
        importing=change.get("importing") is not None,
        deposed=name(str(resource.get("deposed") or "")),
        moved=bool(resource.get("previous_address")),
        before=_open(change, "before"),
        after=_open(change, "after"),
    )


def _open(change: Json, side: str) -> Json | None:
    """Return the attributes of a side that are not masked: a risk may tell a number."""
    found, mask = change.get(side), change.get(f"{side}_sensitive")
    if not isinstance(found, dict) or mask is True:
        return None
    if not masks_anything(mask):
        return obj(found)
    return {k: v for k, v in obj(found).items() if mask_at(mask, k) is not True}


def _told_from(
    feeds: Iterable[Feed], values: Iterable[ValueChange]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Choose the attributes that change, with what they are set from."""
    if not feeds:
        return ()
    heads = {_head(v.path) for v in values}
    return tuple((f.path, f.written) for f in feeds if _head(f.path) in heads)


def _head(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _index(index: Any, name: Name) -> str | int | None:
    if isinstance(index, str):
        return name(index)
    number = isinstance(index, int | float) and not isinstance(index, bool)
    return int(index) if number else None


def _forced_by(change: Json, name: Name) -> tuple[str, ...]:
    paths = cast("list[Any]", change.get("replace_paths") or [])
    return tuple(name(_path(cast("list[Any]", p))) for p in paths if isinstance(p, list))


def _path(steps: list[Any]) -> str:
    parts = [f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps]
    return "".join(parts).removeprefix(".")
