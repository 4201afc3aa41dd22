"""Our reader of plan JSON, as `plans.py` measures it.

python bench/ours.py FILE          index it once, in this process; print what came of it as JSON
"""

import json
import sys
import time
from pathlib import Path

from sekisho.domain.plans import PlanReading


def index(path: Path) -> PlanReading:
    """Index a plan JSON the way the server does when a plan was made."""
    from sekisho.domain.states import NO_STATE
    from sekisho.terraform.plan_json import open_plan, read_plan
    from sekisho.terraform.redaction import Redactor

    return read_plan(open_plan(path), NO_STATE, Redactor())


def main() -> None:
    """Index, and say how long it took, imports apart."""
    import sekisho.terraform.plan_json
    import sekisho.terraform.redaction  # noqa: F401

    began = time.perf_counter()
    reading = index(Path(sys.argv[1]))
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "changes": len(reading.changes)}))


if __name__ == "__main__":
    main()
