"""Entries of an object that are secret for what stands beside them."""

import functools
import re
from collections.abc import Mapping
from typing import Any

from sekisho.domain.secret_names import telling

_NAMES = frozenset(
    ("name", "Name", "key", "Key", "parameter_name", "ParameterKey", "option_name", "variable")
)
_LABELS = frozenset({*_NAMES, "kind"})
_LONGEST = 20
_NONE: frozenset[str] = frozenset()
_VALUES = re.compile(r"(?:string_?)?value|ParameterValue|content", re.IGNORECASE)
_holds_value = functools.lru_cache(maxsize=4096)(_VALUES.fullmatch)
_DATA = ("data", "stringData", "string_data", "binary_data", "binaryData")


def hidden_entries(fields: Mapping[str, Any]) -> frozenset[str]:
    """Name the entries of an object whose values are secret, whatever these look like.

    `{"name": "DB_PASSWORD", "value": …}` (a container's environment, a chart's settings), and the
    data of a Kubernetes object of the kind Secret. Entries with telling names of their own are not
    in it.
    """
    beside = fields.keys() & _LABELS  # looks for the few labels, not for the many fields
    if not beside:
        return _NONE
    values = frozenset(k for k in fields if _holds_value(k[:_LONGEST]))
    labels = (fields[n] for n in beside & _NAMES)
    if values and any(isinstance(label, str) and telling(label) for label in labels):
        return values
    if fields.get("kind") == "Secret":
        return frozenset(k for k in _DATA if k in fields)
    return frozenset()
