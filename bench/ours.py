"""Our index of plan JSON, as `plans.py` measures it.

python bench/ours.py FILE          index it once, in this process; print what came of it as JSON
"""

import hashlib
import hmac
import json
import sys
import tempfile
import time
from pathlib import Path

from sekisho.domain.plans import PlanReading


def index(path: Path, folder: Path) -> PlanReading:
    """Index a plan JSON into encrypted pages below `folder`, as the server does after planning."""
    from sekisho.domain.states import NO_STATE
    from sekisho.stores.cipher import Cipher
    from sekisho.stores.disk.blobs import DiskBlobs
    from sekisho.stores.disk.readings import DiskReadings
    from sekisho.terraform.plan_json import PlanOrigin, open_plan, read_plan
    from sekisho.terraform.redaction import Redactor

    def mark(value: bytes) -> str:
        return hmac.new(b"bench", value, hashlib.sha256).hexdigest()

    blobs = DiskBlobs(folder / "readings", folder / "incoming", Cipher(b"k" * 32))
    origin = PlanOrigin(NO_STATE, Redactor(), mark)
    return DiskReadings(blobs, blobs).put_plan(
        "run", lambda keep: read_plan(open_plan(path), origin, keep)
    )


def main() -> None:
    """Index, and say how long it took, imports apart."""
    import sekisho.stores.disk.readings
    import sekisho.terraform.plan_json  # noqa: F401
    from sekisho.stores.codec import prepare

    prepare()
    with tempfile.TemporaryDirectory() as folder:
        began, cpu = time.perf_counter(), time.process_time()
        reading = index(Path(sys.argv[1]), Path(folder))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": cpu, "changes": len(reading.changes)}))


if __name__ == "__main__":
    main()
