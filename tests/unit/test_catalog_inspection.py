"""`inspection` of `sekisho.yaml`: what it means, for all workspaces and for one."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sekisho.catalog import read_operator_file
from sekisho.domain.errors import OperatorFileInvalid
from sekisho.domain.inspections import ALWAYS_REFUSED, Finding, FindingKind, Policy

Read = Callable[[str], Mapping[str, Policy]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str) -> Mapping[str, Policy]:
        path = tmp_path / "sekisho.yaml"
        path.write_text(text, encoding="utf-8")
        return {w.name: w.inspection for w in read_operator_file(path, {}).workspaces}

    return read_text


INSPECTED = """\
version: 1
inspection:
  kinds: {provisioner: warn, unmodelled: refuse}
  modules: [registry.terraform.io/terraform-aws-modules/*]
workspaces:
  legacy:
    inspection:
      kinds: {provisioner: allow, backend_credentials: warn}
      providers: registry.terraform.io/datadog/datadog
  net: {}
"""


def test_what_configurations_may_do_is_said_for_all_and_over_it_for_one(read: Read):
    policies = read(INSPECTED)
    legacy, net = policies["legacy"], policies["net"]

    def treated(policy: Policy, kind: FindingKind, detail: str = "") -> str:
        return policy.treatment(Finding("main.tf", 1, kind, "x", detail))

    module = "registry.terraform.io/terraform-aws-modules/vpc/aws"
    datadog = "registry.terraform.io/datadog/datadog"
    for policy, provisioner, credentials, provider in (
        (legacy, "allow", "warn", "allow"),
        (net, "warn", "refuse", "refuse"),
    ):
        assert treated(policy, FindingKind.PROVISIONER) == provisioner
        assert treated(policy, FindingKind.BACKEND_CREDENTIALS) == credentials
        assert treated(policy, FindingKind.PROVIDER_SOURCE, datadog) == provider
        assert treated(policy, FindingKind.MODULE_SOURCE, module) == "allow"
        assert treated(policy, FindingKind.MODULE_SOURCE, "elsewhere/vpc/aws") == "refuse"
        assert treated(policy, FindingKind.EXTERNAL_DATA) == "refuse"


def test_every_kind_can_be_said_and_some_are_refused_all_the_same(read: Read):
    kinds = ", ".join(f"{kind}: allow" for kind in FindingKind)
    policies = read(f"version: 1\ninspection: {{kinds: {{{kinds}}}}}\nworkspaces: {{net: {{}}}}\n")
    treated = {kind: policies["net"].treatment(Finding("a.tf", 1, kind)) for kind in FindingKind}
    assert {kind for kind, how in treated.items() if how == "refuse"} == ALWAYS_REFUSED
    assert {how for kind, how in treated.items() if kind not in ALWAYS_REFUSED} == {"allow"}


KINDS = "line 4: inspection.kinds"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{provisioners: allow}", f"{KINDS}.provisioners"),
        ("{provisioner: yes}", f"{KINDS}.provisioner: 'allow', 'warn' or 'refuse' is needed"),
        ("{provisioner: deny}", f"{KINDS}.provisioner: 'allow', 'warn' or 'refuse' is needed"),
        ("[provisioner]", f"{KINDS}: a mapping is needed"),
    ],
)
def test_an_inspection_that_cannot_be_meant_is_told_with_its_line(
    read: Read, said: str, expected: str
):
    with pytest.raises(OperatorFileInvalid) as caught:
        read(f"version: 1\nworkspaces: {{net: {{}}}}\ninspection:\n  kinds: {said}\n")
    assert expected in str(caught.value)
