"""How much one change deserves a look, and why: judged from facts, told as storable reasons.

What protects an object is named, never counted on: a switch may be turned off elsewhere between
plan and apply, so no protection lowers a risk. A protection that the plan does not speak of is not
mentioned. The values of the object serve the judgement alone; of them only numbers and the names
of attributes come out of here.
"""

import dataclasses
from collections.abc import Callable, Mapping

from sekisho.domain.actions import Action, Risk
from sekisho.domain.reasons import Reason, words
from sekisho.domain.risk_texts import RISK_TEXTS
from sekisho.domain.stateful import (
    Effect,
    Protection,
    Stand,
    Weight,
    expires,
    guarded_by,
    protections,
    stateful,
)
from sekisho.domain.states import StatePosition
from sekisho.domain.text import plain

__all__ = [
    "TERRAFORM_REASONS",
    "Judgement",
    "Reason",
    "RiskFacts",
    "StateFacts",
    "judge",
    "lost_state",
    "words",
]

_NAMED = 5
"""So many paths or actions are named in one reason; the rest is counted."""
_CAP = 100
_HUGE = 10**12
# Looked up once: Python 3.11 finds members of an enum the slow way.
_SAFE, _REVIEW, _DANGEROUS, _IRREVERSIBLE = Risk
_ON, _OFF, _UNSURE = Stand
_UNKNOWN_ACTION, _DATA_WEIGHT, _WINDOW = Action.UNKNOWN, Weight.DATA, Effect.WINDOW


@dataclasses.dataclass(frozen=True)
class RiskFacts:
    """What a judgement looks at; `before` and `after` are top-level attributes, unredacted.

    `reason` is Terraform's `action_reason`, `forced_by` the paths that force a replacement.
    Neither mapping is kept: what is judged leaves as reasons.
    """

    type: str
    action: Action
    actions: tuple[str, ...]
    mode: str = "managed"
    reason: str = ""
    forced_by: tuple[str, ...] = ()
    importing: bool = False
    deposed: str = ""
    moved: bool = False
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@dataclasses.dataclass(frozen=True)
class Judgement:
    """A risk with its reasons, what matters most first."""

    risk: Risk
    reasons: tuple[Reason, ...]


@dataclasses.dataclass(frozen=True)
class StateFacts:
    """What tells a lost or wrong state from an honest first apply.

    `creates` counts managed changes that only create, `others` every other managed row of the plan,
    no-ops included. `had` counts the resources of the last state that was known (`then`); `now` is
    the state the plan was made on. `partial`: planned with -target, so rows are missing.
    `vanished` counts what drift says was deleted outside Terraform.
    """

    creates: int
    others: int
    had: int
    then: StatePosition
    now: StatePosition
    partial: bool = False
    vanished: int = 0


def judge(facts: RiskFacts) -> Judgement:
    """Give the risk of one change and every reason for it."""
    # A data source holds nothing of its own: whatever is said of it, it is read.
    known_read = facts.mode == "data" and facts.action is not _UNKNOWN_ACTION
    risk, reasons = (_read if known_read else _RULES[facts.action])(facts)
    return Judgement(risk, (*reasons, *_causes(facts)))


def lost_state(facts: StateFacts) -> Reason | None:
    """Say why the plan must be stopped, where its state is lost or another one; None: go on.

    "All creates where the last state had resources": nothing that was there is looked at any
    more. A partial plan of creates proves nothing, unless the state itself is another one.
    """
    if facts.had <= 0:
        return None
    had = ("had", str(facts.had))
    if facts.then.lineage and facts.now.lineage and facts.then.lineage != facts.now.lineage:
        states = (("then", plain(facts.then, _CAP)), ("now", plain(facts.now, _CAP)))
        return Reason("state_other", (had, *states))
    # Without a lineage there is no state at all, however little of it was asked for.
    gone = bool(facts.then.lineage) and not facts.now.lineage
    if facts.creates == 0 or facts.others > 0 or (facts.partial and not gone):
        return None
    if facts.vanished >= facts.had and not gone:
        return Reason("all_vanished", (had,))
    return Reason("state_lost", (("creates", str(facts.creates)), had))


# --- one rule an action -------------------------------------------------------------------------

_Found = tuple[Risk, list[Reason]]


def _no_op(facts: RiskFacts) -> _Found:
    if facts.importing:
        return _REVIEW, [Reason("imported"), *_moved(facts)]
    return _SAFE, _moved(facts) or [Reason("unchanged")]


def _read(facts: RiskFacts) -> _Found:
    del facts
    return _SAFE, [Reason("read")]


def _create(facts: RiskFacts) -> _Found:
    rules = _expires(facts)
    return (_REVIEW if rules else _SAFE), [Reason("created"), *rules]


def _update(facts: RiskFacts) -> _Found:
    weaker = [r for p in protections(facts.type) for r in _weaker(p, facts)]
    rest = [Reason("updated"), *_expires(facts), *_moved(facts)]
    if facts.importing:
        rest.append(Reason("imported"))
    return (_DANGEROUS if weaker else _REVIEW), [*weaker, *rest]


def _delete(facts: RiskFacts) -> _Found:
    return _destroyed(facts, "deleted")


def _replace(facts: RiskFacts) -> _Found:
    if facts.actions == ("create", "forget"):
        return _REVIEW, [Reason("left_unmanaged")]
    new_first = facts.actions[:1] == ("create",)
    return _destroyed(facts, "replaced_new_first" if new_first else "replaced")


def _forget(facts: RiskFacts) -> _Found:
    del facts
    return _REVIEW, [Reason("forgotten")]


def _unknown(facts: RiskFacts) -> _Found:
    """What we do not know is for a person; where it names a deletion, it is judged as one."""
    said = Reason("unknown_action", (("actions", _listed(facts.actions) or "?"),))
    if "delete" not in facts.actions:
        return _REVIEW, [said]
    risk, reasons = _destroyed(facts, "deleted")
    return risk, [said, *reasons]


_RULES: dict[Action, Callable[[RiskFacts], _Found]] = {
    Action.NO_OP: _no_op,
    Action.READ: _read,
    Action.CREATE: _create,
    Action.UPDATE: _update,
    Action.DELETE: _delete,
    Action.REPLACE: _replace,
    Action.FORGET: _forget,
    Action.UNKNOWN: _unknown,
}


# --- what the rules are made of -----------------------------------------------------------------


def _destroyed(facts: RiskFacts, how: str) -> _Found:
    """Judge what is really destroyed: what is lost, what holds it back, and in which way."""
    row = stateful(facts.type)
    of_type = (("type", facts.type),)
    risk, reasons = _DANGEROUS, list[Reason]()
    if row and row.weight is _DATA_WEIGHT:
        risk = _IRREVERSIBLE
        reasons.append(Reason("data_gone", of_type))
    elif row:
        reasons.append(Reason("data_lesser", of_type))
    if guarded_by(facts.type):
        reasons.append(Reason("guard_gone", of_type))
    if facts.importing:
        reasons.append(Reason("import_destroyed"))
    if facts.deposed:
        reasons.append(Reason("leftover", (("key", plain(facts.deposed, _CAP)),)))
    # Terraform deletes by what the state says, so what was before decides.
    held = [r for p in protections(facts.type) for r in _held(p, facts.before)]
    return risk, [*reasons, Reason(how), *held, *_moved(facts)]


_SAID_WHEN_ON = frozenset(
    {Effect.REFUSES, Effect.EMPTY, Effect.SNAPSHOT, Effect.BACKUPS, Effect.WINDOW, Effect.KEPT}
)
_SAID_WHEN_OFF = frozenset(
    {Effect.REFUSES, Effect.OVERRIDES, Effect.EMPTY, Effect.SNAPSHOT, Effect.BACKUPS, Effect.WINDOW}
)


def _held(protection: Protection, before: object) -> list[Reason]:
    """Name what a protection means for a deletion."""
    stand = protection.stand(before)
    attribute = (("attribute", protection.path),)
    if stand is _ON and protection.effect in _SAID_WHEN_ON:
        days = protection.amount(before)
        if protection.effect is _WINDOW and days is not None:
            return [Reason("window_days", (*attribute, ("days", _said(days))))]
        return [Reason(str(protection.effect), attribute)]
    if stand is _OFF and protection.effect in _SAID_WHEN_OFF:
        return [Reason(f"{protection.effect}_off", attribute)]
    return []


def _weaker(protection: Protection, facts: RiskFacts) -> list[Reason]:
    """Name a protection that an update takes away, or makes less of."""
    before, after = protection.stand(facts.before), protection.stand(facts.after)
    attribute = (("attribute", protection.path),)
    if before is not _ON:
        return []
    if after is _OFF:
        return [Reason("protection_off", attribute)]
    if after is _UNSURE:
        return [Reason("protection_unsure", attribute)]
    was, will = protection.amount(facts.before), protection.amount(facts.after)
    if was is not None and will is not None and will < was:
        numbers = (("before", _said(was)), ("after", _said(will)))
        return [Reason("protection_less", (*attribute, *numbers))]
    return []


def _said(amount: float) -> str:
    """Write a number, whatever a plan may hold in its place: infinite, huge, not whole."""
    if amount == float("inf"):
        return "∞"
    if not abs(amount) < _HUGE:  # "not a number" too
        return "?"
    return str(int(amount)) if amount == int(amount) else str(float(amount))


def _moved(facts: RiskFacts) -> list[Reason]:
    return [Reason("moved")] if facts.moved else []


def _expires(facts: RiskFacts) -> list[Reason]:
    return [Reason("expires", (("type", facts.type),))] if expires(facts.type) else []


def _causes(facts: RiskFacts) -> list[Reason]:
    """Say why Terraform does it, in its own terms; a reason of a later version is left out."""
    causes = [Reason(facts.reason)] if facts.reason in TERRAFORM_REASONS else []
    if facts.forced_by:
        causes.append(Reason("forced_by", (("paths", _listed(facts.forced_by)),)))
    return causes


def _listed(words_: tuple[str, ...]) -> str:
    """List text from outside: inert, the first few, with the count of the rest."""
    said = ", ".join(plain(w, _CAP) for w in words_[:_NAMED])
    more = len(words_) - _NAMED
    return f"{said} (+{more})" if more > 0 else said


TERRAFORM_REASONS = frozenset(
    code for code in RISK_TEXTS if code.startswith(("replace_b", "delete_b", "read_b"))
)
