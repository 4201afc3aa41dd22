"""The policies of the credentials page are taken by IAM (moto's), and fit what is asked of STS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.app import SystemIds
from sekisho.domain.credentials import LENT_FOR, Loan
from tests.integration.moto import Moto, serving

BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with serving() as server:
        yield server


def policies(repository: Path, language: str) -> list[dict[str, Any]]:
    page = (repository / "docs" / language / "credentials.md").read_text(encoding="utf-8")
    return [json.loads(found) for found in BLOCK.findall(page)]


def test_iam_takes_them(moto: Moto, repository: Path):
    trust, own, revoking = policies(repository, "en")
    assert policies(repository, "ja") == [trust, own, revoking]
    with moto.client("iam") as iam:
        iam.create_role(RoleName="terraform-plan", AssumeRolePolicyDocument="{}")
        iam.update_assume_role_policy(RoleName="terraform-plan", PolicyDocument=json.dumps(trust))
        for name, policy in (("own", own), ("revoking", revoking)):
            iam.put_role_policy(
                RoleName="terraform-plan", PolicyName=name, PolicyDocument=json.dumps(policy)
            )
        with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
            iam.update_assume_role_policy(RoleName="terraform-plan", PolicyDocument=json.dumps(own))


def test_they_allow_what_is_asked(repository: Path):
    trust, own, revoking = policies(repository, "en")
    needed = {"sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"}
    assumes, names = trust["Statement"]
    assert {assumes["Action"], *names["Action"]} == needed
    assert set(own["Statement"][0]["Action"]) == needed
    assert assumes["Principal"] == names["Principal"]
    assert "sts:ExternalId" in assumes["Condition"]["StringEquals"]
    pattern = assumes["Condition"]["StringLike"]["sts:RoleSessionName"]
    session = Loan(SystemIds().new("run"), "plan", "r", "x").session
    assert session.startswith(pattern.removesuffix("*"))
    assert pattern.endswith("*")
    assert list(revoking["Statement"][0]["Condition"]) == ["DateLessThan"]


def test_the_page_tells_the_life_of_keys_as_it_is(repository: Path):
    seconds = f"{int(LENT_FOR.total_seconds())} "
    for language in ("en", "ja"):
        page = (repository / "docs" / language / "credentials.md").read_text(encoding="utf-8")
        assert seconds in page
