"""The server some time later: the same program, on a machine whose clock says so.

    AHEAD_SECONDS=3600 python -m tests.attacks.later_server serve …

Nobody can wait for a session to end, or for a plan to grow too old.
"""

import os
import sys
from datetime import datetime, timedelta

from sekisho import app
from sekisho.cli.main import main
from tests.e2e.serving import REPO, Serving


def later_by(later: timedelta) -> dict[str, str]:
    """Return what a later server is given in its environment."""
    seconds = str(round(later.total_seconds()))
    return {"AHEAD_SECONDS": seconds, "PYTHONPATH": f"{REPO / 'src'}{os.pathsep}{REPO}"}


class LaterServing(Serving):
    """A running server whose clock is ahead."""

    module = "tests.attacks.later_server"


class LaterClock(app.SystemClock):
    """The machine's clock, some time later."""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=int(os.environ["AHEAD_SECONDS"]))


if __name__ == "__main__":
    app.SystemClock = LaterClock
    sys.exit(main(sys.argv[1:]))
