"""The review of a plan as one document, in the reader's language: what matters first, then all.

Made once, shown as JSON, as Markdown and on the terminal. The first page has the review and the
first changes; the following ones have changes alone.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from pydantic import Field

from sekisho.domain.errors import ChangeNumberUnknown, CursorInvalid, WorkspaceUnknown
from sekisho.domain.gate import Verdict
from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import WAITING, Run
from sekisho.domain.text import Language
from sekisho.domain.workspaces import Workspace
from sekisho.engine.engine import Engine
from sekisho.views.document_changes import ChangeDiff, Members, folded
from sekisho.views.plan_orders import ORDERS, Order
from sekisho.views.plan_review import PlanReview, Subject, review_of
from sekisho.views.plan_texts import named, say
from sekisho.views.view import View, one_line

PAGE = 200
"""Changes on a page, equal ones counted once."""
PAGE_CHARACTERS = 200_000
"""Length of the changes on a page, more or less."""
_AT_ONCE = 25
"""Changes that are read from the store together."""


@dataclasses.dataclass(frozen=True)
class DocumentAsk:
    """Which part of the document, and for whom.

    `numbers` asks for these changes alone; `each`: equal changes one by one too.
    """

    language: Language = "en"
    cursor: int | None = None
    numbers: tuple[int, ...] = ()
    each: bool = False


class PlanDocument(View):
    """A page of the review. `review` is on the first page alone.

    `total` counts the changes that were asked for (all: drift and what is deferred too), `left_out`
    those that come after this page; `cursor` is where to go on.
    """

    language: Language
    run_id: str
    workspace: str
    status: str
    title: str
    review: PlanReview | None = None
    changes: list[ChangeDiff] = Field(default_factory=list[ChangeDiff])
    total: int
    left_out: int = 0
    cursor: int | None = None

    def words(self) -> str:
        """Say which plan it is about."""
        return self.title


def document_of(engine: Engine, run_id: str, ask: DocumentAsk) -> PlanDocument:
    """Make a page of the review of a plan.

    Raises:
        RunUnknown, PlanMissing: there is nothing to review.
        CursorInvalid, ChangeNumberUnknown: that is not in this plan.
    """
    run, reading = engine.runs.get(run_id), engine.plans.reading(run_id)
    order = _order(run, reading, ask)
    start = ask.cursor or 0
    if start and start >= len(order):
        raise CursorInvalid
    members = folded(order[start : start + PAGE], reading.rows)
    changes = _page(engine, run_id, members, ask.language)
    end = start + len(changes)
    left = sum(map(len, order[end:]))
    first = ask.cursor is None and not ask.numbers
    return PlanDocument(
        language=ask.language,
        run_id=run.id,
        workspace=run.workspace,
        status=run.status,
        title=_title(run, ask.language),
        review=review_of(engine, subject_of(engine, run, reading), ask.language) if first else None,
        changes=changes,
        total=sum(map(len, order)),
        left_out=left,
        cursor=end if left else None,
    )


def subject_of(engine: Engine, run: Run, reading: PlanReading) -> Subject:
    """Gather what a review is about; the gate is asked while the plan may still be applied."""
    link = engine.approvals.link(run.id) if run.status in WAITING else None
    verdict: Verdict | None = link.verdict if link else None
    url = link.url if link and link.running else ""
    overdue = engine.overrides.overdue(run)
    return Subject(run, reading, _declared(engine, run.workspace), verdict, url, overdue)


def _declared(engine: Engine, name: str) -> Workspace | None:
    try:
        return engine.workspaces.get(name).declared
    except WorkspaceUnknown:
        return None


def _title(run: Run, language: Language) -> str:
    status = named(language, "status", run.status)
    return f"{say(language, 'title')}{say(language, 'colon')}{one_line(run.workspace)} ({status})"


def _order(run: Run, reading: PlanReading, ask: DocumentAsk) -> Order:
    if not ask.numbers:
        return ORDERS.of(run.id, reading, each=ask.each)
    known = {row.number for row in reading.rows}
    missing = [n for n in ask.numbers if n not in known]
    if missing:
        raise ChangeNumberUnknown(number=missing[0], run_id=run.id, count=len(known))
    return tuple((n,) for n in dict.fromkeys(ask.numbers))


def _page(
    engine: Engine, run_id: str, order: Sequence[Members], language: Language
) -> list[ChangeDiff]:
    """Show as many changes as fit on a page; at least one."""
    kept: list[ChangeDiff] = []
    room = PAGE_CHARACTERS
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE]
        wholes = engine.plans.changes(run_id, [members[0].number for members in some])
        for whole, members in zip(wholes, some, strict=True):
            diff = ChangeDiff.of(whole, members, language)
            room -= diff.weight
            if room < 0 and kept:
                return kept
            kept.append(diff)
    return kept


def masked(document: PlanDocument) -> PlanDocument:
    """Return a document as it leaves: whoever writes it otherwise than as JSON starts from this."""
    return PlanDocument.model_validate(document.structured())


def every_change(first: PlanDocument, go_on: Callable[[int], PlanDocument]) -> Iterator[ChangeDiff]:
    """Walk the changes from a page on; the next pages are asked for when they are needed."""
    page = first
    yield from page.changes
    while page.cursor is not None:
        page = go_on(page.cursor)
        yield from page.changes
