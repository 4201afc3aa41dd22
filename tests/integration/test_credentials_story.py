"""Real runs with credentials from the vendor alone: Terraform's own SDK asks it, contained."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sekisho.app import App, build
from sekisho.credentials import StsRoles, Vendor
from sekisho.domain.callers import Caller
from sekisho.domain.credentials import Keys, Loan
from sekisho.domain.runs import Run, RunStatus
from sekisho.engine.engine import Engine
from sekisho.engine.plans import PlanOrder
from sekisho.engine.runs import settled
from sekisho.executors.containment import Wanted, find
from sekisho.ports import Clock
from sekisho.ports.credentials import Lent
from sekisho.settings import read_settings
from tests.attacks.holding import in_plan
from tests.e2e.killing import drive
from tests.fakes.journal import FakeJournal
from tests.integration.moto import KEYS, REGION, Moto, serving
from tests.integration.relay import Relay, relaying
from tests.providers.make_mirror import Mirror

BUCKET, TABLE, KEY = "team-state", "team-locks", "network/terraform.tfstate"
EXTERNAL_ID = "external-id-of-the-team-7f3a"
PLAN_ROLE = "arn:aws:iam::222222222222:role/terraform-plan"
APPLY_ROLE = "arn:aws:iam::222222222222:role/terraform-apply"
CALLER = Caller("sato@example.jp", "kiro/0.9", "oidc")
HUB = KEYS["AWS_ACCESS_KEY_ID"]
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"


def main(value: str) -> dict[str, str]:
    return {"main.tf": f'resource "terraform_data" "a" {{\n  input = "{value}"\n}}\n'}


def until(done: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


class Recording(Vendor):
    """The vendor, which keeps what it lent for the test to look for."""

    def __init__(self, roles: Any, clock: Clock, journal: FakeJournal) -> None:
        super().__init__(roles, clock, journal)
        self.given: list[tuple[Loan, Lent]] = []
        self.secrets = set[str]()

    @contextlib.contextmanager
    def lend(self, loan: Loan) -> Iterator[Lent]:
        with super().lend(loan) as lent:
            lent.tell(self.secrets.update)
            self.given.append((loan, lent))
            yield lent


@dataclasses.dataclass
class Hub:
    """A server whose workspace lies in a spoke, and whoever asks it."""

    relay: Relay
    folder: Path
    app: App
    vendor: Recording
    journal: FakeJournal
    codes: list[str]

    def planned(self, files: dict[str, str]) -> Run:
        engine = self.app.engine
        configuration = engine.configurations.from_inline("network", files, CALLER)
        run = engine.plans.create(PlanOrder("network", configuration.digest), CALLER)
        until(lambda: settled(engine.runs.get(run.id)))
        return engine.runs.get(run.id)

    def applied(self, files: dict[str, str]) -> Run:
        run = self.planned(files)
        assert run.status is RunStatus.AWAITING_APPROVAL, self.told(run)
        drive(self.app.engine, run.id, self.codes)
        return self.app.engine.runs.get(run.id)

    def told(self, run: Run) -> str:
        lines = self.app.engine.runs.log(run.id, limit=500).lines
        return f"{run.status} {run.problem}\n" + "\n".join(f"{x.text} {x.detail}" for x in lines)

    def keys_of(self, phase: str) -> set[str]:
        lent = self.journal.named("credentials.lent")
        return {e["access_key_id"] for e in lent if e["phase"] == phase}


Roles = Callable[[], Any]


@contextlib.contextmanager
def serve(
    relay: Relay,
    folder: Path,
    roles: Roles = StsRoles,
    external_id: str = EXTERNAL_ID,
    **sections: Any,
) -> Iterator[Hub]:
    config = folder / "sekisho.yaml"
    s3 = {"bucket": BUCKET, "key": KEY, "use_path_style": True, "endpoints": {"s3": relay.url}}
    target = {"account": "2" * 12, "region": REGION, "external_id": external_id}
    target |= {"plan_role": PLAN_ROLE, "apply_role": APPLY_ROLE}
    target |= {"environment": {"AWS_ENDPOINT_URL_STS": relay.url}}
    workspaces = {"network": {"backend": {"s3": s3}, "target": "spoke"}}
    file = {"version": 1, "targets": {"spoke": target}, "workspaces": workspaces} | sections
    config.write_text(json.dumps(file), encoding="utf-8")
    port = relay.url.rpartition(":")[2]
    codes: list[str] = []
    settings = read_settings(
        data_dir=folder / "data",
        config=config,
        log_level="error",
        # No port is open but that of AWS (here: of moto) — and the vendor's, to whom it lends.
        containment_ports=port,
    )
    app, journal = build(settings, serves=True, show=codes.append), FakeJournal()
    vendor = Recording(roles(), app.parts.clock, journal)
    parts = dataclasses.replace(app.parts, lender=vendor, journal=journal)
    app = dataclasses.replace(app, parts=parts, engine=Engine.of(parts, open_=True))
    stop = threading.Event()
    worker = threading.Thread(target=app.worker().run, args=(stop.is_set,))
    worker.start()
    try:
        yield Hub(relay, folder, app, vendor, journal, codes)
    finally:
        stop.set()
        worker.join()
        vendor.close()
        app.close()


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with serving() as server:
        yield server


@pytest.fixture
def relay(moto: Moto) -> Iterator[Relay]:
    moto.reset()
    moto.make_backend(BUCKET, TABLE)
    with relaying(moto.url) as made:
        made.external_id = EXTERNAL_ID
        yield made


@pytest.fixture(autouse=True)
def hub_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The server's own credentials: no run may ever use them."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def test_plan_and_apply_have_their_roles_and_nothing_else(relay: Relay, tmp_path: Path):
    with serve(relay, tmp_path) as hub:
        first = hub.planned(main("一"))
        assert first.status is RunStatus.AWAITING_APPROVAL, hub.told(first)
        assert first.plan is not None
        assert ("landlock" in first.plan.contained) is bool(find(Wanted()).landlock)
        asked = relay.of("s3")
        assert {s.key for s in asked} == hub.keys_of("plan")
        assert {s.method for s in asked} <= {"GET", "HEAD"}, "a plan writes nothing"
        drive(hub.app.engine, first.id, hub.codes)
        done = hub.app.engine.runs.get(first.id)
        assert done.status is RunStatus.APPLIED, hub.told(done)
        assert {s.key for s in relay.of("s3")[len(asked) :]} == hub.keys_of("apply")
        assert "PUT" in {s.method for s in relay.of("s3")[len(asked) :]}
        assert HUB not in {s.key for s in relay.of("s3")}
        roles = [(a["RoleArn"], a["RoleSessionName"]) for a in relay.assumed]
        session = f"sekisho-{first.id}"
        assert roles == [(PLAN_ROLE, session), (APPLY_ROLE, session)]
        assert {a["DurationSeconds"] for a in relay.assumed} == {"900"}
        assert relay.assumed[0]["SourceIdentity"] == "sato@example.jp"
        assert f"{PLAN_ROLE} is lent to this phase as {session}" in hub.told(done)
        _is_nowhere(hub, {EXTERNAL_ID})


def _is_nowhere(hub: Hub, more: set[str]) -> None:
    """Look for tokens, keys and the external id in all that is kept and told."""
    engine, secrets = hub.app.engine, hub.vendor.secrets | more
    blobs = hub.app.parts.store.blobs
    assert len(hub.vendor.secrets) >= 6, "token, secret and session of two phases"
    told = repr(hub.journal.events) + repr(list(engine.audits.all()))
    for run in (engine.runs.get(loan.run_id) for loan, _lent in hub.vendor.given):
        told += hub.told(run) + repr(run) + repr(run.plan)
        if run.plan:
            # What is kept encrypted, too: Terraform may read it all again.
            with contextlib.closing(blobs.open(run.plan.plan_blob)) as plan:
                told += in_plan(io.BytesIO(plan.read()))
            with contextlib.closing(blobs.open(run.plan.bundle_blob)) as bundle:
                told += bundle.read().decode("latin-1")
    for secret in secrets:
        assert secret not in told
    kept = [p for p in (hub.folder / "data").rglob("*") if p.is_file() and not p.is_symlink()]
    assert any("warm" in p.parts for p in kept), "a warm slot was made"
    for path in kept:
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a checkpoint on its way to its name
            continue
        for secret in secrets:
            assert secret.encode() not in content, path


def test_a_run_that_finds_the_slot_warm_has_a_token_of_its_own(relay: Relay, tmp_path: Path):
    with serve(relay, tmp_path) as hub:
        assert hub.applied(main("一")).status is RunStatus.APPLIED
        second = hub.planned(main("二"))
        assert second.plan is not None, hub.told(second)
        assert second.plan.warm
        tokens = {lent.environment[TOKEN] for _loan, lent in hub.vendor.given}
        assert len(tokens) == len(hub.vendor.given) == 3
        (mine,) = [e for e in hub.journal.named("credentials.lent") if e["run_id"] == second.id]
        assert relay.of("s3")[-1].key == mine["access_key_id"]


def test_a_role_that_is_refused_ends_the_run_before_terraform_begins(relay: Relay, tmp_path: Path):
    with serve(relay, tmp_path, external_id="not-the-one-they-want") as hub:
        run = hub.planned(main("一"))
        assert run.status is RunStatus.ERRORED
        assert run.problem is not None
        assert run.problem.code == "credentials_refused"
        assert PLAN_ROLE in run.problem.text.en
        assert "AccessDenied" in run.problem.text.en
        assert "sts:SetSourceIdentity" in run.problem.step.en
        assert hub.journal.named("terraform.started") == []
        assert hub.journal.named("credentials.lent") == []
        assert relay.of("s3") == []
        assert "not-the-one" not in hub.told(run) + repr(list(hub.app.engine.audits.all()))


def test_an_apply_whose_role_is_refused_changes_nothing_and_frees_the_workspace(
    relay: Relay, tmp_path: Path
):
    with serve(relay, tmp_path) as hub:
        planned = hub.planned(main("一"))
        relay.external_id = "they-changed-it"
        drive(hub.app.engine, planned.id, hub.codes)
        run = hub.app.engine.runs.get(planned.id)
        assert run.status is RunStatus.ERRORED
        assert run.problem is not None
        assert run.problem.code == "credentials_refused"
        assert hub.app.parts.store.workspaces.get("network").free()
        relay.external_id = EXTERNAL_ID
        assert hub.applied(main("一")).status is RunStatus.APPLIED


class ShortLived:
    """Roles whose keys seem to live four minutes: SDKs want new ones before each request."""

    def __init__(self) -> None:
        self._roles = StsRoles()

    def assume(self, loan: Loan) -> Keys:
        keys = self._roles.assume(loan)
        return dataclasses.replace(keys, expires_at=datetime.now(UTC) + timedelta(minutes=4))


def test_terraform_asks_again_for_keys_that_end_and_works_on_with_new_ones(
    relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sekisho.credentials.holdings._REST", 0.0)  # it lets none rest who asks on
    with serve(relay, tmp_path, ShortLived) as hub:
        run = hub.applied(main("一"))
        assert run.status is RunStatus.APPLIED, hub.told(run)
        assert {s.key for s in relay.of("s3")} <= hub.keys_of("plan") | hub.keys_of("apply")
        # `apply` alone writes, first the lock and last the state: one process, several keys.
        written = [s.key for s in relay.of("s3") if s.method == "PUT"]
        assert len(set(written)) == len(written) > 1
        assert set(written) <= hub.keys_of("apply")
        _is_nowhere(hub, {EXTERNAL_ID})


PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "3.39.0" }
  }
}
provider "aws" {
  region              = "REGION"
  s3_force_path_style = true
  endpoints {
    dynamodb = "URL"
    iam      = "URL"
    sts      = "URL"
  }
}
data "aws_caller_identity" "me" {}
resource "aws_dynamodb_table" "jobs" {
  name         = "team-jobs"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
output "me" {
  value = data.aws_caller_identity.me.arn
}
"""


@pytest.mark.long
@pytest.mark.mirror
def test_the_genuine_provider_works_with_what_it_is_lent(
    relay: Relay, tmp_path: Path, provider_mirror: Mirror
):
    sections = {
        "terraform": {"mirror": str(provider_mirror.folder)},
        # Its endpoints are named in the files: there is no AWS here.
        "inspection": {"kinds": {"provider_credentials": "allow"}},
    }
    text = PROVIDER.replace("URL", relay.url).replace("REGION", REGION)
    with serve(relay, tmp_path, **sections) as hub:
        run = hub.applied({"main.tf": text})
        assert run.status is RunStatus.APPLIED, hub.told(run)
        session = f"assumed-role/terraform-plan/sekisho-{run.id}"
        me = hub.app.engine.states.output("network", "me")
        assert session in repr(me), "the plan read who it is"
        made = relay.of("dynamodb")
        assert {s.key for s in made} <= hub.keys_of("plan") | hub.keys_of("apply")
        assert hub.keys_of("apply") & {s.key for s in made}
        others = [s for s in relay.of("sts") if s.form.get("Action") != "AssumeRole"]
        assert HUB not in {s.key for s in (*others, *made)}
        _is_nowhere(hub, {EXTERNAL_ID})
