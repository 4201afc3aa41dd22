"""References of a configuration: followed through modules, bounded, whatever the names hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.references import Feed, References, module_of, parts_of, without_keys
from sekisho.domain.text import plain
from sekisho.terraform import references
from sekisho.terraform.redaction import Redactor
from sekisho.terraform.references import config_address, references_of, state_pairs


def refers(*names: str) -> dict[str, Any]:
    return {"references": list(names)}


def resource(address: str, *names: str, **more: Any) -> dict[str, Any]:
    expressions = {"input": refers(*names)} if names else {}
    return {"address": address, "mode": "managed", "expressions": expressions, **more}


def found(root: dict[str, Any], state: Any = ()) -> References:
    return references_of({"root_module": root}, plain, state)


@pytest.mark.parametrize(
    ("module", "mode", "address"),
    [
        ("", "managed", "aws_vpc.main"),
        ("", "data", "data.aws_vpc.main"),
        ("", "ephemeral", "ephemeral.aws_vpc.main"),
        ("module.a", "managed", "module.a.aws_vpc.main"),
        ("module.a[0].module.b[12]", "managed", "module.a.module.b.aws_vpc.main"),
        ('module.a["東京.x[0]"]', "data", "module.a.data.aws_vpc.main"),
        (r'module.a["q\"]x\\"].module.b["\\"]', "managed", "module.a.module.b.aws_vpc.main"),
        (r'module.a["$${y}.module.z"]', "managed", "module.a.aws_vpc.main"),
        ('module.a["line\nbreak"]', "managed", "module.a.aws_vpc.main"),
    ],
)
def test_an_address_loses_its_keys_whatever_they_hold(module: str, mode: str, address: str):
    assert config_address(module, "aws_vpc", "main", mode) == address


def test_an_address_is_split_into_its_parts():
    assert parts_of("module.a.module.b.data.aws_vpc.main") == (
        "module.a.module.b",
        "data.aws_vpc",
        "main",
    )
    assert parts_of("aws_vpc.主") == ("", "aws_vpc", "主")
    assert module_of("module.a") == ""
    assert parts_of("") == ("", "", "")


@pytest.mark.parametrize("text", ["a[", 'a["', 'a["x', "a]", 'a["x]', "[]" * 1000, '["\\' * 1000])
def test_what_is_no_address_is_no_trouble(text: str):
    assert isinstance(without_keys(text), str)
    root = {"resources": [resource("a_b.c", text)]}
    assert found(root).needs == {}


def test_only_whole_references_are_told_and_each_once():
    written = (
        'a_b.c["x.y"].id',
        'a_b.c["x.y"]',
        "a_b.c",
        "var.v.w",
        "var.v",
        'module.m["k]"].out[0].x',
        'module.m["k]"].out[0]',
        'module.m["k]"].out',
        'module.m["k]"]',
        "a_b.cc.id",
        "a_b.cc",
    )
    [feed] = found({"resources": [resource("x_y.z", *written)]}).feeds["x_y.z"]
    assert feed.written == (
        'a_b.c["x.y"].id', "var.v.w", 'module.m["k]"].out[0].x', "a_b.cc.id"
    )  # fmt: skip


def test_blocks_in_blocks_are_looked_into_and_values_never():
    root = {
        "resources": [
            resource("a_b.c"),
            {
                "address": "a_b.d",
                "expressions": {
                    "rule": [{"to": refers("a_b.c.id")}, {"from": {"constant_value": "himitsu"}}],
                    "one": {"inner": {"deep": refers("var.v")}},
                    "references": refers("a_b.c"),
                    "fixed": {"constant_value": {"references": ["a_b.nowhere"]}},
                },
                "provisioners": [
                    {"type": "local-exec", "expressions": {"command": refers("a_b.c")}}
                ],
            },
        ]
    }
    feeds = {f.path: f.sources for f in found(root).feeds["a_b.d"]}
    assert feeds == {
        "rule[0].to": ("a_b.c",),
        "one.inner.deep": ("var.v",),
        "references": ("a_b.c",),
        "provisioner[0].command": ("a_b.c",),
    }
    assert "himitsu" not in repr(found(root))


def module_call(name: str, body: dict[str, Any], **expressions: Any) -> dict[str, Any]:
    return {name: {"expressions": expressions, "module": body}}


def test_modules_that_feed_each_other_in_a_circle_end():
    body = {
        "outputs": {"out": {"expression": refers("var.in")}},
        "resources": [resource("a_b.c", "var.in")],
    }
    calls = {
        **module_call("one", body, **{"in": refers("module.two.out", "module.two")}),
        **module_call("two", body, **{"in": refers("module.one.out", "module.one", "a_b.root")}),
    }
    result = found({"resources": [resource("a_b.root")], "module_calls": calls})
    assert result.needs == {"module.one.a_b.c": ("a_b.root",), "module.two.a_b.c": ("a_b.root",)}
    assert result.left_out == 0


def test_a_resource_does_not_need_itself():
    assert found({"resources": [resource("a_b.c", "a_b.c.id", "self.id")]}).needs == {}


def test_a_call_that_waits_lets_all_in_it_wait():
    inner = {"resources": [resource("a_b.deep")]}
    body = {"resources": [resource("a_b.c")], "module_calls": module_call("inner", inner)}
    calls = {"m": {"module": body, "depends_on": ["a_b.first", "module.other"]}}
    calls |= module_call("other", {"resources": [resource("a_b.x")]})
    result = found({"resources": [resource("a_b.first")], "module_calls": calls})
    waits = ("a_b.first", "module.other.a_b.x")
    assert result.needs == {"module.m.a_b.c": waits, "module.m.module.inner.a_b.deep": waits}


def test_a_chain_of_a_thousand_modules_is_followed():
    body = {"outputs": {"out": {"expression": refers("var.in")}}}
    calls: dict[str, Any] = {}
    for n in range(1000):
        given = refers(f"module.m{n - 1}.out" if n else "a_b.first")
        calls |= module_call(f"m{n}", body, **{"in": given})
    root = {
        "resources": [resource("a_b.first"), resource("a_b.last", "module.m999.out")],
        "module_calls": calls,
    }
    assert found(root).needs == {"a_b.last": ("a_b.first",)}


def test_work_is_bounded_and_what_is_left_out_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(references, "_STEPS", 50)
    many = [resource(f"a_b.r{n}", f"a_b.r{n - 1}") for n in range(100)]
    result = found({"resources": many})
    assert 0 < len(result.needs) < 60
    assert result.left_out >= 40
    monkeypatch.setattr(references, "_STEPS", 10**6)
    monkeypatch.setattr(references, "_EDGES", 10)
    result = found({"resources": many})
    assert len(result.needs) == 10
    assert result.left_out == 89


def test_the_state_adds_only_what_nobody_else_knows_and_of_that_the_nearest():
    root = {
        "resources": [
            resource("a_b.first"),
            resource("a_b.second", "local.x"),
            resource("a_b.third", "a_b.second.id", "a_b.second"),
        ]
    }
    state = [
        ("a_b.second[0]", ["a_b.first"]),
        ('a_b.second["ぬ"]', ["a_b.first"]),
        ("a_b.third", ["a_b.first", "a_b.second"]),
        ('module.gone["x.y"].a_b.c', ["a_b.first", "a_b.second", "a_b.third"]),
    ]
    assert found(root, state).needs == {
        "a_b.second": ("a_b.first",),
        "a_b.third": ("a_b.second",),
        "module.gone.a_b.c": ("a_b.third",),
    }
    assert found(root).feeds["a_b.second"] == (Feed("input", ("local.x",), ("local.x",)),)


def test_a_leaf_finds_the_expression_that_made_it():
    feeds = (
        Feed("tags", ("var.t",)),
        Feed("rule[0].to", ("var.r",)),
        Feed("rule[1].to", ("var.s",)),
    )
    known = References({"a_b.c": feeds})
    assert known.feeding("a_b.c", "tags.git_sha") == feeds[:1]
    assert known.feeding("a_b.c", 'tags["git.sha"]') == feeds[:1]
    assert known.feeding("a_b.c", "rule[7].to[0]") == feeds[1:]
    assert known.feeding("a_b.c", "rule") == feeds[1:]
    assert known.feeding("a_b.c", "tagset") == ()
    assert known.feeding("a_b.x", "tags") == ()
    assert known.only({"a_b.x"}) == References()


def test_names_are_redacted_and_inert():
    redactor = Redactor({"himitsu-no-kotoba"})
    root = {
        "resources": [
            resource("a_b.himitsu-no-kotoba"),
            resource(
                "a_b.c", 'a_b.himitsu-no-kotoba["\u202ehimitsu-no-kotoba"].id', "var.\x1b[1mv"
            ),
        ]
    }
    result = references_of({"root_module": root}, redactor.text)
    assert "himitsu" not in repr(result)
    assert "\u202e" not in str(result.feeds["a_b.c"][0].written)
    assert "\x1b" not in str(result.feeds["a_b.c"][0].written)


@pytest.mark.parametrize(
    "root",
    [
        None,
        [],
        "x",
        {"resources": None, "module_calls": []},
        {"resources": [None, 1, {}, {"address": None, "expressions": []}]},
        {"resources": [{"address": "a_b.c", "expressions": {"x": {"references": "a_b.d"}}}]},
        {"resources": [{"address": "a_b.c", "expressions": {"x": {"references": [1, None, {}]}}}]},
        {"module_calls": {"m": None, "n": {"module": 1, "expressions": 2, "depends_on": 3}}},
        {"resources": [{"address": "a_b.c", "depends_on": "a_b.d", "provisioners": [1, [2]]}]},
    ],
)
def test_surprises_in_the_shape_are_no_trouble(root: Any):
    result = references_of({"root_module": root}, plain)
    assert result.needs == {}
    assert list(state_pairs({"values": {"root_module": root}})) == []


def quoted(key: str) -> str:
    """A key as Terraform writes it into an address."""
    for plain_text, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("${", "$${")):
        key = key.replace(plain_text, written)
    return f'["{key}"]'


@given(st.text() | st.text(alphabet='.[]"\\${}名a\n'), st.text(alphabet='.[]"\\aモ'))
def test_whatever_keys_hold_they_go_and_nothing_else_does(key: str, other: str):
    module = f"module.m{quoted(key)}.module.内側{quoted(other)}"
    assert config_address(module, "a_b", "c", "managed") == "module.m.module.内側.a_b.c"


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
words = st.sampled_from(
    ["references", "constant_value", "resources", "module_calls", "module", "expressions",
     "depends_on", "outputs", "expression", "address", "for_each_expression", "m", "provisioners"]
)  # fmt: skip
written = st.sampled_from(
    ["var.m", "module.m.m", "module.m", 'a_b.c["x.y"].id', "a_b.c", "each.key", "local.m", "m", ""]
)
anything = st.recursive(
    scalars | written,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(words | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(
    st.dictionaries(words, anything, max_size=6), st.lists(st.tuples(written, st.lists(written)))
)
def test_no_configuration_is_too_strange(root: dict[str, Any], state: list[Any]):
    first = references_of({"root_module": root}, plain, state)
    assert first == references_of({"root_module": root}, plain, state)
    assert all(address not in needed for address, needed in first.needs.items())
    pairs = list(state_pairs({"values": {"root_module": root}}))
    assert all(isinstance(n, str) for _, needed in pairs for n in needed)
