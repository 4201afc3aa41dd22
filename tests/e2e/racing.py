"""One of several servers that share a data folder, and want to apply in the same workspace.

    python -m tests.e2e.racing DATA_DIR CONFIGURATION WANTED

Plans, approves and applies again and again until WANTED applies were completed by all together;
prints what it met on the way as JSON.
"""

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from sekisho.app import App, build
from sekisho.domain.errors import Conflict
from sekisho.domain.runs import RunStatus
from sekisho.engine.plans import PlanOrder
from sekisho.engine.runs import settled
from sekisho.ports import RunQuery
from sekisho.settings import read_settings
from tests.e2e.persons import approve


def wait(app: App, run_id: str) -> str:
    while not settled(run := app.engine.runs.get(run_id)):
        time.sleep(0.02)
    return str(run.status)


def one(app: App, configuration: str, codes: list[str]) -> str:
    """Plan, approve, apply; return how it ended, or what stood in the way."""
    caller = app.engine.callers.identify(None, "racer").caller
    run = app.engine.plans.create(PlanOrder("default", configuration), caller)
    status = wait(app, run.id)
    if status != RunStatus.AWAITING_APPROVAL:
        return f"planned: {status}"
    try:
        approve(app.engine, run.id, codes)
        app.engine.applies.start(run.id, caller)
    except Conflict as error:
        return f"refused: {error.code}"
    return wait(app, run.id)


def main(data_dir: str, configuration: str, wanted: str) -> None:
    codes: list[str] = []
    settings = read_settings(data_dir=Path(data_dir), log_format="text", log_level="error")
    app, stop = build(settings, serves=True, show=codes.append), threading.Event()
    worker = threading.Thread(target=app.worker().run, args=(stop.is_set,))
    worker.start()
    met: Counter[str] = Counter()
    applied = RunQuery(statuses=frozenset({RunStatus.APPLIED}), limit=500)
    while len(app.engine.runs.list(applied).items) < int(wanted):
        met[one(app, configuration, codes)] += 1
    stop.set()
    worker.join()
    app.close()
    sys.stdout.write(json.dumps(met))


if __name__ == "__main__":
    main(*sys.argv[1:])
