"""Who may operate: lock and unlock a workspace, stop everything and let it go on."""

from sekisho.domain.callers import Caller
from sekisho.domain.errors import AccessMissing
from sekisho.engine.parts import Parts

_HOST = "host"
"""The proof of whoever runs commands on the server's own machine: the data folder is theirs."""


def check_operator(parts: Parts, caller: Caller, workspace: str = "") -> None:
    """Let through who may operate in a workspace; where none is named, in every one there is.

    A refusal is told in the log.

    Raises:
        AccessMissing: the operator's file does not grant it.
    """
    if caller.proof == _HOST:
        return
    named = (workspace,) if workspace else ()
    try:
        for name in named or [w.name for w in parts.everything.catalog.all()]:
            _check(parts, caller, name)
    except AccessMissing as error:
        said = {"person": caller.person, "via": caller.via, "code": error.code}
        parts.journal.event("operate.refused", workspace=workspace or "*", **said)
        raise


def _check(parts: Parts, caller: Caller, name: str) -> None:
    """Let through who may operate in a workspace; one that they may not see is not named."""
    if not parts.sight_of(caller).sees(name):
        raise AccessMissing(person=caller.person, act="operate", name="*", acts="-")
    parts.allow(caller, "operate", name)
