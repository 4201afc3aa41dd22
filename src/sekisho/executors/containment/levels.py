"""What holds on this machine, found out once."""

from dataclasses import dataclass, field

from sekisho.executors.containment.landlock import abi
from sekisho.executors.containment.limits import Limits, program
from sekisho.executors.containment.powers import may_switch

FIRST_ACCOUNT, LAST_ACCOUNT = 64_000, 64_999


@dataclass(frozen=True)
class Wanted:
    """What the operator wants. `accounts` is empty for none; `ports` is None for all."""

    accounts: range = range(FIRST_ACCOUNT, LAST_ACCOUNT + 1)
    ports: tuple[int, ...] | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Levels:
    """What is there: the version of Landlock (0: none), other accounts, the tool for limits."""

    landlock: int
    accounts: bool
    tool: str

    @property
    def holds(self) -> bool:
        """Say whether files of the server are out of reach; limits alone hold nobody."""
        return self.landlock > 0


def find(wanted: Wanted) -> Levels:
    """Ask the kernel."""
    # The first account is nobody's: its number is the group by which the others pass our folders.
    switches = len(wanted.accounts) > 1 and may_switch()
    return Levels(abi(), switches, program())
