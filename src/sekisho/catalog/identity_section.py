"""`identity` of the operator's file: the provider whose tokens are believed, and the balancer."""

import dataclasses
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sekisho.catalog.values import Place, Section, looked_up, one_of
from sekisho.domain.identities import (
    SKEW,
    USUAL,
    AlbSigner,
    ClaimNames,
    Identities,
    OidcProvider,
)
from sekisho.domain.identity_presets import PRESETS, Preset, PresetName

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ARN = re.compile(
    r"arn:aws[a-z-]*:elasticloadbalancing:(?P<region>[a-z0-9-]+):\d{12}:loadbalancer/app/[\w/-]+"
)
_LONGEST_SKEW = 300


def _issuer(given: str) -> str:
    try:
        parts = urlsplit(given)
        near = parts.scheme == "http" and parts.hostname in _LOOPBACK
        good = bool(parts.hostname) and (parts.scheme == "https" or near) and parts.port != 0
    except ValueError:
        raise ValueError(_ISSUER) from None
    if not good or parts.query or parts.fragment or "@" in parts.netloc or not given.isprintable():
        raise ValueError(_ISSUER)
    return given


_ISSUER = "the provider's https address is needed, to the letter as its tokens name it in `iss`"


def _secret(given: object, info: ValidationInfo) -> str:
    if not isinstance(given, dict):
        raise ValueError("{env: NAME} or {file: PATH} is needed: a secret is not written here")  # noqa: TRY004 (pydantic reports ValueError)
    found = looked_up(cast("dict[str, Any]", given), info)
    if not found or not found.isprintable():
        raise ValueError("the secret is empty, or has characters that no secret has")
    return found


def _arn(given: str) -> str:
    if not _ARN.fullmatch(given):
        raise ValueError("the ARN of an Application Load Balancer is needed")
    return given


def _several(given: object) -> object:
    """Take one text for a list of it."""
    return [given] if isinstance(given, str) else given


Word = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,500}$")]
ClaimName = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
Words = Annotated[list[Word], BeforeValidator(_several, json_schema_input_type=list[Word] | Word)]
NamesOfClaims = Annotated[
    list[ClaimName], BeforeValidator(_several, json_schema_input_type=list[ClaimName] | ClaimName)
]
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
Issuer = Annotated[str, AfterValidator(_issuer)]
Secret = Annotated[str, BeforeValidator(_secret), WithJsonSchema({"anyOf": one_of("env", "file")})]


class ClaimsSection(Section):
    """Which claims of a token hold what; what is not said is as the preset has it."""

    subject: ClaimName | None = Field(
        default=None,
        description="What tells people apart for good. Default: sub (entra: oid).",
    )
    person: NamesOfClaims | None = Field(
        default=None,
        min_length=1,
        description="The name that a person goes by; of several the first that a token has. Take"
        " one that people cannot change themselves. Default: preferred_username.",
    )
    groups: NamesOfClaims | None = Field(
        default=None,
        description="What `groups` of this file may be declared by. A dot reaches inside:"
        " realm_access.roles. Default: groups.",
    )
    kept: NamesOfClaims = Field(
        default_factory=list[ClaimName],
        description="Other claims that `groups` of this file may be declared by.",
    )

    def meant(self, preset: Preset) -> ClaimNames:
        """Return what it means over a preset."""
        usual = preset.claims
        return ClaimNames(
            subject=self.subject or usual.subject,
            person=usual.person if self.person is None else tuple(self.person),
            groups=usual.groups if self.groups is None else tuple(self.groups),
            kept=tuple(self.kept),
        )


class OidcSection(Section):
    """An OpenID provider: Entra ID, Cognito, Keycloak, or any other that issues JWTs."""

    preset: PresetName | None = Field(
        default=None,
        description="entra, cognito or keycloak: how its tokens are told apart and which claims"
        " hold what. Without it, as OpenID Connect says.",
    )
    issuer: Issuer = Field(
        description="https address of the provider, to the letter as its tokens name it in `iss`."
    )
    audience: Words = Field(
        min_length=1,
        description="Whom bearer tokens must be for: this server's name at the provider, such as"
        " the client id of its API or its address. Without this audience a token is refused.",
    )
    required_scope: Word | None = Field(
        default=None,
        description="A scope that bearer tokens must have, as clients ask for it: for Entra"
        " api://ID/NAME. Default: none.",
    )
    clients: Words = Field(
        default_factory=list[Word],
        description="Client ids to which bearer tokens may have been given. Default: any.",
    )
    client_id: Word | None = Field(
        default=None, description="The console's own client id, for people to sign in."
    )
    client_secret: Secret | None = Field(
        default=None,
        repr=False,
        description="The console's own secret: {env: NAME} or {file: PATH}.",
    )
    scopes: Words = Field(
        default=["openid", "profile", "email"], description="What signing in asks for."
    )
    claims: ClaimsSection = ClaimsSection()
    token_types: Words = Field(
        default_factory=list[Word],
        description="What the header `typ` of bearer tokens must be, such as at+jwt."
        " Default: JWT, at+jwt or none.",
    )
    algorithms: list[Algorithm] = Field(
        default=list(cast("tuple[Algorithm, ...]", USUAL)),
        min_length=1,
        description="Signatures that are believed.",
    )
    clock_skew: Annotated[int, Field(ge=0, le=_LONGEST_SKEW)] = Field(
        default=int(SKEW.total_seconds()),
        description="Seconds by which the provider's clock may differ from ours; at most 300.",
    )
    ca_file: Place | None = Field(
        default=None, description="Certificates of a private CA, in PEM. Default: the system's."
    )

    @model_validator(mode="after")
    def _fits(self) -> "OidcSection":
        if self.client_secret and not self.client_id:
            raise ValueError("client_secret has no use without client_id")
        if "openid" not in self.scopes:
            raise ValueError("scopes needs openid")
        if self.ca_file and not Path(self.ca_file).is_file():
            raise ValueError(f"there is no file {self.ca_file}")
        return self

    def meant(self) -> OidcProvider:
        """Return what it means."""
        preset = PRESETS[self.preset]
        types = tuple(t.lower().removeprefix("application/") for t in self.token_types)
        return OidcProvider(
            issuer=self.issuer,
            audiences=tuple(self.audience),
            required_scope=self.required_scope or "",
            clients=tuple(self.clients),
            client_id=self.client_id or "",
            client_secret=self.client_secret or "",
            scopes=tuple(self.scopes),
            claims=self.claims.meant(preset),
            access_tokens=dataclasses.replace(preset.access_tokens, header_types=types),
            algorithms=tuple(self.algorithms),
            clock_skew=timedelta(seconds=self.clock_skew),
            ca_file=self.ca_file or "",
        )


class AlbSection(Section):
    """An Application Load Balancer that signs people in before the console."""

    signer: Annotated[str, AfterValidator(_arn)] = Field(
        description="ARN of the load balancer: only what it signed is believed."
    )
    issuer: Issuer = Field(description="The provider that the load balancer signs people in with.")
    client_id: Word = Field(description="The load balancer's client id at that provider.")
    preset: PresetName | None = Field(default=None, description="As for oidc.")
    claims: ClaimsSection = ClaimsSection()

    def meant(self) -> AlbSigner:
        """Return what it means. The region is that of the ARN."""
        found = _ARN.fullmatch(self.signer)
        return AlbSigner(
            arn=self.signer,
            region=found["region"] if found else "",
            issuer=self.issuer,
            client_id=self.client_id,
            claims=self.claims.meant(PRESETS[self.preset]),
        )


class IdentitySection(Section):
    """Who says who people are. API keys go on beside it."""

    oidc: OidcSection | None = Field(
        default=None, description="Bearer tokens of agents, and people who sign in."
    )
    alb: AlbSection | None = Field(
        default=None, description="People whom a load balancer signs in."
    )

    @model_validator(mode="after")
    def _any(self) -> "IdentitySection":
        if self.oidc is None and self.alb is None:
            raise ValueError("oidc or alb is needed")
        return self

    def meant(self) -> Identities:
        """Return what it means."""
        return Identities(
            self.oidc.meant() if self.oidc else None, self.alb.meant() if self.alb else None
        )
