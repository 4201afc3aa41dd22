"""The one order in which the changes of a plan are paged, equal ones together or one by one.

Whoever reads on asks for page after page of one plan: its order is made once.
"""

import threading
import weakref

from sekisho.domain.plan_groups import groups_of, in_order
from sekisho.domain.plans import PlanReading

Order = tuple[tuple[int, ...], ...]
"""Numbers of changes that are told as one, in order."""


class Orders:
    """Keeps the newest orders; numbers alone, never the changes.

    A store keeps the readings that were asked for lately. An order is as good as its very reading.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._orders: dict[tuple[str, bool], tuple[weakref.ref[PlanReading], Order]] = {}
        self._lock = threading.Lock()

    def of(self, run_id: str, reading: PlanReading, *, each: bool) -> Order:
        """Return the order of a plan."""
        key = (run_id, each)
        with self._lock:
            found = self._orders.get(key)
        if found and found[0]() is reading:
            return found[1]
        made = order_of(reading, each=each)
        with self._lock:
            self._orders.pop(key, None)
            self._orders[key] = (weakref.ref(reading), made)
            while len(self._orders) > self._most:
                del self._orders[next(iter(self._orders))]
        return made


def order_of(reading: PlanReading, *, each: bool) -> Order:
    """Put changes into order, then drift, then what is deferred."""
    parts = (reading.changes, reading.drift, reading.deferred)
    if each:
        return tuple((row.number,) for rows in parts for row in in_order(rows))
    return tuple(group.numbers for rows in parts for group in groups_of(rows))


ORDERS = Orders(8)
