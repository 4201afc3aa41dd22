"""The findings of a plan's security scan, as the review page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sekisho.domain.errors import SekishoError
from sekisho.domain.runs import Run
from sekisho.domain.scans import ScanFinding
from sekisho.domain.text import Language
from sekisho.engine.engine import Engine
from sekisho.views.scans import lines_of
from sekisho.views.view import one_line
from sekisho.web.languages import say

SEVERITY_TONES = {"critical": "irreversible", "high": "bad", "medium": "wait", "low": "quiet"}
_SHOWN = 100
_KEYS = 3


@dataclass(frozen=True)
class ScanLine:
    """One finding, in the reader's language. `number`: that of its change in the plan."""

    severity: str
    check: str
    name: str
    place: str
    number: int | None
    file: str
    fix: str
    held: str
    counts: bool


@dataclass(frozen=True)
class ScanCard:
    """What is shown of a scan; `error` says why findings are not there to be shown."""

    scanner: str
    at: datetime
    counts: Mapping[str, int]
    suppressed: int
    lines: tuple[ScanLine, ...] = ()
    more: int = 0
    error: str = ""

    @property
    def total(self) -> int:
        """How many findings count."""
        return sum(self.counts.values())

    @property
    def tones(self) -> Mapping[str, str]:
        """How each severity looks."""
        return SEVERITY_TONES


def scan_card(engine: Engine, run: Run, language: Language) -> ScanCard | None:
    """Gather the findings of a run's plan; None where nobody wanted a scan."""
    mark = run.plan.scan if run.plan else None
    if mark is None:
        return None
    today = engine.scans.today()
    card = ScanCard(
        scanner=one_line(f"{mark.tool} {mark.version}".strip(), 60),
        at=mark.at,
        counts=mark.counts_on(today),
        suppressed=sum(held.count for held in mark.held if today <= held.until),
    )
    try:
        _, scan = engine.scans.of_run(run.id)
        changes = engine.plans.reading(run.id).changes
    except SekishoError as error:
        said = f"{error.message(language)} {error.next_step(language)}"
        return ScanCard(card.scanner, card.at, card.counts, card.suppressed, error=said)
    numbers = {change.address: change.number for change in changes if not change.deposed}
    lines = tuple(
        _line(finding, numbers.get(finding.address), today, language)
        for finding in scan.findings[:_SHOWN]
    )
    more = len(scan.findings) - len(lines) + scan.cut
    return ScanCard(card.scanner, card.at, card.counts, card.suppressed, lines, more)


def _line(finding: ScanFinding, number: int | None, today: date, language: Language) -> ScanLine:
    file = lines_of(finding)
    return ScanLine(
        severity=str(finding.severity),
        check=one_line(finding.check, 60),
        name=one_line(finding.name, 300),
        place=one_line(finding.address or finding.file, 300),
        number=number,
        file=file if finding.address else "",
        fix=_fix(finding, file, language),
        held=_held(finding, today, language),
        counts=finding.counts_on(today),
    )


def _fix(finding: ScanFinding, file: str, language: Language) -> str:
    keys = ", ".join(one_line(key, 80) for key in finding.keys[:_KEYS])
    where = file or one_line(finding.address, 300)
    if keys:
        return say(language, "scan.fix.set", keys=keys, where=where)
    return say(language, "scan.fix.change", where=where)


def _held(finding: ScanFinding, today: date, language: Language) -> str:
    if finding.until and finding.counts_on(today):
        return say(language, "scan.over", until=finding.until)
    if finding.until:
        reason = one_line(finding.suppressed, 300)
        return say(language, "scan.held", until=finding.until, reason=reason)
    return say(language, "scan.skip", why=one_line(finding.skip, 200)) if finding.skip else ""
