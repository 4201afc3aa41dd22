"""Who comes in with a credential, at the API; and what is done where one comes near a decision."""

from starlette.requests import Request

from sekisho.domain.callers import Admission
from sekisho.domain.errors import CredentialNeeded, DecisionNotHere, OriginRefused, SekishoError
from sekisho.engine.engine import Engine
from sekisho.engine.refusals import NOBODY
from sekisho.views.callers import bearer, claimed_team
from sekisho.web import guard
from sekisho.web.answers import on_thread
from sekisho.web.options import ConsoleOptions


async def admitted(engine: Engine, request: Request, names: ConsoleOptions) -> Admission:
    """Say who asks and what they may do. The API wants a credential on loopback too.

    Raises:
        CredentialNeeded, CredentialInvalid, CredentialMistyped.
        OriginRefused: no credential is wanted, and a web page may be behind the request.
    """
    callers, headers = engine.callers, request.headers
    secret = bearer(headers.get("authorization"))
    if secret is None and callers.auth == "loopback":
        raise CredentialNeeded
    if secret is None and callers.auth == "none":
        _check_no_page(request, names)
    via, team = headers.get("user-agent", ""), claimed_team(headers)
    admission = await on_thread(callers.identify, secret, via, team)
    if callers.uses_wait:
        await on_thread(callers.keep_uses)
    return admission


def _check_no_page(request: Request, names: ConsoleOptions) -> None:
    """Where nothing else keeps them out: pages of other sites, and names that only lead here."""
    guard.check_host(request, names)
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        raise OriginRefused


def tell_refusal(engine: Engine, request: Request, face: str) -> None:
    """Leave a line in the log: a credential came near a decision. Of the credential: nothing."""
    if "run_id" not in request.path_params:
        engine.refusals.tell(PASSKEY, DecisionNotHere(url=""))
        return
    client = request.client.host if request.client else ""
    engine.approvals.refused(
        request.path_params["run_id"],
        decision=_decision(request),
        face=face,
        client=client,
    )


def tell_turned_away(engine: Engine, request: Request, error: SekishoError) -> None:
    """Tell of somebody who did not even come in to decide, or to apply: another site, no key."""
    if "run_id" not in request.path_params:
        engine.refusals.tell(PASSKEY, error)
        return
    tell_of_run(engine, request.path_params["run_id"], _decision(request), error)


def tell_of_run(engine: Engine, run_id: str, verb: str, error: SekishoError) -> None:
    """Tell the audit of somebody who was turned away from a run; nobody knows who it was."""
    if verb == "apply":
        engine.applies.refused(run_id, NOBODY, error)
    else:
        engine.approvals.turned_away(run_id, verb, error)


PASSKEY = "passkey.refuse"
"""What the audit calls a refusal at the pages of passkeys."""


def _decision(request: Request) -> str:
    return request.url.path.rpartition("/")[2]
