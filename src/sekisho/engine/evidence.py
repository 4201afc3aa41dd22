"""The evidence of one run as a file that is checked without the server.

The audit's own digests are keyed: only the server can check them. So the server signs, with the key
whose public half anybody may have, a statement that holds the run, its seal, its approvals and
overrides, its audit records and a checkpoint of the audit; every signature that was given on the
way is in it too.
"""

import json
from typing import Any

from sekisho.domain.approvals import Approval
from sekisho.domain.audit import AuditRecord
from sekisho.domain.checkpoints import read_checkpoint
from sekisho.domain.overrides import Override
from sekisho.domain.runs import ApplyRecord, Run
from sekisho.domain.seals import SignedSeal
from sekisho.engine.checkpoints import Checkpoints
from sekisho.engine.parts import Parts

KIND = "sekisho evidence"
VERSION = 1
SIGNED_AS = b"sekisho evidence 1\n"
"""What goes before the signed bytes: a signature of something else is none of evidence."""

Body = dict[str, Any]


class Evidences:
    """Makes evidence files."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def of(self, run_id: str) -> Body:
        """Gather and sign the evidence of a run as it stands. Raises RunUnknown."""
        parts = self._parts
        run = parts.store.runs.get(run_id)
        records = tuple(self._records(run_id))
        body: Body = {
            "kind": KIND,
            "version": VERSION,
            "made_at": parts.clock.now().isoformat(),
            "key": {"id": parts.keys.key_id, "public": parts.keys.public()},
            "run": run_facts(run),
            "seal": _seal(run.plan.seal) if run.plan else None,
            "approvals": [_approval(a) for a in run.approvals],
            "overrides": [_override(o) for o in run.overrides],
            "records": [record_facts(r) for r in records],
            "checkpoint": self._checkpoint(records),
        }
        return body | {"signature": parts.keys.sign(signed_bytes(body))}

    def _records(self, run_id: str) -> list[AuditRecord]:
        found: list[AuditRecord] = []
        after = 0
        while page := self._parts.store.audit.read(after, 500, run_id):
            found += page
            after = page[-1].sequence
        return found

    def _checkpoint(self, records: tuple[AuditRecord, ...]) -> Body | None:
        """Return a checkpoint that covers every record of the run: a new one where that is due."""
        parts = self._parts
        newest = parts.anchors.newest() if parts.anchors else None
        if newest and records:
            try:
                known = read_checkpoint(newest.line)
            except ValueError:  # damaged: verifying the audit names it
                known = None
            signed = known and parts.keys.verify(known.canonical(), known.signature, known.key_id)
            if known and signed and known.sequence >= records[-1].sequence:
                return json.loads(known.line())
        made = Checkpoints(parts.everything).take()
        return json.loads(made.line()) if made else None


def signed_bytes(body: Body) -> bytes:
    """Return the bytes that the signature is taken over: everything but itself."""
    rest = {name: value for name, value in body.items() if name != "signature"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return SIGNED_AS + text.encode("utf-8", "surrogatepass")


def run_facts(run: Run) -> Body:
    """Write down what a run is and came to; nothing of its plan's content."""
    return {
        "id": run.id,
        "workspace": run.workspace,
        "status": str(run.status),
        "version": run.version,
        "requested_by": run.requested_by.record(),
        "created_at": run.created_at.isoformat(),
        "updated_at": run.updated_at.isoformat(),
        "configuration": run.configuration,
        "source": run.source,
        "commit": run.commit.describe() if run.commit else None,
        "options": run.options.describe(),
        "message": run.message,
        "change_id": run.change_id,
        "allowed_by": list(run.allowed_by),
        "rejection": _rejection(run),
        "apply": _apply(run.apply) if run.apply else None,
        "problem": {"code": run.problem.code, "en": run.problem.text.en, "ja": run.problem.text.ja}
        if run.problem
        else None,
        "plan": _plan(run),
    }


def _plan(run: Run) -> Body | None:
    if run.plan is None:
        return None
    counts = run.plan.counts
    return {
        "made_at": run.plan.made_at.isoformat(),
        "terraform": run.plan.terraform_version,
        "state": str(run.plan.position),
        "add": counts.add,
        "change": counts.change,
        "destroy": counts.destroy,
    }


def _rejection(run: Run) -> Body | None:
    no = run.rejection
    return {"by": no.by.record(), "at": no.at.isoformat(), "reason": no.reason} if no else None


def _apply(done: ApplyRecord) -> Body:
    return {
        "requested_by": done.requested_by.record(),
        "queued_at": done.queued_at.isoformat(),
        "started_at": done.started_at.isoformat() if done.started_at else None,
        "finished_at": done.finished_at.isoformat() if done.finished_at else None,
        "before": str(done.before) if done.before else None,
        "after": str(done.after) if done.after else None,
    }


def _seal(signed: SignedSeal) -> Body:
    return {
        "sealed": json.loads(signed.seal.canonical()),
        "digest": signed.seal.digest,
        "signature": signed.signature,
        "key_id": signed.key_id,
    }


def _approval(approval: Approval) -> Body:
    return {
        "approved": json.loads(approval.canonical()),
        "signature": approval.signature,
        "key_id": approval.key_id,
    }


def _override(override: Override) -> Body:
    followed = override.followed_at
    return {
        "passed": json.loads(override.canonical()),
        "signature": override.signature,
        "key_id": override.key_id,
        "followed": override.followed or None,
        "followed_at": followed.isoformat() if followed else None,
    }


def record_facts(record: AuditRecord) -> Body:
    """Write down a record of the audit."""
    entry = record.entry
    return {
        "sequence": record.sequence,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "caller": entry.caller.record(),
        "workspace": entry.workspace,
        "run_id": entry.run_id,
        "facts": dict(entry.facts),
        "previous": record.previous,
        "digest": record.digest,
    }
