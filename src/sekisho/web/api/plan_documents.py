"""The review of a plan over the API: as one document, and written as Markdown."""

from typing import Annotated

from pydantic import Field

from sekisho.domain.errors import ChangeNumberUnknown, PlanMissing, RunUnknown
from sekisho.domain.text import Language
from sekisho.views.plan_documents import DocumentAsk, PlanDocument, document_of
from sekisho.views.plan_markdown import markdown_shown
from sekisho.web.answers import on_thread
from sekisho.web.api.operations import Answer, Ask, Nothing, Operation, Query, Written

MARKDOWN = "text/markdown"
_EACH = "true: equal changes one by one; else the first of them, with the addresses of the others"


class ReviewQuery(Query):
    """For whom a review is written."""

    language: Annotated[Language, Field(description="Language of what people read")] = "en"
    each: Annotated[bool, Field(description=_EACH)] = False


class DocumentQuery(ReviewQuery):
    """Which page of a review, for whom."""

    cursor: Annotated[
        int | None, Field(ge=0, le=10**15, description="Changes from this cursor on")
    ] = None
    number: Annotated[
        list[Annotated[int, Field(ge=0, le=10**9)]],
        Field(
            default_factory=list[int],
            max_length=50,
            description="These changes alone, by their numbers; repeat it",
        ),
    ]


async def plan_document(ask: Ask[DocumentQuery, Nothing]) -> Answer:
    """Read the review of a plan: all that a person needs to decide, then the diff, by pages.

    The review is on the first page alone; `cursor` goes on through the changes.
    """
    query = ask.query
    wanted = DocumentAsk(query.language, query.cursor, tuple(query.number), query.each)
    return await on_thread(document_of, ask.engine, ask.path("run_id"), wanted)


async def plan_markdown(ask: Ask[ReviewQuery, Nothing]) -> Answer:
    """Read the review of a plan as Markdown, short enough for a comment on a merge request.

    What is left out for length is counted in it.
    """
    query = ask.query
    wanted = DocumentAsk(query.language, each=query.each)
    text = await on_thread(markdown_shown, ask.engine, ask.path("run_id"), wanted)
    return Written(text, MARKDOWN)


PLAN_DOCUMENT_OPERATIONS = (
    Operation(
        "GET",
        "/runs/{run_id}/plan/document",
        plan_document,
        PlanDocument,
        "read",
        query=DocumentQuery,
        raises=(RunUnknown, PlanMissing, ChangeNumberUnknown),
    ),
    Operation(
        "GET",
        "/runs/{run_id}/plan/document.md",
        plan_markdown,
        PlanDocument,
        "read",
        query=ReviewQuery,
        raises=(RunUnknown, PlanMissing),
        media=MARKDOWN,
    ),
)
