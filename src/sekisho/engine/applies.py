"""Applies: queueing one that the gate lets through."""

from sekisho.domain.callers import Caller
from sekisho.domain.changes import Change
from sekisho.domain.errors import GateUnmet, MoveIllegal
from sekisho.domain.gate import Verdict
from sekisho.domain.runs import Run, RunStatus, queue_apply, verbs
from sekisho.domain.workspaces import WorkspaceRecord, check_free
from sekisho.engine.gate import Gate
from sekisho.engine.parts import Parts


class Applies:
    """Queues applies. An approval alone never starts one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._gate = Gate(parts)

    def start(self, run_id: str, caller: Caller) -> Run:
        """Queue the apply of an approved plan and return at once.

        Raises:
            GateUnmet: with everything that is unmet.
            WorkspaceBusy, WorkspaceLocked: who holds the workspace.
            MoveIllegal: the run is over, or has no plan yet.
        """
        parts = self._parts
        parts.catalog.get(parts.store.runs.get(run_id).workspace)
        now = parts.clock.now()

        def change(run: Run, record: WorkspaceRecord) -> Change:
            verdict = self._judge(run, record)
            if not verdict.open:
                check_free(record, parts.review_url(run.id))
                raise GateUnmet(run_id=run.id, unmet=_listed(verdict), url=parts.review_url(run.id))
            queued = queue_apply(run, caller, now)
            facts = {"seal": run.plan.seal.seal.digest if run.plan else ""}
            return Change(run=queued, audit=(parts.entry("run.apply", caller, queued, **facts),))

        after = parts.store.runs.update(run_id, change)
        parts.bell.ring()
        return after

    def _judge(self, run: Run, record: WorkspaceRecord) -> Verdict:
        if run.status not in (RunStatus.AWAITING_APPROVAL, RunStatus.APPROVED):
            legal = ", ".join(verbs(run))
            raise MoveIllegal(run_id=run.id, status=run.status, verb="apply", legal=legal)
        return self._gate.verdict(run, record)


def _listed(verdict: Verdict) -> str:
    return " ".join(f"[{u.code}] {u.text.en}" for u in verdict.unmet)
