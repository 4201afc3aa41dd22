"""Identity providers as the operator declares them, and what a checked token of theirs says."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sekisho.domain.groups import Claims

Payload = Mapping[str, Any]
"""The claims of a token as they came, of whatever type."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures that can be allowed: with a pair of keys, of which we know the public one alone."""
USUAL = ("RS256", "PS256", "ES256", "EdDSA")
"""Those that are allowed where the operator says nothing."""
SKEW = timedelta(seconds=60)


@dataclasses.dataclass(frozen=True)
class ClaimNames:
    """Which claims hold what. A dotted name reaches inside: `realm_access.roles`.

    `subject` is what tells people apart for good. Of `person` the first that a token has is the
    name they go by; of `groups` all are kept, and so are `kept`, for groups to be declared by.
    """

    subject: str = "sub"
    person: tuple[str, ...] = ("preferred_username",)
    groups: tuple[str, ...] = ("groups",)
    kept: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class AccessTokens:
    """How access tokens of a provider are told from its other tokens.

    Of `audience_claims` the first that a token has says whom it is for. `header_types`: what `typ`
    of the header must be (empty: what is usual). `marks`: claims with the value they must have.
    `needed`: claims that must be there, whatever they say. `short_scopes`: a scope is asked for as
    `api://ID/NAME`, and the token has the name alone.
    """

    audience_claims: tuple[str, ...] = ("aud",)
    header_types: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    needed: tuple[str, ...] = ()
    short_scopes: bool = False

    @property
    def telling(self) -> bool:
        """Say whether something here tells an access token for sure."""
        return bool(self.header_types or self.marks or self.needed)


@dataclasses.dataclass(frozen=True)
class OidcProvider:
    """A provider: whose tokens are believed, which of them, and what their claims mean.

    `audiences` are those of bearer tokens; an ID token is for `client_id`, which signs people in
    with `scopes`. `required_scope`: without it a bearer token is not enough. `clients`: those to
    which bearer tokens may have been given (empty: any). `ca_file` (empty: the system's).
    """

    issuer: str
    audiences: tuple[str, ...] = ()
    required_scope: str = ""
    clients: tuple[str, ...] = ()
    client_id: str = ""
    client_secret: str = dataclasses.field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    claims: ClaimNames = dataclasses.field(default_factory=ClaimNames)
    access_tokens: AccessTokens = dataclasses.field(default_factory=AccessTokens)
    algorithms: tuple[str, ...] = USUAL
    clock_skew: timedelta = SKEW
    ca_file: str = ""


@dataclasses.dataclass(frozen=True)
class AlbSigner:
    """An Application Load Balancer that signs people in: whose signed header is believed.

    `arn` is the load balancer that must have signed. `keys_url` is where its keys are looked for,
    in tests; else that of the region.
    """

    arn: str
    region: str
    issuer: str
    client_id: str = ""
    claims: ClaimNames = dataclasses.field(default_factory=ClaimNames)
    keys_url: str = ""


@dataclasses.dataclass(frozen=True)
class Identities:
    """The section `identity`: who says who people are."""

    oidc: OidcProvider | None = None
    alb: AlbSigner | None = None


NO_IDENTITIES = Identities()
"""Where the operator's file names nobody: keys alone tell who asks."""


@dataclasses.dataclass(frozen=True)
class Verified:
    """What a token says, once it was found good. `subject` is `issuer|sub`.

    `auth_time` is when the person last signed in at the provider, where the token tells.
    """

    subject: str
    person: str
    claims: Claims
    expires_at: datetime
    auth_time: datetime | None = None
    scopes: frozenset[str] = frozenset()
