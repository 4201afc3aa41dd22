"""What cannot be done as things stand now. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Conflict


class MoveIllegal(Conflict):
    """The run is not in a status where this can be done."""

    code = "move_illegal"
    says = "Run {run_id} is {status}: it cannot {verb} now."
    step = "What can be done now: {legal}."


class WorkspaceBusy(Conflict):
    """Another apply holds the workspace."""

    code = "workspace_busy"
    says = "Workspace {name} is being applied by run {holder} since {since}."
    step = "Wait for it: run_get {holder}."


class WorkspaceLocked(Conflict):
    """A person, or an interrupted apply, holds the workspace."""

    code = "workspace_locked"
    says = "Workspace {name} is locked by {owner} since {since}: {reason}."
    step = "A person looks at it and unlocks it in the console: {url}"


class WorkspaceNotLocked(Conflict):
    """There is nothing to unlock."""

    code = "workspace_not_locked"
    says = "Workspace {name} is not locked."
    step = "Nothing needs doing."


class SealBroken(Conflict):
    """What would be applied is not what was approved."""

    code = "seal_broken"
    says = "What would be applied differs from what was approved: {parts}."
    step = "Plan again: plan_create."


class ApprovalRepeated(Conflict):
    """One person counts once."""

    code = "approval_repeated"
    says = "{person} has already approved run {run_id}."
    step = "Another person must approve."


class ApprovalOwn(Conflict):
    """Who asked for a run does not approve it, unless a rule says so."""

    code = "approval_own"
    says = "{person} asked for run {run_id}, and its rules want somebody else's approval."
    step = "Another person must approve."


class CodesTooMany(Conflict):
    """One-time codes are given only so often: nobody floods the server's terminal."""

    code = "codes_too_many"
    says = "Too many one-time codes were asked for in the last minute."
    step = "The last code still counts. Type it, or wait a minute and ask again."


class ProcessAlive(Conflict):
    """The Terraform process of an interrupted apply is still at work."""

    code = "process_alive"
    says = "Terraform of run {run_id} is still running (process {pid})."
    step = "Wait until it ends, then unlock."


class GateUnmet(Conflict):
    """The plan may not be applied yet; everything unmet is listed."""

    code = "gate_unmet"
    says = "Run {run_id} may not be applied: {unmet}"
    step = "Ask a person to review and approve it: {url}"


class PlanOver(Conflict):
    """The plan can never be applied any more; everything unmet is listed."""

    code = "plan_over"
    says = "The plan of run {run_id} can no longer be applied: {unmet}"
    step = "Plan again: plan_create."


class RunChanged(Conflict):
    """The run is not as it was when the caller last looked (If-Match)."""

    code = "run_changed"
    says = "Run {run_id} has changed since it was read: it is {status} now."
    step = "Read it again with run_get, and decide anew."


class RateLimited(Conflict):
    """Requests come faster than the operator allows."""

    code = "rate_limited"
    says = "Too many requests came in a short time."
    step = "Wait {seconds} s, then go on more slowly: run_get with wait_seconds asks once for many."


class PushIncomplete(Conflict):
    """A push is finished before all its files are here."""

    code = "push_incomplete"
    says = "{count} of the announced files are not here."
    step = "Push again: only what is missing is sent."


class AuditFault(Conflict):
    """The audit does not prove what it should."""

    code = "audit_fault"
    says = "{what}: {reason}"
    step = "Apply nothing, keep the data folder as it is, and compare it with a backup."


class PlansWaiting(Conflict):
    """As many plans of one person wait for their turn as may."""

    code = "plans_waiting"
    says = "{cap} plans of yours wait for their turn already, and that is the cap."
    step = "Wait for some of them (run_list, status plan_queued), or cancel those not needed."


class AllowanceSpent(Conflict):
    """One person sent more in a day than the disk can be asked to hold of them."""

    code = "allowance_spent"
    says = "You sent {sent} bytes within a day, and {cap} is what one person may."
    step = "Plan what is here already, by its digest; or go on tomorrow."
