"""Which blocks Terraform's language has, and how many labels each: whatever else is not understood.

Source: https://developer.hashicorp.com/terraform/language and Terraform 1.15's own schema of it.
"""

from sekisho.inspection.syntax import Block, Body, Unmodelled

LABELS = {
    "terraform": 0,
    "provider": 1,
    "variable": 1,
    "locals": 0,
    "output": 1,
    "module": 1,
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "moved": 0,
    "import": 0,
    "removed": 0,
    "check": 1,
    "action": 2,
}
"""At the top of a file."""
_INNER = {"backend": 1, "provider_meta": 1, "provisioner": 1, "dynamic": 1, "data": 2}
"""Inside of another block; blocks of providers have no labels."""


def check_shapes(body: Body) -> None:
    """Let only known blocks pass. Raises Unmodelled."""
    for attribute in body.attributes:
        raise Unmodelled(f"an argument outside of every block ({attribute.name})", attribute.line)
    for block in body.blocks:
        if LABELS.get(block.type) != len(block.labels):
            raise Unmodelled(f"a block {block.title}", block.line)
        _inner(block)


def _inner(block: Block) -> None:
    for inner in block.body.blocks:
        if len(inner.labels) != _INNER.get(inner.type, 0):
            raise Unmodelled(f"a block {inner.title}", inner.line)
        _inner(inner)
