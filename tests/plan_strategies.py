"""Plan JSON of any content that fits its schema, for property-based tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.text(max_size=12) | st.sampled_from(["tags", "password", "名前", "a.b[0]", "policy", ""])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**80), max_value=2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(['{"a":1}', '{"a": 1}', "[1,2]", "{bad", "\x1b[31mx", "AKIAIOSFODNN7EXAMPLE"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
MASKS = st.recursive(
    st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.none() | st.dictionaries(NAMES, VALUES, max_size=5)
ACTIONS = st.sampled_from(
    [
        ["no-op"],
        ["create"],
        ["read"],
        ["update"],
        ["delete"],
        ["forget"],
        ["delete", "create"],
        ["create", "delete"],
        ["create", "forget"],
        ["teleport"],
        [],
    ]
)
PATHS = st.lists(st.lists(st.text(max_size=5) | st.integers(0, 9), max_size=4), max_size=3)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object of which any field may be missing."""
    return st.fixed_dictionaries({}, optional=fields)


CHANGE = some(
    actions=ACTIONS,
    before=OBJECTS,
    after=OBJECTS,
    after_unknown=MASKS,
    before_sensitive=MASKS,
    after_sensitive=MASKS,
    replace_paths=PATHS,
    importing=some(id=st.text(max_size=9), identity=OBJECTS, unknown=st.just(True)),
    generated_config=st.text(max_size=9),
    before_identity=OBJECTS,
    after_identity=OBJECTS,
    later_field=VALUES,
)
RESOURCE = some(
    address=st.text(max_size=40),
    module_address=st.text(max_size=20) | st.just('module.m["a.b[\\"x"]'),
    mode=st.sampled_from(["managed", "data", "ephemeral"]),
    type=st.sampled_from(["aws_db_instance", "aws_instance", "x_y"]) | st.text(max_size=9),
    name=st.text(max_size=9),
    index=st.none() | st.text(max_size=5) | st.integers(0, 10**9),
    index_unknown=st.booleans(),
    provider_name=st.text(max_size=9),
    deposed=st.text(max_size=8),
    previous_address=st.text(max_size=20),
    action_reason=st.text(max_size=9) | st.just("replace_because_tainted"),
    change=CHANGE,
    later_field=VALUES,
)
EXPRESSION = some(references=st.lists(st.text(max_size=9), max_size=3), constant_value=VALUES)
BLOCK = some(
    address=st.text(max_size=9),
    mode=st.sampled_from(["managed", "data"]),
    type=st.text(max_size=9) | st.just("external"),
    name=st.text(max_size=9),
    expressions=st.dictionaries(NAMES, EXPRESSION | st.lists(EXPRESSION, max_size=2), max_size=3),
    provisioners=st.lists(some(type=st.text(max_size=9)), max_size=2),
    depends_on=st.lists(st.text(max_size=9), max_size=2),
)
MODULE = some(
    resources=st.lists(BLOCK, max_size=3),
    variables=st.dictionaries(NAMES, some(sensitive=st.booleans()), max_size=2),
    outputs=st.dictionaries(NAMES, some(expression=EXPRESSION), max_size=2),
    module_calls=st.dictionaries(
        NAMES, some(module=some(resources=st.lists(BLOCK, max_size=2))), max_size=2
    ),
)
PLANS = st.fixed_dictionaries(
    {"format_version": st.sampled_from(["0.1", "1.0", "1.2", "1.9"])},
    optional={
        "terraform_version": st.text(max_size=9),
        "resource_changes": st.lists(RESOURCE, max_size=5),
        "resource_drift": st.lists(RESOURCE, max_size=2),
        "deferred_changes": st.lists(
            some(reason=st.text(max_size=9), resource_change=RESOURCE), max_size=2
        ),
        "action_invocations": st.lists(
            some(address=st.text(max_size=9), type=st.text(max_size=9)), max_size=2
        ),
        "output_changes": st.dictionaries(NAMES, CHANGE, max_size=3),
        "checks": st.lists(
            some(
                address=some(kind=st.text(max_size=9), to_display=st.text(max_size=9)),
                status=st.sampled_from(["pass", "fail", "error", "unknown"]),
                instances=st.lists(
                    some(
                        status=st.text(max_size=9),
                        problems=st.lists(some(message=st.text(max_size=9)), max_size=2),
                    ),
                    max_size=2,
                ),
            ),
            max_size=2,
        ),
        "variables": st.dictionaries(NAMES, some(value=VALUES), max_size=3),
        "configuration": some(root_module=MODULE),
        "prior_state": some(values=VALUES),
        "applyable": st.booleans(),
        "complete": st.booleans(),
        "errored": st.booleans(),
        "later_field": VALUES,
    },
)
