"""`rules` of the operator's file: what is wanted of which plans before they are applied."""

from datetime import timedelta
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sekisho.catalog.scan_section import ScanWantSection
from sekisho.catalog.times_section import FreezeSection, WindowSection
from sekisho.catalog.values import Duration, Name, Patterns, Section, Words, nfc
from sekisho.domain.actions import Risk
from sekisho.domain.change_patterns import LONGEST, pattern_problem
from sekisho.domain.workspaces import SourceKind

_MOST_PEOPLE = 20
_OLDEST = timedelta(days=30)
_OURS = "default"

RiskWord = Literal["safe", "review", "dangerous", "irreversible"]
ActionWord = Literal["no-op", "create", "read", "update", "delete", "replace", "forget"]
ModeWord = Literal["normal", "destroy", "refresh_only"]
LevelWord = Literal["hard", "soft", "advisory"]
People = Annotated[int, Field(ge=0, le=_MOST_PEOPLE)]


def rule_name(given: str) -> str:
    """Take a name for a rule that is not the name of our own."""
    if given.casefold() == _OURS:
        raise ValueError("this is the name of the server's own rule: take another one")
    return given


def _change_id(given: str) -> str:
    problem = pattern_problem(given)
    if problem:
        raise ValueError(problem)
    return given


def _age(given: timedelta) -> timedelta:
    if given > _OLDEST:
        raise ValueError(f"a plan may be {_OLDEST.days} days old at most")
    return given


def _counted(given: object) -> object:
    """Take a number alone for the count."""
    return {"count": given} if isinstance(given, int) and not isinstance(given, bool) else given


class MatchSection(Section):
    """Which plans a rule is about: all that is given must hold. Default: every plan."""

    workspaces: Patterns | None = Field(
        default=None, min_length=1, description="Patterns over names of workspaces."
    )
    labels: dict[Words, Annotated[Patterns, Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Labels that a workspace has; of several values of one, any.",
    )
    targets: Patterns | None = Field(
        default=None, min_length=1, description="Patterns over names under `targets`."
    )
    risk: RiskWord | None = Field(
        default=None, description="The least that the worst risk of a plan is."
    )
    risk_at_most: RiskWord | None = Field(
        default=None, description="The most that the worst risk of a plan is."
    )
    types: Patterns | None = Field(
        default=None, min_length=1, description="Patterns over types, such as aws_iam_*."
    )
    actions: list[ActionWord] | None = Field(
        default=None, min_length=1, description="What happens to a resource (of `types`, if given)."
    )
    changes_over: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The plan changes more resources than this."
    )
    destroys_over: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The plan destroys more resources than this."
    )
    requesters: Patterns | None = Field(
        default=None, min_length=1, description="Names under `groups`, or persons by name."
    )
    sources: list[SourceKind] | None = Field(
        default=None, min_length=1, description="How the configuration came."
    )
    modes: list[ModeWord] | None = Field(default=None, min_length=1, description="Of planning.")
    clients: Patterns | None = Field(
        default=None,
        min_length=1,
        description="Patterns over what an agent calls itself. It is a claim: ask for more by it,"
        " never for less.",
    )

    @model_validator(mode="after")
    def _possible(self) -> "MatchSection":
        least, most = self.risk, self.risk_at_most
        if least and most and Risk(least).rank > Risk(most).rank:
            raise ValueError(f"no risk is at least {least} and at most {most}")
        return self


class ApprovalsSection(Section):
    """How many people approve, and who they may be."""

    count: People = Field(
        default=0, description="So many people; one approval counts for every rule that asks."
    )
    add: People = Field(
        default=0, description="So many people more, on top of what all other rules want."
    )
    from_: Annotated[Patterns, Field(min_length=1)] | None = Field(
        default=None,
        alias="from",
        description="Names under `groups`, to one of which they belong. Default: anybody who may"
        " approve.",
    )
    self_: bool = Field(
        default=False, alias="self", description="Whether the requester's own approval counts."
    )
    author: bool = Field(
        default=False, description="Whether an approval by the author of the commit counts."
    )

    @model_validator(mode="after")
    def _anybody(self) -> "ApprovalsSection":
        if self.count + self.add == 0 and (self.from_ or self.self_ or self.author):
            raise ValueError("nobody needs to approve: count or add is needed with from, self, …")
        return self


Approvals = Annotated[
    ApprovalsSection,
    BeforeValidator(_counted, json_schema_input_type=ApprovalsSection | People),
]


def _scan_want(given: object) -> object:
    if isinstance(given, dict) or given == "clean":
        return cast("object", given)
    raise ValueError("clean is needed, or max_severity: low, medium, high or critical")


ScanWant = Annotated[
    Literal["clean"] | ScanWantSection,
    BeforeValidator(_scan_want, json_schema_input_type=Literal["clean"] | ScanWantSection),
]


class RequireSection(Section):
    """What is wanted before an apply. What is not given, this rule does not ask for."""

    approvals: Approvals | None = Field(
        default=None, description="A number of people, or count, add, from, self and author."
    )
    change_id: Annotated[Words, AfterValidator(_change_id)] | None = Field(
        default=None,
        description=f"Regular expression for the whole change number, {LONGEST} characters at"
        " most.",
    )
    window: WindowSection | None = Field(default=None, description="When plans may be applied.")
    freezes: list[FreezeSection] | None = Field(
        default=None, min_length=1, description="When nothing is applied."
    )
    plan_age: Annotated[Duration, AfterValidator(_age)] | None = Field(
        default=None,
        description="How old a plan may be, like 30m, 8h or 2d. Default: SEKISHO_PLAN_AGE."
        " Of several rules the shortest holds.",
    )
    source: Literal["protected"] | None = Field(
        default=None, description="The configuration is a commit on the ref of `source.git`."
    )
    rollback: bool = Field(default=False, description="The requester says how to go back.")
    scan: ScanWant | None = Field(
        default=None,
        description="A security scan found nothing (clean), or nothing worse than max_severity;"
        " what is suppressed under `scan` does not count.",
    )
    intent: bool = Field(
        default=False, description="The requester said beforehand what would change."
    )

    @model_validator(mode="after")
    def _fits(self) -> "RequireSection":
        if self == RequireSection.model_construct():
            raise ValueError("something is needed; approvals: 0 says that nobody needs to approve")
        if not self.window and any(not freeze.tz for freeze in self.freezes or []):
            raise ValueError("a freeze needs tz, as in Asia/Tokyo, where there is no window")
        return self


class RuleSection(Section):
    """A named requirement: every rule that is about a plan must be met."""

    name: Annotated[Name, AfterValidator(nfc), AfterValidator(rule_name)]
    match: MatchSection = MatchSection()
    require: RequireSection
    level: LevelWord = Field(
        default="hard",
        description="hard: not met, nothing is applied. soft: somebody who may overrides it, with a"
        " reason. advisory: it is said, and holds nothing up.",
    )
    override_by: Annotated[Patterns, Field(min_length=1)] | None = Field(
        default=None,
        description="Names under `groups` that may override it; with level: soft. Default: whoever"
        " may override there.",
    )

    @model_validator(mode="after")
    def _soft(self) -> "RuleSection":
        if self.override_by and self.level != "soft":
            raise ValueError("override_by goes with level: soft")
        return self
