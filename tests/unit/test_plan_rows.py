"""Rows of a plan: put in order, in groups, chosen, and held against those of another plan."""

from __future__ import annotations

from typing import Any

import pytest

from sekisho.domain.actions import Action, Risk, action_of
from sekisho.domain.plan_changes import (
    Note,
    Part,
    ResourceChange,
    Side,
    ValueChange,
    diff_digest,
    shape_digest,
)
from sekisho.domain.plan_comparisons import compare
from sekisho.domain.plan_filters import ChangeFilter
from sekisho.domain.plan_groups import VARIES, for_all, groups_of, in_order
from tests.fakes.readings import risk_of


def change(address: str, action: Action = Action.UPDATE, /, *values: ValueChange, **more: Any):
    kind, name = address.split(".")[-2:]
    return ResourceChange(
        **{
            "address": address,
            "type": kind,
            "name": name,
            "action": action,
            "actions": (str(action),),
            "risk": risk_of(action),
            "diff": diff_digest(action, values),
            "shape": shape_digest(action, values),
            "block": address,
            **more,
        }
    )


SHA = ValueChange("tags.git_sha", "a", "b")


def test_what_deserves_a_look_comes_first_and_reads_and_no_ops_last():
    changes = [
        change("a.no", Action.NO_OP),
        change("data.a.read", Action.READ, mode="data"),
        change("a.new", Action.CREATE),
        change("b.changed"),
        change("a.changed"),
        change("z.gone", Action.DELETE, risk=Risk.IRREVERSIBLE),
        change("a.gone", Action.DELETE),
    ]
    assert [c.address for c in in_order(changes)] == [
        "z.gone",
        "a.gone",
        "a.changed",
        "b.changed",
        "a.new",
        "data.a.read",
        "a.no",
    ]
    assert in_order(reversed(changes)) == in_order(changes)


def test_instances_stand_in_the_order_of_their_numbers():
    names = [
        "a.web[0]",
        "a.web[2]",
        "a.web[10]",
        'a.web["1"]',
        "module.m[2].a.b",
        "module.m[10].a.b",
    ]
    changes = [change(name) for name in sorted(names)]
    found = [c.address for c in in_order(changes)]
    assert found.index("a.web[2]") < found.index("a.web[10]")
    assert found.index("module.m[2].a.b") < found.index("module.m[10].a.b")


def test_equal_changes_of_one_type_are_one_group_and_nothing_else_is():
    web = [change(f"m.aws_instance.web{n}", Action.UPDATE, SHA, number=n) for n in range(150)]
    other = change("m.aws_instance.odd", Action.UPDATE, ValueChange("tags.git_sha", "a", "c"))
    disk = change("m.aws_ebs_volume.web0", Action.UPDATE, SHA)
    groups = groups_of([other, *web, disk])
    assert [(g.type, g.count) for g in groups] == [
        ("aws_ebs_volume", 1),
        ("aws_instance", 1),
        ("aws_instance", 150),
    ]
    assert sorted(groups[2].numbers) == list(range(150))
    assert sum(g.count for g in groups) == 152


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ChangeFilter(), ["root.x", "a", "a1", "b", "key"]),
        (ChangeFilter(actions=frozenset({Action.DELETE})), ["b"]),
        (ChangeFilter(risks=frozenset({Risk.SAFE, Risk.DANGEROUS})), ["a1", "b"]),
        (ChangeFilter(types=frozenset({"t"})), ["a", "a1", "b", "key"]),
        (ChangeFilter(module="."), ["root.x"]),
        (ChangeFilter(module="module.a"), ["a", "a1"]),
        (ChangeFilter(module="module.k"), ["key"]),
        (ChangeFilter(module='module.k["x.y"]'), ["key"]),
        (ChangeFilter(module="modul"), []),
        (ChangeFilter(text="ROOT"), ["root.x"]),
        (ChangeFilter(text="former"), ["a"]),
        (ChangeFilter(part=Part.DRIFT), ["drifted"]),
        (ChangeFilter(actions=frozenset({Action.DELETE}), module="module.a"), []),
    ],
)
def test_a_filter_takes_what_fits_all_that_it_asks(wanted: ChangeFilter, found: list[str]):
    def named(name: str, **more: Any) -> ResourceChange:
        action = more.pop("action", Action.UPDATE)
        return change("x.y", action, **{"type": "t", **more, "name": name, "address": name})

    changes = [
        named("root.x", type="r"),
        named("a", module="module.a", block="module.a.t.a", previous_address="t.FORMER"),
        named("a1", action=Action.CREATE, module="module.a.module.n[1]", block="module.a.x"),
        named("b", action=Action.DELETE, module="module.ab", block="module.ab.t.b"),
        named("key", module='module.k["x.y"]', block="module.k.t.key"),
        named("drifted", part=Part.DRIFT),
    ]
    assert [c.name for c in wanted.apply(changes)] == found


def test_plans_are_compared_change_by_change():
    earlier = [
        change("a.same", Action.UPDATE, SHA, number=1),
        change("a.gone", Action.DELETE),
        change("a.other", Action.UPDATE, SHA),
        change("a.secret", Action.UPDATE, ValueChange("p", mark="1", note="sensitive")),
        change("a.deposed", Action.DELETE, deposed="k1"),
    ]
    later = [
        change("a.same", Action.UPDATE, SHA, number=9),
        change("a.new", Action.CREATE),
        change("a.other", Action.REPLACE, SHA),
        change("a.secret", Action.UPDATE, ValueChange("p", mark="2", note="sensitive")),
        change("a.deposed", Action.DELETE, deposed="k2"),
    ]
    found = compare(earlier, later)
    assert [(c.address, c.deposed) for c in found.new] == [("a.deposed", "k2"), ("a.new", "")]
    assert [(c.address, c.deposed) for c in found.gone] == [("a.deposed", "k1"), ("a.gone", "")]
    assert [(a.action, b.action) for a, b in found.different] == [
        (Action.UPDATE, Action.REPLACE),
        (Action.UPDATE, Action.UPDATE),
    ]
    assert found.same == 1
    assert not found.equal
    assert compare(later, later).equal
    assert compare((), ()).equal


def test_a_digest_tells_actions_and_values_apart():
    digests = {
        diff_digest(action, values)
        for action in (Action.UPDATE, Action.REPLACE)
        for values in ((), (SHA,), (ValueChange("tags.git_sha", "a", "c"),), (SHA, SHA))
    }
    assert len(digests) == 8
    assert action_of(["update"]) is Action.UPDATE


def test_an_id_of_its_own_that_is_known_after_apply_makes_no_group_of_its_own():
    def web(number: int, sha: ValueChange = SHA) -> ResourceChange:
        own = ValueChange("id", f"i-{number}", note=str(Note.UNKNOWN))
        values = (sha, own)
        return change(f"aws_instance.web{number}", Action.REPLACE, *values, number=number)

    webs = [web(n) for n in range(150)]
    other = web(150, ValueChange("tags.git_sha", "a", "c"))
    assert [g.count for g in groups_of([*webs, other])] == [150, 1]
    assert len({w.diff for w in webs}) == 150, "comparisons with another plan are to the letter"


def test_values_of_a_group_are_those_that_all_have():
    old = ValueChange("id", "i-1", note=str(Note.UNKNOWN))
    new = ValueChange("arn", note=str(Note.UNKNOWN), side=Side.AFTER)
    first = change("a.one", Action.UPDATE, SHA, old, new, values=(SHA, old, new))
    second = change("a.two", Action.UPDATE, SHA, ValueChange("id", "i-2", note="unknown"), new)
    assert [v.before for v in for_all(first, (first, second)).values] == ["a", VARIES, None]
    assert for_all(first, (first, first)) is first
