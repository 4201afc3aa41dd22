"""Values for tests to start from: plain ones, and ones with every field set, in Japanese too."""

import dataclasses
from datetime import timedelta
from typing import Any

from sekisho.domain.actions import Risk
from sekisho.domain.approvals import Approval, Rejection
from sekisho.domain.audit import AuditEntry, Fact
from sekisho.domain.callers import Caller
from sekisho.domain.git import GitCommit
from sekisho.domain.inspections import Finding, FindingKind, Judged
from sekisho.domain.intents import Intent
from sekisho.domain.leases import (
    ProcessMark,
    Worker,
    WorkerLease,
    WorkspaceLease,
    WorkspaceLock,
)
from sekisho.domain.logs import LogLine
from sekisho.domain.overrides import Override, OverrideKind
from sekisho.domain.plan_traits import Kind, PlanTraits
from sekisho.domain.plans import PlanCounts, PlanMode, PlanOptions, PlanRecord
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.rules import Level
from sekisho.domain.runs import ApplyRecord, CancelRequest, Problem, Run, RunStatus
from sekisho.domain.scans import Held, ScanMark, Severity
from sekisho.domain.seals import Seal, SignedSeal
from sekisho.domain.states import StatePointer, StatePosition
from sekisho.domain.text import Text
from sekisho.domain.workspaces import WorkspaceRecord
from tests.fakes.clock import START

SATO = Caller("佐藤 花子", "kiro/0.9", "token")
SUZUKI = Caller("suzuki@example.jp", "コンソール", "terminal_code")
WORKSPACE = "本番-ネットワーク"


def a_run(id: str = "run_000001", **changes: Any) -> Run:
    """A run as it is asked for."""
    run = Run(id, WORKSPACE, "sha256:" + "a" * 64, "upload", SATO, START, START)
    return dataclasses.replace(run, **changes)


def an_entry(action: str = "run.create", run: Run | None = None, **facts: Fact) -> AuditEntry:
    """An audit entry about a run (None: about the server)."""
    workspace, run_id = (run.workspace, run.id) if run else (None, None)
    return AuditEntry(START, action, SATO, workspace, run_id, facts)


def a_worker(id: str = "worker_000001", **changes: Any) -> Worker:
    worker = Worker(id, ProcessMark("ホスト/1", 4242, "boot:99"), START)
    return dataclasses.replace(worker, **changes)


def a_line(text: str = "aws_s3_bucket.倉庫: 作成中…", **changes: Any) -> LogLine:
    line = LogLine(START, "apply", "apply_start", "info", text, "aws_s3_bucket.倉庫")
    return dataclasses.replace(line, **changes)


def a_seal() -> Seal:
    return Seal(
        run_id="run_000001",
        workspace=WORKSPACE,
        target={"name": "spoke", "account": "222222222222"},
        backend={"kind": "s3", "bucket": "状態"},
        options="normal target=a.b",
        configuration="sha256:" + "a" * 64,
        modules="sha256:" + "b" * 64,
        plan="sha256:" + "c" * 64,
        lock_file="sha256:" + "d" * 64,
        terraform="1.11.4 sha256:" + "e" * 64,
        providers={"registry.terraform.io/hashicorp/aws": "h1:x="},
        state="lineage#7",
        variables="f" * 64,
        rules="sha256:" + "0" * 64,
        change_id="CHG-2026-0001",
        expires_at=START + timedelta(hours=8, microseconds=1),
    )


def a_full_run(id: str = "run_000001") -> Run:
    """A run with every field set to something that is not its default."""
    sato = dataclasses.replace(SATO, claimed_team="基盤", subject="発行者|1", groups=("infra",))
    suzuki = dataclasses.replace(SUZUKI, claimed_team="運用", subject="発行者|2", groups=("leads",))
    sealed = dataclasses.replace(a_seal(), origin="git x", promises="戻す", judged="sha256:j")
    seal = SignedSeal(sealed, "署名", "0123456789abcdef")
    later = START + timedelta(minutes=3, microseconds=123456)
    plan = PlanRecord(
        made_at=later,
        counts=PlanCounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        position=StatePosition("系統", 7),
        terraform_version="1.11.4",
        seal=seal,
        plan_blob=f"runs/{id}/1/plan",
        bundle_blob=f"runs/{id}/1/bundle",
        risks={"dangerous": 2, "safe": 1},
        runs_code=("data.external.印刷",),
        alarms=("state_lost",),
        warm=True,
        traits=PlanTraits(Risk.DANGEROUS, (Kind("aws_vpc", "delete"),), True, 3, 1),
        contained="landlock-6 account limits",
        scan=ScanMark(
            *("checkov", "3.3.30", later, {"high": 2}),
            held=(Held(Severity.LOW, later.date(), 3),),
            blob=f"runs/{id}/1/scan",
            digest="sha256:指摘",
            problem="scanner_failed",
        ),
        policies=(
            PolicyOutcome(
                *("規則", "sha256:規則", Level.SOFT, ("拒否",), ("警告",), 1, 1),
                code="policy_failed",
                problem="too slow",
            ),
        ),
    )
    passed = Override(
        by=suzuki,
        at=later,
        run_id=id,
        seal=seal.seal.digest,
        kind=OverrideKind.GLASS,
        rules=("夜間",),
        reason="緊急",
        signature="sig",
        key_id="0123456789abcdef",
        followed="田中",
        followed_at=later,
    )
    apply = ApplyRecord(
        requested_by=suzuki,
        queued_at=later,
        not_before=later,
        started_at=later,
        finished_at=later,
        fence=12,
        before=StatePosition("系統", 7),
        after=StatePosition("系統", 8),
        lock_left=True,
        rescued_blob=f"rescued/{id}/errored.tfstate",
    )
    return a_run(
        id,
        requested_by=sato,
        updated_at=later,
        status=RunStatus.APPLYING,
        options=PlanOptions(PlanMode.DESTROY, ("a.b", "c.d"), ("e.f",)),
        message='説明 "引用" \\ \u0000 \n 😀',
        change_id="CHG-2026-0001",
        rollback="前の版を適用する",
        intent=Intent(("aws_vpc.*",), ("update",), 0),
        overrides=(passed,),
        plan=plan,
        commit=GitCommit(
            "https://git.example/倉庫", "main", "c" * 40, "envs/本番", True, "main", "著者"
        ),
        approvals=(
            Approval(suzuki, later, id, seal.seal.digest, "よし", "sig", "0123456789abcdef"),
            Approval(sato, later, id, seal.seal.digest),
        ),
        rejection=Rejection(suzuki, later, "危険"),
        apply=apply,
        worker=WorkerLease("worker_000001", 2, later),
        process=ProcessMark("ホスト/1", 4242, "boot:99"),
        cancel=CancelRequest(sato, later, "やめる"),
        problem=Problem("apply_failed", Text("No.", "否。"), Text("Wait.", "待つ。"), "詳細"),
        inspection=Judged(
            (Finding("main.tf", 3, FindingKind.PROVISIONER, "resource.a.関所", "local-exec"),),
            (Finding("main.tf", 1, FindingKind.BACKEND, "backend.s3", "bucket"),),
        ),
        attempts=2,
        allowed_by=("default",),
        version=41,
    )


def a_full_record() -> WorkspaceRecord:
    """A workspace's record with every field set."""
    return WorkspaceRecord(
        WORKSPACE,
        fence=12,
        lease=WorkspaceLease("run_000001", 12, START),
        lock=WorkspaceLock("鈴木", "棚卸し", START, "run_000001"),
        state=StatePointer(StatePosition("系統", 8), START, "run_000001", "states/x/1"),
        version=5,
    )
