"""Who reaches the server, as far as the operator's words go, and where its console is."""

from urllib.parse import urlsplit

from sekisho.settings.fields import Settings

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address."""
    return host in _LOOPBACK


def only_here(settings: Settings) -> bool:
    """Say whether only this machine reaches the server, as far as the operator's words go.

    A public address, a host name that is not loopback's, or a proxy's header for addresses means a
    proxy before us: then everybody comes from loopback, and being there proves nothing.
    """
    if settings.remote_ip != "remoteaddr":
        return False
    named = [urlsplit(f"//{host}").hostname or "" for host in settings.allowed_hosts]
    if settings.public_url:
        named.append(urlsplit(str(settings.public_url)).hostname or "")
    return all(map(is_loopback, (settings.host, *named)))


def console_url(settings: Settings) -> str:
    """Return where people approve: the operator's address, or the loopback default."""
    if settings.public_url:
        return str(settings.public_url).rstrip("/")
    scheme = "https" if settings.tls_cert else "http"
    return f"{scheme}://{bracketed(settings.host)}:{settings.port}"


def bracketed(host: str) -> str:
    """Write a host as addresses do: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
