"""Requests to decide, or to apply, that the edge refused: no page saw them, the audit has them."""

import re
from typing import get_args

from sekisho.domain.errors import Refused, SekishoError
from sekisho.engine.approvals import Decision
from sekisho.engine.engine import Engine
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import ROOT
from sekisho.web.credentials import PASSKEY, tell_of_run

STEPS = ("code", "challenge", "fresh", *get_args(Decision), "apply")
"""The last words of addresses at which a run is decided, or applied."""
_RUN = re.compile(rf"(?:{ROOT})?/runs/([a-z0-9-]{{1,64}})/({'|'.join(STEPS)})/?", re.ASCII)
_PASSKEYS = re.compile(r"/passkeys(?:/.*)?", re.ASCII)


class OutsideRefusals:
    """Hears from the edge: of a foreign name, or a proxy that nobody mentioned.

    A pace or a cap is not told of: those say nothing of who asks, and are meant for floods.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def __call__(self, method: str, path: str, error: SekishoError) -> None:
        """Tell of one request, where it came to decide."""
        if method != "POST" or not isinstance(error, Refused):
            return
        run = _RUN.fullmatch(path)
        if run or _PASSKEYS.fullmatch(path):
            if not self._engine.refusals.takes_from_edge():
                return
            if run:
                await on_thread(tell_of_run, self._engine, run[1], run[2], error)
            else:
                await on_thread(self._engine.refusals.tell, PASSKEY, error)
