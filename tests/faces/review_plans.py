"""Three plans that a review screen must be good at: a small one, 150 equal updates, and a stateful
replacement; made by hand, judged as real ones are.
"""

from __future__ import annotations

import dataclasses
import json
import re

from sekisho.domain.actions import Action
from sekisho.domain.plan_changes import (
    Check,
    CodeKind,
    CodeRun,
    Part,
    ResourceChange,
    Side,
    ValueChange,
)
from sekisho.domain.plan_graphs import Changed, graph_of
from sekisho.domain.plans import PlanReading, count
from sekisho.domain.references import parts_of
from sekisho.domain.risks import Reason
from tests.faces.consoles import POSITION, change, rich_reading


def _reading(*changes: ResourceChange, **more: object) -> PlanReading:
    graph = graph_of(
        (Changed(_block(c), *parts_of(_block(c)), c.action, c.risk) for c in changes), NEEDS
    )
    given = {"code": (), "outputs": (), "counts": count(changes, 0, 0, 0), "graph": graph, **more}
    placed = tuple(dataclasses.replace(c, block=_block(c)) for c in changes)
    return rich_reading(placed, **given)


NEEDS = {
    "aws_db_instance.orders": ["aws_vpc.main", "aws_kms_key.main"],
    "aws_instance.bastion": ["aws_vpc.main", "aws_launch_template.app"],
    "aws_launch_template.app": ["aws_iam_role.deploy", "aws_db_instance.orders"],
    "module.network.aws_route_table.private": ["aws_vpc.main"],
    "module.fleet.aws_instance.worker": ["aws_security_group.workers"],
    "aws_lb_listener.web": ["aws_security_group_rule.https"],
}
"""What depends on what in these plans."""


def _block(change: ResourceChange) -> str:
    return re.sub(r"\[[^\]]*\]", "", change.address)


def small() -> PlanReading:
    """Two harmless changes."""
    return _reading(
        change(
            "aws_security_group_rule.https",
            Action.CREATE,
            ValueChange("type", after="ingress", side=Side.AFTER),
            ValueChange("from_port", after=443, side=Side.AFTER),
            ValueChange("cidr_blocks", after=["10.0.0.0/8"], side=Side.AFTER),
            ValueChange("id", note="unknown", side=Side.AFTER),
            provider="registry.terraform.io/hashicorp/aws",
        ),
        change(
            "aws_lb_listener.web",
            Action.UPDATE,
            ValueChange("ssl_policy", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2"),
            references=(("ssl_policy", ("var.ssl_policy",)),),
        ),
    )


def equal_updates(most: int = 150) -> PlanReading:
    """The same tag on very many instances, and one change that must not drown among them."""
    same = ValueChange("tags.git_sha", "4f2a91c", "b7e03d5")
    fleet = tuple(
        change(
            f"module.fleet[{n // 50}].aws_instance.worker[{n % 50}]",
            Action.UPDATE,
            same,
            ValueChange("tags_all.git_sha", "4f2a91c", "b7e03d5"),
            type="aws_instance",
            name="worker",
            module=f"module.fleet[{n // 50}]",
        )
        for n in range(most)
    )
    rule = change(
        "aws_security_group.workers",
        Action.UPDATE,
        ValueChange("ingress[0].cidr_blocks[0]", "10.20.0.0/16", "0.0.0.0/0"),
    )
    return _reading(*fleet, rule)


def _policy(effect: str) -> str:
    rows = [
        {"Sid": f"Read{n}", "Effect": effect if n == 2 else "Allow", "Action": "s3:GetObject"}
        for n in range(4)
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": rows}, indent=2)


SCRIPT = """#!/bin/bash
set -euo pipefail
yum install -y amazon-ssm-agent
systemctl enable --now amazon-ssm-agent
echo "stage=blue" > /etc/app.env
systemctl restart app
"""


def stateful() -> PlanReading:
    """A database that is replaced, a bucket and a key that go, code that runs, and more."""
    changes = (
        change(
            "aws_db_instance.orders",
            Action.REPLACE,
            ValueChange("engine_version", "14.7", "16.3"),
            ValueChange("storage_encrypted", before=False, after=True),
            ValueChange("password", "(sensitive)", "(sensitive)", note="sensitive"),
            *(
                ValueChange(name, "orders.abc.ap-northeast-1.rds.example", note="unknown")
                for name in ("address", "arn", "endpoint", "hosted_zone_id", "id", "resource_id")
            ),
            reason="replace_because_cannot_update",
            forced_by=("storage_encrypted",),
            references=(("engine_version", ("var.engine_version",)),),
            provider="registry.terraform.io/hashicorp/aws",
            before={"deletion_protection": False, "skip_final_snapshot": True},
        ),
        change(
            'aws_s3_bucket.archive["監査ログ"]',
            Action.DELETE,
            ValueChange("bucket", "example-audit-archive", side=Side.BEFORE),
            reason="delete_because_each_key",
            type="aws_s3_bucket",
            name="archive",
            before={"force_destroy": True},
        ),
        change("aws_lambda_function.resize", Action.DELETE, reason="delete_because_no_module"),
        change(
            "module.network.aws_route_table.private",
            Action.UPDATE,
            ValueChange("route[0].nat_gateway_id", "nat-0a1b2c3d4e5f60718", side=Side.BEFORE),
            ValueChange("route[0].transit_gateway_id", after="tgw-0a1b2c3d", side=Side.AFTER),
            ValueChange("tags.Name", "private", "private-a"),
            ValueChange("description", None, "経路表"),
            module="module.network",
        ),
        change(
            "aws_launch_template.app",
            Action.UPDATE,
            ValueChange(
                "user_data", SCRIPT, SCRIPT.replace("blue", "green") + "systemctl status\n"
            ),
            ValueChange("policy", _policy("Allow"), _policy("Deny")),
            ValueChange("latest_version", 4, note="unknown"),
            ValueChange("metadata", note="order"),
            ValueChange("secret_wo", note="write_only"),
        ),
        change(
            "aws_instance.bastion",
            Action.CREATE,
            ValueChange("instance_type", after="t4g.small", side=Side.AFTER),
            ValueChange("private_ip", note="unknown", side=Side.AFTER),
            ValueChange("tags", after={"Name": "踏み台", "env": "prod"}, side=Side.AFTER),
        ),
        change("aws_iam_role.deploy", Action.NO_OP, previous_address="aws_iam_role.ci"),
        change("aws_vpc.main", Action.UPDATE, ValueChange("tags.owner", "a", "b"), importing=True),
        change("aws_sns_topic.alarm", Action.FORGET),
    )
    drift = change(
        "aws_security_group.db",
        Action.UPDATE,
        ValueChange("ingress[1].from_port", 5432, 5433),
        part=Part.DRIFT,
    )
    outputs = (
        ValueChange("bastion_ip", note="unknown"),
        ValueChange("db_url", "(sensitive)", "(sensitive)", note="sensitive"),
        ValueChange("region", "ap-northeast-1", "ap-northeast-3"),
    )
    failed = Check("check.health", "check", "fail", ("the endpoint answered 503",))
    return _reading(
        *changes,
        code=(
            CodeRun("aws_instance.bastion", CodeKind.PROVISIONER, "local-exec"),
            CodeRun("data.external.version", CodeKind.EXTERNAL),
        ),
        outputs=outputs,
        counts=count(changes, 3, 1, 0),
        drift=(drift,),
        checks=(failed, Check("check.ok", "check", "pass")),
    )


def alike() -> PlanReading:
    """Seven replacements for the same reason: their names decide, a database's among them."""
    names = ("db", "cache", "queue", "search", "mail", "site", "archive")
    changes = (
        change(
            f"terraform_data.{name}",
            Action.REPLACE,
            ValueChange("input", f"{name}-1", f"{name}-2"),
            ValueChange("triggers_replace", "1", note="unknown"),
            reason="replace_because_cannot_update",
            forced_by=("triggers_replace",),
            type="terraform_data",
            name=name,
        )
        for name in names
    )
    return _reading(*changes)


def lost() -> PlanReading:
    """Creates alone, where there were resources before: the state is another one."""
    changes = tuple(
        change(f"aws_subnet.a[{n}]", Action.CREATE, type="aws_subnet", name="a") for n in range(4)
    )
    alarm = Reason("state_lost", (("creates", "4"), ("had", "31")))
    return _reading(*changes, alarms=(alarm,), position=POSITION)


THREE = {"small": small, "equal": equal_updates, "stateful": stateful}
