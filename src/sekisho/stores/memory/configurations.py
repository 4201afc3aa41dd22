"""What is known of configurations, in memory."""

from sekisho.domain.configurations import Configuration
from sekisho.domain.errors import ConfigurationUnknown
from sekisho.stores.writes import Turn


class MemoryConfigurations:
    """Keeps configurations in a dict, by digest."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._known: dict[str, Configuration] = {}

    def put(self, configuration: Configuration) -> None:
        with self._turn:
            self._known.setdefault(configuration.digest, configuration)

    def get(self, digest: str) -> Configuration:
        with self._turn:
            if digest not in self._known:
                raise ConfigurationUnknown(digest=digest)
            return self._known[digest]

    def all(self) -> tuple[Configuration, ...]:
        with self._turn:
            return tuple(self._known[digest] for digest in sorted(self._known))

    def remove(self, digest: str) -> None:
        with self._turn:
            self._known.pop(digest, None)
