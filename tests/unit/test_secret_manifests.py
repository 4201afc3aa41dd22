"""Kubernetes Secrets inside of texts: their data is hidden, whatever it looks like."""

from __future__ import annotations

import json

import pytest

from sekisho.domain.secret_manifests import mask_manifests
from sekisho.domain.states import MASK
from sekisho.terraform.redaction import Redactor

WORD = "kawa no hotori"
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "app", "labels": {"tier": "db"}},
    "stringData": {"word": WORD, "file": '{"a": {"b": "c"}}', "n": 1, "last": f"{WORD} 2"},
    "data": {"more": "a2F3YQ=="},
    "type": "Opaque",
}
YAML = f"""apiVersion: v1
kind: ConfigMap
data:
  colour: blue
---
apiVersion: v1
kind: Secret
metadata:
  name: app
stringData:
  word: {WORD}
  file: |
    first {WORD}

    second {WORD}
  folded: >-
    {WORD}
data:
  more: a2F3YQ==
type: Opaque
---
kind: Service
spec:
  port: 80
"""


def levels(text: str) -> list[str]:
    """Write a text as it is, and as JSON in JSON in JSON."""
    found = [text]
    for _ in range(3):
        found.append(json.dumps(found[-1]))
    return found


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("indent", [None, 2])
def test_data_in_json_is_hidden_however_deep_it_is_quoted(level: int, indent: int | None):
    left = mask_manifests(levels(json.dumps(SECRET, indent=indent))[level])
    for _ in range(level):
        left = json.loads(left)
    told = json.loads(left)
    hidden = {"word": MASK, "file": MASK, "n": 1, "last": MASK}
    assert told == {**SECRET, "stringData": hidden, "data": {"more": MASK}}


@pytest.mark.parametrize("level", range(4))
def test_data_in_yaml_is_hidden_and_other_documents_stay(level: int):
    left = mask_manifests(levels(YAML)[level])
    for _ in range(level):
        left = json.loads(left)
    assert WORD not in left
    assert "a2F3" not in left
    for line in ("  colour: blue", "  name: app", "type: Opaque", "  port: 80", f"  word: {MASK}"):
        assert line in left.splitlines()
    assert len(left.splitlines()) == len(YAML.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        f'"kind": "Secret"\n"stringData":\n  "word": "{WORD}"\n',
        f"kind: Secret\ndata: {{word: {WORD}, more: x}}\n",
        f"kind: Secret\ndata: {{word: {WORD} (old),\n  more: x}}\n",
        f"- kind: Secret\n  stringData:\n    word:\n      {WORD}\n",
        f"kind: 'Secret'\nstringData:\n  word: {WORD}\n",
        f"stringData:\r\n  word: {WORD}\r\nkind: Secret\r\n",
    ],
)
def test_every_way_to_write_one_is_hidden(text: str):
    assert WORD not in mask_manifests(text)
    assert WORD not in Redactor().text(text)
    assert mask_manifests(mask_manifests(text)) == mask_manifests(text)


@pytest.mark.parametrize(
    "text",
    [
        YAML.replace("kind: Secret", "kind: ConfigMap"),
        json.dumps({**SECRET, "kind": "ConfigMap"}),
        json.dumps({**SECRET, "kind": "SecretStore"}),
        "kind: SecretProviderClass\ndata:\n  colour: blue\n",
        "The Secret of kind: x is in data: {a: b}",
        "kind: Secret",
        "kind: Secret\nmetadata:\n  name: app\n  data: 1\n",
    ],
)
def test_what_is_no_secret_stays(text: str):
    assert mask_manifests(text) == text


@pytest.mark.parametrize("unit", ['"data": {"a": "', "data:\n  a: b\n", '\\"data\\": {', "{" * 9])
def test_hostile_texts_take_no_longer_than_they_are_long(unit: str):
    text = "kind: Secret\n" + unit * 20_000
    assert isinstance(mask_manifests(text), str)
