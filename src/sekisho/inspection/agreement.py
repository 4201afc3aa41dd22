"""Whether the HCL library that Terraform uses sees the same blocks and attributes as we do.

Two parsers that were written apart do not err alike: what hides from one of them shows here.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pygohcl  # pyright: ignore[reportMissingTypeStubs] (it has none)

from sekisho.inspection.syntax import Block, Body, Unmodelled

Seen = Mapping[str, Any]


_PLACE = re.compile(r"(?:invalid HCL: )?tmp\.hcl:(?P<line>\d+),[\d,-]+: (?P<said>.*)", re.DOTALL)


def parsed(content: bytes) -> Seen:
    """Return what the library makes of a file. Raises Unmodelled, in the library's own words."""
    try:
        # Not as text: a second decoding would be one more thing to differ.
        return cast("Seen", pygohcl.loadb(content))  # pyright: ignore[reportUnknownMemberType]
    except (pygohcl.HCLParseError, pygohcl.HCLInternalError) as error:
        place = _PLACE.match(str(error))
        line, said = (int(place["line"]), place["said"]) if place else (0, str(error))
        raise Unmodelled(said, line) from None


def check_same(body: Body, seen: Seen) -> None:
    """Compare a file that was read with what the library makes of it. Raises Unmodelled."""
    _same([body], [seen], 0)


def _same(bodies: Sequence[Body], seen: Sequence[Any], line: int) -> None:
    """Compare bodies that have the same type and labels, all of them at once."""
    if len(bodies) != len(seen) or not all(isinstance(s, Mapping) for s in seen):
        raise Unmodelled("how many blocks there are", line)
    theirs = [cast("Seen", s) for s in seen]
    for body, one in zip(bodies, theirs, strict=True):
        blocks: defaultdict[str, list[Block]] = defaultdict(list)
        for block in body.blocks:
            blocks[block.type].append(block)
        names = {a.name for a in body.attributes}
        if names | set(blocks) != set(one) or names & set(blocks):
            raise Unmodelled("which names there are", line)
        for kind, found in blocks.items():
            _labelled(found, one[kind], 0)


def _labelled(blocks: Sequence[Block], seen: Any, depth: int) -> None:
    """Compare blocks of one type, label by label; those of the same labels come as a list."""
    line = blocks[0].line
    if len({len(b.labels) for b in blocks}) != 1:
        raise Unmodelled("the labels of a block", line)
    if depth == len(blocks[0].labels):
        many = cast("list[Any]", seen) if isinstance(seen, list) else [seen]
        _same([b.body for b in blocks], many, line)
        return
    by_label: defaultdict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        by_label[block.labels[depth]].append(block)
    if not isinstance(seen, Mapping) or set(cast("Seen", seen)) != set(by_label):
        raise Unmodelled("the labels of a block", line)
    for label, found in by_label.items():
        _labelled(found, cast("Seen", seen)[label], depth + 1)
