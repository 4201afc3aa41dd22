"""What can legally be done next with a run, in words that an agent can follow."""

from sekisho.domain.runs import Run, RunStatus
from sekisho.views.times import minute

S = RunStatus


def next_steps(run: Run) -> list[str]:
    """Name the next calls for a run, likeliest first. Only tools that exist are named."""
    here = f'run_id="{run.id}"'
    again = f'plan_create(workspace="{run.workspace}", …)'
    rows: dict[RunStatus, list[str]] = {
        S.PLAN_QUEUED: _follow(here, "until the plan is there"),
        S.PLANNING: _follow(here, "until the plan is there"),
        S.AWAITING_APPROVAL: [
            f"plan_get({here}): read what would change, then plan_explain where it is risky",
            f"approval_request({here}): get the page where a person decides; you cannot approve",
            f"run_discard({here}): throw the plan away",
        ],
        S.APPROVED: [
            f"run_apply({here}): apply exactly this plan",
            f"run_discard({here}): throw the plan away",
        ],
        S.APPLY_QUEUED: _queued(run, here),
        S.APPLYING: [
            f"run_get({here}, wait_seconds=20): follow it until the apply has ended",
            f"run_log({here}, tail=20): read what Terraform says",
            f"run_cancel({here}): ask Terraform to stop gracefully",
        ],
        S.APPLIED: [
            f'output_get(workspace="{run.workspace}"): read the outputs',
            f'state_list(workspace="{run.workspace}"): see what exists now',
        ],
        S.NO_CHANGES: ["Nothing to do: the infrastructure matches the configuration."],
        S.REJECTED: [f"Change the configuration as the reason says, then {again}"],
        S.ERRORED: [f"run_log({here}, tail=50): read why; correct it, then {again}"],
        S.INTERRUPTED: [
            f"run_log({here}, tail=50): read the end. A person decides in the console; do not retry"
        ],
    }
    return rows.get(run.status, [f"{again}: plan again from the newest state"])


def _queued(run: Run, here: str) -> list[str]:
    """An apply that waits for its window is not followed: it may take days."""
    later = run.apply.not_before if run.apply else None
    if later is None:
        return _follow(here, "until the apply has ended")
    return [
        f"run_get({here}): look again after {minute(later)}; it begins by itself",
        f"run_discard({here}): throw the plan away, nothing is applied then",
    ]


def _follow(here: str, until: str) -> list[str]:
    return [
        f"run_get({here}, wait_seconds=20): follow it {until}",
        f"run_cancel({here}): stop it",
    ]
