"""A caller as it is shown: who asks, through what, how they were established, what they may do."""

from collections.abc import Mapping

from pydantic import Field

from sekisho.domain.callers import POWERS, Admission, Caller, Power
from sekisho.domain.errors import CredentialInvalid
from sekisho.domain.stops import ServerStop
from sekisho.engine.callers import Auth
from sekisho.views.stops import stop_line
from sekisho.views.view import View, one_line

_TEAM = "x-team-id"
"""The header in which a client claims a team: recorded, never trusted."""
_MAY: dict[Power, tuple[str, ...]] = {
    "read": ("read",),
    "plan": ("plan", "ask for an approval", "cancel", "discard"),
    "apply": ("apply a plan that its rules let through",),
}
_NEVER = ("approve or reject a plan", "unlock a workspace", "change rules or workspaces")
_AUTH: dict[Auth, str] = {
    "loopback": "nobody signs in on this machine",
    "keys": "callers show keys",
    "none": "without a key callers read and plan",
}


class CallerView(View):
    """Who asks. `via` is what the client calls itself: recorded, never trusted.

    So is `claimed_team`, of a header.
    """

    person: str
    via: str
    proof: str
    claimed_team: str | None = None

    @classmethod
    def of(cls, caller: Caller) -> "CallerView":
        """Show a caller."""
        return cls(
            person=one_line(caller.person),
            via=one_line(caller.via),
            proof=caller.proof,
            claimed_team=one_line(caller.claimed_team) or None,
        )

    def words(self) -> str:
        """Say who asks."""
        team = f" (claimed team: {self.claimed_team})" if self.claimed_team else ""
        return f"{self.person} via {self.via}{team}"


class CallerAnswer(View):
    """What `caller_get` answers: who asks, and what exactly they may do.

    `subject` is who the identity provider says it is, whatever they are called today; `groups` are
    those of the operator's file.
    """

    caller: CallerView
    subject: str | None = None
    groups: list[str] = Field(default_factory=list[str])
    auth: str
    powers: list[str]
    may: list[str]
    may_not: list[str]
    version: str
    stopped: str | None = None
    next: list[str]

    @classmethod
    def of(
        cls,
        admission: Admission,
        auth: Auth,
        version: str,
        issuer: str = "",
        stop: ServerStop | None = None,
    ) -> "CallerAnswer":
        """Show an admission; where something is lacking, say whom to ask for what."""
        obstacle = admission.obstacle
        powers: tuple[Power, ...] = () if obstacle else admission.powers
        lacking: list[Power] = [p for p in POWERS if p not in powers]
        if obstacle:
            steps = [f"{obstacle.code}: {obstacle.message()} {obstacle.next_step()}"]
        else:
            steps = ["workspace_list(): see the workspaces"] if "read" in powers else []
            scope = ",".join([*powers, *lacking])
            steps += [f"for more, ask the operator: {_CREATE} {scope}"] if lacking else []
        return cls(
            caller=CallerView.of(admission.caller),
            subject=one_line(admission.caller.subject) or None,
            groups=[one_line(group) for group in admission.caller.groups],
            auth=f"{auth}: {_AUTH[auth]}{f', or tokens of {issuer}' if issuer else ''}",
            powers=list(powers),
            may=[deed for p in powers for deed in _MAY[p]] or ["nothing with runs"],
            may_not=[*(deed for p in lacking for deed in _MAY[p]), *_NEVER],
            version=version,
            stopped=stop_line(stop),
            next=steps,
        )

    def words(self) -> str:
        """Say who asks and what is allowed."""
        lines = [
            f"You act for {self.caller.words()} (established by: {self.caller.proof}).",
            *self._standing(),
            f"Sekisho {self.version}; {self.auth}.",
            f"You may: {', '.join(self.may)}.",
            f"You may not: {', '.join(self.may_not)}.",
            *[f"STOPPED: {self.stopped}"] * bool(self.stopped),
            *[f"Next: {n}" for n in self.next],
        ]
        return "\n".join(lines)

    def _standing(self) -> list[str]:
        """Say who the provider says it is, and the groups, where there is something to say."""
        told: list[str] = []
        if self.subject:
            told.append(f"Identity provider: {self.subject}.")
        if self.groups:
            told.append(f"Groups: {', '.join(self.groups)}.")
        return told


_CREATE = "sekisho token create PERSON --scope"


def claimed_team(headers: Mapping[str, str]) -> str:
    """Return the team that a request claims, empty for none: in UTF-8, as clients here write it."""
    given = headers.get(_TEAM, "")[:1000]
    try:
        return given.encode("latin-1").decode()
    except UnicodeError:
        return given


def bearer(header: str | None) -> str | None:
    """Return the credential of an Authorization header; None where there is no header.

    Raises:
        CredentialInvalid: the header is there and carries no bearer credential.
    """
    if header is None:
        return None
    scheme, _, secret = header.strip().partition(" ")
    if scheme.casefold() != "bearer" or not secret.strip():
        raise CredentialInvalid
    return secret.strip()
