"""`groups` and `access` of the operator's file: who people are together, and what they may do."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from sekisho.catalog.values import Patterns, Section, Words
from sekisho.domain.access import Act, Grant
from sekisho.domain.groups import Group
from sekisho.domain.groups import Member as Belonging
from sekisho.domain.text import plain


def _person(given: str) -> str:
    name = unicodedata.normalize("NFC", given).strip()
    if not name or plain(name) != name or not name.isprintable():
        raise ValueError("the name of a person is needed, as the server knows them")
    return name


def _member(given: object) -> object:
    return {"person": given} if isinstance(given, str) else given


class MemberSection(Section):
    """Who belongs to a group: one person, or everybody with this value in a claim."""

    person: Annotated[str, AfterValidator(_person)] | None = Field(
        default=None, description="A person's name, as keys and the identity provider have it."
    )
    claim: Words | None = Field(
        default=None, description="A claim of the identity provider's tokens, such as groups."
    )
    value: Words | None = Field(
        default=None, description="A value of that claim, compared to the letter."
    )

    @model_validator(mode="after")
    def _one(self) -> "MemberSection":
        if (self.claim is None) != (self.value is None):
            raise ValueError("claim and value go together")
        if (self.person is None) == (self.claim is None):
            raise ValueError("a person's name, or claim and value, is needed")
        return self

    def meant(self) -> Belonging:
        """Return what it means."""
        return Belonging(self.person or "", self.claim or "", self.value or "")


Member = Annotated[
    MemberSection,
    BeforeValidator(
        _member,
        json_schema_input_type=MemberSection | Annotated[str, StringConstraints(min_length=1)],
    ),
]


class GrantSection(Section):
    """One row of who may do what."""

    group: Words = Field(description="A name under `groups`.")
    allow: list[Act] = Field(
        min_length=1,
        description="read: look. plan: plan, cancel, discard. apply: start what is approved."
        " approve: decide about plans in the console. override: pass a soft rule, with a reason."
        " break_glass: apply in an emergency. operate: lock and unlock.",
    )
    workspaces: Annotated[Patterns, Field(min_length=1)] = Field(
        default=["*"], description="Patterns over names of workspaces. Default: all."
    )

    def meant(self) -> Grant:
        """Return what it means."""
        return Grant(self.group, frozenset(self.allow), tuple(self.workspaces))


def group_of(name: str, members: list[MemberSection]) -> Group:
    """Return a group as it is declared."""
    return Group(name, tuple(member.meant() for member in members))
