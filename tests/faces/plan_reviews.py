"""A run whose review has something of everything, as real plans have it; and golden reviews of it.

python -m tests.faces.plan_reviews    writes tests/golden/plan_show again
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from sekisho.cli.lines import Paper
from sekisho.cli.plan_screens import PlanScreen
from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import (
    ActionCall,
    Check,
    CodeKind,
    CodeRun,
    Note,
    Part,
    ResourceChange,
    Side,
    ValueChange,
)
from sekisho.domain.plans import PlanReading, count
from sekisho.domain.risks import Reason
from sekisho.domain.runs import Run
from sekisho.domain.states import MASK
from sekisho.domain.text import Language
from sekisho.views.plan_documents import DocumentAsk, document_of, masked
from sekisho.views.plan_markdown import markdown_shown
from tests.faces.consoles import POSITION, a_review, change
from tests.faces.house import House, build

GOLDEN = Path(__file__).parents[1] / "golden" / "plan_show"
SCRIPT = "#!/bin/sh\nset -eu\nname=web\nexec serve \\\n  --port 80\n"
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject"}]}'


def fleet(many: int = 150) -> tuple[ResourceChange, ...]:
    """Instances that all get the same new tag."""
    values = ValueChange("tags.git_sha", "3f2a91c", "b81d0e7")
    return tuple(
        change(
            f"aws_instance.web[{i}]",
            Action.UPDATE,
            values,
            name="web",
            index=i,
            block="aws_instance.web",
        )
        for i in range(many)
    )


def reasons(*codes: str, **facts: str) -> tuple[Reason, ...]:
    """Reasons that share their facts."""
    return tuple(Reason(code, tuple(sorted(facts.items()))) for code in codes)


def every_kind() -> tuple[ResourceChange, ...]:
    """Changes of every kind, with every kind of value."""
    after, before = Side.AFTER, Side.BEFORE
    return (
        change(
            "aws_db_instance.orders",
            Action.REPLACE,
            ValueChange("engine_version", "14.7", "16.3"),
            ValueChange("password", MASK, MASK, note=Note.SENSITIVE, mark="0f1e2d"),
            ValueChange("password_wo", note=Note.WRITE_ONLY),
            ValueChange("endpoint", "orders.abc.rds.example", note=Note.UNKNOWN),
            ValueChange("option_group_name", None, "default"),
            risk=Risk.IRREVERSIBLE,
            why=reasons(
                "replaced",
                "data_gone",
                "snapshot_off",
                "forced_by",
                attribute="skip_final_snapshot",
                paths="engine_version",
                type="aws_db_instance",
            ),
            forced_by=("engine_version",),
        ),
        change(
            'aws_s3_bucket.archive["監査ログ"]',
            Action.DELETE,
            ValueChange("bucket", "example-audit-archive", side=before),
            risk=Risk.IRREVERSIBLE,
            why=reasons("deleted", "delete_because_each_key"),
        ),
        *(
            change(
                f"aws_route.old[{i}]", Action.DELETE, risk=Risk.DANGEROUS, why=reasons("deleted")
            )
            for i in range(5)
        ),
        change(
            "module.app.aws_launch_template.web",
            Action.UPDATE,
            ValueChange("user_data", SCRIPT, SCRIPT.replace("80", "8080")),
            ValueChange("policy", note=Note.SPACING, before="{}", after="{ }"),
            ValueChange("zones", ["a", "b"], ["b", "a"], note=Note.ORDER),
            ValueChange("token", MASK, MASK, note=Note.SENSITIVITY),
        ),
        change(
            "aws_iam_policy.read",
            Action.CREATE,
            ValueChange("policy", after=POLICY, side=after),
            ValueChange("name", after="read", side=after),
            *(ValueChange(n, note=Note.UNKNOWN, side=after) for n in ("arn", "id", "policy_id")),
            risk=Risk.SAFE,
        ),
        *fleet(),
        change(
            "aws_iam_role.deploy", Action.NO_OP, previous_address="aws_iam_role.ci", risk=Risk.SAFE
        ),
        change(
            "aws_vpc.main",
            Action.UPDATE,
            ValueChange("tags.owner", "a", "b"),
            importing=True,
            import_id="vpc-0a1b",
        ),
        change("aws_sns_topic.alarm", Action.FORGET),
        change("data.aws_ami.linux", Action.READ, mode="data", risk=Risk.SAFE),
    )


def a_reading(changes: tuple[ResourceChange, ...] | None = None) -> PlanReading:
    """A plan that has something of everything."""
    found = every_kind() if changes is None else changes
    drift = change(
        "aws_security_group.web", Action.UPDATE, ValueChange("description", "a", "手で変更")
    )
    later = change("aws_eks_node_group.blue", Action.CREATE, reason="provider_config_unknown")
    outputs = (
        ValueChange("bastion_ip", note=Note.UNKNOWN, side=Side.AFTER),
        ValueChange("db_url", MASK, MASK, note=Note.SENSITIVE),
        ValueChange("region", "ap-northeast-1", "ap-northeast-3"),
    )
    return PlanReading(
        counts=count(found, len(outputs), 1, 1),
        changes=found,
        outputs=outputs,
        position=POSITION,
        terraform_version="1.14.0",
        complete=False,
        drift=(dataclasses.replace(drift, part=Part.DRIFT),),
        deferred=(dataclasses.replace(later, part=Part.DEFERRED),),
        actions=(
            ActionCall(
                "action.aws_s3_bucket_empty.archive",
                "aws_s3_bucket_empty",
                trigger="before_destroy",
            ),
        ),
        code=(CodeRun("aws_instance.bastion", CodeKind.PROVISIONER, "local-exec"),),
        checks=(
            Check("check.certificate", "check", "fail", ("The certificate ends in 7 days.",)),
            Check("check.health", "check", "pass"),
        ),
        alarms=reasons("state_other", now="9a-1#1", then="3f-1#42", had="12"),
        extra=("provider_deprecations",),
    )


def reviewed(house: House, reading: PlanReading | None = None) -> Run:
    """Keep a run with such a plan."""
    return a_review(house, reading=reading or a_reading())


def screen_of(
    house: House, run: Run, language: Language, columns: int | None, *, full: bool = False
) -> str:
    """Write the review as `sekisho plan show` does."""
    page = masked(document_of(house.engine, run.id, DocumentAsk(language)))
    screen = PlanScreen(page, Paper(columns))
    lines = [*screen.review(brief=not full), *(screen.full(page.changes) if full else ())]
    return "\n".join(lines) + "\n"


def golden_reviews(folder: Path) -> dict[str, str]:
    """Write the review in every way; `folder` is for the files of a server."""
    house = build(folder)
    run = reviewed(house)
    languages: tuple[Language, ...] = ("en", "ja")
    found: dict[str, str] = {}
    for language in languages:
        ask = DocumentAsk(language)
        found[f"review.{language}.md"] = markdown_shown(house.engine, run.id, ask)
        found[f"screen.{language}.txt"] = screen_of(house, run, language, 100)
        found[f"narrow.{language}.txt"] = screen_of(house, run, language, 60)
        found[f"full.{language}.txt"] = screen_of(house, run, language, 100, full=True)
    return found


def write_golden() -> None:
    """Write the golden files."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in golden_reviews(Path(folder)).items():
            (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_golden()
