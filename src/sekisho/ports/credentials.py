"""Credentials that are lent to a phase of a run, and given back when it ends."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from sekisho.domain.credentials import Loan

Learn = Callable[[Iterable[str]], None]
"""Takes secrets that are to be kept out of what is shown."""


@dataclass(frozen=True)
class Lent:
    """What a run gets: variables by which its SDKs ask for keys, and the loopback port they ask at.

    None of the keys is in here. `tell` calls a listener with every secret of the loan that there is
    now, and with those of later keys before anybody is served them.
    """

    environment: Mapping[str, str] = field(repr=False)
    port: int
    tell: Callable[[Learn], None] = field(repr=False)


class Lender(Protocol):
    """Lends roles. Threads may share it."""

    def lend(self, loan: Loan) -> AbstractContextManager[Lent]:
        """Assume the role now, and lend it as long as the block lasts.

        Afterwards nobody gets keys by what was lent; keys that are out live their minutes.
        Raises CredentialsRefused, CredentialsAway, AwsMissing.
        """
        ...

    def close(self) -> None:
        """End every loan."""
        ...
