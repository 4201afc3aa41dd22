"""A large JSON object in a file, decoded a part at a time: memory stays flat whatever its size.

msgspec reads past what nobody asks for (planned values, prior state) at the speed of the disk.
"""

import json
import mmap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from sekisho.domain.errors import ConfigurationInvalid
from sekisho.terraform.json_text import decode, load

Keep = Callable[[bytes], bool]
_LET_GO = 500
"""Elements after which memory is let go of."""


class Elements(Iterable[Any]):
    """The elements of a list, decoded one at a time, each time they are asked for."""

    def __init__(self, text: mmap.mmap, raw: list[msgspec.Raw]) -> None:
        self._text, self._raw = text, raw

    def __iter__(self) -> Iterator[Any]:
        """Decode them from the first; what lies behind is let go of, and read again if need be."""
        return self.where(None)

    def where(self, keep: Keep | None) -> Iterator[Any]:
        """Decode those alone that `keep` says yes to, from their bytes."""
        for count, raw in enumerate(self._raw):
            if count % _LET_GO == 0:
                _let_go(self._text)
            if keep is None or keep(bytes(raw)):
                yield decode(raw)


class Document(Mapping[str, Any]):
    """An object; keys named in `lists` give `Elements`, all others plain values.

    Of a list, elements are passed over to which its function says no, from their bytes alone.
    """

    def __init__(self, text: mmap.mmap, lists: Mapping[str, Keep | None]) -> None:
        self._raw = raw = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        self._elements = {
            key: _elements(text, raw[key], keep)
            for key, keep in lists.items()
            if key in raw and bytes(memoryview(raw[key])[:1]) == b"["
        }

    def __getitem__(self, key: str) -> Any:
        """Decode one value."""
        return self._elements[key] if key in self._elements else decode(self._raw[key])

    def raw(self, key: str) -> memoryview:
        """Return the bytes of one value, where they lie."""
        return memoryview(self._raw[key])

    def __contains__(self, key: object) -> bool:
        """Say whether there is such a key, without a look at its value."""
        return key in self._raw

    def __iter__(self) -> Iterator[str]:
        """List the keys in their order."""
        return iter(self._raw)

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._raw)


def open_document(path: Path, lists: Mapping[str, Keep | None]) -> Mapping[str, Any]:
    """Open a JSON object. What msgspec will not take is read whole, the plain way.

    Raises:
        ConfigurationInvalid: it is no JSON object.
    """
    try:
        with path.open("rb") as file:
            text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (ValueError, OSError) as error:
        raise ConfigurationInvalid(problem="Terraform's JSON cannot be read") from error
    try:
        return Document(text, lists)
    except (ValueError, RecursionError):
        return load(path)


def chosen(elements: Any, keep: Keep) -> Any:
    """Return the elements of a list that `keep` says yes to; all of them, where it is no file's."""
    return elements.where(keep) if isinstance(elements, Elements) else elements


def raw_part(document: Mapping[str, Any], key: str) -> memoryview:
    """Return the JSON of one value, undecoded and not copied; nothing where there is none."""
    if key not in document:
        return memoryview(b"")
    if isinstance(document, Document):
        return document.raw(key)
    return memoryview(json.dumps(document[key]).encode())


def _elements(text: mmap.mmap, raw: msgspec.Raw, keep: Keep | None) -> Elements:
    found = msgspec.json.decode(raw, type=list[msgspec.Raw])
    return Elements(text, [r for r in found if keep is None or keep(bytes(r))])


def _let_go(text: mmap.mmap) -> None:
    """Let the pages of the file go from memory: they stay in the system's cache."""
    if hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        text.madvise(mmap.MADV_DONTNEED)
