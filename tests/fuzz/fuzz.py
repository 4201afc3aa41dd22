"""Hold the API of a real server against its own document, with schemathesis.

    python tests/fuzz/fuzz.py [--seconds 600] [--seed N]

schemathesis lies in `.cache/fuzz`, pinned by hash, installed on first use (about 20 s): forty
packages that nothing else needs. The server is `sekisho serve` on loopback with real Terraform and
runs in several statuses. Exit code 0: nothing was found.
"""

import argparse
import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.e2e.serving import Serving, environment, serving  # noqa: E402 (run as a script, too)

CACHE = ROOT / ".cache" / "fuzz"
LOCK = HERE / "requirements.lock"
ONE = 'resource "terraform_data" "a" {\n  input = "1"\n}\noutput "site" {\n  value = "x"\n}\n'
OTHER = ONE.replace('"1"', '"2"')


@dataclasses.dataclass(frozen=True)
class Found:
    """What a session came to: schemathesis' exit code, what it said, what the server said."""

    code: int
    said: str
    server: str


def installed() -> Path:
    """Return schemathesis' command, installed first where it is missing or out of date."""
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp, command = CACHE / "stamp", CACHE / "venv" / "bin" / "st"
    if stamp.is_file() and stamp.read_text("ascii") == wanted:
        return command
    shutil.rmtree(CACHE, ignore_errors=True)
    venv.create(CACHE / "venv", with_pip=True)
    pip = [str(CACHE / "venv" / "bin" / "python"), "-m", "pip", "--quiet"]
    pip += ["--disable-pip-version-check", "install", "--only-binary", ":all:"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
    stamp.write_text(wanted, encoding="ascii")
    return command


def furnish(server: Serving) -> dict[str, str]:
    """Bring runs into several statuses; return what the configuration of schemathesis names."""
    runs: list[str] = []
    with server.api() as api:

        def planned(text: str) -> str:
            body = {"workspace": "default", "files": {"main.tf": text}}
            run_id = api.post("/runs", json=body).raise_for_status().json()["id"]
            assert server.settled(run_id)["status"] == "awaiting_approval"
            runs.append(run_id)
            return run_id

        applied = planned(ONE)
        server.approve(applied)
        api.post(f"/runs/{applied}/apply").raise_for_status()
        assert server.settled(applied)["status"] == "applied"
        digest = server.run(applied)["configuration"]
        tags = [api.get(f"/runs/{applied}").headers["etag"]]
        api.post(f"/runs/{planned(OTHER)}/discard").raise_for_status()
        planned(OTHER)
    return {"{runs}": json.dumps(runs), "{digest}": digest, "{tags}": json.dumps(tags)}


def fuzz(seconds: int, seed: int | None = None) -> Found:
    """Run one session against a server of its own."""
    command = installed()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(folder / "data") as server:
            text = (HERE / "schemathesis.toml").read_text(encoding="utf-8")
            for mark, value in furnish(server).items():
                text = text.replace(mark, value)
            config = folder / "schemathesis.toml"
            config.write_text(text, encoding="utf-8")
            token = (server.data / "local.token").read_text(encoding="utf-8").strip()
            words = [command, "--no-color", "--config-file", config, "run"]
            words += [f"{server.url}/api/v1/openapi.json", "--checks", "all"]
            words += ["--header", f"Authorization: Bearer {token}", "--max-time", str(seconds)]
            words += ["--seed", str(seed)] if seed is not None else []
            done = subprocess.run(
                [str(w) for w in words],
                cwd=folder,
                env=environment(PYTHONIOENCODING="utf-8"),
                capture_output=True,
                encoding="utf-8",
                timeout=seconds + 300,
                check=False,
            )
            return Found(done.returncode, done.stdout + done.stderr, "\n".join(server.lines))


def main() -> int:
    """Run one session and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, help="begin as a session before did")
    asked = parser.parse_args()
    found = fuzz(asked.seconds, asked.seed)
    print(found.said)
    if found.code:
        print(found.server)
    return found.code


if __name__ == "__main__":
    sys.exit(main())
