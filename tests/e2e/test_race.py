"""Four servers race on one workspace: no two applies ever overlap."""

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sekisho.app import build
from sekisho.domain.callers import Caller
from sekisho.settings import read_settings

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]

REPO = Path(__file__).parents[2]
RACERS, WANTED = 4, 50
MAIN = """
resource "terraform_data" "lap" {{
  triggers_replace = timestamp()
  provisioner "local-exec" {{
    command = <<-EOT
      echo begin $(date +%s.%N) $$ >> {journal}
      sleep 0.05
      echo end $(date +%s.%N) $$ >> {journal}
    EOT
  }}
}}
"""


def test_four_servers_complete_fifty_applies_and_no_two_overlap(tmp_path: Path):
    data, journal = tmp_path / "data", tmp_path / "journal"
    app = build(read_settings(data_dir=data, log_format="text"), serves=False)
    configuration = app.engine.configurations.from_inline(
        "default", {"main.tf": MAIN.format(journal=journal)}, Caller("loopback", "test")
    )
    command = [
        sys.executable,
        "-m",
        "tests.e2e.racing",
        str(data),
        configuration.digest,
        str(WANTED),
    ]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{REPO / 'src'}:{REPO}", "HOME": "/"}
    # They race for longer than any person may: the quotas are tested elsewhere.
    quotas = ("PLANS_PER_HOUR", "APPLIES_PER_HOUR")
    environment |= {f"SEKISHO_{q}{of}": "100000" for q in quotas for of in ("", "_AGENT")}
    environment |= {"SEKISHO_DESTROYS_PER_DAY": "100000", "SEKISHO_FAILURES_IN_A_ROW": "1000"}
    environment["SEKISHO_INSPECTION_ALLOW"] = "provisioner"
    racers = [
        subprocess.Popen(command, env=environment, cwd=REPO, stdout=subprocess.PIPE)
        for _ in range(RACERS)
    ]
    met: Counter[str] = Counter()
    for racer in racers:
        out, _ = racer.communicate(timeout=400)
        assert racer.returncode == 0
        met.update(json.loads(out))

    laps: dict[str, list[float]] = {}
    for line in journal.read_text(encoding="utf-8").splitlines():
        _, at, pid = line.split()
        laps.setdefault(pid, []).append(float(at))
    spans = sorted((times[0], times[1]) for times in laps.values())
    assert len(spans) >= WANTED
    overlaps = [(a, b) for a, b in itertools.pairwise(spans) if b[0] < a[1]]
    assert overlaps == []

    records = list(app.engine.audits.all())
    begun = [r.entry for r in records if r.entry.action == "run.apply_start"]
    fences = [int(e.facts["fence"] or 0) for e in begun]
    assert fences == sorted(set(fences)), "each lease has a new, greater fencing token"
    assert len({e.facts["worker"] for e in begun}) == RACERS, "every server carried some"
    assert len(begun) == len(spans), "each apply ran once"
    assert sum(met.values()) > met["applied"], "they were in each other's way"
    assert app.engine.audits.verify().faults == ()
    app.close()
