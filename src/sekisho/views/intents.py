"""What a plan may do at most, as it is said beforehand and as it is shown."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from sekisho.domain.intents import Intent
from sekisho.domain.runs import Run
from sekisho.domain.text import Language
from sekisho.views.plan_texts import say
from sekisho.views.view import View, one_line, shown

EXCEEDED = "intent_exceeded"
ROLLBACK = 4000
"""Characters of a note on how to roll back."""
ActionWord = Literal["create", "update", "delete", "replace", "read", "forget", "no-op"]
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_COUNT["description"] = "Most resources that are deleted or replaced; left out: any number"


def _no_null(schema: dict[str, Any]) -> None:
    """Leave out a default of null: what is left out is no number."""
    schema["properties"]["max_destroys"].pop("default", None)


class IntentAsk(BaseModel):
    """What the plan may do at most; what is left out is not limited."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_no_null)

    addresses: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(
        default_factory=list[str],
        max_length=100,
        description="Patterns of addresses that may change; `*` is any text",
    )
    actions: list[ActionWord] = Field(
        default_factory=list[ActionWord], max_length=7, description="Actions that may be planned"
    )
    # No null in the schema: some models take none that has it.
    max_destroys: Annotated[int | None, Field(ge=0), WithJsonSchema(_COUNT)] = None

    def meant(self) -> Intent:
        """Return the intent."""
        return Intent(tuple(self.addresses), tuple(self.actions), self.max_destroys)


INTENT_FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "addresses": {"type": "array", "items": {"type": "string"}, "description": "`*`: any text"},
        "actions": {"type": "array", "items": {"enum": list(get_args(ActionWord))}},
        "max_destroys": {"type": "integer", "minimum": 0},
    },
}
"""The same, as short as models have to read it, without references."""


class IntentView(View):
    """What was said beforehand; `beyond`: what the plan does all the same, where it does more."""

    addresses: list[str] = Field(default_factory=list[str])
    actions: list[str] = Field(default_factory=list[str])
    max_destroys: int | None = None
    beyond: list[str] = Field(default_factory=list[str])

    @classmethod
    def of(cls, run: Run) -> "IntentView | None":
        """Show the intent of a run; None where none was said."""
        intent = run.intent
        if not intent:
            return None
        return cls(
            addresses=[one_line(a, 500) for a in intent.addresses],
            actions=[one_line(a, 20) for a in intent.actions],
            max_destroys=intent.max_destroys,
            beyond=beyond(run),
        )

    def words(self) -> str:
        """Say it in a line, and what is beyond it in lines of their own."""
        said = [", ".join(self.addresses) or "any address", ", ".join(self.actions) or "any action"]
        said += [f"at most {self.max_destroys} destroyed"] if self.max_destroys is not None else []
        lines = [f"Intent: {'; '.join(said)}"]
        lines += ["The plan does more than that:"] if self.beyond else []
        return "\n".join([*lines, *[f"- {b}" for b in self.beyond]])


def beyond(run: Run) -> list[str]:
    """Return how a plan goes beyond its intent, a line each; nothing where it does not."""
    if run.problem is None or run.problem.code != EXCEEDED:
        return []
    return [one_line(line, 600) for line in run.problem.detail.splitlines()]


def intent_said(run: Run, language: Language) -> str:
    """Say in one line what was meant; empty where nothing was said."""
    intent, comma = run.intent, say(language, "comma")
    parts = [
        _some(language, "intent.addresses", intent.addresses, comma),
        _some(language, "intent.actions", intent.actions, comma),
    ]
    if intent.max_destroys is not None:
        parts.append(say(language, "intent.destroys", count=intent.max_destroys))
    return say(language, "intent.and").join(p for p in parts if p)


def _some(language: Language, key: str, words: Sequence[str], comma: str) -> str:
    shown_ = [one_line(w, 200) for w in words[:_NAMED]]
    shown_ += [say(language, "more", count=len(words) - _NAMED)] * (len(words) > _NAMED)
    return say(language, key, words=comma.join(shown_)) if words else ""


_NAMED = 10


def rollback_shown(run: Run, cap: int = ROLLBACK) -> str | None:
    """Return the note on how to roll back, inert; None where there is none."""
    return shown(run.rollback, cap).strip() or None
