"""What the wiring tells the console about where it stands."""

import dataclasses
from urllib.parse import urlsplit


@dataclasses.dataclass(frozen=True)
class ConsoleOptions:
    """Where the console answers.

    `allowed_hosts` are what a Host header may say besides the host of `base_url`: a name alone
    means any port, `name:port` that port alone. `base_url` is how people reach the console; its
    scheme is that of every own Origin.
    """

    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    base_url: str = "http://127.0.0.1"
    version: str = ""

    @property
    def scheme(self) -> str:
        """`http` or `https`, as people's browsers see it."""
        return urlsplit(self.base_url).scheme or "http"

    @property
    def hosts(self) -> frozenset[str]:
        """Everything that a Host header may say, in small letters."""
        return frozenset(h.lower() for h in (*self.allowed_hosts, urlsplit(self.base_url).netloc))
