"""What child processes are held by on this machine: see `local` for how it fits together."""

from sekisho.executors.containment.levels import Levels, Wanted, find
from sekisho.executors.containment.limits import Limits
from sekisho.executors.containment.local import LocalContainment
from sekisho.executors.containment.powers import hide_memory

__all__ = ["Levels", "Limits", "LocalContainment", "Wanted", "find", "hide_memory"]
