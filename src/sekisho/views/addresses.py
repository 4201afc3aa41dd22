"""The address that an answer may name: never one that only means "on every interface"."""

from urllib.parse import urlsplit

_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 (what must not be shown)


def reached(base_url: str, host: str | None) -> str:
    """Return the server's address for whoever reached it by the name `host` (a Host header).

    The operator's own address stays as it is; `host` was let through by the edge.
    """
    parts = urlsplit(base_url)
    if not base_url or not host or (parts.hostname or "") not in _EVERYWHERE:
        return base_url
    return f"{parts.scheme}://{host}"
