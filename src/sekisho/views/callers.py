"""A caller as it is shown: who asks, through what, and how they were established."""

from sekisho.domain.callers import Caller
from sekisho.domain.errors import CredentialInvalid
from sekisho.views.view import View, one_line


class CallerView(View):
    """Who asks. `via` is what the client calls itself: recorded, never trusted."""

    person: str
    via: str
    proof: str

    @classmethod
    def of(cls, caller: Caller) -> "CallerView":
        """Show a caller."""
        return cls(person=one_line(caller.person), via=one_line(caller.via), proof=caller.proof)

    def words(self) -> str:
        """Say who asks."""
        return f"{self.person} via {self.via}"


class CallerAnswer(View):
    """What `caller_get` answers: who asks, and what a caller like this may do."""

    caller: CallerView
    may: list[str]
    may_not: list[str]
    version: str
    next: list[str]

    @classmethod
    def of(cls, caller: Caller, version: str) -> "CallerAnswer":
        """Show a caller, and what one like this may do."""
        return cls(
            caller=CallerView.of(caller),
            may=["read", "plan", "apply a plan that its rules let through", "cancel", "discard"],
            may_not=[
                "approve or reject a plan",
                "unlock a workspace",
                "change rules or workspaces",
            ],
            version=version,
            next=["workspace_list(): see the workspaces"],
        )

    def words(self) -> str:
        """Say who asks and what is allowed."""
        lines = [
            f"You act for {self.caller.words()} (established by: {self.caller.proof}).",
            f"Sekisho {self.version}.",
            f"You may: {', '.join(self.may)}.",
            f"You may not: {', '.join(self.may_not)}.",
            *[f"Next: {n}" for n in self.next],
        ]
        return "\n".join(lines)


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
