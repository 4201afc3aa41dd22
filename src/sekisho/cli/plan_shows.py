"""`sekisho plan show`: the review of a plan, fetched page by page, for a person or a program.

Apart from `plans.py`, since the views that are needed here make every other command start slower.
"""

import argparse
import dataclasses
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from sekisho.cli import output
from sekisho.cli.lines import Paper
from sekisho.cli.plan_screens import PlanScreen
from sekisho.domain.text import Language
from sekisho.views.document_changes import ChangeDiff
from sekisho.views.plan_documents import PlanDocument, every_change
from sekisho.views.plan_markdown import markdown_of
from sekisho_client.errors import failure
from sekisho_client.http import Client


@dataclasses.dataclass(frozen=True)
class PlanPages:
    """The pages of one review, as the server gives them. `numbers`: these changes alone."""

    client: Client
    run_id: str
    language: Language
    numbers: tuple[int, ...] = ()

    def raw(self, *, each: bool, cursor: int | None = None) -> dict[str, Any]:
        """Fetch a page. Raises ClientError."""
        query = {"language": self.language, "cursor": cursor, "each": str(each).lower()}
        return self.client.get(f"/runs/{self.run_id}/plan/document", query, number=self.numbers)

    def page(self, *, each: bool, cursor: int | None = None) -> PlanDocument:
        """Fetch a page and read it; fields of a newer server are passed over."""
        try:
            return PlanDocument.model_validate(self.raw(each=each, cursor=cursor), extra="ignore")
        except ValidationError as error:
            raise failure("http_error", url=self.client.url, status=int(HTTPStatus.OK)) from error

    def changes(self, first: PlanDocument, *, each: bool) -> Iterator[ChangeDiff]:
        """Walk all changes; pages are fetched as they are needed."""
        return every_change(first, lambda cursor: self.page(each=each, cursor=cursor))


def show(args: argparse.Namespace, pages: PlanPages) -> int:
    """Print a review in the way that was asked for."""
    each, whole = args.no_fold, args.full or args.no_fold
    if args.json:
        output.as_json(_all(pages, each=each) if whole else pages.raw(each=each))
        return output.OK
    first = pages.page(each=each)
    changes = pages.changes(first, each=each)
    if args.markdown:
        output.exactly(markdown_of(first, changes))
        return output.OK
    paper = Paper(output.columns(), output.in_colour(), output.encoding())
    screen = PlanScreen(first, paper, folds=not args.no_fold)
    for line in screen.review(brief=not whole):
        output.say(line)
    if whole or pages.numbers:
        for line in screen.full(changes):
            output.say(line)
    return output.OK


def _all(pages: PlanPages, *, each: bool) -> dict[str, Any]:
    """Fetch every page, and put the changes together."""
    whole = pages.raw(each=each)
    while (cursor := whole.pop("cursor", None)) is not None:
        page = pages.raw(each=each, cursor=cursor)
        whole["changes"] += page.get("changes", [])
        whole |= {"cursor": page.get("cursor"), "left_out": page.get("left_out", 0)}
    return whole
