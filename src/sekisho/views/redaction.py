"""The second redaction net: secrets of well-known shapes are masked in every string that leaves.

Redaction proper happens where Terraform's output comes in. This net is for what slips through:
a key pasted into a message, a password inside an error of a provider. Both nets read one table
(`domain/secret_shapes`); labels are taken at their word only where they are hardly ever anything
else, since much of what leaves is our own text about tokens and secrets.
"""

from typing import Any, cast

from sekisho.domain import secret_shapes
from sekisho.domain.secret_labels import mask_labelled
from sekisho.domain.secret_names import harmless, narrowly_telling
from sekisho.domain.states import MASK


def suspicious(text: str) -> bool:
    """Say, cheaply, whether a credential may be in there at all: most texts have none."""
    return secret_shapes.suspicious(text)


def names_secret(name: str) -> bool:
    """Say whether a field of this name holds a credential, whatever the value looks like."""
    return narrowly_telling(name)


def mask(text: str) -> str:
    """Return `text` with everything that looks like a credential replaced by the mask."""
    if not suspicious(text):
        return text
    return mask_labelled(secret_shapes.mask_shapes(text), narrowly_telling)


def mask_all(value: Any) -> Any:
    """Return JSON-like data with every string in it masked, keys of objects too."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {mask(k): _field(k, v) for k, v in fields.items()}
    if isinstance(value, list):
        return [mask_all(v) for v in cast("list[Any]", value)]
    return value


def _field(name: str, value: Any) -> Any:
    if isinstance(value, str) and names_secret(name):
        return value if harmless(value) else MASK
    return mask_all(value)
