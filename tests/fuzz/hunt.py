"""Throw mutated bytes at what reads archives, names for Git, and configurations (atheris).

    python tests/fuzz/hunt.py [TARGET …] [--seconds 60] [--keep]

Begins with the kept corpus (`tests/fuzz/corpus/TARGET`), which `make test` replays without atheris.
With `--keep`, what reached new code goes into it. A find is printed, and left in
`.cache/hunt/TARGET`. atheris lies in `.cache/hunt`, pinned by hash, installed on first use.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "hunt"
LOCK = HERE / "hunt.lock"
CORPUS = HERE / "corpus"
TARGETS = ("archives", "git_arguments", "inspection")
LONGEST = 4096
"""Bytes of one input."""
LARGEST_KEPT = 2048
"""Bytes of an input that goes into the corpus."""


def installed() -> Path:
    """Return a Python that has atheris, and sees what the project has installed.

    Two tests that ask at once install it once: the second waits, and finds it there.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _installed()


def _installed() -> Path:
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp, python = CACHE / "stamp", CACHE / "venv" / "bin" / "python"
    if stamp.is_file() and stamp.read_text("ascii") == wanted:
        return python
    shutil.rmtree(CACHE / "venv", ignore_errors=True)
    venv.create(CACHE / "venv", with_pip=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--only-binary", ":all:", "--require-hashes", "-r", LOCK], check=True)
    stamp.write_text(wanted, encoding="ascii")
    return python


def hunt(target: str, seconds: int) -> subprocess.CompletedProcess[str]:
    """Hunt for `seconds`; a code that is not 0 is a find. New inputs go to the cache."""
    found = CACHE / target / "new"
    found.mkdir(parents=True, exist_ok=True)
    words = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        "-timeout=20",
        "-rss_limit_mb=4096",
    ]
    words += [f"-artifact_prefix={CACHE / target}/", str(found), str(CORPUS / target)]
    return _atheris(target, *words, seconds=seconds + 120)


def keep(target: str) -> None:
    """Move what reached new code, and is small, into the kept corpus."""
    for path in (CACHE / target / "new").iterdir():
        if path.stat().st_size <= LARGEST_KEPT:
            shutil.move(path, CORPUS / target / path.name)


def _atheris(target: str, *words: str, seconds: int) -> subprocess.CompletedProcess[str]:
    project = [path for path in sys.path if path.endswith("site-packages")]
    python = installed()
    return subprocess.run(
        [python, "-m", "tests.fuzz.hunting", target, *words],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), *project]),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        check=False,
    )


def main() -> int:
    """Hunt on every target, or on those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    code = 0
    for target in args.targets or TARGETS:
        ended = hunt(target, args.seconds)
        done = [line for line in ended.stderr.splitlines() if line.startswith(("Done", "stat::"))]
        sys.stdout.write(f"{target}: {'found nothing' if not ended.returncode else 'FOUND'}\n")
        sys.stdout.write("".join(f"  {line}\n" for line in done))
        if ended.returncode:
            sys.stdout.write(ended.stderr[-4000:] + "\n")
            code = 1
        elif args.keep:
            keep(target)
    return code


if __name__ == "__main__":
    sys.exit(main())
