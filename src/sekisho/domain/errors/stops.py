"""What people and figures hold up: the stop of everything, quotas, budgets, the breaker.

See the tree in `sekisho.domain.errors`.
"""

from sekisho.domain.errors.kinds import Conflict


class ServerStopped(Conflict):
    """A person stopped everything: no plan and no apply begins."""

    code = "server_stopped"
    says = "No plan and no apply begins: {owner} stopped everything at {since}: {reason}."
    step = "Nothing queued is lost. Ask {owner}; a person lets work go on again: {url}"


class ServerNotStopped(Conflict):
    """There is nothing to lift."""

    code = "server_not_stopped"
    says = "Nothing is stopped: plans and applies may begin."
    step = "Nothing needs doing."


class QuotaSpent(Conflict):
    """A person, or one of their agents, began as much as may be begun in an hour."""

    code = "quota_spent"
    says = "{who} began {count} {what} within an hour, and {cap} is the cap."
    step = "Go on after {until}; the operator raises the cap with {setting}."


class DestroysSpent(Conflict):
    """Applies of one person destroyed, or would destroy, more than may be in a day."""

    code = "destroys_spent"
    says = (
        "This plan destroys {more}, and {person} had {spent} destroyed within a day: {cap} is the"
        " cap."
    )
    step = "{when}; the operator raises the cap with {setting}."


class CoolingDown(Conflict):
    """So many runs of one agent failed in a row that it has to stop and think."""

    code = "cooling_down"
    says = "The last {count} runs of {who} all failed within an hour."
    step = "Read why (run_log), correct it, and go on after {until}."
