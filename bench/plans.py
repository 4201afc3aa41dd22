"""Large plans: how fast and in how little memory they are indexed, how short the answers stay."""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from answers import SUMMARY, Answer, answers
from big_plans import MEGABYTE, Recipe, addresses, write_plan
from figures import figure, missed
from rivals import COMMANDS, LIMIT, read_by
from tests.bpe import count
from tests.fakes.readings import read_whole
from watched import Outcome, watched

from sekisho.terraform.plan_json import open_plan

BIG = Recipe(10_000, 100 * MEGABYTE)
UPDATES = ("update",)
PLANS = {
    "1 change": Recipe(1),
    "5 changes": Recipe(5),
    "50 changes": Recipe(50),
    "150 equal updates": Recipe(150, kinds=UPDATES),
    "500 changes": Recipe(500),
    "2,000 changes": Recipe(2000),
    "10,000 changes": Recipe(10_000),
    "addresses of 1,000 signs": Recipe(500, address=1000),
    "values of 200,000 signs": Recipe(20, kinds=UPDATES, value=200_000),
    "noise in every value": Recipe(500, kinds=UPDATES, value=150),
    "10,000 types": Recipe(10_000, kinds=UPDATES, types=True),
    "1,000 outputs, 1,000 provisioners": Recipe(50, extras=1000),
    "types and long addresses": Recipe(1000, kinds=UPDATES, types=True, address=1000, value=5000),
}
FOR_RIVALS = ("5 changes", "150 equal updates")
_COUNTED = 2_000_000


def bench_plans() -> None:
    """Index 100 MB; answer about plans of every size; let others read the same files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big = write_plan(folder / "big.json", BIG)
        files = {"100 MB, 10,000 changes": big}
        _indexed(big, folder)
        summaries = {"100 MB, 10,000 changes": _answered(big, BIG, "100 MB, 10,000 changes")}
        for told, recipe in PLANS.items():
            path = write_plan(folder / "plan.json", recipe)
            summaries[told] = _answered(path, recipe, told)
            if told in FOR_RIVALS:
                files[told] = path.rename(folder / f"{len(files)}.json")
        _compare(files, summaries, folder)


def _read(path: Path, folder: Path) -> Outcome:
    """Index a file in a fresh process."""
    ours = Path(__file__).with_name("ours.py")
    outcome = watched([sys.executable, str(ours), str(path)], folder, LIMIT, os.environ)
    if outcome.crash:
        sys.exit(f"our reader failed: {outcome.crash}\n{outcome.err}")
    return outcome


def _indexed(path: Path, folder: Path) -> None:
    """Index a large file three times; say the best time and the highest peak."""
    done = [_read(path, folder) for _ in range(3)]
    took = [json.loads(outcome.out)["seconds"] for outcome in done]
    print(
        f"      {path.stat().st_size / MEGABYTE:.1f} MB, {json.loads(done[0].out)['changes']} rows"
    )
    figure("plan of 100 MB: indexed (best of 3)", min(took), "s", 3.0)
    figure("plan of 100 MB: peak memory", max(o.peak_mb for o in done), "MB", 200)
    anonymous = max(o.anonymous_mb for o in done)
    figure("plan of 100 MB: of it anonymous (file left out)", anonymous, "MB", 200)


def _answered(path: Path, recipe: Recipe, told: str) -> int:
    """Ask everything about a plan; return how long its summary is."""
    found = asyncio.run(_all(path, recipe))
    kinds: dict[tuple[str, int], list[Answer]] = {}
    for answer in found:
        kinds.setdefault((answer.tool, answer.budget), []).append(answer)
        if answer.refused:
            print(f"MISS  {told}: {answer.tool} {answer.asked} refused: {answer.refused}")
            missed.append(f"{answer.tool} refused")
    for (tool, budget), some in kinds.items():
        most = max(some, key=lambda a: a.tokens)
        what = "summary" if budget == SUMMARY else f"most of {len(some)}"
        figure(f"{told}: {tool}, {what}", most.tokens, "tokens", budget)
    return max(a.tokens for a in found if a.budget == SUMMARY)


async def _all(path: Path, recipe: Recipe) -> list[Answer]:
    return [a async for a in answers(read_whole(open_plan(path)), tuple(addresses(recipe)))]


def _compare(files: dict[str, Path], summaries: dict[str, int], folder: Path) -> None:
    """Print what others take for the same files, beside us: whole processes, one run each."""
    for told, path in files.items():
        print(f"      {told} ({path.stat().st_size / MEGABYTE:.1f} MB):")
        _row("sekisho (index; plan_get)", _read(path, folder), f"{summaries[told]} tokens")
        for name in COMMANDS:
            outcome = read_by(name, path, folder)
            _row(name, outcome, outcome.crash or _tokens(outcome.out))


def _row(name: str, outcome: Outcome, said: str) -> None:
    code = "" if outcome.code in (0, None) else f", exit {outcome.code}"
    cost = f"{outcome.seconds:7.2f} s ({outcome.cpu_seconds:5.2f} s CPU) {outcome.peak_mb:6.0f} MB"
    print(f"        {name:<28} {cost}  {said}{code}")


def _tokens(text: str) -> str:
    """Count; where that would take minutes, count the beginning and scale."""
    if len(text) <= _COUNTED:
        return f"{count(text)} tokens"
    return f"about {count(text[:_COUNTED]) * len(text) // _COUNTED} tokens"
