"""Inspection: what was found in a configuration, for agents and people."""

from dataclasses import dataclass

from sekisho.domain.inspection_texts import said, step
from sekisho.domain.inspections import Finding, Judged
from sekisho.domain.text import Language
from sekisho.views.view import View, one_line

MOST = 20
"""Findings in one answer; the run's log has all of them."""


class FindingView(View):
    """One finding. `refused`: the configuration is not planned because of it."""

    kind: str
    place: str
    text: str
    next: str
    refused: bool

    @classmethod
    def all(cls, found: Judged) -> "list[FindingView]":
        """Show the first findings, those that are refused before the others."""
        both = [(f, True) for f in found.refused] + [(f, False) for f in found.warned]
        return [cls._of(finding, refused=refused) for finding, refused in both[:MOST]]

    @classmethod
    def _of(cls, finding: Finding, *, refused: bool) -> "FindingView":
        return cls(
            kind=str(finding.kind),
            place=one_line(finding.place, 200),
            text=one_line(said(finding).en, 300),
            next=one_line(step(finding).en, 300),
            refused=refused,
        )

    def words(self) -> str:
        """Say it in one line."""
        verb = "refused" if self.refused else "warning"
        return f"Inspection, {verb}: {self.place} [{self.kind}] {self.text}"


@dataclass(frozen=True)
class FindingLine:
    """One finding on a page, in the reader's language."""

    kind: str
    place: str
    said: str
    step: str
    refused: bool

    @staticmethod
    def all(found: Judged, language: Language) -> "list[FindingLine]":
        """Return all findings, those that are refused first."""
        both = [(f, True) for f in found.refused] + [(f, False) for f in found.warned]
        return [
            FindingLine(
                str(f.kind),
                one_line(f.place, 200),
                one_line(said(f).render(language), 400),
                one_line(step(f).render(language), 400),
                refused,
            )
            for f, refused in both
        ]
