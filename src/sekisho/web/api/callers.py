"""Callers over the API."""

from sekisho.views.callers import CallerAnswer
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation


async def caller_get(ask: Ask[Nothing, Nothing]) -> Answer:
    """Say whom a credential speaks for, and what may be done with it."""
    callers, version = ask.engine.callers, ask.options.version
    return CallerAnswer.of(ask.admission, callers.auth, version, callers.issuer)


CALLER_OPERATIONS = (Operation("GET", "/caller", caller_get, CallerAnswer, "read"),)
