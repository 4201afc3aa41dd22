"""What the wiring tells the edge about where it stands."""

import dataclasses
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

CorsMode = Literal["strict", "development", "disabled"]
RemoteIp = Literal["remoteaddr", "x-real-ip", "x-forwarded-for"]

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Pace(NamedTuple):
    """So many requests a second, and so many at once; none where `each` is 0."""

    each: float
    burst: int


OFF = Pace(0, 0)


@dataclasses.dataclass(frozen=True)
class EdgeOptions:
    """How the edge is set up.

    `base_url` is where people and agents reach this server; `named`: the operator said so, or
    named hosts. `loopback`: only this machine reaches it. `hosts` are names that a request may give
    besides loopback's and that of `base_url`: a name alone means any port. `origins` are what the
    operator allows besides our own. `scope` is what a token of the identity provider must have
    (empty: nothing); None where there is no provider.
    """

    base_url: str = "http://127.0.0.1:8080"
    loopback: bool = True
    named: bool = False
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    cors_mode: CorsMode = "strict"
    endpoint: str = "/mcp"
    rate: Pace = OFF
    rate_caller: Pace = OFF
    remote_ip: RemoteIp = "remoteaddr"
    trusted_hops: int = 0
    body_bytes: int = 1024 * 1024
    answer_bytes: int = 8 * 1024 * 1024
    waiting_bytes: int = 128 * 1024 * 1024
    at_once: int = 1000
    body_seconds: float = 30.0
    scope: str | None = None

    @property
    def netloc(self) -> str:
        """Return `host[:port]` of our own address."""
        return urlsplit(self.base_url).netloc.lower()

    @property
    def scheme(self) -> str:
        """Return `http` or `https`, as clients see it."""
        return urlsplit(self.base_url).scheme

    @property
    def any_host(self) -> bool:
        """Say whether any Host is taken: beyond loopback where nobody said what we are called.

        A foreign name that leads here (DNS rebinding) is then caught by its Origin alone.
        """
        return not self.loopback and not self.named

    @property
    def host_names(self) -> tuple[str, ...]:
        """Return every name that a Host header may give: a name alone means any port."""
        return tuple(h.lower() for h in (*LOOPBACK_NAMES, *self.hosts, self.netloc))
