"""Which web pages may call: one judgement for every address that programs use."""

import re
from typing import Literal
from urllib.parse import urlsplit

from sekisho.edge.options import LOOPBACK_NAMES, EdgeOptions

Standing = Literal["own", "allowed", "foreign", "refused"]
"""`foreign`: let in with a credential alone."""

_LONGEST = 300
_HERE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
_FORM = re.compile(r"null|[a-z][a-z0-9+.-]{0,30}://[\x21-\x2e\x30-\x7e]+")
_PORTS = {"http": ":80", "https": ":443"}


class Origins:
    """Judges the Origin that a browser says a page has."""

    def __init__(self, options: EdgeOptions) -> None:
        """Work out, once, what is our own and what the operator allows."""
        self._options = options
        self._own = frozenset(map(canonical, _our_own(options)))
        self._allowed = frozenset(map(canonical, options.origins))

    def judge(self, origin: str, host: str | None) -> Standing:
        """Say how a page stands; `host` is the Host header, already found to be ours."""
        if len(origin) > _LONGEST or not _FORM.fullmatch(origin.lower()):
            return "refused"
        given = canonical(origin)
        if given in self._own or self._same(given, host):
            return "own"
        if given in self._allowed:
            return "allowed"
        mode = self._options.cors_mode
        if mode == "development" and _HERE.fullmatch(given):
            return "allowed"
        return "foreign" if mode == "disabled" else "refused"

    def _same(self, given: str, host: str | None) -> bool:
        """Say whether the page came from this very server, by a name that only we can have.

        Where any Host is taken that proves nothing: a rebound name has it too.
        """
        if host is None or self._options.any_host:
            return False
        return given == canonical(f"{self._options.scheme}://{host}")


def _our_own(options: EdgeOptions) -> list[str]:
    port = urlsplit(options.base_url).port
    names = LOOPBACK_NAMES if options.loopback else ()
    end = f":{port}" if port else ""
    return [options.base_url, *(f"{options.scheme}://{name}{end}" for name in names)]


def canonical(origin: str) -> str:
    """Write an origin as browsers do: small letters, no port where it is the scheme's own."""
    text = origin.lower()
    return text.removesuffix(_PORTS.get(text.partition("://")[0], "\n"))
