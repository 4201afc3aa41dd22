"""Errors as they leave: one shape for every face."""

from sekisho.domain.errors import SekishoError
from sekisho.views.redaction import mask
from sekisho.views.view import View


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
