"""What every face takes to plan: one model, one way to turn it into a run."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Configuration
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.domain.origins import Origin
from sekisho.domain.plans import PlanMode, PlanOptions
from sekisho.domain.runs import Run
from sekisho.engine.engine import Engine
from sekisho.engine.plans import PlanOrder

Mode = Literal["normal", "destroy", "refresh_only"]


class Source(BaseModel):
    """Where the files come from: exactly one of the four."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: dict[str, str] = Field(default_factory=dict[str, str])
    configuration: str = ""
    folder: bool = False
    git_ref: Annotated[str, Field(max_length=200)] = ""

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
    targets: list[str] = Field(default_factory=list[str])
    replace: list[str] = Field(default_factory=list[str])
    message: str = ""
    change_id: str = ""

    def start(self, engine: Engine, caller: Caller) -> Run:
        """Queue the plan and return its run."""
        found = self.brought(engine, self.workspace, caller)
        order = PlanOrder(
            workspace=self.workspace,
            configuration=found.digest,
            options=PlanOptions(PlanMode(self.mode), tuple(self.targets), tuple(self.replace)),
            message=self.message,
            change_id=self.change_id,
            origin=None if self.configuration else Origin(found.source, found.commit),
        )
        return engine.plans.create(order, caller)
