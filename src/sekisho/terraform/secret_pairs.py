"""Entries of an object that are secret for what stands beside them."""

import re
from collections.abc import Mapping
from typing import Any

from sekisho.domain.secret_names import telling

_NAMES = frozenset(
    ("name", "Name", "key", "Key", "parameter_name", "ParameterKey", "option_name", "variable")
)
_LABELS = frozenset({*_NAMES, "kind"})
_NONE: frozenset[str] = frozenset()
_VALUES = re.compile(r"(?:string_?)?value|ParameterValue|content", re.IGNORECASE)
_DATA = ("data", "stringData", "string_data", "binary_data", "binaryData")


def hidden_entries(fields: Mapping[str, Any]) -> frozenset[str]:
    """Name the entries of an object whose values are secret, whatever these look like.

    `{"name": "DB_PASSWORD", "value": …}` (a container's environment, a chart's settings), and the
    data of a Kubernetes object of the kind Secret. Entries with telling names of their own are not
    in it.
    """
    beside = _LABELS.intersection(fields)
    if not beside:
        return _NONE
    labels = (fields[n] for n in beside & _NAMES)
    if any(isinstance(label, str) and telling(label) for label in labels):
        return frozenset(k for k in fields if _VALUES.fullmatch(k))
    if fields.get("kind") == "Secret":
        return frozenset(k for k in _DATA if k in fields)
    return frozenset()
