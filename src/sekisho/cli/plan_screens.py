"""The review of a plan on the terminal: one screen to decide from, and the full diff below it."""

from collections.abc import Iterable, Iterator, Sequence

from sekisho.cli.lines import Paper, Words
from sekisho.domain.plan_changes import Note, Part
from sekisho.domain.text import Language
from sekisho.views.document_changes import ChangeDiff, ChangeHead, DangerView, GroupView, folds
from sekisho.views.document_leaves import LeafDiff
from sekisho.views.plan_documents import PlanDocument
from sekisho.views.plan_facts import FactView
from sekisho.views.plan_gate import UnmetLine
from sekisho.views.plan_review import Listing, PlanReview
from sekisho.views.plan_texts import say
from sekisho_client.colours import Tone

_GROUPS, _DANGERS, _NAMED, _FEW = 12, 12, 3, 6
"""How much of each part stands on one screen; the rest is counted."""
_FACTS = (
    "requester",
    "agent",
    "change_id",
    "commit",
    "configuration",
    "state",
    "deadline",
    "mode",
    "intent",
    "beyond",
    "rollback",
    "targets",
    "replace",
    "target",
)
_ALSO = 10
_DIGEST = 19
_SIGN_TONES = {
    "+": Tone.GOOD,
    "-": Tone.BAD,
    "-/+": Tone.BAD,
    "+/-": Tone.BAD,
    "~": Tone.WAIT,
    "!": Tone.WAIT,
    "@": Tone.WORK,
}


class PlanScreen:
    """Writes one document. `folds`: values that are known only after apply share a line."""

    def __init__(self, document: PlanDocument, paper: Paper, *, folds: bool = True) -> None:
        self._document = document
        self._language: Language = document.language
        self._paper = paper
        self._folds = folds

    def say(self, key: str, /, **facts: object) -> str:
        """Say something in the language of the document."""
        return say(self._language, key, **facts)

    def review(self, *, brief: bool = True) -> Iterator[str]:
        """Write the review. `brief`: with the groups of changes; the full diff tells them too."""
        review = self._document.review
        if review is None:
            return
        yield from self._head(review)
        yield from self._gate(review)
        yield from self._code(review)
        yield from self._dangers(review)
        yield from self._counts(review)
        if brief:
            yield from self._listing("groups", review.changes, _GROUPS)
        yield from self._list("actions", review.actions, review.actions_left_out)
        yield from self._outputs(review, brief=brief)
        if brief:
            yield from self._listing("drift", review.drift, _FEW)
            yield from self._listing("deferred", review.deferred, _FEW)
        yield from self._checks(review)
        yield from self._heading("next")
        for step in review.next:
            if not brief and step.endswith(" --full"):
                continue  # this is it
            yield from self._paper.lines(step, indent=2)

    def full(self, changes: Iterable[ChangeDiff]) -> Iterator[str]:
        """Write changes with all their values."""
        part = ""
        for change in changes:
            if change.part != part:
                part = change.part
                yield from self._heading("full" if part == Part.CHANGE else part)
            yield from self._change(change)

    def _heading(self, key: str, count: int | None = None, tone: Tone = Tone.HEAD) -> Iterator[str]:
        number = f" ({count})" if count is not None else ""
        yield ""
        yield self._paper.line(Words(f"{self.say(key)}{number}", tone))

    def _head(self, review: PlanReview) -> Iterator[str]:
        yield from self._paper.lines(self._document.title, Tone.HEAD)
        labels = [f"{k}={v}" for k, v in review.labels.items()]
        if labels:
            yield from self._paper.lines(" ".join(labels), Tone.WORK, indent=2)
        colon = self.say("colon")
        by_key = {fact.key: fact for fact in review.facts}
        facts = [by_key[key] for key in _FACTS if key in by_key]
        said = [f"{fact.label}{colon}{_short(fact)}" for fact in facts]
        run = f"{self.say('fact.run')}{colon}{self._document.run_id}"
        yield from self._paper.flow([run, *said], indent=2)
        if review.message:
            said_why = f"{self.say('fact.message')}{colon}{review.message}"
            yield from self._paper.lines(said_why, indent=2)
        for outcome in review.outcome:
            yield from self._paper.lines(outcome, Tone.WAIT, indent=2)
        if review.alarms:
            yield from self._heading("alarms", tone=Tone.BAD)
        for alarm in review.alarms:
            yield from self._paper.lines(f"!! {alarm}", Tone.BAD, indent=2, hang=3)
        for warning in review.warnings:
            yield from self._paper.lines(f"! {warning}", Tone.WAIT, indent=2)

    def _gate(self, review: PlanReview) -> Iterator[str]:
        gate = review.gate
        if gate is None:
            return
        tone = Tone.GOOD if gate.open else Tone.BAD
        yield ""
        head = f"{self.say('gate')}{self.say('colon')}"
        yield self._paper.line(Words(head, Tone.HEAD), Words(gate.said, tone))
        for unmet in gate.unmet:
            yield from self._paper.lines(f"! {self._unmet(unmet)}", tone, indent=2)
        yield from self._rest(gate.unmet_left_out)
        for key, others in (("gate.advice", gate.advice), ("gate.passed", gate.passed)):
            for unmet in others:
                said = f"{self.say(key)}{self.say('colon')}{self._unmet(unmet)}"
                yield from self._paper.lines(said, Tone.WAIT, indent=2)
        if gate.possible:
            yield from self._paper.lines(gate.possible, Tone.HEAD, indent=2)
        yield from self._paper.flow((gate.approvals, gate.rules), indent=2)

    def _unmet(self, unmet: UnmetLine) -> str:
        notes = [unmet.note] if unmet.note else []
        notes += [self.say("gate.final")] if unmet.final else []
        return unmet.text + "".join(f" ({n})" for n in notes) + f" [{unmet.code}]"

    def _code(self, review: PlanReview) -> Iterator[str]:
        if review.code:
            count = len(review.code) + review.code_left_out
            yield from self._heading("code", count, Tone.WAIT)
            for line in review.code[:_FEW]:
                yield from self._paper.lines(f"! {line}", Tone.WAIT, indent=2)
            yield from self._rest(count - len(review.code[:_FEW]))

    def _dangers(self, review: PlanReview) -> Iterator[str]:
        if not review.dangers:
            yield ""
            yield self._paper.line(Words(self.say("danger.none"), Tone.GOOD))
            return
        yield from self._heading("danger", review.dangers_count, Tone.BAD)
        shown = review.dangers[:_DANGERS]
        for danger in shown:
            yield from self._danger(danger)
        yield from self._rest(review.dangers_count - sum(d.count for d in shown))

    def _danger(self, danger: DangerView) -> Iterator[str]:
        for address in danger.addresses[:_NAMED]:
            yield self._named(danger, address)
        left = danger.count - len(danger.addresses[:_NAMED])
        yield from self._rest(left)
        for reason in danger.reasons:
            yield from self._paper.lines(reason, indent=8, hang=0)

    def _named(self, head: ChangeHead, address: str, indent: int = 2) -> str:
        """Write the line of one resource."""
        risk = f" [{head.risk_words}]" if head.destructive else ""
        number = f" #{head.number}" if head.count == 1 else ""
        tone = _SIGN_TONES.get(head.sign)
        return self._paper.line(
            Words(f"{head.sign:<4}", tone),
            Words(f"{head.action_words}{risk} ", tone),
            Words(address),
            Words(number, Tone.QUIET),
            indent=indent,
        )

    def _counts(self, review: PlanReview) -> Iterator[str]:
        yield from self._heading("counts")
        said = [f"{c.label} {c.count}" for c in review.counts]
        yield from self._paper.flow(said, indent=2)
        yield from self._paper.lines(review.summary, Tone.HEAD, indent=2)

    def _listing(self, key: str, listing: Listing, most: int) -> Iterator[str]:
        if not listing.groups:
            if key == "groups":
                yield ""
                yield self._paper.line(Words(self.say("groups.none")))
            return
        yield from self._heading(key, listing.count)
        shown = listing.groups[:most]
        for group in shown:
            yield self._group(group)
        yield from self._rest(listing.count - sum(g.count for g in shown))

    def _group(self, group: GroupView) -> str:
        """Write a group on one line: how many, what is done, to which, and what changes."""
        times = f"{group.count} × " if group.count > 1 else ""
        resource = f"{group.block}[…]" if group.block else ", ".join(group.addresses)
        named = len(group.addresses) if not group.block else group.count
        more = group.count - named
        resource += f", … {self.say('more', count=more)}" if more else ""
        brief = ", ".join(group.brief)
        left = group.brief_left_out
        brief += f", … {self.say('more', count=left)}" if brief and left else ""
        tone = _SIGN_TONES.get(group.sign)
        return self._paper.line(
            Words(f"{group.sign:<4}", tone),
            Words(times, Tone.HEAD),
            Words(resource),
            Words(f" #{group.number}", Tone.QUIET),
            Words(f": {brief}" if brief else "", Tone.QUIET),
            indent=2,
        )

    def _list(self, key: str, lines: Sequence[str], left: int) -> Iterator[str]:
        if lines:
            yield from self._heading(key, len(lines) + left)
            for line in lines[:_FEW]:
                yield from self._paper.lines(line, indent=2)
            yield from self._rest(len(lines) - len(lines[:_FEW]) + left)

    def _outputs(self, review: PlanReview, *, brief: bool) -> Iterator[str]:
        if review.outputs:
            shown = review.outputs[:_FEW] if brief else review.outputs
            count = len(review.outputs) + review.outputs_left_out
            yield from self._heading("outputs", count)
            for leaf in shown:
                if brief:
                    yield self._paper.line(Words(leaf.words()), indent=2)
                else:
                    yield from self._leaf(leaf, 2)
            yield from self._rest(count - len(shown))

    def _checks(self, review: PlanReview) -> Iterator[str]:
        if review.checks:
            yield from self._heading("checks", len(review.checks) + review.checks_left_out)
            for check in review.checks:
                said = f"! {check.address} ({check.status_words}){self.say('colon')}"
                said += " ".join(check.problems)
                yield from self._paper.lines(said, Tone.BAD, indent=2)
            yield from self._rest(review.checks_left_out)
        if review.checks_pending:
            yield ""
            yield from self._paper.lines(review.checks_pending, Tone.QUIET)

    def _change(self, change: ChangeDiff) -> Iterator[str]:
        times = f"{change.count} × " if change.count > 1 else ""
        yield ""
        yield self._named(change, f"{times}{change.address}", indent=0)
        for text in (*change.reasons, *change.notes):
            yield from self._paper.lines(text, Tone.QUIET, indent=4, hang=0)
        unknown = [leaf for leaf in change.leaves if self._folds and folds(leaf)]
        several = len(unknown) > 1
        for leaf in change.leaves:
            if not (several and folds(leaf)):
                yield from self._leaf(leaf, 4)
        if several:
            names = ", ".join(leaf.path for leaf in unknown)
            said = f"{self.say('change.unknown', count=len(unknown))}{self.say('colon')}{names}"
            yield from self._paper.lines(f"… {said}", Tone.QUIET, indent=4)
        if change.leaves_left_out:
            said = self.say("change.left_out", count=change.leaves_left_out)
            yield self._paper.line(Words(f"… {said}", Tone.QUIET), indent=4)
        if change.also:
            yield from self._paper.lines(self._also(change), Tone.QUIET, indent=4)

    def _also(self, change: ChangeDiff) -> str:
        head = self.say("change.also", count=change.count - 1)
        shown = change.also[:_ALSO]
        left = change.count - 1 - len(shown)
        rest = f", … {self.say('more', count=left)}" if left else ""
        return f"{head}{self.say('colon')}{', '.join(shown)}{rest}"

    def _leaf(self, leaf: LeafDiff, indent: int) -> Iterator[str]:
        if leaf.lines is None:
            sign = self._sign(leaf)
            yield from self._paper.lines(f"{sign} {leaf.words()}", _SIGN_TONES[sign], indent)
            return
        signs = {line[:1] for line in leaf.lines}
        sign = signs.pop() if signs in ({"+"}, {"-"}) else "~"
        yield from self._paper.lines(f"{sign} {leaf.words()}", _SIGN_TONES[sign], indent)
        for line in leaf.lines:
            yield from self._paper.lines(line, _SIGN_TONES.get(line[:1]), indent + 2)

    def _sign(self, leaf: LeafDiff) -> str:
        if leaf.note == Note.UNKNOWN:
            return "~" if leaf.before else "+"
        if leaf.before is None and leaf.after is not None:
            return "+"
        return "-" if leaf.after is None and leaf.before is not None else "~"

    def _rest(self, count: int) -> Iterator[str]:
        if count > 0:
            yield self._paper.line(
                Words(f"… {self.say('more', count=count)}", Tone.QUIET), indent=6
            )


def _short(fact: FactView) -> str:
    """Return the value of a fact; of a digest its beginning, which is enough to tell two apart."""
    digest = fact.key == "configuration" and len(fact.value) > _DIGEST
    return f"{fact.value[:_DIGEST]}…" if digest else fact.value
