"""A scan by Checkov, configuration and plan: the first, which starts the worker, and warm ones."""

import statistics
import tempfile
import time
from pathlib import Path

from figures import figure
from tests.installs.checkov import checkov_data
from tests.providers.make_mirror import make_mirror
from tests.scans.by_hand import ByHand
from tests.scans.stacks import NAMES, files_of

from sekisho.ports import ScanOrder
from sekisho.scanners import Checkov, Installation

_TIMES = 9


def bench_scans() -> None:
    """Scan the five example stacks, each several times, with plans of real Terraform."""
    installed = Installation(checkov_data() / "scanners" / "checkov")
    with tempfile.TemporaryDirectory() as folder:
        orders = [_order(name, installed, Path(folder) / name) for name in NAMES]
        checkov = Checkov(installed)
        try:
            began = time.perf_counter()
            checkov.scan(orders[0])
            cold = time.perf_counter() - began
            took = [_timed(checkov, order) for order in orders for _ in range(_TIMES)]
        finally:
            checkov.close()
    print(f"      first scan, which starts the worker: {cold:.1f} s")
    figure("warm scan (p50)", statistics.median(took), "s", 0.5)


def _order(name: str, installed: Installation, place: Path) -> ScanOrder:
    files = place / "files"
    files.mkdir(parents=True)
    hand = ByHand(installed.python, make_mirror(), files)
    hand.write(files_of(name))
    return ScanOrder(str(files), str(hand.plan(place)))


def _timed(checkov: Checkov, order: ScanOrder) -> float:
    began = time.perf_counter()
    checkov.scan(order)
    return time.perf_counter() - began
