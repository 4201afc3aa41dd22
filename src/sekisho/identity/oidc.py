"""An OpenID provider: what it publishes, and whether a token is its own, for us, and good."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import jwt

from sekisho.domain.claims import claims_of, person_of, subject_of
from sekisho.domain.errors import (
    TokenIssuerUnknown,
    TokenMalformed,
    TokenSignatureWrong,
)
from sekisho.domain.identities import OidcProvider, Payload, Verified
from sekisho.domain.text import Text
from sekisho.identity.fetching import Fetcher, is_safe
from sekisho.identity.keeping import Kept
from sekisho.identity.key_sets import KINDS, KeySet
from sekisho.identity.token_checks import Expected, check, check_times, moment, scopes_of
from sekisho.ports import Clock

LONGEST_TOKEN = 16 * 1024
"""Characters; one that names 200 groups has a third of them."""
DISCOVERY = "/.well-known/openid-configuration"

_TOO_LONG = Text("it is too long", "長すぎます")
_NO_TOKEN = Text("it is not three parts of JSON", "JSON の3つの部分からなっていません")
_ALGORITHM = Text("its algorithm is not allowed", "アルゴリズムが許可されていません")
_NO_KEY = Text("the provider has no such key", "プロバイダーに該当する鍵がありません")
_FORGED = Text("it does not match", "一致しません")
_OTHER_ISSUER = Text(
    "its discovery document names another issuer", "ディスカバリー文書の issuer が異なります"
)
_NO_ENDPOINT = Text(
    "its discovery document lacks {name}", "ディスカバリー文書に {name} がありません"
)
_SLOW = Text("it answers too slowly", "応答が遅すぎます")
_NO_KEYS = Text("it publishes no keys", "鍵が公開されていません")


@dataclasses.dataclass(frozen=True)
class Metadata:
    """What the discovery document says; an endpoint that is not offered is empty."""

    jwks_uri: str
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    end_session_endpoint: str = ""
    token_auth_methods: tuple[str, ...] = ()


class Provider:
    """The port `Identities` over one provider; people sign in at the console with it too."""

    def __init__(self, config: OidcProvider, clock: Clock) -> None:
        """Ask nothing yet: the server starts whether or not the provider is there."""
        self.config = config
        self.fetcher = Fetcher(config.issuer, config.ca_file, clock.monotonic)
        slow = self.fetcher.away(_SLOW)
        self._metadata = Kept(self._discover, clock.monotonic, slow)
        self._keys = Kept(self._key_set, clock.monotonic, slow)

    @property
    def issuer(self) -> str:
        """Return who the provider is."""
        return self.config.issuer

    @property
    def required_scope(self) -> str:
        """Return the scope that a bearer token must have; empty for none."""
        return self.config.required_scope

    def metadata(self) -> Metadata:
        """Return where the provider's endpoints are.

        Raises:
            IdentityProviderAway: it does not answer, or not as the provider that was declared.
        """
        return self._metadata.get()

    def check(self) -> None:
        """See that the provider answers, as the one that was declared, and publishes keys.

        Raises:
            IdentityProviderAway: it does not.
        """
        if not self._keys.get().keys:
            raise self.fetcher.away(_NO_KEYS)

    def access(self, token: str, now: datetime) -> Verified:
        """Check a bearer token for this server: see `verify`."""
        return self.verify(token, audience=self.config.audiences, now=now)

    def verify(
        self, token: str, *, audience: Sequence[str], nonce: str | None = None, now: datetime
    ) -> Verified:
        """Say who a token is about. With a nonce it must be the ID token of that sign-in.

        Without one it must be an access token.

        Raises:
            TokenMalformed, TokenIssuerUnknown, TokenSignatureWrong, TokenKindWrong, TokenExpired,
            TokenEarly, TokenAudienceWrong, ScopeMissing, PersonUnfit: it is not good.
            IdentityProviderAway: nobody can tell.
        """
        header, claimed = _read(token)
        if claimed.get("iss") != self.issuer:
            raise TokenIssuerUnknown(issuer=self.issuer)
        algorithm: Any = header.get("alg")
        if algorithm not in self.config.algorithms or algorithm not in KINDS:
            raise TokenSignatureWrong(problem=_ALGORITHM)
        payload = _signed(token, self._key(header.get("kid"), algorithm), algorithm)
        expires_at = check_times(payload, self.config.clock_skew, now)
        check(header, payload, self.config, Expected(audience, nonce))
        names = self.config.claims
        return Verified(
            subject=subject_of(payload, self.issuer, names),
            person=person_of(payload, names),
            claims=claims_of(payload, names),
            expires_at=expires_at,
            auth_time=moment(payload, "auth_time"),
            scopes=scopes_of(payload),
        )

    def _key(self, kid: str | None, algorithm: str) -> jwt.PyJWK:
        """Return the key. One that is not known may be new: the provider is asked, not often."""
        keys = self._keys.get()
        found = keys.find(kid, algorithm) or self._keys.newer(keys).find(kid, algorithm)
        if found is None:
            raise TokenSignatureWrong(problem=_NO_KEY)
        return found

    def _discover(self) -> Metadata:
        document = self.fetcher.get(self.issuer.rstrip("/") + DISCOVERY)
        if document.get("issuer") != self.issuer:
            raise self.fetcher.away(_OTHER_ISSUER)
        keys = self._endpoint(document, "jwks_uri")
        if not keys:
            raise self.fetcher.away(_NO_ENDPOINT.fill({"name": "jwks_uri"}))
        methods = document.get("token_endpoint_auth_methods_supported")
        listed = cast("list[Any]", methods) if isinstance(methods, list) else []
        return Metadata(
            jwks_uri=keys,
            authorization_endpoint=self._endpoint(document, "authorization_endpoint"),
            token_endpoint=self._endpoint(document, "token_endpoint"),
            end_session_endpoint=self._endpoint(document, "end_session_endpoint"),
            token_auth_methods=tuple(m for m in listed if isinstance(m, str)),
        )

    def _endpoint(self, document: Mapping[str, Any], name: str) -> str:
        value = document.get(name)
        return value if isinstance(value, str) and is_safe(value) else ""

    def _key_set(self) -> KeySet:
        try:
            return KeySet.of(self.fetcher.get(self._metadata.get().jwks_uri))
        except ValueError:
            raise self.fetcher.away(_NO_KEYS) from None


def _read(token: str) -> tuple[Payload, Payload]:
    """Return what a token claims, believing nothing of it."""
    if len(token) > LONGEST_TOKEN:
        raise TokenMalformed(problem=_TOO_LONG)
    try:
        options: Any = {"verify_signature": False}
        found = jwt.decode_complete(token, options=options)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenMalformed(problem=_NO_TOKEN) from None
    header: dict[str, Any] = found["header"]
    if not isinstance(header.get("kid"), (str, type(None))) or "crit" in header:
        raise TokenMalformed(problem=_NO_TOKEN)
    return header, found["payload"]


def _signed(token: str, key: jwt.PyJWK, algorithm: str) -> Payload:
    """Return what is signed. Times and names are ours to check: we have the clock."""
    ours: Any = {f"verify_{name}": False for name in _CHECKED_HERE}
    try:
        return jwt.decode(token, key, algorithms=[algorithm], options=ours)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenSignatureWrong(problem=_FORGED) from None


_CHECKED_HERE = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
