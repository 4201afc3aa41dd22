"""Overrides: a person with a role passes what is unmet, with a reason; another looks later."""

import dataclasses
import json
from collections.abc import Callable

from sekisho.domain.approval_places import same_person, wanted, wanted_of_others
from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import (
    AccessMissing,
    ApprovalOwn,
    ArgumentsInvalid,
    FollowUpNotDue,
    OverrideNotNeeded,
    PlanOver,
    SealBroken,
)
from sekisho.domain.gate import Verdict
from sekisho.domain.overrides import Override, OverrideKind, passed
from sekisho.domain.rules import Level, Rule, about
from sekisho.domain.runs import Run, RunStatus, illegal, move
from sekisho.domain.sessions import SignedIn
from sekisho.domain.text import plain
from sekisho.domain.workspaces import Workspace, WorkspaceRecord
from sekisho.engine.gate import listed
from sekisho.engine.judging import plan_facts, plan_of, signed_overrides, verdict
from sekisho.engine.parts import Parts
from sekisho.engine.refusals import attempting, audited
from sekisho.engine.requesters import requester_of
from sekisho.ports import RunQuery

_OPEN = frozenset({RunStatus.AWAITING_APPROVAL, RunStatus.APPROVED})
_REASON = 2000


class Overrides:
    """Takes overrides and follow-ups. As for approvals, the step-up is asked here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._told = parts.memory.overrides

    def give(
        self,
        run_id: str,
        seal: str,
        proof: str,
        kind: OverrideKind,
        reason: str,
        who: SignedIn | None = None,
    ) -> Run:
        """Pass the soft rules that are not met, or every rule where the glass is broken.

        What this plan can never meet is never passed: another state, an age, another configuration.

        Raises:
            ArgumentsInvalid: there is no reason.
            CodeWrong: the proof is wrong, used or too old.
            AccessMissing: the person may not do this there.
            ApprovalOwn: the person asked for the run; they may break the glass, and not override.
            SealBroken, MoveIllegal, PlanOver.
            OverrideNotNeeded: there is nothing that may be passed this way.
        """
        parts = self._parts
        if not reason.strip():
            raise ArgumentsInvalid(problem="reason is needed")
        with audited(parts, self._told, str(kind), run_id, attempting(who)):
            said = plain(reason, _REASON).strip()
            return self._given(run_id, seal, proof, kind, said, who)

    def _given(
        self,
        run_id: str,
        seal: str,
        proof: str,
        kind: OverrideKind,
        said: str,
        who: SignedIn | None,
    ) -> Run:
        parts = self._parts
        workspace = parts.catalog.get(parts.store.runs.get(run_id).workspace)
        by = parts.step_up.finish(run_id, seal, str(kind), proof, who)
        act = "override" if kind is OverrideKind.SOFT else "break_glass"
        parts.allow(by, act, workspace.name)
        bare = Override(by, parts.clock.now(), run_id, seal, kind, (), said)
        after = parts.store.runs.update(run_id, self._give(workspace, bare))
        facts = {"run_id": run_id, "workspace": workspace.name, "person": by.person}
        parts.journal.event(f"run.{kind}", **facts, reason=said)
        parts.bell.ring()
        return after

    def only(self, actions: frozenset[str], groups: tuple[str, ...], run: Run) -> frozenset[str]:
        """Leave out what a person of these groups may not do in the workspace of a run."""
        acts = self._parts.catalog.access().acts(groups, run.workspace)
        roles = {"override": "override", "break_glass": "break_glass", "follow_up": "approve"}
        return frozenset(a for a in actions if a not in roles or roles[a] in acts)

    def late(self, run: Run) -> bool:
        """Say whether an override in a run should have been looked at by now, and was not."""
        return bool(self.overdue(run))

    def overdue(self, run: Run) -> tuple[Override, ...]:
        """Return the overrides in a run that should have been looked at by now, and were not."""
        now = self._parts.clock.now()
        return tuple(o for o in run.overrides if not o.followed and now > o.due)

    def waiting(self, limit: int) -> tuple[Run, ...]:
        """Return the newest runs with an override that nobody else has looked at yet."""
        return self._parts.store.runs.find(RunQuery(to_follow=True, limit=limit)).items

    def follow_up(
        self,
        run_id: str,
        seal: str,
        proof: str,
        comment: str = "",
        who: SignedIn | None = None,
    ) -> Run:
        """Say, as somebody else, that an override was looked at; the newest that waits for it.

        Raises:
            FollowUpNotDue: none waits.
            ApprovalOwn: the person gave it, or asked for the run.
            CodeWrong, AccessMissing, SealBroken.
        """
        with audited(self._parts, self._told, "follow_up", run_id, attempting(who)):
            return self._followed(run_id, seal, proof, comment, who)

    def _followed(
        self, run_id: str, seal: str, proof: str, comment: str, who: SignedIn | None
    ) -> Run:
        parts = self._parts
        run = parts.store.runs.get(run_id)
        by = parts.step_up.finish(run_id, seal, "follow_up", proof, who)
        parts.allow(by, "approve", run.workspace)
        now, said, requester = parts.clock.now(), plain(comment, _REASON), requester_of(parts, run)

        def change(run: Run, _record: WorkspaceRecord) -> Change:
            check_seal(run, seal)
            due = waiting_follow_up(run)
            if same_person(by, due.by) or same_person(by, requester):
                raise ApprovalOwn(person=by.person, run_id=run.id)
            done = dataclasses.replace(due, followed=by.person, followed_at=now)
            kept = tuple(done if o is due else o for o in run.overrides)
            after = dataclasses.replace(run, overrides=kept, updated_at=now)
            facts = {"seal": seal, "of": due.by.person, "comment": said, "late": now > due.due}
            return Change(run=after, audit=(parts.entry(now, "run.follow_up", by, after, **facts),))

        return parts.store.runs.update(run_id, change)

    def _give(
        self, workspace: Workspace, bare: Override
    ) -> Callable[[Run, WorkspaceRecord], Change]:
        parts, now = self._parts, bare.at
        requester = requester_of(parts, parts.store.runs.get(bare.run_id))

        def change(run: Run, record: WorkspaceRecord) -> Change:
            check_seal(run, bare.seal)
            check_may_pass(run, bare.kind)
            judged = verdict(parts, workspace, run, record, now)
            if judged.final:
                raise PlanOver(run_id=run.id, unmet=listed(judged.final))
            signed = self._signed(run, workspace, bare, judged, requester)
            with_it = dataclasses.replace(run, overrides=(*run.overrides, signed), updated_at=now)
            after = verdict(parts, workspace, with_it, record, now)
            if run.status is RunStatus.AWAITING_APPROVAL and after.approved:
                moved = move(with_it, RunStatus.APPROVED, now, str(bare.kind))
                with_it = dataclasses.replace(moved, allowed_by=after.rules)
            told = _told(signed) | _left(parts, with_it, workspace)
            told |= {"roles": _roles(parts, workspace, signed)}
            entry = parts.entry(now, f"run.{bare.kind}", bare.by, with_it, **told)
            return Change(run=with_it, audit=(entry,))

        return change

    def _signed(
        self, run: Run, workspace: Workspace, bare: Override, judged: Verdict, requester: Caller
    ) -> Override:
        """Name what is passed, and sign it."""
        glass = bare.kind is OverrideKind.GLASS
        unmet = [u for u in judged.unmet if u.rule and (glass or u.level is Level.SOFT)]
        if not unmet:
            raise OverrideNotNeeded(run_id=run.id, unmet=listed(judged.unmet))
        names = {u.rule for u in unmet}
        for rule in workspace.rules if not glass else ():
            if rule.name in names and rule.level is Level.SOFT:
                _check_overrider(run, rule, bare.by, requester)
        named = dataclasses.replace(bare, rules=tuple(sorted(names)))
        keys = self._parts.keys
        signature = keys.sign(named.canonical())
        return dataclasses.replace(named, signature=signature, key_id=keys.key_id)


def check_seal(run: Run, seal: str) -> None:
    """Hold a decision to the plan that the person saw. Raises SealBroken."""
    if run.plan is None or run.plan.seal.seal.digest != seal:
        raise SealBroken(parts="plan")


def check_may_pass(run: Run, kind: str) -> None:
    """Raise MoveIllegal where nothing can be passed any more."""
    if run.status not in _OPEN:
        raise illegal(run, kind)


def waiting_follow_up(run: Run) -> Override:
    """Return the newest override that nobody looked at yet. Raises FollowUpNotDue."""
    waiting = [o for o in run.overrides if not o.followed]
    if not waiting:
        raise FollowUpNotDue(run_id=run.id)
    return waiting[-1]


def _check_overrider(run: Run, rule: Rule, by: Caller, requester: Caller) -> None:
    """Let those pass a soft rule whom it names, and never who asked for the run."""
    if same_person(by, requester) and not rule.require.self_approval:
        raise ApprovalOwn(person=by.person, run_id=run.id)
    if rule.overriders and set(rule.overriders).isdisjoint(by.groups):
        facts = {"person": by.person, "name": run.workspace, "act": f"override ({rule.name})"}
        raise AccessMissing(**facts, acts=", ".join(by.groups) or "-")


def _told(given: Override) -> dict[str, str | int | bool | None]:
    """Tell the audit what was passed, and until when somebody else looks at it."""
    facts: dict[str, str | int | bool | None] = {"seal": given.seal, "reason": given.reason}
    return facts | {
        "rules": ", ".join(given.rules),
        "due": given.due.isoformat(),
        "proof": given.by.proof,
    }


def _left(parts: Parts, run: Run, workspace: Workspace) -> dict[str, int]:
    """Tell how many people the rules still want that nobody has passed, now or before."""
    mine = about(workspace.rules, plan_facts(run, plan_of(run).traits))
    given, seal = signed_overrides(parts, run), plan_of(run).seal.seal.digest
    rest = [
        rule
        for rule in mine
        if rule.level is not Level.ADVISORY
        and not passed(given, seal, rule.name, soft=rule.level is Level.SOFT)
    ]
    return {"needed": wanted(rest), "needed_of_others": wanted_of_others(rest)}


def _roles(parts: Parts, workspace: Workspace, given: Override) -> str:
    """Tell which groups could do this then: the person was in one of each list."""
    soft = given.kind is OverrideKind.SOFT
    act = "override" if soft else "break_glass"
    grants = parts.catalog.access().grants or ()
    lists = [sorted({g.group for g in grants if act in g.acts and g.covers(workspace.name)})]
    mine = [r for r in workspace.rules if soft and r.name in given.rules and r.overriders]
    lists += [sorted(rule.overriders) for rule in mine]
    return json.dumps(lists, ensure_ascii=False)
