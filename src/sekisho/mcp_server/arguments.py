"""The arguments that tools share: their forms, and what models read about them."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from sekisho.domain.text import Language
from sekisho.views.intents import INTENT_FORM, ROLLBACK, IntentAsk
from sekisho.views.moments import FORM
from sekisho.views.orders import Mode
from sekisho.views.waiting import LONGEST

RunId = Annotated[str, Field(description="From plan_create", max_length=100)]
WorkspaceName = Annotated[str, Field(description="From workspace_list", max_length=100)]
Digest = Annotated[
    str,
    Field(description="sha256:… of an upload or an earlier run", max_length=80),
]
Files = Annotated[
    dict[str, str],
    Field(
        default_factory=dict[str, str],
        description="A few small files: path from the root → content. No secrets",
    ),
]
Folder = Annotated[
    bool, Field(description="The workspace's own folder on the server, as it is now")
]
GitRef = Annotated[
    str,
    Field(
        description="Branch, tag or whole commit id of the workspace's own repository; `default`:"
        " the operator's. Others are plan-only",
        max_length=200,
    ),
]
Mode_ = Annotated[Mode, Field(description="destroy plans the removal of everything")]
Rollback = Annotated[str, Field(description="How to roll back", max_length=ROLLBACK)]
Intent = Annotated[
    IntentAsk,
    Field(
        default_factory=IntentAsk,
        description="What the plan may do at most; one that does more is blocked",
    ),
    WithJsonSchema(INTENT_FORM),
]
Addresses = Annotated[list[str], Field(default_factory=list[str], max_length=100)]
Reason = Annotated[str, Field(description="Why, for the audit", max_length=500)]
Wait = Annotated[
    int,
    Field(ge=0, le=LONGEST, description="Wait up to this long for the run to settle"),
]
LanguageChoice = Annotated[Language, Field(description="Language of what people read")]
Moment = Annotated[
    str,
    Field(description=f"Not now but then: {FORM}", max_length=60),
]
Limit = Annotated[int, Field(ge=1, le=200)]
Place = Annotated[int, Field(ge=0, description="From the answer before")]
ChangeAddress = Annotated[
    str,
    Field(description="Address of a resource, or the #… of its row", min_length=1, max_length=2000),
]
OptionalChange = Annotated[
    str, Field(description="Address of a resource, or the #… of its row", max_length=2000)
]
