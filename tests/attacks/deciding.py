"""What a person's browser sends to decide, and how that was answered."""

from __future__ import annotations

from tests.attacks.adversary import Planned, answered
from tests.e2e.test_sign_in import Person


def form(run: Planned, **more: str) -> dict[str, str]:
    return {"seal": run.seal, "decision": "approve", "reason": "x"} | more


def challenge(person: Person, run: Planned, decision: str = "approve") -> str:
    return person.http.post(f"/runs/{run.id}/challenge", data=form(run, decision=decision)).text


def proof_of(person: Person, run: Planned, decision: str = "approve") -> str:
    return person.device.get(challenge(person, run, decision))


def decide(person: Person, run: Planned, proof: str, verb: str = "approve") -> tuple[int, str]:
    data = form(run, decision=verb, proof=proof)
    return answered(person.http.post(f"/runs/{run.id}/{verb}", data=data))
