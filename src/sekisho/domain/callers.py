"""Who asks: a person, and the client or agent they ask through."""

import dataclasses
from typing import Literal, get_args

from sekisho.domain.errors import PowerMissing, SekishoError
from sekisho.domain.groups import folded

Power = Literal["read", "plan", "apply"]
"""What a credential may be good for; approving is none of it, whatever the credential.

`read`: look at everything. `plan`: send configurations, plan, ask for an approval, cancel and
discard. `apply`: start what is approved.
"""
POWERS: tuple[Power, ...] = get_args(Power)


@dataclasses.dataclass(frozen=True)
class Caller:
    """A person and what they ask through; both are recorded on everything that is asked.

    `person` is an identity the server established (never a header's claim). `via` names the
    client or agent, as it named itself: recorded, never trusted. `proof` says how the person was
    established: `loopback`, `token`, `oidc`, `session`, `passkey`, `fresh_sign_in`, `none`, `host`,
    `terminal_code`, `system`. `claimed_team` is what a header said (X-Team-Id): recorded too, and
    trusted for nothing. `subject` is who the identity provider says it is, whatever they are called
    today (`issuer|sub`); `groups` are those of the operator's file that they belonged to then.
    """

    person: str
    via: str
    proof: str = "loopback"
    claimed_team: str = ""
    subject: str = ""
    groups: tuple[str, ...] = ()

    def record(self) -> dict[str, str]:
        """Return what digests and signatures are taken over.

        What came later than the first version of this server is there only where it says
        something: so what was digested before keeps its digest.
        """
        said = {"person": self.person, "via": self.via, "proof": self.proof}
        later = {"claimed_team": self.claimed_team, "subject": self.subject}
        later["groups"] = ",".join(self.groups)
        return said | {name: value for name, value in later.items() if value}


SYSTEM = Caller(person="system", via="sekisho", proof="system")
"""The server itself: recovery, expiry, retention."""
_OWN = frozenset({SYSTEM.person, "host", "loopback", "terminal", "anybody", "nobody"})
_OWN_USERS = "@localhost"


def is_own_name(person: str) -> bool:
    """Say whether the server itself uses this name, or one in its place: nobody else may have it.

    `USER@localhost` is who runs commands on its own machine.
    """
    name = folded(person)
    return name in _OWN or name.endswith(_OWN_USERS)


def is_person(name: str) -> bool:
    """Say whether a caller has the name of a person, not of the server or of nobody in particular.

    `USER@localhost` is one.
    """
    return folded(name) not in _OWN


def is_operator(caller: Caller) -> bool:
    """Say whether somebody holds the server's data folder: nothing in it can be kept from them.

    That is who runs commands on its machine, over the folder itself or with the key that lies
    there. No other key, and no provider's token, is of a name of the server's own.
    """
    here = caller.proof == "token" and folded(caller.person).endswith(_OWN_USERS)
    return here or caller.proof == "host"


@dataclasses.dataclass(frozen=True)
class Admission:
    """A caller as they came in with one request, and what that request may do at most.

    Apart from `Caller`, which is kept: what a run remembers of who asked says nothing about powers.
    `obstacle` is why nobody may do anything with runs here as things are, whoever asks.
    """

    caller: Caller
    powers: tuple[Power, ...] = POWERS
    obstacle: SekishoError | None = None

    def require(self, power: Power) -> Caller:
        """Return the caller, who has this power.

        Raises:
            PowerMissing: the credential, or the lack of one, is not good for that.
            SekishoError: the obstacle.
        """
        if self.obstacle is not None:
            raise self.obstacle
        if power not in self.powers:
            wanted = [p for p in POWERS if p in {*self.powers, power, "read"}]
            powers = ", ".join(self.powers) or "nothing"
            raise PowerMissing(power=power, powers=powers, scope=",".join(wanted))
        return self.caller
