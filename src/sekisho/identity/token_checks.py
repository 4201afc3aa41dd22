"""What the claims of a token must say, once its signature is known to be good."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sekisho.domain.claims import claim
from sekisho.domain.errors import (
    ScopeMissing,
    TokenAudienceWrong,
    TokenEarly,
    TokenExpired,
    TokenIssuerUnknown,
    TokenKindWrong,
    TokenMalformed,
)
from sekisho.domain.identities import AccessTokens, OidcProvider, Payload
from sekisho.domain.text import Text

_LAST_MOMENT = 253_402_300_799
"""The end of the year 9999: later is no time."""
_OF_ID_TOKENS = ("at_hash", "c_hash", "s_hash")
_OF_EVENTS = "events"
"""What tells a logout token, or another one about something that happened."""
_ACCESS = ("at+jwt", "jwt", "")
"""What the header of an access token may be, where the operator says nothing: RFC 9068, or none."""
_CLIENT = ("azp", "client_id", "appid")
_SCOPES = ("scope", "scp")

_ID_TOKEN = Text("it is an ID token", "ID トークンです")
_NO_ACCESS_TOKEN = Text(
    "it is no access token for a person", "本人用のアクセストークンではありません"
)
_NO_ID_TOKEN = Text(
    "it is no ID token of this sign-in", "このサインインの ID トークンではありません"
)
_OTHER_CLIENT = Text(
    "it was given to a client that is not allowed here",
    "ここで許可されていないクライアントに発行されたものです",
)
_TIME = Text("claim {name} is no time", "クレーム {name} が時刻ではありません")


@dataclasses.dataclass(frozen=True)
class Expected:
    """Whom a token must be for. `nonce`: it must be the ID token of this sign-in."""

    audience: Sequence[str]
    nonce: str | None = None


def check(header: Payload, payload: Payload, provider: OidcProvider, expected: Expected) -> None:
    """Check everything but times and the person.

    Raises:
        TokenIssuerUnknown, TokenAudienceWrong, TokenKindWrong, ScopeMissing.
    """
    if payload.get("iss") != provider.issuer:
        raise TokenIssuerUnknown(issuer=provider.issuer)
    if expected.nonce is None:
        _check_access_token(header, payload, provider, expected.audience)
    else:
        _check_id_token(payload, expected)


def check_times(payload: Payload, skew: timedelta, now: datetime) -> datetime:
    """Return when it expires.

    Raises:
        TokenExpired, TokenEarly: by more than the skew that is allowed.
        TokenMalformed: a time is none, or there is no end.
    """
    expires = moment(payload, "exp")
    if expires is None:
        raise TokenMalformed(problem=_TIME.fill({"name": "exp"}))
    for name in ("nbf", "iat"):
        begins = moment(payload, name)
        if begins is not None and begins > now + skew:
            raise TokenEarly
    if now >= expires + skew:
        raise TokenExpired
    return expires


def moment(payload: Payload, name: str) -> datetime | None:
    """Return the time in a claim, None where it is not there. Raises TokenMalformed."""
    value: Any = payload.get(name)
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= _LAST_MOMENT:  # NaN is in no range
        raise TokenMalformed(problem=_TIME.fill({"name": name}))
    return datetime.fromtimestamp(value, UTC)


def scopes_of(payload: Payload) -> frozenset[str]:
    """Return the scopes of a token: words of a text, or a list of them."""
    found: set[str] = set()
    for name in _SCOPES:
        value: Any = payload.get(name)
        words = cast("list[Any]", value) if isinstance(value, list) else [value]
        found.update(w for word in words if isinstance(word, str) for w in word.split())
    return frozenset(found)


def _check_access_token(
    header: Payload, payload: Payload, provider: OidcProvider, audience: Sequence[str]
) -> None:
    kinds = provider.access_tokens
    if any(name in payload for name in _OF_ID_TOKENS):
        raise TokenKindWrong(problem=_ID_TOKEN)
    if "nonce" in payload and not kinds.telling:
        raise TokenKindWrong(problem=_ID_TOKEN)
    if not _is_access_token(header, payload, kinds):
        raise TokenKindWrong(problem=_NO_ACCESS_TOKEN)
    if not set(_audiences(payload, kinds.audience_claims)) & set(audience):
        raise TokenAudienceWrong(audience=", ".join(audience))
    if provider.clients and _client(payload) not in provider.clients:
        raise TokenKindWrong(problem=_OTHER_CLIENT)
    scope = provider.required_scope
    held = scope.rpartition("/")[2] if kinds.short_scopes else scope
    if scope and held not in scopes_of(payload):
        raise ScopeMissing(scope=scope)


def _is_access_token(header: Payload, payload: Payload, kinds: AccessTokens) -> bool:
    kind = str(header.get("typ") or "").lower().removeprefix("application/")
    marked = all(payload.get(name) == value for name, value in kinds.marks)
    needed = all(claim(payload, name) for name in kinds.needed)
    named = kind in (kinds.header_types or _ACCESS)
    return marked and needed and named and _OF_EVENTS not in payload


def _check_id_token(payload: Payload, expected: Expected) -> None:
    """By OpenID Connect Core 3.1.3.7: where there are several audiences, `azp` says which."""
    audiences = _audiences(payload, ("aud",))
    if not set(audiences) & set(expected.audience):
        raise TokenAudienceWrong(audience=", ".join(expected.audience))
    authorized: Any = payload.get("azp")
    if (authorized is not None or len(audiences) > 1) and authorized not in expected.audience:
        raise TokenAudienceWrong(audience=", ".join(expected.audience))
    if not expected.nonce or payload.get("nonce") != expected.nonce:
        raise TokenKindWrong(problem=_NO_ID_TOKEN)
    if payload.get("token_use") not in (None, "id") or payload.get("typ") not in (None, "ID"):
        raise TokenKindWrong(problem=_NO_ID_TOKEN)


def _audiences(payload: Payload, names: Sequence[str]) -> tuple[str, ...]:
    """Return whom it is for, by the first of these claims that it has."""
    value: Any = next((payload[name] for name in names if name in payload), None)
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    return tuple(v for v in values if isinstance(v, str))


def _client(payload: Payload) -> Any:
    return next((payload[name] for name in _CLIENT if name in payload), None)
