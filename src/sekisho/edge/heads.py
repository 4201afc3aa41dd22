"""Reading the head of a request straight from its ASGI scope: nothing is parsed twice."""

from starlette.types import Scope


def values(scope: Scope, name: bytes) -> list[str]:
    """Return every value of a header, without the white space around it."""
    return [v.strip().decode("latin-1") for n, v in scope["headers"] if n == name]


def only(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header that is there once, else None."""
    found = values(scope, name)
    return found[0] if len(found) == 1 else None
