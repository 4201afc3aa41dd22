"""Estates for graphs: a few, sixty and hundreds of resources that change, with what joins them."""

from __future__ import annotations

from sekisho.domain.plan_graphs import Changed
from sekisho.domain.references import parts_of

Edges = dict[str, list[str]]


def changed(address: str, action: str = "update", risk: str = "review", times: int = 1):
    """Instances of one resource that change in the same way."""
    return [Changed(address, *parts_of(address), action, risk)] * times


def five() -> tuple[list[Changed], Edges]:
    edges = {
        "aws_subnet.private": ["aws_vpc.main"],
        "aws_security_group.db": ["aws_vpc.main"],
        "module.orders.aws_db_instance.受注": ["aws_subnet.private", "aws_security_group.db"],
        "module.orders.aws_ecs_service.api": [
            "module.orders.aws_db_instance.受注",
            "aws_subnet.private",
            "aws_ecs_cluster.main",
        ],
        "aws_route53_record.orders": ["module.orders.aws_db_instance.受注"],
        "aws_cloudwatch_metric_alarm.orders": ["module.orders.aws_db_instance.受注"],
    }
    changes = [
        *changed("aws_subnet.private", "update", times=3),
        *changed("aws_security_group.db", "create", "safe"),
        *changed("module.orders.aws_db_instance.受注", "replace", "irreversible"),
        *changed("module.orders.aws_ecs_service.api"),
        *changed("aws_iam_user.old", "delete", "dangerous"),
    ]
    return changes, edges


TEAMS = ["network", "orders", "payments", "search", "mail", "在庫管理", "reports", "identity"]


def sixty() -> tuple[list[Changed], Edges]:
    return estate(TEAMS[:5], 1)


def hundreds() -> tuple[list[Changed], Edges]:
    return estate([f"{t}_{n}" if n else t for t in TEAMS for n in range(4)], 2)


def estate(teams: list[str], services: int) -> tuple[list[Changed], Edges]:
    """Teams with a network, a database and services each; about twelve changes a service."""
    edges: Edges = {"data.aws_caller_identity.me": [], "aws_kms_key.main": []}
    changes: list[Changed] = []
    for n, team in enumerate(teams):
        m = f"module.{team}"
        vpc, subnet = f"{m}.aws_vpc.main", f"{m}.module.net.aws_subnet.private"
        edges |= {subnet: [vpc], f"{m}.module.net.aws_route_table.private": [vpc, subnet]}
        changes += changed(subnet, "update", times=3)
        for s in range(services):
            name = f"service_{s}"
            db, group = f"{m}.aws_db_instance.{name}", f"{m}.aws_security_group.{name}"
            role, task = f"{m}.aws_iam_role.{name}", f"{m}.aws_ecs_task_definition.{name}"
            run = f"{m}.aws_ecs_service.{name}"
            edges |= {
                group: [vpc],
                db: [subnet, group, "aws_kms_key.main"],
                role: ["data.aws_caller_identity.me"],
                f"{m}.aws_iam_role_policy.{name}": [role, db, "aws_kms_key.main"],
                task: [role, db, f"{m}.aws_cloudwatch_log_group.{name}"],
                run: [task, subnet, group],
                f"{m}.aws_appautoscaling_target.{name}": [run],
                f"{m}.aws_appautoscaling_policy.{name}": [f"{m}.aws_appautoscaling_target.{name}"],
                f"{m}.aws_route53_record.{name}": [run],
            }
            stateful = (n + s) % 7 == 0
            changes += changed(
                db, "replace" if stateful else "update", "irreversible" if stateful else "review"
            )
            changes += changed(task, "replace", "dangerous" if (n + s) % 5 == 0 else "review")
            changes += changed(run, "update")
            changes += changed(f"{m}.aws_iam_role_policy.{name}", "update")
            changes += changed(f"{m}.aws_cloudwatch_log_group.{name}", "create", "safe")
            changes += changed(f"{m}.aws_appautoscaling_policy.{name}", "create", "safe")
            changes += changed(f"{m}.aws_route53_record.{name}", "update", times=2)
        if n % 2:
            changes += changed(f"{m}.aws_sns_topic.old", "delete", "dangerous")
        changes += changed(f"{m}.aws_ssm_parameter.flags", "update")
    return changes, edges
