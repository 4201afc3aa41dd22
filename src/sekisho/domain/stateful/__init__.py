"""The maintained table of types that hold data which is gone when they are deleted or replaced.

Pure data and lookups. Only exact names are known: a type that merely looks like one of them (an
ending, a provider's fork under another prefix) is answered with nothing rather than with a guess,
so what is not listed is judged by its action alone. To add a type: one row in the module of its
cloud, then `tools/stateful_schema.py`, which proves the names against the provider's schema.
"""

from sekisho.domain.stateful.aws_databases import DATABASES
from sekisho.domain.stateful.aws_identity import IDENTITY
from sekisho.domain.stateful.aws_services import SERVICES
from sekisho.domain.stateful.aws_storage import STORAGE
from sekisho.domain.stateful.azure import AZURE
from sekisho.domain.stateful.elsewhere import ELSEWHERE
from sekisho.domain.stateful.entries import Effect, Protection, Stand, Stateful, Wanted, Weight
from sekisho.domain.stateful.google import GOOGLE
from sekisho.domain.stateful.guards import EXPIRES, GUARDS, PROTECTED
from sekisho.domain.text import Text

__all__ = [
    "TABLE",
    "Effect",
    "Protection",
    "Stand",
    "Stateful",
    "Wanted",
    "Weight",
    "expires",
    "guarded_by",
    "named_types",
    "protections",
    "stateful",
]

TABLE: dict[str, Stateful] = {
    **DATABASES,
    **STORAGE,
    **IDENTITY,
    **SERVICES,
    **GOOGLE,
    **AZURE,
    **ELSEWHERE,
}


def stateful(type_: str) -> Stateful | None:
    """Return what is known of a type that holds data; None: it is not known to hold any."""
    return TABLE.get(type_)


def protections(type_: str) -> tuple[Protection, ...]:
    """Return the attributes of a type that protect data, its own or that of others."""
    row = TABLE.get(type_)
    return row.protections if row else PROTECTED.get(type_, ())


def guarded_by(type_: str) -> Text | None:
    """Return the protection of something else that goes away with an object of this type."""
    return GUARDS.get(type_)


def expires(type_: str) -> Text | None:
    """Return what the rules of such an object delete by themselves."""
    return EXPIRES.get(type_)


def named_types() -> frozenset[str]:
    """Return every type that any of the tables names."""
    return frozenset(TABLE) | frozenset(PROTECTED) | frozenset(GUARDS) | frozenset(EXPIRES)
