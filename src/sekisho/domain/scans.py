"""Scans: what a security scanner found in a configuration and in the plan made from it.

The scanner says what is wrong and where; how bad it is, and what the operator lives with for a
while (`Suppression`), is decided here. What the configuration itself asks to skip is a finding all
the same: whoever writes it must not be the one who lets it pass.
"""

import dataclasses
import fnmatch
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MOST_FINDINGS = 500
"""Findings that are kept of a scan: the worst ones. All of them are counted."""
CONFIGURATION, PLAN = "configuration", "plan"
CLEAN = "clean"
_ALWAYS = ("check", "name", "framework")
_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


class Severity(StrEnum):
    """How bad a finding is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return its place; the worst has the highest."""
        return tuple(Severity).index(self)


@dataclasses.dataclass(frozen=True)
class Suppression:
    """What the operator lives with, why, and until when: that day still counts.

    `check` and `resource` are patterns; case counts.
    """

    check: str
    resource: str
    reason: str
    expires: date

    def covers(self, finding: "ScanFinding") -> bool:
        """Say whether it is about a finding, in time or not."""
        place = finding.address or finding.file
        return fnmatch.fnmatchcase(finding.check, self.check) and (
            fnmatch.fnmatchcase(place, _literal(self.resource))
        )

    def canonical(self) -> list[str]:
        """Return what is sealed of it."""
        return [self.check, self.resource, self.reason, self.expires.isoformat()]


class When(StrEnum):
    """Which plans are scanned."""

    INSTALLED = "installed"
    """All, where a scanner is installed."""
    ALWAYS = "always"
    """All; where no scanner is, that is said with the plan."""
    RULES = "rules"
    """Those that a rule wants a scan of."""


@dataclasses.dataclass(frozen=True)
class Scanning:
    """What the operator says of scans."""

    when: When = When.INSTALLED
    suppressions: tuple[Suppression, ...] = ()


NO_SCANNING = Scanning()


@dataclasses.dataclass(frozen=True)
class ScanFinding:
    """One thing that is wrong.

    `address` is the resource's in the plan, or as the configuration has it; empty where it is about
    a file. `found_in`: `configuration`, `plan`, or both. `keys`: arguments that were looked at.
    `skip`: why the configuration asked to skip it. `suppressed`: the operator's reason, until
    `until`; `expired`: that was so until then.
    """

    check: str
    name: str
    severity: Severity
    framework: str
    address: str = ""
    file: str = ""
    line: int = 0
    last_line: int = 0
    keys: tuple[str, ...] = ()
    guideline: str = ""
    found_in: tuple[str, ...] = (CONFIGURATION,)
    skip: str = ""
    suppressed: str = ""
    until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Say whether it counts on a day: nothing suppresses it, or no longer."""
        return self.until is None or day > self.until

    @property
    def order(self) -> tuple[int, str, str, str, int]:
        """Worst first, then by place."""
        return (-self.severity.rank, self.address, self.check, self.file, self.line)


@dataclasses.dataclass(frozen=True)
class Scan:
    """A scan of a run: what was found, worst first. `cut`: so many more are counted alone."""

    tool: str
    version: str
    at: datetime
    findings: tuple[ScanFinding, ...]
    cut: int = 0


@dataclasses.dataclass(frozen=True)
class Held:
    """So many findings of a severity count once a suppression has ended."""

    severity: Severity
    until: date
    count: int


@dataclasses.dataclass(frozen=True)
class ScanMark:
    """What a run keeps of its scan, and what is sealed; the findings lie in a blob.

    `problem`: why there is none, as a code. `counts`: findings by severity that nothing suppresses.
    """

    tool: str
    version: str
    at: datetime
    counts: dict[str, int] = dataclasses.field(default_factory=dict[str, int])
    held: tuple[Held, ...] = ()
    blob: str = ""
    digest: str = ""
    problem: str = ""

    @property
    def suppressed(self) -> int:
        """How many findings were suppressed when it was made."""
        return sum(held.count for held in self.held)

    def counts_on(self, day: date) -> dict[str, int]:
        """Return how many findings of each severity count on a day, worst first."""
        found = dict(self.counts)
        for held in self.held:
            if day > held.until:
                found[held.severity] = found.get(held.severity, 0) + held.count
        return {str(s): found[s] for s in reversed(Severity) if found.get(s)}

    def outcome(self, day: date) -> str:
        """Return the worst severity that counts on a day, `clean`, or nothing without a scan."""
        return "" if self.problem else next(iter(self.counts_on(day)), CLEAN)

    def canonical(self) -> list[Any]:
        """Return what is sealed of it."""
        held = [[str(h.severity), h.until.isoformat(), h.count] for h in self.held]
        counts = sorted(self.counts.items())
        return [self.tool, self.version, counts, held, self.digest, self.problem]


def exceeds(outcome: str, most: str) -> bool:
    """Say whether an outcome is worse than the severity that a rule takes at most (empty: clean).

    A word that nobody knows is worse than any.
    """
    order = [CLEAN, *Severity]
    return outcome not in order or order.index(outcome) > order.index(most or CLEAN)


def bare(address: str) -> str:
    """Return an address as the configuration has it, without keys of count and for_each."""
    return _INDEX.sub("", address)


def joined(
    of_configuration: Iterable[ScanFinding], of_plan: Iterable[ScanFinding]
) -> tuple[ScanFinding, ...]:
    """Put both halves together: what both found is one finding of the plan, with file and line."""
    written: dict[tuple[str, str], list[ScanFinding]] = {}
    for finding in of_configuration:
        written.setdefault(_key(finding), []).append(finding)
    placed = set[tuple[str, str, str, int]]()
    planned = list[ScanFinding]()
    for finding in of_plan:
        rows = written.get(_key(finding), ()) if finding.address else ()
        # Most often the configuration's half knows the keys of count and for_each, too.
        found = next((r for r in rows if r.address == finding.address), next(iter(rows), None))
        planned.append(_placed(finding, found) if found else finding)
        placed |= {(*_key(found), found.file, found.line)} if found else set()
    # A block and its override lie at two places: one of them is not that of the plan's finding.
    rest = [
        finding
        for key, rows in written.items()
        for finding in rows
        if (*key, finding.file, finding.line) not in placed
    ]
    return tuple(sorted({*planned, *rest}, key=lambda f: f.order))


def suppress(findings: Iterable[ScanFinding], by: Sequence[Suppression]) -> tuple[ScanFinding, ...]:
    """Mark what the operator lives with; of several words about one finding, the longest holds."""
    return tuple(_suppressed(finding, by) for finding in findings)


def mark_of(scan: Scan, every: Iterable[ScanFinding], today: date, blob: str) -> ScanMark:
    """Return what a run keeps of a scan; `every` finding is counted, kept or not."""
    counts, held = dict[str, int](), dict[tuple[Severity, date], int]()
    for finding in every:
        if finding.until is None or finding.counts_on(today):
            counts[str(finding.severity)] = counts.get(str(finding.severity), 0) + 1
        else:
            key = (finding.severity, finding.until)
            held[key] = held.get(key, 0) + 1
    rows = tuple(Held(severity, until, n) for (severity, until), n in sorted(held.items()))
    digest = f"sha256:{hashlib.sha256(scan_bytes(scan)).hexdigest()}"
    return ScanMark(scan.tool, scan.version, scan.at, counts, rows, blob, digest)


def scan_bytes(scan: Scan) -> bytes:
    """Write a scan for keeping."""
    body = {"tool": scan.tool, "version": scan.version, "at": scan.at.isoformat()}
    rows = [_row(finding) for finding in scan.findings]
    return json.dumps(body | {"cut": scan.cut, "findings": rows}, sort_keys=True).encode()


def scan_of(raw: bytes) -> Scan:
    """Read what `scan_bytes` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    body = json.loads(raw)
    return Scan(
        tool=body["tool"],
        version=body["version"],
        at=datetime.fromisoformat(body["at"]),
        findings=tuple(_finding(row) for row in body["findings"]),
        cut=body["cut"],
    )


def _row(finding: ScanFinding) -> dict[str, Any]:
    row = {key: value for key, value in vars(finding).items() if value or key in _ALWAYS}
    return row | ({"until": finding.until.isoformat()} if finding.until else {})


def _finding(row: dict[str, Any]) -> ScanFinding:
    given: dict[str, Any] = dict(row)
    for key in ("keys", "found_in"):
        given[key] = tuple(row.get(key, ()))
    given["severity"] = Severity(row["severity"])
    given["until"] = date.fromisoformat(row["until"]) if "until" in row else None
    return ScanFinding(**given)


def _key(finding: ScanFinding) -> tuple[str, str]:
    return finding.check, bare(finding.address)


def _placed(finding: ScanFinding, written: ScanFinding) -> ScanFinding:
    return dataclasses.replace(
        finding,
        file=written.file,
        line=written.line,
        last_line=written.last_line,
        skip=finding.skip or written.skip,
        found_in=(CONFIGURATION, PLAN),
    )


def _suppressed(finding: ScanFinding, by: Sequence[Suppression]) -> ScanFinding:
    mine = [suppression for suppression in by if suppression.covers(finding)]
    if not mine:
        return finding
    longest = max(mine, key=lambda s: s.expires)
    return dataclasses.replace(finding, suppressed=longest.reason, until=longest.expires)


def _literal(pattern: str) -> str:
    """Take `[` for itself, as addresses have it: only `*` and `?` mean something."""
    return pattern.replace("[", "[[]")
