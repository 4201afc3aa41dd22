"""What stands between a person and a decision. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Conflict, Refused


class AccessMissing(Refused):
    """The operator's file does not let this person do this in this workspace."""

    code = "access_missing"
    says = "{person} may not {act} in workspace {name}."
    step = "Ask the operator: the `access` of sekisho.yaml says who may. Yours here: {acts}."


class ApprovalUncounted(Conflict):
    """An approval of this person would count for none of the rules."""

    code = "approval_uncounted"
    says = "An approval by {person} counts for none of the rules of run {run_id}: {wanted}."
    step = "Somebody whom the rules name must approve."


class OverrideNotNeeded(Conflict):
    """There is nothing to be passed, or nothing that may be passed this way."""

    code = "override_not_needed"
    says = "Nothing that is unmet for run {run_id} can be passed this way: {unmet}."
    step = "Look at the review page for what is still needed."


class FollowUpNotDue(Conflict):
    """Nothing was passed that somebody has still to look at."""

    code = "follow_up_not_due"
    says = "Run {run_id} has no override that still has to be looked at."
    step = "Nothing needs doing."
