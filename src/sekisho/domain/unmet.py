"""One condition of the gate that is not met."""

import dataclasses
from datetime import datetime

from sekisho.domain.rules import Level
from sekisho.domain.text import Text


@dataclasses.dataclass(frozen=True)
class Unmet:
    """What is not met, by which rule. `final`: this plan can never meet it; plan again.

    `at`: when it will be met by itself, where that is known.
    """

    code: str
    text: Text
    rule: str = ""
    final: bool = False
    at: datetime | None = None
    level: Level = Level.HARD
