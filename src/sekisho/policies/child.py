"""The process that evaluates a policy: whatever it does to the engine, it does it here.

Started as `python -I -m sekisho.policies.child SECONDS`; the question comes in on standard input,
the answer goes out on standard output, as JSON.
"""

import contextlib
import json
import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any

from sekisho.policies.bindings import unbound
from sekisho.policies.messages import NotSaid, sorted_out
from sekisho.policies.named import without_named
from sekisho.policies.values import Unfit, plan_in

_MEMORY = 2 * 1024**3
"""Bytes that are in use. The engine reserves 256 GB of addresses, so no limit on these can hold."""
_TOO_MUCH = 3
_LOOK_SECONDS = 0.02
_RECURSION = 4000
_LONGEST = 16 * 1024
"""Characters of a message that are handed on: its secrets are looked for in the server's process,
and a few hundred of it are kept. What a plan holds may be quoted, and be as long as it likes."""


def main() -> int:
    """Answer one question."""
    seconds = int(float(sys.argv[1])) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.setrecursionlimit(_RECURSION)
    # Where memory runs out all the same, this is what the system ends first.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    threading.Thread(target=_watch, daemon=True).start()
    # The engine writes about errors where we answer: it gets another place for that.
    answers = os.dup(1)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    answer = json.dumps(_answered(json.load(sys.stdin.buffer))).encode()
    with os.fdopen(answers, "wb") as out:
        out.write(answer)
    # Its shared library may fall over while it is taken down: what was said stands.
    os._exit(0)


def _watch() -> None:
    """End this process once it has used too much; the engine runs without Python's lock."""
    unit = 1 if sys.platform == "darwin" else 1024
    never = threading.Event()
    while not never.wait(_LOOK_SECONDS):
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > _MEMORY:
            os._exit(_TOO_MUCH)


def _fit(messages: list[str], plan: Any) -> list[str]:
    return [message[:_LONGEST] for message in without_named(messages, plan)]


def _answered(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        plan = plan_in(Path(asked["plan"]).read_bytes())
        # Not before: whether the engine is there decides nothing up to here.
        from sekisho.policies.rego import evaluated

        said = evaluated(asked["files"], plan)
        # After the engine: what it says of a policy that it cannot read is worth more.
        loose = unbound(asked["files"])
        if loose:
            return {"problem": f"{loose[1]}: nothing binds {loose[0]}: is it misspelt?"}
        denied, warned = sorted_out(said)
        denied, warned = _fit(denied, plan), _fit(warned, plan)
    except (Unfit, NotSaid) as error:
        return {"problem": str(error)}
    except RecursionError:
        return {"problem": "the plan or what the policy says is nested too deeply"}
    return {"denied": denied, "warned": warned}


if __name__ == "__main__":
    sys.exit(main())
