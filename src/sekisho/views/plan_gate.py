"""The gate's verdict inside a review: in words, with times as people read them."""

from collections.abc import Iterable

from pydantic import Field

from sekisho.domain.gate import Unmet, Verdict
from sekisho.domain.rules import Level
from sekisho.domain.runs import Run
from sekisho.domain.text import Language
from sekisho.views.gate import UnmetView, unmet_of
from sekisho.views.plan_texts import say
from sekisho.views.times import minute
from sekisho.views.view import View, one_line


class UnmetLine(UnmetView):
    """A condition, and what there is to add: from when it is met, whether somebody may pass it.

    `note` says that in words; `passed_by` is who passed it.
    """

    note: str | None = None
    passed_by: str | None = None


class GateLines(View):
    """The gate's verdict in words, with everything that is unmet.

    `advice` holds nothing up, `passed` was overridden. `possible`: when the times allow it.
    """

    open: bool
    said: str
    approvals: str
    rules: str
    unmet: list[UnmetLine]
    unmet_left_out: int = 0
    advice: list[UnmetLine] = Field(default_factory=list[UnmetLine])
    passed: list[UnmetLine] = Field(default_factory=list[UnmetLine])
    possible: str | None = None

    @classmethod
    def of(cls, verdict: Verdict, language: Language, run: Run | None = None) -> "GateLines":
        """Show a verdict; of a run, with who passed what."""
        unmet = _lines(verdict.unmet, language, stands=True)
        key = "gate.open" if verdict.open else "gate.closed"
        given, needed = verdict.approvals_given, verdict.approvals_needed
        names = say(language, "comma").join(one_line(r, 100) for r in verdict.rules[:20])
        return cls(
            open=verdict.open,
            said=say(language, key, count=len(verdict.unmet)),
            approvals=say(language, "gate.approvals", given=given, needed=needed),
            rules=say(language, "gate.rules", names=names or say(language, "none")),
            unmet=unmet,
            unmet_left_out=len(verdict.unmet) - len(unmet),
            advice=_lines(verdict.advice, language),
            passed=_passed(verdict.passed, language, run),
            possible=earliest(verdict, language),
        )


def earliest(verdict: Verdict, language: Language) -> str | None:
    """Say when the times allow an apply; None where they are not what holds it up."""
    if verdict.possible_at is None or not any(u.at for u in verdict.unmet):
        return None
    return say(language, "gate.possible", at=minute(verdict.possible_at))


def _lines(
    unmet: tuple[Unmet, ...], language: Language, *, stands: bool = False
) -> list[UnmetLine]:
    """Show conditions; of those that still stand, say whether somebody may override them."""
    views = zip(unmet, unmet_of(unmet, language), strict=False)
    return [UnmetLine(**dict(v), note=_note(u, language, stands=stands) or None) for u, v in views]


def _passed(unmet: tuple[Unmet, ...], language: Language, run: Run | None) -> list[UnmetLine]:
    lines = _lines(unmet, language)
    return [
        _by(line, u, language, run) if run else line for line, u in zip(lines, unmet, strict=False)
    ]


def _by(line: UnmetLine, unmet: Unmet, language: Language, run: Run) -> UnmetLine:
    """Say who passed a condition: everybody whose override of this plan is about its rule."""
    seal = run.plan.seal.seal.digest if run.plan else ""
    soft = unmet.level is Level.SOFT
    given = [o for o in run.overrides if o.seal == seal and o.passes(unmet.rule, soft=soft)]
    names = dict.fromkeys(one_line(o.by.person, 100) for o in given)
    if not names:
        return line
    said = say(language, "gate.passed_by", person=say(language, "comma").join(names))
    notes = (line.note or "", said)
    note = say(language, "comma").join(n for n in notes if n)
    return line.model_copy(update={"note": note, "passed_by": ", ".join(names)})


def _note(unmet: Unmet, language: Language, *, stands: bool) -> str:
    notes: Iterable[str] = (
        say(language, "gate.at", at=minute(unmet.at)) if unmet.at else "",
        say(language, "gate.soft") if stands and unmet.level is Level.SOFT else "",
    )
    return say(language, "comma").join(n for n in notes if n)
