"""Large JSON in a file: found by its shape, decoded a part at a time, the same as read whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.errors import ConfigurationInvalid
from sekisho.terraform.documents import Document, open_document
from sekisho.terraform.plan_json import open_plan, worth_reading
from tests.fakes.readings import read_whole

LISTS = {"list": None}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\{}[],:é日\n'),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('k"\\{'), inner, max_size=4)
    ),
    max_leaves=12,
)


def opened(path: Path, text: str) -> Any:
    path.write_text(text, encoding="utf-8")
    return open_document(path, LISTS)


@given(body=st.dictionaries(st.text('k"\\{}日'), VALUES, max_size=6), spaces=st.booleans())
def test_every_part_is_what_reading_the_whole_gives(
    tmp_path_factory: pytest.TempPathFactory, body: dict[str, Any], spaces: bool
):
    path = tmp_path_factory.getbasetemp() / "document.json"
    text = json.dumps(body, indent=2 if spaces else None, ensure_ascii=spaces)
    found = opened(path, text)
    assert isinstance(found, Document)
    assert list(found) == list(body)
    assert dict(found) == body


def test_a_list_is_decoded_an_element_at_a_time_and_again(tmp_path: Path):
    items = [{"a": [{"b": "]}"}]}, {}, {"c": '"'}]
    found = opened(tmp_path / "d", json.dumps({"x": 1, "list": items, "y": [1]}))
    assert list(found["list"]) == items == list(found["list"])
    assert found["y"] == [1]
    assert list(opened(tmp_path / "d", '{"list": []}')["list"]) == []
    assert opened(tmp_path / "d", '{"list": null}')["list"] is None


def test_what_nests_too_deep_is_read_whole(tmp_path: Path):
    deep = "[" * 60 + "]" * 60
    found = opened(tmp_path / "d", f'{{"a": {deep}, "list": [{{"x": 1}}]}}')
    assert [*found["list"]] == [{"x": 1}]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a": 1', '{"a" 1}', '{"a": 1} x', "null", '{"a": }']
)
def test_what_is_no_json_object_is_refused(tmp_path: Path, text: str):
    with pytest.raises(ConfigurationInvalid):
        opened(tmp_path / "d", text)


def change(actions: list[str], before: Any, after: Any, **more: Any) -> dict[str, Any]:
    inner = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
    masks = {"before_sensitive": more.pop("mask", {}), "after_sensitive": {}}
    head = {"address": "a.b", **more, "mode": "managed", "type": "a", "name": "b"}
    return {**head, "change": {**inner, **masks}}


def test_plain_no_ops_are_passed_over_and_nothing_else_is():
    def says(found: dict[str, Any]) -> bool:
        return worth_reading(json.dumps(found, separators=(",", ":")).encode())

    same = {"change": {"actions": ["no-op"], "before": {}}, "before_sensitive": {}}
    assert not says(change(["no-op"], same, same))
    assert says(change(["delete"], same, None)), "values that look like a no-op hide nothing"
    assert says(change(["no-op"], same, same, previous_address="a.c"))
    assert says(change(["no-op"], {"p": "s"}, {"p": "s"}, mask={"p": True}))


def test_a_plan_read_in_parts_is_the_plan_read_whole(tmp_path: Path):
    trap = {"resource_changes": [{"address": "evil"}], "x": '"resource_changes":[{"a'}
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": trap},
        "resource_changes": [
            change(["no-op"], {"i": 1}, {"i": 1}),
            change(["no-op"], {"p": "himitsu-x"}, {"p": "himitsu-x"}, mask={"p": True}),
            change(["update"], {"i": 1}, {"i": "himitsu-x"}),
            change(["delete"], trap, None),
        ],
        "resource_drift": [change(["update"], {}, {"a": 1})],
        "configuration": {"root_module": {}},
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan, separators=(",", ":")), encoding="utf-8")
    reading = read_whole(open_plan(path))
    assert reading == read_whole(plan)
    assert len(reading.changes) == 2
    assert reading.counts.drift == 1
    assert "himitsu" not in repr(reading)
