"""The stop of everything, as it is shown to whoever waits."""

from sekisho.domain.stops import ServerStop
from sekisho.views.view import moment, one_line, shown


def stop_line(stop: ServerStop | None) -> str | None:
    """Say who stopped everything and why; None where nobody did."""
    if stop is None:
        return None
    owner, reason = one_line(stop.owner), shown(stop.reason)
    return f"everything is stopped by {owner} since {moment(stop.at)}: {reason}"
