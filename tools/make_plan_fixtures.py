"""Make the plan JSON that tests read, with real Terraform: tests/golden/plans.

    python -m tools.make_plan_fixtures [--goal FOLDER] [NAME…]     (names may be patterns: case09-*)

Needs Terraform 1.11.4 on PATH, `make engine` (Terraform 1.15 as a library), Linux on x86-64.
See tests/golden/plans/README.md.
"""

import argparse
import fnmatch
import sys
import tempfile
from pathlib import Path

from tools.plan_fixtures.kiln import Kiln, NotMadeError
from tools.plan_fixtures.stories import STORIES

DEFAULT = Path(__file__).resolve().parents[1] / "tests" / "golden" / "plans"


def main() -> int:
    """Make all, or those that are named."""
    parser = argparse.ArgumentParser(description="Make the plan JSON that tests read.")
    parser.add_argument("--goal", type=Path, default=DEFAULT)
    parser.add_argument("names", nargs="*", default=["*"])
    words = parser.parse_args()
    chosen = [s for s in STORIES if any(fnmatch.fnmatch(s.name, n) for n in words.names)]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="plan-fixtures-") as folder:
        kiln = Kiln(Path(folder))
        for story in chosen:
            try:
                kiln.make(story, words.goal)
                print(story.name, flush=True)
            except NotMadeError as error:
                failed += 1
                print(error, file=sys.stderr, flush=True)
    return 0 if chosen and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
