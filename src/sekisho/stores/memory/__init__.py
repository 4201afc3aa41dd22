"""A store that lives as long as its process: for tests, and for trying things out."""

from sekisho.domain.audit import Mac
from sekisho.stores.memory.audit import MemoryAudit
from sekisho.stores.memory.blobs import MemoryBlobs
from sekisho.stores.memory.configurations import MemoryConfigurations
from sekisho.stores.memory.guard import MemoryGuard
from sekisho.stores.memory.logs import MemoryLogs
from sekisho.stores.memory.passkeys import MemoryPasskeys
from sekisho.stores.memory.people import MemoryPeople
from sekisho.stores.memory.pushes import MemoryPushes
from sekisho.stores.memory.readings import MemoryReadings
from sekisho.stores.memory.runs import MemoryRuns
from sekisho.stores.memory.sessions import MemorySessions
from sekisho.stores.memory.stops import MemoryStops
from sekisho.stores.memory.tickets import MemoryTickets
from sekisho.stores.memory.tokens import MemoryTokens
from sekisho.stores.memory.uploads import MemoryUploads
from sekisho.stores.memory.workers import MemoryWorkers
from sekisho.stores.memory.workspaces import MemoryWorkspaces
from sekisho.stores.writes import Turn


class MemoryStore:
    """Every store over one turn: what it does is isolated and all or nothing."""

    def __init__(self, mac: Mac) -> None:
        """Chain the audit with `mac`."""
        turn = Turn()
        self.audit = MemoryAudit(turn, mac)
        self.workspaces = MemoryWorkspaces(turn, self.audit)
        self.stops = MemoryStops(turn, self.audit)
        self.runs = MemoryRuns(turn, self.workspaces, self.stops, self.audit)
        self.workers = MemoryWorkers(turn)
        self.configurations = MemoryConfigurations(turn)
        self.uploads = MemoryUploads(turn)
        self.pushes = MemoryPushes(turn)
        self.tokens = MemoryTokens(turn)
        self.sessions = MemorySessions(turn)
        self.passkeys = MemoryPasskeys(turn)
        self.tickets = MemoryTickets(turn)
        self.people = MemoryPeople(turn, self.audit)
        self.logs = MemoryLogs(turn)
        self.blobs = MemoryBlobs(turn)
        self.readings = MemoryReadings(turn)
        self.guard = MemoryGuard(turn)

    def close(self) -> None:
        """Nothing is held open."""
