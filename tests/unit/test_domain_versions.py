"""Version constraints as HashiCorp's go-version judges them, its own cases among ours."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.versions import Constraint, Version


@pytest.mark.parametrize(
    ("constraint", "version", "allowed"),
    [
        # go-version's own cases
        (">= 1.0, < 1.2", "1.1.5", True),
        ("< 1.0, < 1.2", "1.1.5", False),
        ("= 1.0", "1.1.5", False),
        ("= 1.0", "1.0.0", True),
        ("1.0", "1.0.0", True),
        ("~> 1.0", "2.0", False),
        ("~> 1.0", "1.1", True),
        ("~> 1.0", "1.2.3", True),
        ("~> 1.0.0", "1.2.3", False),
        ("~> 1.0.0", "1.0.7", True),
        ("~> 1.0.0", "1.1.0", False),
        ("~> 1.0.7", "1.0.4", False),
        ("~> 1.0.7", "1.0.7", True),
        ("~> 1.0.7", "1.0.8", True),
        ("~> 2.0", "2.1.0-beta", False),
        ("~> 2.1.0-a", "2.2.0", False),
        ("~> 2.1.0-a", "2.1.0", False),
        ("~> 2.1.0-a", "2.1.0-beta", True),
        ("~> 2.1.0-a", "2.2.0-alpha", False),
        ("> 2.0", "2.1.0-beta", False),
        (">= 2.1.0-a", "2.1.0-beta", True),
        (">= 2.1.0-a", "2.1.1-beta", False),
        (">= 2.0.0", "2.1.0-beta", False),
        (">= 2.1.0-a", "2.1.1", True),
        (">= 2.1.0-a", "2.1.0", True),
        ("<= 2.1.0-a", "2.0.0", True),
        # ours
        ("", "1.11.4", True),
        ("", "1.12.0-rc1", False),
        (" , ", "1.11.4", True),
        ("~> 1", "1.11.4", True),
        ("~> 1", "2.0.0", True),
        ("~> 2", "1.11.4", False),
        ("~>1.11", "1.11.4", True),
        ("~> 1.11", "1.12.0", True),
        ("v1.11.4", "1.11.4", True),
        ("!= 1.11.4", "1.11.4", False),
        ("!= 1.11.4", "1.11.5", True),
        ("!= 1.11.4", "1.12.0-beta1", False),
        ("> 1.11", "1.11.0", False),
        ("> 1.11", "1.11.1", True),
        ("< 1.11.4", "1.11.4", False),
        ("<= 1.11.4", "1.11.4", True),
        ("1.12.0-rc1", "1.12.0-rc1", True),
        ("= 1.12.0-rc1", "1.12.0-rc2", False),
        ("= 1.12.0-rc1, < 1.0", "1.12.0-rc1", False),
        ("= 1.12.0-rc1, != 1.12.0-rc1", "1.12.0-rc1", False),
        ("= 1.11.4+build.7", "1.11.4", True),
    ],
)
def test_a_constraint_allows_what_hashicorp_allows(constraint: str, version: str, allowed: bool):
    assert Constraint.parse(constraint).allows(Version.parse(version)) is allowed


@pytest.mark.parametrize("text", [">= 1.x", "latest", "~~> 1.0", "> ", "1.0 2.0", "^1.0", "1.٣"])
def test_what_is_no_constraint_is_refused(text: str):
    with pytest.raises(ValueError):
        Constraint.parse(text)


@pytest.mark.parametrize("text", ["", "x", "1.", "1..2", "1.2.3.4", "1.2.3-", "-1", "１.２.３"])
def test_what_is_no_version_is_refused(text: str):
    with pytest.raises(ValueError):
        Version.parse(text)


def test_versions_are_ordered_as_semver_says():
    rising = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11"
    rising += " 1.0.0-rc.1 1.0.0 1.0.1 1.2 1.11 2"
    versions = [Version.parse(t) for t in rising.split()]

    for low, high in itertools.combinations(versions, 2):
        assert low < high
        assert high > low
        assert low != high


def test_how_precisely_a_version_is_written_does_not_matter():
    assert len({Version.parse(t) for t in ("1", "1.0", "v1.0.0", " 1.0.0+build ")}) == 1
    assert Version.parse("1.2") != "1.2"
    assert str(Version.parse("1.2")) == "1.2.0"
    assert str(Version.parse("1.2.3-rc.1+x")) == "1.2.3-rc.1"


PARTS = st.tuples(*[st.integers(0, 3)] * 3)


@given(PARTS, PARTS)
def test_the_operators_agree_with_the_order(one: tuple[int, ...], other: tuple[int, ...]):
    version, wanted = (Version.parse(".".join(map(str, p))) for p in (one, other))
    allows = {
        op: Constraint.parse(f"{op} {wanted}").allows(version)
        for op in ("=", "!=", "<", "<=", ">", ">=", "~>")
    }

    assert allows["="] == (one == other) != allows["!="]
    assert allows["<"] == (one < other) != allows[">="]
    assert allows[">"] == (one > other) != allows["<="]
    assert allows["~>"] == (one >= other and one[:2] == other[:2])
