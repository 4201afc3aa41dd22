"""What is known of identity providers: which claims hold what, and how access tokens are told."""

import dataclasses
from typing import Literal

from sekisho.domain.identities import AccessTokens, ClaimNames

PresetName = Literal["entra", "cognito", "keycloak"]


@dataclasses.dataclass(frozen=True)
class Preset:
    """How the tokens of one product are read."""

    claims: ClaimNames
    access_tokens: AccessTokens


ENTRA = Preset(
    # `sub` differs from application to application there; `oid` is the person's in the tenant.
    ClaimNames(subject="oid", person=("preferred_username", "upn"), groups=("groups", "roles")),
    # Only what a person was given has `scp`: ID tokens and an application's own tokens have none.
    AccessTokens(marks=(("ver", "2.0"),), needed=("scp",), short_scopes=True),
)
COGNITO = Preset(
    # Access tokens have `username`, ID tokens `cognito:username`: it is the same.
    ClaimNames(person=("username", "cognito:username"), groups=("cognito:groups",)),
    # There is an `aud` only where the client asked for a resource.
    AccessTokens(audience_claims=("aud", "client_id"), marks=(("token_use", "access"),)),
)
KEYCLOAK = Preset(
    ClaimNames(groups=("groups", "realm_access.roles")),
    AccessTokens(marks=(("typ", "Bearer"),)),
)
GENERIC = Preset(ClaimNames(), AccessTokens())

PRESETS: dict[PresetName | None, Preset] = {
    "entra": ENTRA,
    "cognito": COGNITO,
    "keycloak": KEYCLOAK,
    None: GENERIC,
}
