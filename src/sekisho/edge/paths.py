"""Which addresses are what: the edge treats them by kind, not by route."""

import dataclasses

_HEALTH = frozenset({"/health", "/healthz/live", "/healthz/ready"})
_UPLOADS = "/uploads/"
_OURS = frozenset({"health", "healthz", "api", "uploads", "assets", "runs", "workspaces", "audit"})


@dataclasses.dataclass(frozen=True)
class Paths:
    """Tells addresses apart. MCP is served at `endpoint`, with or without a slash after it."""

    endpoint: str

    def is_endpoint(self, path: str) -> bool:
        """Say whether MCP is served here."""
        return path in (self.endpoint, f"{self.endpoint}/")

    def is_check(self, method: str, path: str) -> bool:
        """Say whether this is what a load balancer asks, by whatever name it knows us.

        A GET of the endpoint tells what is there, or that there is no stream; no tool is near.
        """
        return method in ("GET", "HEAD") and (path in _HEALTH or self.is_endpoint(path))

    def is_upload(self, path: str) -> bool:
        """Say whether a file is sent here; the address is its own credential."""
        return path.startswith(_UPLOADS)

    def for_programs(self, path: str) -> bool:
        """Say whether programs are served here, so that pages of other origins may ask to be."""
        return self.is_endpoint(path) or self.is_upload(path) or path.startswith("/api/")

    def shown(self, path: str) -> str:
        """Return a path as a log may hold it: an upload's address is a secret."""
        return f"{_UPLOADS}…" if self.is_upload(path) else path

    @property
    def taken(self) -> bool:
        """Say whether the endpoint lies where something else of ours is."""
        return self.endpoint.split("/")[1] in _OURS
