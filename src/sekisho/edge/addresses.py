"""Which address a request came from: the peer's, or what a proxy of ours says of it."""

import functools
import ipaddress

from starlette.types import Scope

from sekisho.edge.heads import only, values
from sekisho.edge.options import RemoteIp

UNKNOWN = "unknown"
_LONGEST = 60
"""More than any address with a port has."""


def client_address(scope: Scope, method: RemoteIp, hops: int) -> str:
    """Return the address; where a header is missing or makes no sense, the peer's.

    `hops` proxies of ours each append to X-Forwarded-For what they see: the client is that many
    entries from the right. Everything to the left of it is whatever the client wrote.
    """
    peer = scope.get("client")
    seen = (normal(peer[0]) or peer[0]) if peer else UNKNOWN
    if method == "x-real-ip":
        return normal(only(scope, b"x-real-ip") or "") or seen
    if method == "x-forwarded-for" and hops:
        chain = ",".join(values(scope, b"x-forwarded-for")).rsplit(",", hops)
        said = chain[-hops] if len(chain) >= hops else ""
        return normal(said) or seen
    return seen


@functools.lru_cache(maxsize=1024)
def normal(text: str) -> str | None:
    """Return an IP address in its one spelling, without a port; None where it is none."""
    text = text.strip()
    if len(text) > _LONGEST or "%" in text:
        return None
    if text.startswith("["):
        text, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            return None
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


@functools.lru_cache(maxsize=1024)
def household(address: str) -> str:
    """Return what is limited as one client: an IPv4 address, or the /64 that a client is given."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    except ValueError:
        return address
