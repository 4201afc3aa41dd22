"""What a command's exit code means: the one table, for scripts, the help and the docs."""

import enum
from collections.abc import Mapping
from types import MappingProxyType

from sekisho_client.push import GOOD


class Exit(enum.IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PERSON = 3
    INTERRUPTED = 130


class Detailed(enum.IntEnum):
    """The exit codes of `plan create --detailed-exitcode`: those of `terraform plan`."""

    EMPTY = 0
    FAILED = 1
    CHANGES = 2


MEANINGS: Mapping[enum.IntEnum, str] = MappingProxyType(
    {
        Exit.DONE: "done; with --follow: it ended well, or changes nothing",
        Exit.FAILED: "refused or failed; the error has a code and a next step",
        Exit.USAGE: "called wrongly: no such command, option or value",
        Exit.PERSON: "with --follow: the plan is made and waits for a person to approve it",
        Exit.INTERRUPTED: "stopped by Ctrl-C; what the server has begun goes on",
    }
)
DETAILED_MEANINGS: Mapping[enum.IntEnum, str] = MappingProxyType(
    {
        Detailed.EMPTY: "the plan changes nothing",
        Detailed.FAILED: "it failed, was refused, or the command was called wrongly",
        Detailed.CHANGES: "the plan changes something, whether or not it needs approval",
    }
)
DETAILED_OPTION = "--detailed-exitcode"
EMPTY_STATUS = "no_changes"
PERSON_STATUS = "awaiting_approval"


def of_status(status: str, *, followed: bool = False) -> Exit:
    """Return the exit code for a run that was shown; one that settled badly has failed."""
    if followed and status == PERSON_STATUS:
        return Exit.PERSON
    return Exit.DONE if status in GOOD else Exit.FAILED


def detailed(status: str) -> Detailed:
    """Return what `terraform plan -detailed-exitcode` would, for a plan that has settled."""
    if status not in GOOD:
        return Detailed.FAILED
    return Detailed.EMPTY if status == EMPTY_STATUS else Detailed.CHANGES


def epilog() -> str:
    """Write the table for `sekisho help`."""
    lines = [f"  {code.value:<4} {meaning}" for code, meaning in MEANINGS.items()]
    lines += [f"With `plan create {DETAILED_OPTION}`, as `terraform plan` has it:"]
    lines += [f"  {code.value:<4} {meaning}" for code, meaning in DETAILED_MEANINGS.items()]
    return "exit codes:\n" + "\n".join(lines)
