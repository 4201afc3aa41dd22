"""The session policy of an apply: what is allowed, what is not known, and that it always fits.

`session_policy_facts.json` beside this file is made by `tools/session_policy_facts.py` from AWS's
service authorization reference and the provider's schema.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.domain.actions import Action, action_of
from sekisho.domain.plan_changes import ActionCall, CodeKind, CodeRun, ResourceChange
from sekisho.domain.plans import PlanReading, count
from sekisho.domain.session_policies import (
    LIMIT,
    Asked,
    Gap,
    SessionPolicy,
    Uncovered,
    asked_of,
    fitted,
    session_policy,
)
from sekisho.domain.session_policies.iam import KINDS
from sekisho.domain.session_policies.needs import BY_HAND, BY_SERVICE, BY_TYPE, NEVER_WIDENED
from sekisho.domain.session_policies.roles import OWN_ROLES, PASSED_TO
from sekisho.domain.session_policies.services import FREE, OPAQUE, PREFIXES, service_of
from sekisho.domain.session_policies.verbs import VERBS
from sekisho.domain.stateful import TABLE
from sekisho.domain.states import NO_STATE

FACTS = json.loads(Path(__file__).with_name("session_policy_facts.json").read_text("utf-8"))
A = Action


def changed(type_: str, *actions: str, **more: Any) -> ResourceChange:
    """One change of a plan, in Terraform's own words."""
    mode = "data" if actions == ("read",) else "managed"
    return ResourceChange(f"{type_}.x", type_, "x", action_of(actions), actions, mode=mode, **more)


def a_plan(*changes: ResourceChange, **more: Any) -> PlanReading:
    """A plan of these changes."""
    return PlanReading(count(changes, 0, 0, 0), changes, (), NO_STATE, "1.14.0", **more)


def statements(policy: SessionPolicy) -> list[dict[str, Any]]:
    document = json.loads(policy.document)
    assert document["Version"] == "2012-10-17"
    return document["Statement"]


def allows(policy: SessionPolicy, action: str) -> bool:
    """Say whether IAM would allow an action, conditions aside."""
    if not policy.document:
        return False
    return any(
        fnmatchcase(action.lower(), pattern.lower())
        for said in statements(policy)
        for pattern in said["Action"]
    )


@pytest.mark.parametrize(
    ("change", "allowed", "refused"),
    [
        (
            changed("aws_s3_bucket", "create"),
            "s3:CreateBucket s3:PutBucketTagging s3:PutEncryptionConfiguration s3:GetBucketAcl",
            "s3:DeleteBucket s3:GetObject s3:PutObject ec2:DescribeVpcs iam:PassRole",
        ),
        (
            changed("aws_s3_bucket", "delete"),
            "s3:DeleteBucket s3:DeleteObjectVersion",
            "s3:CreateBucket s3:PutObject",
        ),
        (
            changed("aws_s3_object", "update"),
            "s3:PutObject s3:GetObject s3:DeleteObjectVersion",
            "s3:CreateBucket s3:DeleteBucket",
        ),
        (
            changed("aws_instance", "update"),
            "ec2:ModifyInstanceAttribute ec2:CreateTags ec2:DeleteTags iam:PassRole",
            "ec2:RunInstances ec2:TerminateInstances ec2:CreateVpc s3:ListBucket",
        ),
        (
            changed("aws_instance", "delete", "create"),
            "ec2:RunInstances ec2:TerminateInstances",
            "rds:DescribeDBInstances",
        ),
        (
            changed("aws_instance", "create", "forget"),
            "ec2:RunInstances",
            "ec2:TerminateInstances ec2:DeleteVpc",
        ),
        (
            changed("aws_vpc", "delete"),
            "ec2:DeleteVpc ec2:DescribeVpcs",
            "ec2:CreateVpc ec2:RunInstances iam:PassRole",
        ),
        (
            changed("aws_iam_role", "create"),
            "iam:CreateRole iam:PutRolePolicy iam:AttachRolePolicy iam:TagRole iam:GetRole",
            "iam:CreateUser iam:CreateAccessKey iam:DeleteRole iam:PassRole iam:CreatePolicy",
        ),
        (
            changed("aws_lambda_function", "create"),
            "lambda:CreateFunction lambda:PublishVersion ec2:DescribeSubnets iam:PassRole",
            "lambda:InvokeFunction lambda:DeleteFunction ec2:CreateNetworkInterface",
        ),
        (
            changed("aws_ssm_parameter", "create"),
            "ssm:PutParameter ssm:GetParameter",
            "ssm:StartSession ssm:SendCommand",
        ),
        (
            changed("aws_secretsmanager_secret", "create"),
            "secretsmanager:CreateSecret secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
        ),
        (
            changed("aws_secretsmanager_secret_version", "read"),
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
        ),
        (
            changed("aws_lb", "update"),
            "elasticloadbalancing:ModifyLoadBalancerAttributes elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateLoadBalancer iam:CreateServiceLinkedRole",
        ),
        (
            changed("aws_cloudwatch_log_group", "create"),
            "logs:CreateLogGroup logs:PutRetentionPolicy logs:TagResource",
            "logs:DeleteLogGroup logs:StartLiveTail cloudwatch:PutMetricAlarm",
        ),
        (
            changed("aws_db_instance", "delete"),
            "rds:DeleteDBInstance rds:CreateDBSnapshot",
            "rds:CreateDBInstance iam:PassRole",
        ),
        (
            changed("aws_kms_key", "delete"),
            "kms:ScheduleKeyDeletion kms:DescribeKey",
            "kms:Decrypt kms:CreateKey",
        ),
        (
            changed("aws_api_gateway_rest_api", "update"),
            "apigateway:PATCH apigateway:PUT apigateway:GET",
            "apigateway:POST apigateway:DELETE",
        ),
        (
            changed("aws_ecs_service", "create"),
            "ecs:CreateService iam:PassRole iam:CreateServiceLinkedRole",
            "ecs:RunTask ecs:ExecuteCommand",
        ),
        (
            changed("aws_security_group", "create"),
            "ec2:CreateSecurityGroup ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress ec2:DeleteSecurityGroup",
        ),
        (
            changed("aws_route_table", "update"),
            "ec2:CreateRoute ec2:DeleteRoute ec2:ReplaceRoute",
            "ec2:CreateRouteTable ec2:DeleteRouteTable",
        ),
        (
            changed("aws_network_acl", "create"),
            "ec2:CreateNetworkAclEntry ec2:ReplaceNetworkAclAssociation",
            "ec2:DeleteNetworkAcl ec2:ReplaceRoute",
        ),
        (
            changed("aws_default_security_group", "create"),
            "ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress",
            "ec2:DeleteSecurityGroup",
        ),
        (
            changed("aws_vpc_endpoint", "create"),
            "ec2:CreateVpcEndpoint route53:AssociateVPCWithHostedZone",
            "route53:CreateHostedZone",
        ),
        (changed("aws_ses_domain_identity", "create"), "ses:VerifyDomainIdentity", "ses:SendEmail"),
        (
            changed("aws_service_discovery_private_dns_namespace", "create"),
            "servicediscovery:CreatePrivateDnsNamespace route53:CreateHostedZone",
            "route53:DeleteHostedZone",
        ),
        (
            changed("aws_elasticache_replication_group", "delete"),
            "elasticache:DeleteReplicationGroup ec2:DeleteNetworkInterface",
            "ec2:DeleteVpc",
        ),
        (
            changed("aws_sqs_queue_policy", "delete"),
            "sqs:SetQueueAttributes sqs:GetQueueAttributes",
            "sqs:CreateQueue sqs:SendMessage",
        ),
        (
            changed("aws_elb", "update"),
            "elasticloadbalancing:CreateLoadBalancerListeners",
            "elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:DeleteLoadBalancer",
        ),
        (
            changed("aws_flow_log", "create"),
            "ec2:CreateFlowLogs logs:CreateLogDelivery",
            "logs:DeleteLogGroup",
        ),
        (changed("aws_ami", "read"), "ec2:DescribeImages", "ec2:CreateImage"),
        (changed("aws_route53_resolver_rule", "create"), "route53resolver:CreateResolverRule", ""),
        (
            changed("aws_s3_bucket", "no-op", importing=True),
            "s3:GetBucketAcl",
            "s3:CreateBucket s3:PutBucketAcl",
        ),
    ],
    ids=lambda value: f"{value.type}-{value.action}" if isinstance(value, ResourceChange) else "",
)
def test_a_change_is_allowed_what_it_needs_and_not_more(
    change: ResourceChange, allowed: str, refused: str
):
    policy = session_policy(a_plan(change))
    assert policy.fits
    assert policy.widened == policy.uncovered == ()
    assert [a for a in allowed.split() if not allows(policy, a)] == []
    assert [a for a in refused.split() if allows(policy, a)] == []


@pytest.mark.parametrize(
    "change",
    [
        changed("aws_instance", "no-op", previous_address="aws_instance.old"),
        changed("aws_instance", "forget"),
        changed("aws_caller_identity", "read"),
        changed("aws_iam_policy_document", "read"),
    ],
    ids=lambda change: f"{change.type}-{change.action}",
)
def test_what_calls_nobody_asks_for_nothing(change: ResourceChange):
    assert session_policy(a_plan(change)) == SessionPolicy("", 0)


def test_drift_and_what_is_put_off_are_not_applied():
    gone = changed("aws_instance", "delete")
    assert session_policy(a_plan(drift=(gone,), deferred=(gone,))) == SessionPolicy("", 0)


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        (changed("random_id", "create"), Gap.OTHER_PROVIDER),
        (changed("awscc_s3_bucket", "create"), Gap.OTHER_PROVIDER),
        (changed("kubernetes_secret", "delete"), Gap.OTHER_PROVIDER),
        (changed("aws_dsql_cluster", "create"), Gap.UNMAPPED),
        (changed("aws_s3tables_table", "create"), Gap.UNMAPPED),
        (changed("aws_tomorrow", "create"), Gap.UNMAPPED),
        (changed("aws_iam_virtual_mfa_device", "create"), Gap.UNMAPPED),
        (changed("aws_cloudformation_stack", "update"), Gap.OPAQUE),
        (changed("aws_instance", "teleport"), Gap.UNKNOWN_ACTION),
    ],
    ids=lambda value: value.type if isinstance(value, ResourceChange) else str(value),
)
def test_what_is_not_known_is_named_and_never_guessed(change: ResourceChange, gap: Gap):
    policy = session_policy(a_plan(change, change))
    assert policy.document == ""
    assert policy.uncovered == (Uncovered(change.type, gap, 2),)


def test_programs_and_calls_of_actions_are_not_covered():
    plan = a_plan(
        changed("aws_sqs_queue", "create"),
        code=(
            CodeRun("null_resource.a", CodeKind.PROVISIONER, "local-exec"),
            CodeRun("action.aws_lambda_invoke.x", CodeKind.ACTION, "aws_lambda_invoke"),
        ),
        actions=(ActionCall("action.aws_lambda_invoke.x", "aws_lambda_invoke"),),
    )
    assert session_policy(plan).uncovered == (
        Uncovered("aws_lambda_invoke", Gap.CODE),
        Uncovered("provisioner local-exec", Gap.CODE),
    )


def test_a_role_is_passed_to_the_services_that_take_it_and_to_no_other():
    policy = session_policy(
        a_plan(changed("aws_lambda_function", "create"), changed("aws_instance", "update"))
    )
    (passing,) = [s for s in statements(policy) if s["Action"] == ["iam:PassRole"]]
    assert passing["Condition"] == {
        "StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}
    }


def test_the_backend_of_the_state_is_not_in_it():
    policy = session_policy(a_plan(changed("aws_sqs_queue", "create")))
    assert policy.services == ("sqs",)
    assert not allows(policy, "s3:PutObject")
    assert not allows(policy, "dynamodb:PutItem")


def test_a_large_plan_is_widened_and_says_so():
    types = ["aws_instance", "aws_lb", "aws_db_instance", "aws_ecs_service", "aws_lambda_function"]
    types += ["aws_sqs_queue", "aws_cloudfront_distribution", "aws_eks_cluster", "aws_iam_role"]
    types += ["aws_elasticache_cluster", "aws_redshift_cluster", "aws_sagemaker_model"]
    policy = session_policy(a_plan(*(changed(t, "delete", "create") for t in types)))
    assert policy.fits
    assert len(policy.document) == policy.length
    wide = {w.service: w.actions for w in policy.widened}
    assert wide["sagemaker"] == ("sagemaker:*",)
    assert "iam" not in wide
    assert not allows(policy, "iam:CreateAccessKey")


def test_no_plan_is_so_large_that_it_may_run_commands_on_every_instance():
    types = ["aws_ssm_parameter", "aws_ssm_document", "aws_ram_resource_share"]
    types += ["aws_instance", "aws_lb", "aws_db_instance", "aws_ecs_service", "aws_glue_job"]
    types += ["aws_sqs_queue", "aws_cloudfront_distribution", "aws_elasticache_cluster"]
    types += ["aws_sagemaker_model", "aws_redshift_cluster", "aws_cognito_user_pool"]
    policy = session_policy(a_plan(*(changed(t, "delete", "create") for t in types)))
    assert policy.fits
    assert policy.widened
    assert [a for a in ("ssm:SendCommand", "ssm:StartSession") if allows(policy, a)] == []


def test_what_fits_into_no_session_policy_has_no_document():
    types = FACTS["examples"].values()
    policy = session_policy(a_plan(*(changed(t, "create") for t in types)))
    assert (policy.fits, policy.document, policy.widened) == (False, "", ())
    assert policy.length > LIMIT


# The tables


def test_every_row_of_the_tables_stands_for_something_real():
    assert {p for p, e in FACTS["examples"].items() if e} == set(PREFIXES)
    assert all(service_of(e) == PREFIXES[p] for p, e in FACTS["examples"].items())
    tables = (*BY_SERVICE.values(), *BY_TYPE.values(), *KINDS.values())
    named = {a for needs in tables for said in needs.values() for a in said.split()}
    named |= {f"{s}:{a}" for s, n in BY_HAND.items() for t in n.values() for a in t.split()}
    assert {p for p, found in FACTS["actions"].items() if found} == named
    assert set(VERBS) == set(PREFIXES.values())
    assert set(OWN_ROLES) <= set(VERBS)
    assert set(NEVER_WIDENED) <= set(VERBS)


def test_nineteen_in_twenty_types_of_the_provider_are_covered_and_the_rest_is_known():
    assert len(FACTS["uncovered"]) <= FACTS["resources"] / 20
    assert all(service_of(t) is None for t in FACTS["uncovered"])


def test_aws_types_that_hold_data_are_covered_but_for_those_of_unknown_services():
    missing = {t for t in TABLE if t.startswith("aws_") and service_of(t) is None}
    assert missing <= set(FACTS["uncovered"])


def test_no_type_is_both_free_and_opaque():
    assert not FREE & OPAQUE
    assert all(service_of(t) for t in PASSED_TO)


# What holds of every plan

TYPES = sorted({*FACTS["examples"].values(), *BY_TYPE, *KINDS, *PASSED_TO, *OPAQUE, "random_id"})
ACTIONS = st.sampled_from(
    [
        ("create",),
        ("update",),
        ("delete",),
        ("delete", "create"),
        ("create", "forget"),
        ("read",),
        ("no-op",),
        ("forget",),
        ("teleport",),
    ]
)
CHANGES = st.lists(
    st.builds(
        lambda t, a, i: changed(t, *a, importing=i), st.sampled_from(TYPES), ACTIONS, st.booleans()
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_a_policy_is_always_valid_json_within_the_limit_or_says_that_it_is_not(
    changes: list[ResourceChange],
):
    policy = session_policy(a_plan(*changes))
    assert policy == session_policy(a_plan(*reversed(changes)))
    assert policy.fits is (policy.length <= LIMIT)
    assert len(policy.document) == (policy.length if policy.fits else 0)
    for said in statements(policy) if policy.document else ():
        assert said["Effect"] == "Allow"
        assert said["Action"] == sorted(set(said["Action"]))
        assert all(":" in a and not a.startswith("*") for a in said["Action"])
        held = {a.partition(":")[0] for a in said["Action"] if a.endswith(":*")}
        assert held <= {w.service for w in policy.widened}
        assert not held & NEVER_WIDENED
    assert policy.document.isascii()
    assert set(policy.services) <= set(VERBS)


@settings(max_examples=150, deadline=None)
@given(CHANGES, st.data())
def test_a_plan_that_does_less_is_never_allowed_more(
    changes: list[ResourceChange], data: st.DataObject
):
    kept = [c for c in changes if data.draw(st.booleans())]
    less, more = session_policy(a_plan(*kept)), session_policy(a_plan(*changes))
    if not less.document or not more.fits:
        return
    wider = [
        action for said in statements(less) for action in said["Action"] if not allows(more, action)
    ]
    assert wider == []
    passed = [s["Condition"]["StringEquals"] for s in statements(less) if "Condition" in s]
    may = [s["Condition"]["StringEquals"] for s in statements(more) if "Condition" in s]
    for condition in passed:
        ((key, values),) = condition.items()
        assert any(set(values) <= set(m.get(key, ())) for m in may)


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_widening_takes_nothing_away(changes: list[ResourceChange]):
    asked = asked_of(a_plan(*changes))
    exact, made = fitted(asked, limit=10**9), fitted(asked)
    assert exact.widened == ()
    needed = SessionPolicy(exact.document, 0)
    policy = SessionPolicy(made.document, 0)
    for said in statements(needed) if exact.document else ():
        assert all(allows(policy, action) for action in said["Action"])


def test_nothing_asked_is_nothing_written():
    assert fitted(Asked()).document == ""
