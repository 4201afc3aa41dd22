"""`scan` of the operator's file: which plans are scanned, and what the operator lives with."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sekisho.catalog.values import Section, Words
from sekisho.domain.scans import Scanning, Suppression, When

SeverityWord = Literal["low", "medium", "high", "critical"]


def _day(given: object) -> object:
    """Take a day as YAML and people write it, and no number for one."""
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise ValueError("a day is needed, like 2027-03-31") from None


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=str)]


class SuppressionSection(Section):
    """Findings that the operator lives with for a while: they do not count until it is over."""

    check: Words = Field(description="Pattern over ids of checks, such as CKV_AWS_18.")
    resource: Words = Field(
        default="*",
        description="Pattern over addresses of resources, or over files where a finding is about"
        " one. `*` and `?` alone mean something. Default: every one.",
    )
    reason: Words = Field(description="Why; it is shown wherever the finding is.")
    expires: Day = Field(description="The last day on which it holds (UTC).")


class ScanSection(Section):
    """Security scans of configurations and plans."""

    when: Literal["installed", "always", "rules"] = Field(
        default="installed",
        description="installed: every plan, where a scanner is installed. always: every plan; where"
        " no scanner is, the plan says so. rules: where a rule of the workspace wants one.",
    )
    suppressions: list[SuppressionSection] = Field(default_factory=list[SuppressionSection])

    def meant(self) -> Scanning:
        """Return what it means."""
        return Scanning(
            When(self.when),
            tuple(Suppression(s.check, s.resource, s.reason, s.expires) for s in self.suppressions),
        )


class ScanWantSection(Section):
    """What a scan may find at most."""

    max_severity: SeverityWord = Field(
        description="The worst severity that does not matter; whatever is worse does."
    )
