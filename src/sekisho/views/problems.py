"""Errors as they leave: one shape for every face."""

from pydantic import ValidationError

from sekisho.domain.errors import ArgumentsInvalid, SekishoError
from sekisho.views.redaction import mask
from sekisho.views.view import View, one_line

_MOST = 5
"""Arguments that are told of at once."""


class ErrorView(View):
    """What went wrong, in both languages, and the next legal step."""

    code: str
    message: str
    message_ja: str
    next: str
    next_ja: str

    @classmethod
    def of(cls, error: SekishoError) -> "ErrorView":
        """Show an error."""
        return cls(
            code=error.code,
            message=mask(error.message()),
            message_ja=mask(error.message("ja")),
            next=mask(error.next_step()),
            next_ja=mask(error.next_step("ja")),
        )

    def words(self) -> str:
        """Say it in one line, as agents read it."""
        return f"{self.code}: {self.message} Next: {self.next}"


def unfit(
    error: ValidationError, allowed: tuple[str, ...], whole: str = "arguments"
) -> ArgumentsInvalid:
    """Say which arguments do not fit and why; their values are never repeated.

    `whole`: what all of them together are called.
    """
    said: list[str] = []
    rows = error.errors(include_input=False, include_url=False, include_context=False)
    for row in rows[:_MOST]:
        name = one_line(row["loc"][0] if row["loc"] else whole, 60)
        if row["type"] == "extra_forbidden":
            said.append(f"{name} is unknown (known: {', '.join(allowed) or 'none'})")
        elif row["type"] == "missing":
            said.append(f"{name} is missing")
        else:
            said.append(f"{name}: {one_line(row['msg'], 120)}")
    rest = [f"and {len(rows) - _MOST} more"] if len(rows) > _MOST else []
    return ArgumentsInvalid(problem="; ".join([*said, *rest]))
