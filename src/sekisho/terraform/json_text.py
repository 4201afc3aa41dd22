"""Reading Terraform's JSON: formats, and access that no surprise in the shape can break."""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import msgspec

from sekisho.domain.errors import ConfigurationInvalid

Json = dict[str, Any]


def _exact(text: str) -> float | str:
    number = float(text)
    finite = number - number == 0
    return number if finite and Decimal(repr(number)) == Decimal(text) else text


_DECODER = msgspec.json.Decoder(float_hook=_exact)


def decode(raw: bytes | msgspec.Raw) -> Any:
    """Read JSON; numbers that a float cannot hold stay text, so that none is changed.

    Raises:
        ConfigurationInvalid: it is no JSON.
    """
    try:
        return _DECODER.decode(raw)
    except (ValueError, RecursionError):
        return _plainly(bytes(raw))


def _plainly(raw: bytes) -> Any:
    """Read what msgspec refuses and Python takes: halves of surrogate pairs, say."""
    try:
        return json.loads(raw, parse_float=_exact, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ConfigurationInvalid(problem="Terraform's JSON cannot be read") from error


def load(path: Path) -> Json:
    """Read a JSON object whole.

    Raises:
        ConfigurationInvalid: it is no JSON object.
    """
    found = decode(path.read_bytes())
    if not isinstance(found, dict):
        raise ConfigurationInvalid(problem="Terraform's JSON is no object")
    return cast("Json", found)


def check_format(found: Mapping[str, Any]) -> None:
    """Let through formats before 2.0: within a major version Terraform only adds.

    Raises:
        ConfigurationInvalid: another major version, or none.
    """
    version = str(found.get("format_version") or "")
    if version.partition(".")[0] not in ("0", "1"):
        raise ConfigurationInvalid(
            problem=f"Terraform writes format {version!r}, which this server does not know"
        )


def obj(value: Any) -> Json:
    """Return an object, or an empty one for anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def objects(value: Any) -> Iterator[Json]:
    """Yield the objects of a list, or of anything that yields them in a list's stead."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        for entry in cast("Iterable[Any]", value):
            yield obj(entry)
