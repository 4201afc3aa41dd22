"""Overrides as they are shown: who passed what and why, and whether somebody looked at it."""

from datetime import datetime

from pydantic import Field

from sekisho.domain.overrides import Override, OverrideKind
from sekisho.domain.runs import Run
from sekisho.domain.text import Language
from sekisho.views.plan_texts import say
from sekisho.views.times import minute
from sekisho.views.view import View, moment, one_line, shown

_NAMED = 20


class OverrideView(View):
    """A person passed rules that were not met; somebody else looks at it until `due`."""

    kind: str
    person: str
    at: datetime
    reason: str
    rules: list[str] = Field(default_factory=list[str])
    due: datetime
    followed_by: str | None = None
    followed_at: datetime | None = None

    @classmethod
    def of(cls, given: Override) -> "OverrideView":
        """Show an override."""
        return cls(
            kind=str(given.kind),
            person=one_line(given.by.person),
            at=given.at,
            reason=shown(given.reason, 500),
            rules=[one_line(r, 100) for r in given.rules[:_NAMED]],
            due=given.due,
            followed_by=one_line(given.followed) or None,
            followed_at=given.followed_at,
        )

    def words(self) -> str:
        """Say what happened, why, and what is still to be done."""
        did = "BROKE THE GLASS" if self.kind == OverrideKind.GLASS else "overrode soft rules"
        said = f"{self.person} {did} at {moment(self.at)} ({', '.join(self.rules)}): {self.reason}."
        if self.followed_by:
            return f"{said} {self.followed_by} looked at it afterwards."
        return f"{said} Somebody else has to look at it until {moment(self.due)}."


def waiting(run: Run) -> Override | None:
    """Return the override that has waited longest to be looked at; None where none waits."""
    return next((o for o in run.overrides if not o.followed), None)


def override_said(given: Override, language: Language, *, late: bool = False) -> str:
    """Say an override in one line for people."""
    key = "override.glass" if given.kind is OverrideKind.GLASS else "override.soft"
    names = say(language, "comma").join(one_line(r, 60) for r in given.rules[:_NAMED])
    facts = {"person": one_line(given.by.person, 100), "at": minute(given.at), "rules": names}
    said = say(language, key, **facts, reason=one_line(given.reason, 300))
    if given.followed:
        return said + say(language, "override.followed", person=one_line(given.followed, 100))
    return said + say(language, "override.late" if late else "override.due", at=minute(given.due))
