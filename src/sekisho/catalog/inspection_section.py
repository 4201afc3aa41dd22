"""`inspection`: what configurations may do, for all workspaces or for one."""

from typing import Annotated

from pydantic import Field

from sekisho.catalog.values import Patterns, Section
from sekisho.domain.inspections import ALWAYS_REFUSED, FindingKind, Policy, Treatment

Kind = Annotated[FindingKind, Field(strict=False)]
"""A kind by its code: a file has words, where a strict section would want members."""


class InspectionSection(Section):
    """What is done about what inspection finds before Terraform sees a configuration."""

    kinds: dict[Kind, Treatment] = Field(
        default_factory=dict[Kind, Treatment],
        description="Kind of finding: allow, warn or refuse. What each is, and what happens by"
        " default: docs/en/inspection.md.",
    )
    modules: Patterns | None = Field(
        default=None,
        description="Patterns over sources of modules that may be fetched, such as"
        " registry.terraform.io/terraform-aws-modules/*. Default: none; those inside of the"
        " configuration need no leave.",
    )
    providers: Patterns | None = Field(
        default=None,
        description="Patterns over addresses of providers that may be used."
        " Default: registry.terraform.io/hashicorp/*.",
    )

    def meant(self, over: Policy) -> Policy:
        """Return the policy: what is said here goes before what was said around it."""
        kinds: dict[FindingKind, Treatment] = {
            k: t for k, t in self.kinds.items() if k not in ALWAYS_REFUSED
        }
        return Policy(
            kinds=dict(over.kinds) | kinds,
            modules=over.modules if self.modules is None else tuple(self.modules),
            providers=over.providers if self.providers is None else tuple(self.providers),
        )
