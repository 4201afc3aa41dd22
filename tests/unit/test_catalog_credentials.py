"""Roles of a target in `sekisho.yaml`: both or none, of one account, and nothing beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.catalog import read_operator_file
from sekisho.domain.errors import OperatorFileInvalid
from sekisho.domain.targets import Target

PLAN = "arn:aws:iam::222222222222:role/terraform-plan"
APPLY = "arn:aws:iam::222222222222:role/teams/infra/terraform+execution=role,a.b@c_d"
BOTH = f"plan_role: '{PLAN}', apply_role: '{APPLY}', region: ap-northeast-1"
SECRET = "external-id-of-the-team-7f3a"


def read(folder: Path, target: str) -> Target:
    text = f"version: 1\ntargets:\n  spoke: {{{target}}}\nworkspaces: {{a: {{target: spoke}}}}\n"
    (folder / "sekisho.yaml").write_text(text, encoding="utf-8")
    (folder / "id.txt").write_text(f"{SECRET}\n", encoding="utf-8")
    (folder / "bad.txt").write_text(f"{SECRET} with spaces\n", encoding="utf-8")
    given = {"SPOKE_EXTERNAL_ID": SECRET, "EMPTY": ""}
    return read_operator_file(folder / "sekisho.yaml", given).workspaces[0].target


def test_a_target_has_its_roles_and_external_id(tmp_path: Path):
    found = read(tmp_path, f"account: '222222222222', {BOTH}, external_id: {{file: id.txt}}")
    assert (found.plan_role, found.apply_role) == (PLAN, APPLY)
    assert found.external_id == SECRET
    assert SECRET not in repr(found)
    assert read(tmp_path, f"{BOTH}, external_id: {{env: SPOKE_EXTERNAL_ID}}").external_id == SECRET
    assert read(tmp_path, f"{BOTH}, external_id: written-here").external_id == "written-here"
    assert read(tmp_path, BOTH).external_id is None


def test_a_target_without_roles_is_as_it_was(tmp_path: Path):
    found = read(tmp_path, "environment: {AWS_PROFILE: hub, AWS_ACCESS_KEY_ID: AKIA}")
    assert (found.plan_role, found.apply_role, found.external_id) == (None, None, None)


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-iso-b"], ids=lambda name: name)
def test_roles_may_be_of_any_partition(tmp_path: Path, partition: str):
    both = BOTH.replace("arn:aws:", f"arn:{partition}:")
    assert read(tmp_path, both).plan_role == PLAN.replace("arn:aws:", f"arn:{partition}:")


REGION = "region: ap-northeast-1"
NAMES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "aws_profile",
)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (f"plan_role: '{PLAN}', {REGION}", "spoke: plan_role and apply_role come together"),
        (f"plan_role: '{PLAN}', {REGION}", "so it should only read"),
        (f"apply_role: '{APPLY}', {REGION}", "spoke: plan_role and apply_role come together"),
        (f"plan_role: '{PLAN}', apply_role: '{APPLY}'", "spoke: region is needed"),
        (f"account: '111111111111', {BOTH}", "the roles are of account 222222222222, not of 111"),
        (BOTH.replace("222222222222:role/te", "333333333333:role/te", 1), "of different accounts"),
        ("external_id: {env: SPOKE_EXTERNAL_ID}", "external_id has no use without"),
        (f"{BOTH}, external_id: {{env: NONE}}", "external_id: NONE is not set"),
        (f"{BOTH}, external_id: {{env: EMPTY}}", "external_id: 2 to 1224 letters"),
        (f"{BOTH}, external_id: {{file: bad.txt}}", "external_id: 2 to 1224 letters"),
        (f"{BOTH}, external_id: {{file: none.txt}}", "none.txt cannot be read"),
        *((f"{BOTH}, environment: {{{n}: x}}", f"environment.{n} would stand") for n in NAMES),
        *(
            (BOTH.replace(PLAN, wrong), "plan_role: this is not of the form that is needed")
            for wrong in (
                "terraform-plan",
                "arn:aws:iam::2222:role/x",
                "arn:aws:iam::222222222222:user/x",
                "arn:aws:iam::222222222222:role/",
                "arn:aws:iam::222222222222:role/x y",
                "arn:aws:iam::222222222222:role/役",
                "arn:aws:sts::222222222222:assumed-role/x/y",
            )
        ),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line(tmp_path: Path, target: str, expected: str):
    with pytest.raises(OperatorFileInvalid) as refusal:
        read(tmp_path, target)
    assert expected in str(refusal.value)
    assert "line 3: targets.spoke" in str(refusal.value)
    assert SECRET not in str(refusal.value)


def test_other_settings_of_aws_may_stand_beside_roles(tmp_path: Path):
    more = "{AWS_ENDPOINT_URL_STS: 'https://sts.example', AWS_CA_BUNDLE: /etc/ca.pem, TZ: UTC}"
    assert len(read(tmp_path, f"{BOTH}, environment: {more}").environment) == 3
