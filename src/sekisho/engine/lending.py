"""Credentials for a phase: lent before `init`, given back when nothing needs them any more."""

import contextlib

from sekisho.domain.credentials import Phase as Role
from sekisho.domain.credentials import loan_of
from sekisho.domain.errors import AwsMissing
from sekisho.engine.phases import Phase


def lend(phase: Phase, stack: contextlib.ExitStack, role: Role) -> None:
    """Lend the role of the target to a phase, where there is one, as long as `stack` is open.

    Raises:
        CredentialsRefused, CredentialsAway, AwsMissing: the run ends, before Terraform has begun.
    """
    loan = loan_of(phase.run, phase.workspace.target, role)
    if loan is None:
        return
    if phase.parts.lender is None:
        raise AwsMissing
    if phase.desk is None:
        raise RuntimeError("restore comes first")
    phase.desk.take(stack.enter_context(phase.parts.lender.lend(loan)))
    phase.watch.note(role, f"credentials: {loan.role} is lent to this phase as {loan.session}")
