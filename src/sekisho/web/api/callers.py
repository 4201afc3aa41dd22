"""Callers over the API."""

from sekisho.views.callers import CallerAnswer
from sekisho.views.reading import caller_shown
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation


async def caller_get(ask: Ask[Nothing, Nothing]) -> Answer:
    """Say whom a credential speaks for, and what may be done with it."""
    return await on_thread(caller_shown, ask.engine, ask.admission, ask.options.version)


CALLER_OPERATIONS = (Operation("GET", "/caller", caller_get, CallerAnswer, "read"),)
