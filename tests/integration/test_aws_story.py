"""The genuine AWS provider with its state in S3, both on moto: one team, one outsider, one lock.

The outsider is a colleague with the same configuration, backend and keys, who runs `terraform`
by hand in another folder.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest

from sekisho.app import App, build
from sekisho.domain.callers import Caller
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.runs import Run, RunStatus
from sekisho.domain.targets import StateLock
from sekisho.engine.plans import PlanOrder
from sekisho.engine.runs import settled
from sekisho.settings import read_settings
from tests.e2e.killing import drive
from tests.e2e.persons import approve
from tests.integration.moto import KEYS, REGION, Moto, serving
from tests.providers.make_mirror import Mirror

pytestmark = [pytest.mark.long, pytest.mark.mirror, pytest.mark.timeout(300)]

LOCKS: tuple[StateLock, ...] = ("lockfile", "dynamodb", "both")
TERRAFORM = shutil.which("terraform") or "terraform"
STATES, STATE, TABLE = "team-states", "network/terraform.tfstate", "team-state-locks"
WORKSPACE, CALLER = "network", Caller("loopback", "story")
HERE = f"{getpass.getuser()}@{socket.gethostname()}"
LOCK_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MAIN = """
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws", version = "3.39.0" }}
  }}
}}
provider "aws" {{
  region                      = "{region}"
  s3_force_path_style         = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {{
    dynamodb = "{url}"
    ec2      = "{url}"
    s3       = "{url}"
    sts      = "{url}"
  }}
}}
resource "aws_s3_bucket" "logs" {{
  bucket = "team-logs"
  tags   = {{ owner = "{owner}" }}
}}
resource "aws_dynamodb_table" "jobs" {{
  name         = "team-jobs"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {{
    name = "id"
    type = "S"
  }}
}}
resource "aws_security_group" "web" {{
  name = "team-web"
}}
"""
BACKEND = """
terraform {{
  backend "s3" {{
    {settings}
  }}
}}
"""


@dataclass(frozen=True)
class Gate:
    """A resource whose creation lasts until somebody opens the gate; `held` says it began."""

    folder: Path

    @property
    def hcl(self) -> str:
        held, opened = self.folder / "held", self.folder / "open"
        wait = f"touch {held}; for _ in $(seq 1000); do test -e {opened} && exit; sleep 0.05; done"
        return (
            f'resource "terraform_data" "{self.folder.name}" {{\n'
            f'  provisioner "local-exec" {{\n    command = "{wait}; exit 1"\n  }}\n}}\n'
        )

    def wait_until_held(self) -> None:
        until((self.folder / "held").exists)

    def open(self) -> None:
        (self.folder / "open").touch()


def until(done: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@dataclass
class Team:
    """What both sides share: the emulated account, the mirror, and how the state is locked."""

    moto: Moto
    mirror: Mirror
    folder: Path
    lock: StateLock

    def files(self, owner: str, *more: str) -> dict[str, str]:
        main = MAIN.format(region=REGION, url=self.moto.url, owner=owner)
        return {"main.tf": main + "".join(more)}

    def gate(self, name: str) -> Gate:
        folder = self.folder / name
        folder.mkdir()
        return Gate(folder)

    def state(self) -> dict[str, Any]:
        with self.moto.client("s3") as s3:
            return json.load(s3.get_object(Bucket=STATES, Key=STATE)["Body"])

    def made(self) -> tuple[set[str], set[str], set[str]]:
        """Return the buckets, tables and security groups that are no part of the scenery."""
        with (
            self.moto.client("s3") as s3,
            self.moto.client("dynamodb") as db,
            self.moto.client("ec2") as ec2,
        ):
            buckets = {b["Name"] for b in s3.list_buckets()["Buckets"]}
            tables = set(db.list_tables()["TableNames"])
            groups = ec2.describe_security_groups()["SecurityGroups"]
            return (
                buckets - {STATES},
                tables - {TABLE},
                {g["GroupName"] for g in groups} - {"default"},
            )

    def owner(self) -> str:
        with self.moto.client("s3") as s3:
            (tag,) = s3.get_bucket_tagging(Bucket="team-logs")["TagSet"]
            return tag["Value"]

    def held(self) -> list[dict[str, str]]:
        """Return what every lock on the state says, the object first."""
        found: list[dict[str, str]] = []
        with self.moto.client("s3") as s3, self.moto.client("dynamodb") as db:
            listed = s3.list_objects_v2(Bucket=STATES).get("Contents", [])
            locks = [o["Key"] for o in listed if o["Key"].endswith(".tflock")]
            found += [json.load(s3.get_object(Bucket=STATES, Key=k)["Body"]) for k in locks]
            rows = db.scan(TableName=TABLE)["Items"]
            found += [json.loads(row["Info"]["S"]) for row in rows if "Info" in row]
        return found


Containing = Literal["auto", "off"]


class Sekisho:
    """Our server: the real app, with a worker in a thread, and a person at its terminal."""

    def __init__(self, team: Team, containment: Containing = "auto") -> None:
        self.team, self.codes = team, list[str]()
        config = team.folder / "sekisho.yaml"
        config.write_text(json.dumps(_operator_file(team)), encoding="utf-8")
        settings = read_settings(
            data_dir=team.folder / "data",
            config=config,
            containment=containment,
            log_format="text",
            log_level="error",
        )
        self.app: App = build(settings, serves=True, show=self.codes.append)
        self._stop = threading.Event()
        self._worker = threading.Thread(target=self.app.worker().run, args=(self._stop.is_set,))
        self._worker.start()

    def close(self) -> None:
        self._stop.set()
        self._worker.join()
        self.app.close()

    def plan(self, files: dict[str, str], mode: PlanMode = PlanMode.NORMAL) -> Run:
        engine = self.app.engine
        configuration = engine.configurations.from_inline(WORKSPACE, files, CALLER)
        order = PlanOrder(WORKSPACE, configuration.digest, PlanOptions(mode))
        return self.settled(engine.plans.create(order, CALLER).id)

    def settled(self, run_id: str) -> Run:
        until(lambda: settled(self.run(run_id)))
        return self.run(run_id)

    def run(self, run_id: str) -> Run:
        return self.app.engine.runs.get(run_id)

    def apply(self, planned: Run) -> Run:
        """Approve, apply, and wait for the end."""
        assert planned.status is RunStatus.AWAITING_APPROVAL, self.told(planned)
        drive(self.app.engine, planned.id, self.codes)
        return self.run(planned.id)

    def applied(self, files: dict[str, str], mode: PlanMode = PlanMode.NORMAL) -> Run:
        run = self.apply(self.plan(files, mode))
        assert run.status is RunStatus.APPLIED, self.told(run)
        return run

    def begin(self, planned: Run, gate: Gate) -> None:
        """Approve and start the apply; come back while it stands at the gate."""
        approve(self.app.engine, planned.id, self.codes)
        self.app.engine.applies.start(planned.id, CALLER)
        gate.wait_until_held()

    def told(self, run: Run) -> str:
        lines = self.app.engine.runs.log(run.id, limit=500).lines
        return f"{run.status} {run.problem}\n" + "\n".join(line.text for line in lines)


def _operator_file(team: Team) -> dict[str, Any]:
    s3: dict[str, Any] = {"bucket": STATES, "key": STATE, "lock": team.lock}
    s3 |= {"use_path_style": True, "endpoints": {"s3": team.moto.url, "dynamodb": team.moto.url}}
    if team.lock != "lockfile":
        s3["dynamodb_table"] = TABLE
    return {
        "version": 1,
        "terraform": {"mirror": str(team.mirror.folder)},
        "targets": {"hub": {"account": "1" * 12, "region": REGION, "environment": KEYS}},
        # The providers of these files name moto, where everything is; scripts take their time.
        "inspection": {"kinds": {"provider_credentials": "allow", "provisioner": "allow"}},
        "workspaces": {WORKSPACE: {"backend": {"s3": s3}, "target": "hub"}},
    }


@dataclass
class Outsider:
    """A colleague at another machine, who works with Terraform alone."""

    team: Team
    folder: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.folder.mkdir()
        configuration = self.folder / "cli.tfrc"
        configuration.write_text(self.team.mirror.cli_configuration(), encoding="utf-8")
        self.environment |= {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TF_CLI_CONFIG_FILE": str(configuration),
            "CHECKPOINT_DISABLE": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **KEYS,
        }

    def write(self, files: dict[str, str]) -> None:
        url, lock = json.dumps(self.team.moto.url), self.team.lock
        settings = [f'bucket = "{STATES}"', f'key = "{STATE}"', f'region = "{REGION}"']
        settings += [f"endpoints = {{ s3 = {url}, dynamodb = {url} }}", "use_path_style = true"]
        settings += ["skip_credentials_validation = true", "skip_requesting_account_id = true"]
        settings += ["use_lockfile = true"] * (lock != "dynamodb")
        settings += [f'dynamodb_table = "{TABLE}"'] * (lock != "lockfile")
        backend = BACKEND.format(settings="\n    ".join(settings))
        for name, text in {**files, "backend.tf": backend}.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self.ok("init")

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [TERRAFORM, *words, "-no-color", "-input=false"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def ok(self, *words: str) -> str:
        with self.start(*words) as process:
            said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        return said

    @contextlib.contextmanager
    def applying(self, gate: Gate) -> Iterator[None]:
        """Hold the lock for the length of the block; the apply then ends well."""
        with self.start("apply", "-auto-approve") as process:
            try:
                gate.wait_until_held()
                yield
            finally:
                gate.open()
                said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with serving() as server:
        yield server


@pytest.fixture
def lock() -> StateLock:
    """How the state is locked where a test does not say."""
    return "lockfile"


@pytest.fixture
def team(moto: Moto, provider_mirror: Mirror, tmp_path: Path, lock: StateLock) -> Team:
    moto.reset()
    moto.make_backend(STATES, TABLE)
    return Team(moto, provider_mirror, tmp_path, lock)


@pytest.fixture
def sekisho(team: Team) -> Iterator[Sekisho]:
    ours = Sekisho(team)
    yield ours
    ours.close()


@pytest.fixture
def free(team: Team) -> Iterator[Sekisho]:
    """Ours, whose scripts reach the gate: a folder outside of their own."""
    ours = Sekisho(team, "off")
    yield ours
    ours.close()


@pytest.fixture
def outsider(team: Team) -> Outsider:
    return Outsider(team, team.folder / "outsider")


ALL_MADE = ({"team-logs"}, {"team-jobs"}, {"team-web"})
NONE_MADE = (set[str](), set[str](), set[str]())


def test_a_story_from_the_first_plan_to_the_last_destroy(
    team: Team, sekisho: Sekisho, outsider: Outsider
):
    first = sekisho.plan(team.files("sato"))
    assert first.plan is not None, sekisho.told(first)
    assert first.plan.counts.add == 3
    assert team.made() == NONE_MADE, "planning makes nothing"
    sekisho.apply(first)
    assert team.made() == ALL_MADE
    assert {r["type"] for r in team.state()["resources"]} == {
        "aws_s3_bucket",
        "aws_dynamodb_table",
        "aws_security_group",
    }
    assert team.held() == []
    assert sekisho.plan(team.files("sato")).status is RunStatus.NO_CHANGES

    one, other = (sekisho.plan(team.files(owner)) for owner in ("suzuki", "ito"))
    assert sekisho.apply(one).status is RunStatus.APPLIED
    until(lambda: sekisho.run(other.id).status is RunStatus.STALE)
    assert team.owner() == "suzuki"

    late = sekisho.plan(team.files("ito"))
    outsider.write(team.files("abe"))
    outsider.ok("apply", "-auto-approve")
    ended = sekisho.apply(late)
    assert ended.status is RunStatus.STALE
    assert ended.problem is not None
    assert ended.problem.code == "state_moved"
    assert team.owner() == "abe", "what the outsider made stands"

    gone = sekisho.applied(team.files("abe"), PlanMode.DESTROY)
    assert gone.plan is not None
    assert gone.plan.counts.destroy == 3
    assert team.made() == NONE_MADE
    assert team.state()["resources"] == []
    report = sekisho.app.engine.audits.verify()
    assert report.faults == ()
    assert report.applies == 4, "the stale one was begun, too"


@pytest.mark.parametrize("lock", ["dynamodb", "both"])
def test_with_the_other_locks_too_it_is_applied_and_destroyed(team: Team, sekisho: Sekisho):
    sekisho.applied(team.files("sato"))
    assert team.made() == ALL_MADE
    assert team.held() == []
    sekisho.applied(team.files("sato"), PlanMode.DESTROY)
    assert team.made() == NONE_MADE
    assert team.held() == []


@pytest.mark.parametrize("lock", LOCKS)
def test_while_an_outsider_applies_ours_is_refused_and_says_who_holds_the_lock(
    team: Team, sekisho: Sekisho, outsider: Outsider
):
    planned = sekisho.plan(team.files("sato"))
    gate = team.gate("theirs")
    outsider.write({"main.tf": gate.hcl})
    with outsider.applying(gate):
        holders = team.held()
        assert len(holders) == (2 if team.lock == "both" else 1)
        ended = sekisho.apply(planned)
        assert team.made() == NONE_MADE, "nothing was applied"
        assert team.held() == holders, "their lock stands"
    assert ended.status is RunStatus.ERRORED
    assert ended.problem is not None
    assert ended.problem.code == "state_locked"
    for language in ("en", "ja"):
        text = ended.problem.text.render(language)
        assert HERE in text
        assert "OperationTypeApply" in text
        assert {holders[0]["ID"]} == set(LOCK_ID.findall(text))
    assert sekisho.app.engine.workspaces.get(WORKSPACE).record.free(), "a new plan may be applied"


@pytest.mark.parametrize("lock", LOCKS)
def test_while_ours_applies_an_outsider_is_refused_by_the_lock(
    team: Team, free: Sekisho, outsider: Outsider
):
    gate = team.gate("ours")
    planned = free.plan({"main.tf": gate.hcl})
    outsider.write(team.files("abe"))
    free.begin(planned, gate)
    with outsider.start("apply", "-auto-approve") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Error acquiring the state lock" in said
    assert team.held()[0]["ID"] in said
    assert team.made() == NONE_MADE
    gate.open()
    assert free.settled(planned.id).status is RunStatus.APPLIED
    assert team.held() == []


def test_an_outsider_who_adds_what_we_do_not_know_makes_ours_stale_too(
    team: Team, sekisho: Sekisho, outsider: Outsider
):
    sekisho.applied(team.files("sato"))
    planned = sekisho.plan(team.files("ito"))
    gate = team.gate("theirs")
    outsider.write(team.files("sato", gate.hcl))
    with outsider.applying(gate):
        pass
    ended = sekisho.apply(planned)
    assert ended.status is RunStatus.STALE
    assert team.owner() == "sato"


@pytest.mark.parametrize("lock", LOCKS)
def test_after_a_kill_the_apply_is_in_doubt_and_the_lock_that_stays_is_named(
    team: Team, free: Sekisho
):
    gate = team.gate("ours")
    planned = free.plan(team.files("sato", gate.hcl))
    free.begin(planned, gate)
    (left, *_) = team.held()
    process = free.run(planned.id).process
    assert process is not None
    assert psutil.Process(process.pid).name() == "terraform"
    os.killpg(process.pid, signal.SIGKILL)

    ended = free.settled(planned.id)
    assert ended.status is RunStatus.INTERRUPTED, free.told(ended)
    held = free.app.engine.workspaces.get(WORKSPACE).record.lock
    assert held is not None
    assert held.run_id == planned.id

    free.app.engine.workspaces.unlock(WORKSPACE, CALLER, "looked at it")
    again = free.apply(free.plan(team.files("sato")))
    assert again.status is RunStatus.ERRORED, free.told(again)
    assert again.problem is not None
    assert again.problem.code == "state_locked"
    assert left["ID"] in again.problem.text.en
