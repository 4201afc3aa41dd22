"""What is lent to one phase of one run: a role of its target, for minutes, under the run's name."""

import dataclasses
import hashlib
import re
from datetime import datetime, timedelta
from typing import Literal

from sekisho.domain.callers import Caller, is_person
from sekisho.domain.runs import Run
from sekisho.domain.targets import Target

Phase = Literal["plan", "apply"]
LENT_FOR = timedelta(seconds=900)
"""How long keys live: the least that STS gives. What is out after a run is dead soon."""
RENEWED_BEFORE = timedelta(minutes=5)
"""Keys with less life than this are not served where newer ones can be had: SDKs ask again then."""
_ENDPOINTS = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
_NOT_TAKEN = re.compile(r"[^\w+=,.@-]", re.ASCII)
_WRITTEN = re.compile(r"-[0-9a-f]{8}\Z")
_LONGEST = 64
_DIGEST = 8


@dataclasses.dataclass(frozen=True)
class Loan:
    """One role for one phase of one run.

    `person` asked for the phase, through `via`; empty: nobody that is known. `endpoint` and
    `certificates` are the operator's own for STS, where they are said.
    """

    run_id: str
    phase: Phase
    role: str
    region: str
    external_id: str | None = dataclasses.field(default=None, repr=False)
    person: str = ""
    via: str = ""
    endpoint: str = ""
    certificates: str = ""

    @property
    def session(self) -> str:
        """The name of the session: in CloudTrail, by which a run is found."""
        return taken_by_sts(f"sekisho-{self.run_id}")

    @property
    def source_identity(self) -> str:
        """The person as STS takes names: it stays on every session that is made of this one."""
        return taken_by_sts(self.person) if self.person else ""


@dataclasses.dataclass(frozen=True)
class Keys:
    """Credentials of a role, until `expires_at`. The id is no secret: CloudTrail shows it."""

    access_key_id: str
    secret_access_key: str = dataclasses.field(repr=False)
    session_token: str = dataclasses.field(repr=False)
    expires_at: datetime

    @property
    def secrets(self) -> frozenset[str]:
        """What nobody may see."""
        return frozenset({self.secret_access_key, self.session_token})

    def left(self, now: datetime) -> timedelta:
        """Say how long they live."""
        return self.expires_at - now


def loan_of(run: Run, target: Target, phase: Phase) -> Loan | None:
    """Say what a phase of a run is lent; None where the target has no roles."""
    role = target.plan_role if phase == "plan" else target.apply_role
    if role is None:
        return None
    by = _asked(run, phase)
    named = target.environment
    return Loan(
        run_id=run.id,
        phase=phase,
        role=role,
        region=target.region or "",
        external_id=target.external_id,
        person=by.person if is_person(by.person) else "",
        via=by.via,
        endpoint=next((named[name] for name in _ENDPOINTS if named.get(name)), ""),
        certificates=named.get("AWS_CA_BUNDLE", ""),
    )


def _asked(run: Run, phase: Phase) -> Caller:
    return run.apply.requested_by if run.apply and phase == "apply" else run.requested_by


def taken_by_sts(name: str) -> str:
    """Write a name as STS takes it: 2 to 64 of a few characters.

    A name that has to be changed for that ends in a digest of it, so that two people are never one;
    so does one that ends like that by itself, which could be how somebody else's is written.
    """
    plain = _NOT_TAKEN.sub("-", name)
    if plain == name and 1 < len(name) <= _LONGEST and not _WRITTEN.search(name):
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:_DIGEST]
    return f"{plain[: _LONGEST - _DIGEST - 1]}-{digest}"
