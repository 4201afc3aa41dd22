"""No bytes make the inspection raise; and nothing that is cut up and glued loses a provisioner."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.domain.inspections import Finding, FindingKind
from sekisho.inspection.reading import Tree, inspect
from tests.attacks.honest import HONEST
from tests.attacks.hostile import ALL

PIECES = sorted(
    {text for files in HONEST.values() for text in files.values()}
    | {text for attack in ALL for text in attack.files.values()}
    | {'"', "${", "%{", "}", "{", "<<EOT\n", "EOT\n", "/*", "*/", "#", "\\", "\n", "$${", "é", "\0"}
)
QUIET = [t for files in HONEST.values() for n, t in files.items() if n.endswith(".tf")]


def look(name: str, content: bytes) -> tuple[Finding, ...]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        return inspect(Tree(Path(folder), (name,)))


@st.composite
def glued(draw: st.DrawFn) -> bytes:
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))
    whole = "".join(pieces).encode()
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 20)))
    return whole[:start] + draw(st.binary(max_size=4)) + whole[end:]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["main.tf", "main.tf.json"]), st.one_of(glued(), st.binary(max_size=200)))
def test_no_bytes_make_it_raise_and_the_same_bytes_are_the_same(name: str, content: bytes):
    found = look(name, content)
    assert found == look(name, content)
    assert all(f.line >= 0 and f.file == name for f in found)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(QUIET), max_size=3), st.lists(st.sampled_from(QUIET), max_size=3))
def test_a_provisioner_is_found_or_the_file_is_refused_whatever_stands_around_it(
    before: list[str], after: list[str]
):
    own = 'resource "terraform_data" "own" {\n  provisioner "local-exec" {\n  }\n}\n'
    kinds = {f.kind for f in look("main.tf", "\n".join([*before, own, *after]).encode())}
    assert kinds & {FindingKind.PROVISIONER, FindingKind.UNMODELLED}
