"""What would keep a change from happening: true statements alone, none where none is known."""

from collections.abc import Callable, Sequence

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import Note, ResourceChange, ValueChange
from sekisho.domain.plan_renames import Rename
from sekisho.domain.plans import PlanMode
from sekisho.domain.runs import Run
from sekisho.views.budgets import brief
from sekisho.views.plan_diffs import head_of, under
from sekisho.views.redaction import names_secret
from sekisho.views.view import compact, trimmed

_GONE = frozenset(
    {
        "delete_because_no_resource_config",
        "delete_because_no_module",
        "delete_because_no_move_target",
    }
)
_PUT_BACK = (
    "Put it back into the configuration; or, to keep the object without managing it, a removed"
    " block with lifecycle { destroy = false } (Terraform 1.7 and later)."
)
_KEYS = {
    "delete_because_count_index": "Keep count as large as it was: its index is beyond it now.",
    "delete_because_each_key": "Keep its key in for_each; under another key it is another object.",
    "delete_because_wrong_repetition": (
        "count or for_each was added or taken away: a moved block from the old to the new address"
        " keeps the object."
    ),
}


def advice(run: Run, change: ResourceChange, rename: Rename | None) -> list[str]:
    """Say what would avoid a change, or its worst."""
    said = [_renamed(rename)] if rename else []
    do = _BY_ACTION.get(change.action)
    return [*said, *(do(run, change) if do else [])]


def _renamed(rename: Rename) -> str:
    gone, new = brief(rename.gone.address, 200), brief(rename.new.address, 200)
    return (
        f"It looks like a rename ({rename.equal} of {rename.held} known values are equal). If it"
        f" is the same object: moved {{ from = {gone}  to = {new} }} keeps it as it is."
    )


def _replaced(run: Run, change: ResourceChange) -> list[str]:
    if change.reason == "replace_by_request" or change.address in run.options.replace:
        return ["Plan again without it in replace: nothing else asks for it."]
    if change.reason == "replace_because_tainted":
        return ["It is tainted: once a person has found it sound, `terraform untaint` keeps it."]
    if change.reason == "replace_by_triggers":
        return ["What replace_triggered_by names changes: without that change it stays."]
    kept = [_kept(change, path) for path in change.forced_by[:5]]
    if len(change.forced_by) > 1:
        kept += ["All that forces it has to stay: each is enough alone."]
    return kept


def _kept(change: ResourceChange, path: str) -> str:
    """Say how what forces a replacement would stay as it is."""
    leaves = [v for v in change.values if under(v.path, [path])]
    name = brief(path, 100)
    if any(v.note == Note.UNKNOWN for v in leaves):
        sources = sources_of(change, path)
        made = f" ({', '.join(sources)})" if sources else ""
        return f"{name} is known only after apply: it stays if what it is made from{made} stays."
    if len(leaves) == 1 and _readable(leaves[0]):
        value = brief(compact(trimmed(leaves[0].before, 80)), 100)
        return f"Keep {name} as it is: {value}."
    return f"Keep {name} as it is."


def _readable(leaf: ValueChange) -> bool:
    return not leaf.note and leaf.before is not None and not names_secret(leaf.path)


def sources_of(change: ResourceChange, path: str) -> list[str]:
    """Return what the configuration sets an attribute from."""
    head = head_of(path)
    found = [ref for name, refs in change.references if head_of(name) == head for ref in refs]
    return [brief(ref, 100) for ref in dict.fromkeys(found)][:5]


def _deleted(run: Run, change: ResourceChange) -> list[str]:
    if run.options.mode is PlanMode.DESTROY:
        return ["Destroy mode asks for it: plan in mode normal."]
    if change.deposed:
        return []
    if change.reason in _KEYS:
        return [_KEYS[change.reason]]
    if change.reason in _GONE:
        return [_PUT_BACK]
    return []


_BY_ACTION: dict[Action, Callable[[Run, ResourceChange], Sequence[str]]] = {
    Action.REPLACE: _replaced,
    Action.DELETE: _deleted,
}
