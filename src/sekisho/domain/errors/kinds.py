"""The root of the tree and its six kinds; each face maps these."""

from typing import ClassVar

from sekisho.domain.errors_ja import JAPANESE
from sekisho.domain.text import Language, Text


class SekishoError(Exception):
    """Anything that Sekisho refuses or cannot do, said so that the reader knows the next step."""

    code: ClassVar[str] = "internal"
    says: ClassVar[str] = "Something went wrong inside Sekisho."
    step: ClassVar[str] = "Ask the operator to look at the server log."
    cap: ClassVar[int] = 500
    """Longest rendering, in characters, of one fact in what is said."""

    def __init__(self, **facts: object) -> None:
        """Keep `facts`, which fill the sentences of the class."""
        super().__init__(self.code)
        self.facts = facts

    def message(self, language: Language = "en") -> str:
        """Say what is wrong."""
        return Text(self.says, JAPANESE[self.code][0]).render(language, self.facts, self.cap)

    def next_step(self, language: Language = "en") -> str:
        """Say what to do next."""
        return Text(self.step, JAPANESE[self.code][1]).render(language, self.facts)

    def __str__(self) -> str:
        """Say both, with the code, in English: for logs and tracebacks."""
        return f"{self.code}: {self.message()} {self.next_step()}"


class NotFound(SekishoError):
    """What was named does not exist."""


class Invalid(SekishoError):
    """What was given is not well formed."""


class TooLarge(SekishoError):
    """What was given is over a cap."""


class Conflict(SekishoError):
    """It cannot be done as things stand now."""


class Refused(SekishoError):
    """The caller may not do this, or not this way."""


class Unavailable(SekishoError):
    """A part that is needed is away."""
