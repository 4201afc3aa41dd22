"""Names in policies that nothing binds: the engine takes them for undefined, and denies nothing."""

from __future__ import annotations

import pytest

from sekisho.policies.bindings import unbound

HEAD = "package terraform\n\nimport rego.v1\n\n"
CONDITIONS = [
    "undefinedvar",
    '"a" == undefinedvar',
    "not undefinedvar",
    "undefinedvar.a == 1",
    "undefinedvar[_] == 1",
    '"a" in undefinedvar',
    "some y in undefinedvar",
    "inptu.resource_changes",
    "x := undefinedvar + 1",
    "every y in undefinedvar { y == 1 }",
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_name_that_nothing_binds_is_found(condition: str):
    name = "inptu" if "inptu" in condition else "undefinedvar"
    for text in (
        f'deny contains "x" if {{ {condition} }}',
        f"deny[m] {{\n m := 1\n {condition}\n}}",
    ):
        assert unbound([("a.rego", HEAD + text)]) == (name, "a.rego"), text


@pytest.mark.parametrize(
    "text",
    [
        'deny contains msg if { mgs := "no" }',
        'deny contains msg if { true }\nwarn contains msg if { msg := "a" }',
        'deny[msg] { mgs := "no" }',
        'violation[{"msg": msg}] { mgs := "no" }',
    ],
)
def test_a_message_that_is_never_made_is_found(text: str):
    assert unbound([("a.rego", HEAD + text)]) == ("msg", "a.rego")


GOOD = [
    'deny contains a if { some i; input.a[i].t == "x"; a := input.a[i].b }',
    'deny contains r if { r := input.a[i]; r.type == "x" }',
    "deny contains k if { input.a[0][k] == 1e5 }",
    'deny contains a if { some {"a": a, "t": \'x\'} in input.a }'.replace("'", '"'),
    'deny contains a if { some r in input.a; [a, "x"] = [r.address, r.type] }',
    'deny contains a if { some r in input.a; {"k": [a, _]} := {"k": [r.a, 1]} }',
    "deny contains p if { walk(input, [p, v]); v == 1 }",
    "deny contains n if { count(input.a, n) }",
    "deny contains k if { some k, v in input.a; not v }",
    "deny contains x if { every k, v in input.a { k == v }\n x := 1 }",
    "deny contains x if some x in input.a",
    'deny contains x if\n\tx := input.a\nwarn contains "b" if\n\tinput.b == limit\nlimit := 3',
    "f(a, b) := c if { c := a + b } else := 2 if { a == b }\ndeny contains f(1, 2) if true",
    "default f(_) := 1\ndefault ok := false\nok if f(1) == 1\ndeny contains 1 if not ok",
    "s contains 1\nd[k] := v if { some k, v in input.a }\ndeny contains 1 if { s[1]; d.x }",
    "t := {k: v | some k, v in input.a; v in s}\ns := {x | x := input.b[_]}\ndeny contains t",
    'bad if input.x\ndeny contains 1 if { bad with input as {"x": 1} with data.y as s }\ns := 1',
    'deny contains sprintf(`%s "q" # no comment\nmore`, [x]) if { x := 1 } # undefined',
    'deny[msg] {\n\tdisk = input.d[name]\n\tmsg = sprintf("%v", [name])\n}',
    'violation[{"msg": msg, "d": d}] {\n\tmsg := "a"\n\td := {"b": msg}\n}',
    "r := { x |\n  some path, value\n  # walk\n  walk(input.p, [path, value])\n  x := value[_]\n}",
    "f(a) = r {\n  r := a\n}\n\nelse = r {\n  r := 1\n}\ndeny contains f(2)",
    'deny contains m if {\n  m := sprintf(\n    "%s",\n    [input.a],\n  )\n}',
    'deny contains m if {\n  input.a ==\n    limits.x\n  m := 1\n}\nlimits := {\n  "x": 1,\n}',
    "名前 := 1\ndeny contains 名前 if { 名前 == 1 }",
    'deny contains $"{x}" if { x := 1 }',
    'deny contains 1 if { json.unmarshal(input.a).b[_] == regex.find_n("a", "b", 1)[0] }',
    'deny contains 1 if { object.get(input, ["a", 0], null) == null; is_null(data.x) }',
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_policy_is_never_refused(text: str):
    assert unbound([("a.rego", HEAD + text + "\n")]) is None


def test_names_of_imports_and_of_other_files_of_the_package_are_bound():
    text = "import input as tfplan\nimport data.lib.limits\nimport data.lib as l\n"
    one = f"package terraform\n{text}deny contains 1 if {{ tfplan.a; limits.b; l.c; shared }}\n"
    assert unbound([("a.rego", one), ("b.rego", "package terraform\nshared := 1\n")]) is None
    other = ("b.rego", "package lib\nshared := 1\n")
    assert unbound([("a.rego", one), other]) == ("shared", "a.rego")
