"""The seal of a plan: made when it was planned, made again before it is applied, and compared."""

import dataclasses
import json

from sekisho.domain.origins import origin_of
from sekisho.domain.plan_traits import PlanTraits
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.rules import about, expiry, rules_version
from sekisho.domain.runs import Run
from sekisho.domain.scans import ScanMark
from sekisho.domain.seals import Seal, SignedSeal, differences
from sekisho.domain.states import StatePosition
from sekisho.domain.targets import Target, backend_facts
from sekisho.domain.workspaces import Workspace
from sekisho.engine.judging import judged, plan_facts, promised
from sekisho.engine.parts import Parts
from sekisho.ports import Fingerprints


@dataclasses.dataclass(frozen=True)
class Found:
    """What lies on the desk: fingerprints, the state's position, and what rules look at."""

    prints: Fingerprints
    position: StatePosition
    traits: PlanTraits
    scan: ScanMark | None = None
    policies: tuple[PolicyOutcome, ...] = ()


def seal_of(parts: Parts, run: Run, workspace: Workspace, found: Found) -> Seal:
    """Gather everything an approval is about, as it is now."""
    prints, rules = found.prints, about(workspace.rules, plan_facts(run, found.traits))
    made_at = run.plan.made_at if run.plan else run.updated_at
    variables = json.dumps(workspace.variables, sort_keys=True, ensure_ascii=False, default=str)
    return Seal(
        run_id=run.id,
        workspace=_workspace(workspace),
        target=target_of(parts, workspace.target),
        backend=backend_facts(workspace.backend),
        options=run.options.describe(),
        configuration=run.configuration,
        modules=prints.modules,
        plan=prints.plan,
        lock_file=prints.lock_file,
        terraform=prints.terraform,
        providers=dict(prints.providers),
        state=str(found.position),
        variables=parts.keys.mac(f"variables\0{variables}".encode()),
        rules=rules_version(workspace.rules, workspace.inspection.version()),
        change_id=run.change_id,
        expires_at=expiry(rules, made_at),
        origin=origin_of(run).describe(),
        promises=promised(run),
        judged=judged(run, found.traits, found.scan, found.policies),
    )


def _workspace(workspace: Workspace) -> str:
    inside = f" in {workspace.directory}" if workspace.directory else ""
    return workspace.name + inside


def target_of(parts: Parts, target: Target) -> dict[str, str]:
    """Write a target for the seal; of what is secret, a keyed digest."""
    environment = json.dumps(dict(target.environment), sort_keys=True)
    # There only where it is given: what was sealed before keeps its seal.
    external = {"external_id": parts.keys.mac(f"external id\0{target.external_id}".encode())}
    return (external if target.external_id else {}) | {
        "name": target.name,
        "account": target.account or "",
        "region": target.region or "",
        "plan_role": target.plan_role or "",
        "apply_role": target.apply_role or "",
        "environment": parts.keys.mac(f"environment\0{environment}".encode()),
    }


def sign(parts: Parts, seal: Seal) -> SignedSeal:
    """Put the server's signature on a seal."""
    return SignedSeal(seal, parts.keys.sign(seal.canonical()), parts.keys.key_id)


def broken(parts: Parts, approved: SignedSeal, found: Seal) -> tuple[str, ...]:
    """Name every way in which what would be applied is not what was sealed; () when it holds."""
    if not parts.keys.verify(approved.seal.canonical(), approved.signature, approved.key_id):
        return ("signature",)
    return differences(approved.seal, found)
