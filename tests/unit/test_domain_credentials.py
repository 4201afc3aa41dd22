"""What a phase of a run is lent: which role, under which names."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.callers import Caller
from sekisho.domain.credentials import Keys, Loan, loan_of, taken_by_sts
from sekisho.domain.runs import ApplyRecord
from sekisho.domain.targets import LOCAL_TARGET, Target
from tests.fakes.clock import START
from tests.fakes.values import a_run

TAKEN = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
TARGET = Target(
    "spoke",
    account="222222222222",
    region="ap-northeast-1",
    plan_role="arn:aws:iam::222222222222:role/plan",
    apply_role="arn:aws:iam::222222222222:role/apply",
    external_id="team-7f3a",
)


def test_a_plan_gets_the_plan_role_and_an_apply_the_apply_role():
    run = dataclasses.replace(a_run(), requested_by=Caller("sato@example.jp", "kiro", "oidc"))
    run = dataclasses.replace(run, apply=ApplyRecord(Caller("suzuki", "cli", "token"), START))
    plan, apply = (loan_of(run, TARGET, phase) for phase in ("plan", "apply"))
    assert plan is not None
    assert apply is not None
    assert (plan.role, plan.person, plan.via) == (TARGET.plan_role, "sato@example.jp", "kiro")
    assert (apply.role, apply.person, apply.via) == (TARGET.apply_role, "suzuki", "cli")
    for loan in (plan, apply):
        assert (loan.run_id, loan.region, loan.external_id) == (run.id, TARGET.region, "team-7f3a")
        assert "team-7f3a" not in repr(loan)


def test_a_target_without_roles_lends_nothing():
    assert loan_of(a_run(), LOCAL_TARGET, "plan") is None
    assert loan_of(a_run(), LOCAL_TARGET, "apply") is None


def test_an_endpoint_of_the_operator_is_taken_that_of_sts_first():
    def endpoint(**environment: str) -> str:
        target = dataclasses.replace(TARGET, environment=environment)
        found = loan_of(a_run(), target, "plan")
        assert found is not None
        return found.endpoint

    assert endpoint() == ""
    assert endpoint(AWS_ENDPOINT_URL="http://a") == "http://a"
    assert endpoint(AWS_ENDPOINT_URL="http://a", AWS_ENDPOINT_URL_STS="http://b") == "http://b"
    assert endpoint(AWS_ENDPOINT_URL_S3="http://c") == ""


@pytest.mark.parametrize("name", ["loopback", "anybody", "nobody", "host", "system", "Terminal"])
def test_where_nobody_in_particular_asks_there_is_no_source_identity(name: str):
    run = dataclasses.replace(a_run(), requested_by=Caller(name, "kiro"))
    loan = loan_of(run, TARGET, "plan")
    assert loan is not None
    assert loan.person == loan.source_identity == ""


def test_names_that_sts_takes_stay_and_others_end_in_a_digest():
    assert taken_by_sts("sato@example.jp") == "sato@example.jp"
    assert Loan("run-01k", "plan", "r", "x").session == "sekisho-run-01k"
    one, other = taken_by_sts("佐藤"), taken_by_sts("鈴木")
    assert one != other
    assert re.fullmatch(r"---[0-9a-f]{8}", one)
    assert taken_by_sts("x" * 65) != taken_by_sts("x" * 66)
    assert taken_by_sts("a b").startswith("a-b-")


@pytest.mark.parametrize("victim", ["佐藤", "a b", "x" * 65, "sato-0123abcd"])
def test_nobody_is_called_what_the_name_of_another_is_written_as(victim: str):
    """Whoever chooses a name would act in CloudTrail as one whose name STS does not take."""
    assert taken_by_sts(taken_by_sts(victim)) != taken_by_sts(victim)


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_name_is_taken_and_no_two_are_one(name: str, other: str):
    assert TAKEN.fullmatch(taken_by_sts(name))
    assert (taken_by_sts(name) == taken_by_sts(other)) == (name == other)


def test_keys_show_their_id_alone():
    keys = Keys("ASIA1", "the-secret", "the-session", START + timedelta(minutes=15))
    assert "ASIA1" in repr(keys)
    assert "the-s" not in repr(keys)
    assert keys.secrets == {"the-secret", "the-session"}
    assert keys.left(START) == timedelta(minutes=15)
