"""When all windows are open at once and no freeze holds."""

from collections.abc import Sequence
from datetime import datetime

from sekisho.domain.windows.clocks import HORIZON
from sekisho.domain.windows.freezes import Freeze
from sekisho.domain.windows.windows import Window


def opens(windows: Sequence[Window], freezes: Sequence[Freeze], at: datetime) -> datetime | None:
    """Return the first moment from this one on when every window is open and no freeze holds.

    None: there is none within 400 days. Every step goes to the next beginning of a window or end of
    a freeze, so the work is bounded by how many of those there are until then.
    """
    moment = at
    while moment - at <= HORIZON:
        later = _pushed(windows, freezes, moment)
        if later is None or later == moment:
            return later
        moment = later
    return None


def _pushed(windows: Sequence[Window], freezes: Sequence[Freeze], at: datetime) -> datetime | None:
    """Return the first moment that each of them alone lets pass, one after the other."""
    moment = at
    for window in windows:
        opening = window.next_open(moment)
        if opening is None:
            return None
        moment = opening
    for freeze in freezes:
        if freeze.frozen_at(moment):
            end = freeze.ends_at(moment)
            if end is None:
                return None
            moment = end
    return moment
