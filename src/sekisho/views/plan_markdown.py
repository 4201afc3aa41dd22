"""The review of a plan as Markdown: for a comment on a merge request, or a ticket.

The same review gives the same bytes. What matters for a decision has room of its own and comes
first; the full diff takes what is left, and what does not fit is counted.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

from sekisho.domain.plan_changes import Note, Part
from sekisho.domain.text import Language
from sekisho.engine.engine import Engine
from sekisho.views.document_changes import ChangeDiff, DangerView, GroupView, folds
from sekisho.views.document_leaves import LeafDiff, shortened
from sekisho.views.markdown_escapes import (
    code,
    details,
    fence,
    html_code,
    html_text,
    link,
    prose,
    row,
)
from sekisho.views.plan_documents import (
    DocumentAsk,
    PlanDocument,
    document_of,
    every_change,
    masked,
)
from sekisho.views.plan_facts import FactView
from sekisho.views.plan_gate import UnmetLine
from sekisho.views.plan_review import Listing, PlanReview
from sekisho.views.plan_texts import named, say
from sekisho.views.view import one_line

CAP = 60_000
"""Characters of the whole: a comment on GitHub may have 65,536."""
_TAIL = 600
"""Left for the end: what was left out."""
_DANGERS, _GROUPS, _OTHERS = 18_000, 10_000, 4_000
"""Characters of one part of the review."""
_DIFF = 8_000
"""Characters of the diff of one change."""
_ALSO = 20
_FACT, _REASON = 300, 300
_FIRST = ("requester", "agent", "change_id", "commit", "configuration", "state", "deadline")
_TELLING = ("intent", "beyond", "rollback", "targets", "replace")
"""Facts that stand above the verdict; the others are folded away."""


def markdown_of(document: PlanDocument, changes: Iterable[ChangeDiff]) -> str:
    """Write the first page of a document and, as far as there is room, `changes`.

    `changes` are all that the document has, in order; they are read as they are needed.
    """
    writer = _Writer(document)
    blocks = writer.head() if document.review else []
    room = CAP - sum(len(b) + 2 for b in blocks) - _TAIL
    diff, shown = _fitting(writer.diffs(changes), room)
    left = document.total - shown
    if diff:
        key = "full" if document.review else "chosen"
        title = html_text(f"{writer.say(key)} ({shown})")
        whole = "\n\n".join(diff)
        blocks.append(details(title, whole) if document.review else whole)
    if left:
        blocks.append(writer.cut(left))
    return "\n\n".join(blocks) + "\n"


def markdown_shown(engine: Engine, run_id: str, ask: DocumentAsk) -> str:
    """Write the review of a plan as Markdown. Raises as `document_of` does."""
    first = masked(document_of(engine, run_id, ask))

    def go_on(cursor: int) -> PlanDocument:
        return masked(document_of(engine, run_id, dataclasses.replace(ask, cursor=cursor)))

    return markdown_of(first, every_change(first, go_on))


def _fitting(found: Iterable[tuple[str, int]], room: int) -> tuple[list[str], int]:
    """Return the first blocks that fit, and how many changes they tell."""
    kept: list[str] = []
    told = 0
    for block, count in found:
        room -= len(block) + 2
        if room < 0:
            break
        kept.append(block)
        told += count
    return kept, told


class _Writer:
    """Writes the parts of one review."""

    def __init__(self, document: PlanDocument) -> None:
        self._document = document
        self._language: Language = document.language

    def say(self, key: str, **facts: object) -> str:
        return say(self._language, key, **facts)

    def head(self) -> list[str]:
        """Write the review."""
        review = self._document.review
        if review is None:
            return []
        parts = (
            self._title(review),
            self._facts(review),
            self._alarms(review),
            self._gate(review),
            self._code(review),
            self._dangers(review),
            self._counts(review),
            self._listing("groups", review.changes, _GROUPS),
            self._lines("actions", review.actions, review.actions_left_out),
            self._outputs(review),
            self._listing("drift", review.drift, _OTHERS),
            self._listing("deferred", review.deferred, _OTHERS),
            self._checks(review),
            self._other_facts(review),
            self._next(review),
        )
        return [block for part in parts for block in part]

    def _heading(self, key: str, count: int | None = None) -> str:
        number = f" ({count})" if count is not None else ""
        return f"### {self.say(key)}{number}"

    def _title(self, review: PlanReview) -> Iterator[str]:
        document = self._document
        status = named(self._language, "status", document.status)
        title = f"{self.say('title')}{self.say('colon')}"
        yield f"## {title}{code(document.workspace)} · {prose(status)}"
        if review.labels:
            yield " ".join(code(f"{k}={v}") for k, v in review.labels.items())
        outcome = _within([f"- {prose(said)}" for said in review.outcome], _OTHERS, self._more)
        if outcome:
            yield "\n".join(outcome)

    def _alarms(self, review: PlanReview) -> Iterator[str]:
        if review.alarms:
            said = [f"> **{prose(alarm)}**" for alarm in review.alarms]
            yield "\n>\n".join([f"> ⛔ **{self.say('alarms')}**", *said])
        if review.warnings:
            yield "\n>\n".join(f"> ⚠️ {prose(said)}" for said in review.warnings)

    def _gate(self, review: PlanReview) -> Iterator[str]:
        gate = review.gate
        if gate is None:
            return
        sign = "✅" if gate.open else "🚫"
        yield f"### {sign} {self.say('gate')}{self.say('colon')}{prose(gate.said)}"
        unmet = [self._unmet(u) for u in gate.unmet]
        unmet += self._rest(gate.unmet_left_out)
        for key, others in (("gate.advice", gate.advice), ("gate.passed", gate.passed)):
            unmet += [f"- {self.say(key)}{self.say('colon')}{self._unmet(u)[2:]}" for u in others]
        unmet += [f"- **{prose(gate.possible)}**"] if gate.possible else []
        yield "\n".join([*unmet, f"- {prose(gate.approvals)} · {prose(gate.rules)}"])

    def _unmet(self, unmet: UnmetLine) -> str:
        said = f"- {code(unmet.code)} {prose(unmet.text)}"
        said += f" ({prose(unmet.note)})" if unmet.note else ""
        return said + (f" **({self.say('gate.final')})**" if unmet.final else "")

    def _code(self, review: PlanReview) -> Iterator[str]:
        if review.code:
            count = len(review.code) + review.code_left_out
            yield self._heading("code", count)
            yield prose(self.say("code.note"))
            lines = [f"- {code(line)}" for line in review.code]
            yield "\n".join(self._capped(lines, _OTHERS, review.code_left_out))

    def _dangers(self, review: PlanReview) -> Iterator[str]:
        if not review.dangers:
            yield self.say("danger.none")
            return
        yield self._heading("danger", review.dangers_count)
        kept, told = _fitting(self._danger_rows(review.dangers), _DANGERS)
        left = review.dangers_count - told
        columns = ("col.risk", "col.action", "col.resource", "col.why")
        yield "\n".join([*self._table(columns), *kept, *self._rest_row(left, len(columns))])

    def _danger(self, danger: DangerView, most: int, reasons: int) -> str:
        named_ = [code(a) for a in danger.addresses[:most]]
        left = danger.count - len(named_)
        named_ += [self._more(left)] * bool(left)
        action = f"{code(danger.sign)} {prose(danger.action_words)}"
        why = [prose(one_line(reason, _REASON)) for reason in danger.reasons[:reasons]]
        why += [self._more(len(danger.reasons) - reasons)] * (len(danger.reasons) > reasons)
        return row(
            (f"**{prose(danger.risk_words)}**", action, "<br>".join(named_), "<br>".join(why))
        )

    def _danger_rows(self, dangers: Sequence[DangerView]) -> Iterator[tuple[str, int]]:
        """Write a row each; where many or long ones come together, rows are shorter."""
        room = _DANGERS // max(len(dangers), 1)
        for danger in dangers:
            forms = (self._danger(danger, most, reasons) for most, reasons in ((20, 6), (3, 3)))
            fits = next((form for form in forms if len(form) <= room), None)
            yield fits or self._danger(danger, 1, 1), danger.count

    def _counts(self, review: PlanReview) -> Iterator[str]:
        yield self._heading("counts")
        labels = [prose(c.label) for c in review.counts]
        numbers = [str(c.count) for c in review.counts]
        yield "\n".join([row(labels), row(["---:"] * len(labels)), row(numbers)])
        yield code(review.summary)

    def _listing(self, key: str, listing: Listing, room: int) -> Iterator[str]:
        if not listing.groups:
            if key == "groups":
                yield self.say("groups.none")
            return
        yield self._heading(key, listing.count)
        kept, told = _fitting([(self._group(g), g.count) for g in listing.groups], room)
        columns = ("col.count", "col.action", "col.resource", "col.diff")
        rest = self._rest_row(listing.count - told, len(columns))
        yield "\n".join([*self._table(columns), *kept, *rest])

    def _group(self, group: GroupView) -> str:
        if group.block:
            resource = code(f"{group.block}[…]")
        else:
            left = group.count - len(group.addresses)
            resource = "<br>".join(code(a) for a in group.addresses)
            resource += f"<br>{self._more(left)}" if left else ""
        brief = [code(said) for said in group.brief]
        brief += [self._more(group.brief_left_out)] * bool(brief and group.brief_left_out)
        action = f"{code(group.sign)} {prose(group.action_words)}"
        if group.destructive:
            action += f" **{prose(group.risk_words)}**"
        return row((str(group.count), action, resource, "<br>".join(brief)))

    def _facts(self, review: PlanReview) -> Iterator[str]:
        """Write what stands above the verdict."""
        said = [self._fact(f) for f in review.facts if f.key in _FIRST]
        yield " · ".join([*said, f"{self.say('fact.run')}{self.say('colon')}{self._id()}"])
        yield from (self._fact(f) for f in review.facts if f.key in _TELLING)
        if review.message:
            yield f"> {prose(review.message)}"

    def _id(self) -> str:
        return code(self._document.run_id)

    def _fact(self, fact: FactView) -> str:
        return f"{prose(fact.label)}{self.say('colon')}{code(self._value(fact))}"

    def _value(self, fact: FactView) -> str:
        return shortened(fact.value, self._language, _FACT)

    def _other_facts(self, review: PlanReview) -> Iterator[str]:
        others = [f for f in review.facts if f.key not in (*_FIRST, *_TELLING)]
        rows = [row((prose(f.label), code(self._value(f)))) for f in others]
        table = [row(("", "")), row(("---", "---")), *rows]
        yield details(html_text(self.say("facts")), "\n".join(table))

    def _outputs(self, review: PlanReview) -> Iterator[str]:
        if review.outputs:
            count = len(review.outputs) + review.outputs_left_out
            blocks = [("\n".join(_leaf(leaf)), 1) for leaf in review.outputs]
            kept, told = _fitting(blocks, _OTHERS)
            left = count - told
            lines = [line for block in kept for line in block.split("\n")]
            lines += [f"# {self._more(left)}"] * bool(left)
            yield details(html_text(f"{self.say('outputs')} ({count})"), fence(lines))

    def _checks(self, review: PlanReview) -> Iterator[str]:
        if review.checks:
            lines = [
                f"- {code(c.address)} ({prose(c.status_words)})"
                + "".join(f"<br>{prose(p)}" for p in c.problems)
                for c in review.checks
            ]
            yield self._heading("checks", len(review.checks) + review.checks_left_out)
            yield "\n".join(self._capped(lines, _OTHERS, review.checks_left_out))
        if review.checks_pending:
            yield prose(review.checks_pending)

    def _lines(self, key: str, lines: Sequence[str], left: int) -> Iterator[str]:
        if lines:
            yield self._heading(key, len(lines) + left)
            yield "\n".join(self._capped([f"- {code(said)}" for said in lines], _OTHERS, left))

    def _next(self, review: PlanReview) -> Iterator[str]:
        yield self._heading("next")
        url = review.review_url
        steps = [self._step(step, url) for step in review.next]
        yield "\n".join(f"- {step}" for step in steps)

    def _step(self, step: str, url: str | None) -> str:
        """Write one step; the address of the review page in it is a link."""
        if url and step.endswith(url):
            return prose(step.removesuffix(url)) + " " + link(url)
        head, mark, command = step.partition("sekisho ")
        return f"{prose(head)} {code(mark + command)}" if mark else prose(step)

    def diffs(self, changes: Iterable[ChangeDiff]) -> Iterator[tuple[str, int]]:
        """Write one folded block a change."""
        for change in changes:
            yield self._diff(change), change.count

    def _diff(self, change: ChangeDiff) -> str:
        times = f"{change.count} × " if change.count > 1 else ""
        number = html_code(f"#{change.number}")  # bare, it would be an issue's
        part = f" [{self.say(change.part)}]" if change.part != Part.CHANGE else ""
        title = f"{times}{html_code(f'{change.sign} {change.address}')} {number}{part}"
        title += f" — {html_text(change.risk_words)}" if change.destructive else ""
        said = [f"- {prose(text)}" for text in (*change.reasons, *change.notes)]
        lines = self._short(diff_lines(change, self._language))
        body = ["\n".join(said)] if said else []
        body.append(fence(lines) if lines else self.say("change.no_values"))
        if change.also:
            named_ = [code(a) for a in change.also[:_ALSO]]
            left = change.count - 1 - len(named_)
            named_ += [self._more(left)] * bool(left)
            head = prose(self.say("change.also", count=change.count - 1))
            body.append(f"{head}{self.say('colon')}{', '.join(named_)}")
        return details(title, "\n\n".join(body))

    def _short(self, lines: Sequence[str]) -> list[str]:
        kept, told = _fitting([(line, 1) for line in lines], _DIFF)
        left = len(lines) - told
        return [*kept, *[f"# {self.say('value.lines', count=left)}"] * bool(left)]

    def cut(self, left: int) -> str:
        """Say how many changes are not here, and where they are."""
        document = self._document
        command = f"sekisho plan show {document.run_id} --full"
        said = self.say("full.cut", count=left, total=document.total, command=command)
        return self._step(said, None)

    def _table(self, columns: Sequence[str]) -> list[str]:
        return [row(self.say(c) for c in columns), row(["---"] * len(columns))]

    def _more(self, count: int) -> str:
        return f"… {self.say('more', count=count)}"

    def _rest(self, count: int) -> list[str]:
        return [f"- {self._more(count)}"] if count else []

    def _rest_row(self, count: int, columns: int) -> list[str]:
        return [row([self._more(count), *[""] * (columns - 1)])] if count else []

    def _capped(self, lines: Sequence[str], room: int, left: int) -> list[str]:
        """Return the lines that fit, and one that counts the others."""
        kept, told = _fitting([(line, 1) for line in lines], room)
        return [*kept, *self._rest(len(lines) - told + left)]


def _within(lines: Sequence[str], room: int, more: Callable[[int], str]) -> list[str]:
    kept, told = _fitting([(line, 1) for line in lines], room)
    return [*kept, *([f"- {more(len(lines) - told)}"] if told < len(lines) else [])]


def diff_lines(change: ChangeDiff, language: Language) -> list[str]:
    """Write the values of a change as lines of a diff; what is not known yet takes one line."""
    unknown = [leaf for leaf in change.leaves if folds(leaf)]
    several = len(unknown) > 1
    told = [leaf for leaf in change.leaves if not (several and folds(leaf))]
    found = [line for leaf in told for line in _leaf(leaf)]
    if several:
        names = ", ".join(leaf.path for leaf in unknown)
        said = say(language, "change.unknown", count=len(unknown))
        found.append(f"# {said}{say(language, 'colon')}{names}")
    if change.leaves_left_out:
        found.append(f"# … {say(language, 'change.left_out', count=change.leaves_left_out)}")
    return found


def _leaf(leaf: LeafDiff) -> list[str]:
    """Write one value: a line a side, or the lines of its own diff."""
    remark = f" ({leaf.remark})" if leaf.remark else ""
    if leaf.lines is not None:
        return [f"@@ {leaf.path}{remark} @@", *leaf.lines]
    if leaf.note == Note.UNKNOWN:
        gone = [f"- {leaf.path} = {leaf.before}"] if leaf.before is not None else []
        return [*gone, f"+ {leaf.path} ={remark}"]
    if leaf.before is None and leaf.after is None:
        return [f"! {leaf.path}{remark}"]
    sides = (("-", leaf.before), ("+", leaf.after))
    lines = [f"{sign} {leaf.path} = {text}" for sign, text in sides if text is not None]
    return [*lines[:-1], lines[-1] + remark]
