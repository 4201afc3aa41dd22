"""Protocol buffers by hand: just what a provider needs to speak to Terraform.

The package `tf` carries an older protocol than the things we want plans of (write-only attributes,
identities, actions), and no compiler for protocol buffers is among what tests install.
"""

from collections.abc import Iterable

Value = int | str | bytes


def message(*fields: tuple[int, Value]) -> bytes:
    """Write a message: (number of the field, value), in this order; False and "" too."""
    return b"".join(_field(number, value) for number, value in fields)


def repeated(number: int, values: Iterable[Value]) -> list[tuple[int, Value]]:
    """Give one field for each value."""
    return [(number, value) for value in values]


def parse(raw: bytes) -> dict[int, list[Value]]:
    """Read a message: each field's values, in their order."""
    found: dict[int, list[Value]] = {}
    place = 0
    while place < len(raw):
        key, place = _read(raw, place)
        if key & 7 == 0:
            value, place = _read(raw, place)
        elif key & 7 == 2:
            length, place = _read(raw, place)
            value, place = raw[place : place + length], place + length
        else:
            raise ValueError(f"wire type {key & 7}")
        found.setdefault(key >> 3, []).append(value)
    return found


def first(fields: dict[int, list[Value]], number: int) -> bytes:
    """Return a field of bytes, empty where it is not there."""
    value = fields.get(number, [b""])[0]
    return value if isinstance(value, bytes) else b""


def _field(number: int, value: Value) -> bytes:
    if isinstance(value, int):
        return _write(number << 3) + _write(int(value))
    body = value.encode() if isinstance(value, str) else value
    return _write(number << 3 | 2) + _write(len(body)) + body


def _write(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read(raw: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = raw[place]
        place += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, place
