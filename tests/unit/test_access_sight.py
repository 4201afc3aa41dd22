"""What somebody may read, as the operator's file grants it."""

import pytest

from sekisho.domain.access import EVERYTHING, Access, Act, Grant
from sekisho.domain.callers import Caller, is_operator

A = Access(
    (
        Grant("all", frozenset({"read"})),
        Grant("prod", frozenset({"read"}), ("*-prod", "shared")),
        Grant("prod", frozenset({"plan"}), ("*-dev",)),
        Grant("approvers", frozenset({"approve"}), ("*-prod",)),
        Grant("none", frozenset()),
    )
)


def seen(access: Access, *groups: str) -> str:
    names = ("app-prod", "app-dev", "shared", "APP-PROD")
    return " ".join(name for name in names if access.sight(groups).sees(name))


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (("all",), "app-prod app-dev shared APP-PROD"),
        (("prod",), "app-prod app-dev shared"),  # whoever may plan there reads there
        (("approvers",), "app-prod"),
        (("approvers", "prod"), "app-prod app-dev shared"),
        (("none",), ""),
        (("others",), ""),
        ((), ""),
    ],
)
def test_whoever_may_do_anything_in_a_workspace_may_read_it(groups: tuple[str, ...], expected: str):
    assert seen(A, *groups) == expected


@pytest.mark.parametrize("act", ["plan", "apply", "approve", "override", "break_glass", "operate"])
def test_every_act_brings_reading_with_it_and_nothing_else(act: Act):
    access = Access((Grant("g", frozenset({act}), ("app-prod",)),))
    assert seen(access, "g") == "app-prod"
    assert access.acts(["g"], "app-prod") == {act}


def test_without_access_everybody_reads_everything():
    assert seen(EVERYTHING) == "app-prod app-dev shared APP-PROD"
    assert EVERYTHING.sight(()).whole


def test_with_access_that_grants_nothing_nobody_reads_anything():
    assert seen(Access(()), "all") == ""


def test_only_who_is_granted_every_name_there_can_be_sees_the_whole():
    assert A.sight(["all"]).whole
    assert not A.sight(["prod"]).whole
    assert not Access((Grant("g", frozenset({"read"}), ("**", "?*")),)).sight(["g"]).whole


def test_what_is_of_no_workspace_is_for_whoever_reads_anything():
    assert A.sight(["approvers"]).sees(None)
    assert not A.sight(["others"]).sees(None)
    assert EVERYTHING.sight(()).sees(None)


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (Caller("host", "sekisho cli", "host"), True),
        (Caller("root@localhost", "cli", "token"), True),
        (Caller("root@localhost", "cli", "loopback"), False),
        (Caller("root@localhost", "ide", "oidc"), False),
        (Caller("host", "cli", "token"), False),
        (Caller("loopback", "kiro", "loopback"), False),
        (Caller("sato@localhost.example", "kiro", "token"), False),
    ],
)
def test_only_who_holds_the_data_folder_is_the_operator(caller: Caller, expected: bool):
    assert is_operator(caller) is expected
