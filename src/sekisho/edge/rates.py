"""How many requests are taken: of everybody together, and of each caller."""

import collections
import hashlib
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from sekisho.domain.entries import ENTRY
from sekisho.domain.errors import CredentialInvalid, RateLimited
from sekisho.edge.addresses import household
from sekisho.edge.buckets import Buckets, whole_seconds
from sekisho.edge.heads import only
from sekisho.edge.options import EdgeOptions
from sekisho.edge.passages import passage_of, refuse
from sekisho.edge.paths import Paths
from sekisho.views.callers import bearer

_EVERYBODY = ""
_UNAUTHORIZED = 401
_PROVEN = 10_000


class Rates:
    """Refuses what comes too fast. A request that waits long, as a long poll does, counts once.

    A caller is a credential, known by its digest alone, else an address. A credential that has not
    been found good yet counts as its address, so that guessing many is no way around the limit.
    """

    def __init__(self, app: ASGIApp, options: EdgeOptions, monotonic: Callable[[], float]) -> None:
        """Pass requests on to `app`."""
        self._app, self._paths = app, Paths(options.endpoint)
        self._all = Buckets(options.rate, monotonic, 1)
        self._each = Buckets(options.rate_caller, monotonic)
        self._proven: collections.OrderedDict[str, None] = collections.OrderedDict()
        self._off = not (options.rate.each or options.rate_caller.each)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count one request."""
        if scope["type"] != "http" or self._off or self._free(scope):
            await self._app(scope, receive, send)
            return
        digest = credential_digest(scope)
        address = household(scope[ENTRY].client)
        caller = digest if digest in self._proven else address
        wait = self._each.take(caller)
        if not wait and (wait := self._all.take(_EVERYBODY)):
            self._each.give_back(caller)
        if wait:
            passage_of(scope).headers.append((b"retry-after", whole_seconds(wait).encode()))
            await refuse(RateLimited(seconds=whole_seconds(wait)), scope, receive, send)
            return
        await self._app(scope, receive, send)
        if digest and self._paths.proves(scope["path"]):
            self._learn(digest, passage_of(scope).status)

    def _free(self, scope: Scope) -> bool:
        return self._paths.is_check(scope["method"], scope["path"])

    def _learn(self, digest: str, status: int) -> None:
        """Remember which credentials are good: those that the faces did not refuse."""
        if status == _UNAUTHORIZED:
            self._proven.pop(digest, None)
            return
        if status in (200, 202):
            self._proven[digest] = None
            self._proven.move_to_end(digest)
            if len(self._proven) > _PROVEN:
                self._proven.popitem(last=False)


def credential_digest(scope: Scope) -> str:
    """Return a digest of the credential of a request, empty where it has none.

    Of the credential alone: however a header is written, and whatever else is beside it, one
    credential is one caller.
    """
    try:
        secret = bearer(only(scope, b"authorization"))
    except CredentialInvalid:
        return ""
    return hashlib.sha256(secret.encode()).hexdigest()[:32] if secret else ""
