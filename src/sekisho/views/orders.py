"""What every face takes to plan: one model, one way to turn it into a run."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Configuration
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.origins import Origin
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.runs import Run
from sekisho.engine.engine import Engine
from sekisho.engine.plans import PlanOrder
from sekisho.views.intents import ROLLBACK, IntentAsk

Mode = Literal["normal", "destroy", "refresh_only"]


_GIVEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "files": ({"minProperties": 1}, {"maxProperties": 0}),
    "configuration": ({"minLength": 1}, {"maxLength": 0}),
    "folder": ({"const": True}, {"const": False}),
    "git_ref": ({"minLength": 1}, {"maxLength": 0}),
}
"""Source → what its value looks like where it is the one that is given, and where it is not."""


def _exactly_one(schema: dict[str, Any]) -> None:
    """Say in the JSON schema what `Source.taken` checks."""
    schema["oneOf"] = [
        {"required": [one], "properties": {n: forms[n != one] for n, forms in _GIVEN.items()}}
        for one in _GIVEN
    ]


class Source(BaseModel):
    """Where the files come from: exactly one of the four."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_exactly_one)

    files: dict[str, str] = Field(
        default_factory=dict[str, str], description="A few small files: path → content"
    )
    configuration: str = Field(default="", max_length=80, description="Digest of an upload")
    folder: bool = Field(default=False, description="true: the workspace's own folder")
    git_ref: str = Field(
        default="",
        max_length=200,
        description="Branch, tag or commit of the workspace's repository; default: the declared",
    )

    @property
    def quick(self) -> bool:
        """Whether the files are at hand: nothing is fetched, and no folder is read."""
        return not (self.git_ref or self.folder)

    def taken(self, engine: Engine, workspace: str, caller: Caller) -> str:
        """Bring the files in and return their digest. Raises ArgumentsInvalid."""
        return self.brought(engine, workspace, caller).digest

    def brought(self, engine: Engine, workspace: str, caller: Caller) -> Configuration:
        """Bring the files in, or find those that are here.

        Raises:
            ArgumentsInvalid: none or more than one source was given.
        """
        given = (self.files, self.configuration, self.folder, self.git_ref)
        if sum(map(bool, given)) != 1:
            problem = "give exactly one of files, configuration (a digest), folder=true and git_ref"
            raise ArgumentsInvalid(problem=problem)
        if self.files:
            return engine.configurations.from_inline(workspace, self.files, caller)
        if self.folder:
            return engine.configurations.from_folder(workspace, caller)
        if self.git_ref:
            return engine.configurations.from_git(workspace, self.git_ref, caller)
        return engine.configurations.get(self.configuration)


class PlanAsk(Source):
    """Everything that can be said when asking for a plan."""

    workspace: Annotated[str, Field(max_length=100)]
    mode: Mode = "normal"
    targets: list[str] = Field(default_factory=list[str], max_length=100)
    replace: list[str] = Field(default_factory=list[str], max_length=100)
    message: str = Field(default="", max_length=500, description="Why, for reviewers")
    change_id: str = Field(default="", max_length=500, description="Change number, if any")
    rollback: str = Field(
        default="", max_length=ROLLBACK, description="How to roll back, if need be"
    )
    intent: IntentAsk = Field(
        default_factory=IntentAsk,
        description="What the plan may do at most; one that does more is blocked",
    )

    def start(self, engine: Engine, caller: Caller) -> Run:
        """Queue the plan and return its run."""
        found = self.brought(engine, self.workspace, caller)
        order = PlanOrder(
            workspace=self.workspace,
            configuration=found.digest,
            options=PlanOptions(PlanMode(self.mode), tuple(self.targets), tuple(self.replace)),
            message=self.message,
            change_id=self.change_id,
            rollback=self.rollback,
            intent=self.intent.meant(),
            origin=None if self.configuration else Origin(found.source, found.commit),
        )
        return engine.plans.create(order, caller)
