"""Which addresses are what: the edge treats them by kind, not by route."""

import dataclasses

_HEALTH = frozenset({"/health", "/healthz/live", "/healthz/ready"})
_UPLOADS = "/uploads/"
_PUSHES = "/api/v1/pushes"
_RESOURCE = "/.well-known/oauth-protected-resource"
_DOCUMENT = "/api/v1/openapi.json"
_ANNOUNCED_BYTES = 8 * 1024 * 1024
"""Longest announcement of a push: 10,000 files with long names."""
_OURS = frozenset(
    {".well-known", "health", "healthz", "api", "uploads", "assets", "runs", "workspaces", "audit"}
    | {"setup", "sign-in", "sign-out", "signed-out", "passkeys"}
)


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

    @property
    def metadata(self) -> str:
        """Return where the endpoint says how to sign in for it (RFC 9728)."""
        return f"{_RESOURCE}{self.endpoint}"

    def is_public(self, path: str) -> bool:
        """Say whether this is for those who have no credential yet."""
        return path in (_RESOURCE, self.metadata)

    def is_upload(self, path: str) -> bool:
        """Say whether a file is sent here; the address is its own credential."""
        return path.startswith(_UPLOADS)

    def streams_in(self, path: str) -> bool:
        """Say whether a file comes in here that its own route reads, under its own cap."""
        pack = path.startswith(_PUSHES) and path.endswith("/files")
        return self.is_upload(path) or pack

    def cap(self, path: str, most: int) -> int:
        """Return the bytes that a body may have, where `most` is what bodies may."""
        return max(most, _ANNOUNCED_BYTES) if path == _PUSHES else most

    def for_programs(self, path: str) -> bool:
        """Say whether programs are served here, so that pages of other origins may ask to be."""
        machines = self.is_endpoint(path) or self.is_upload(path) or self.is_public(path)
        return machines or path.startswith("/api/")

    def proves(self, path: str) -> bool:
        """Say whether an answer here shows that the credential of the request is good."""
        asked = path.startswith("/api/v1/") and path != _DOCUMENT
        return asked or self.is_endpoint(path)

    def shown(self, path: str) -> str:
        """Return a path as a log may hold it: an upload's address is a secret."""
        return f"{_UPLOADS}…" if self.is_upload(path) else path

    @property
    def taken(self) -> bool:
        """Say whether the endpoint lies where something else of ours is."""
        return self.endpoint.split("/")[1] in _OURS
