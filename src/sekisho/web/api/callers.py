"""Callers over the API."""

from sekisho.views.callers import CallerAnswer
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation


async def caller_get(ask: Ask[Nothing, Nothing]) -> Answer:
    """Say whom a credential speaks for, and what may be done with it."""
    return CallerAnswer.of(ask.admission, ask.engine.callers.auth, ask.options.version)


CALLER_OPERATIONS = (Operation("GET", "/caller", caller_get, CallerAnswer, "read"),)
