"""Claims of a token → who it is about. Nothing here asks whether the token is good."""

import unicodedata
from collections.abc import Iterable
from typing import Any, cast

from sekisho.domain.callers import is_own_name
from sekisho.domain.errors import PersonUnfit
from sekisho.domain.groups import Claims
from sekisho.domain.identities import ClaimNames, Payload
from sekisho.domain.text import Text

LONGEST_NAME = 200
_LONGEST_SUBJECT = 255
_LONGEST_VALUE = 500
_MOST_VALUES = 1000
_EMAIL, _VERIFIED = "email", "email_verified"

_MISSING = Text("is not in the token", "がトークンにありません")
_NO_TEXT = Text("is not text", "が文字列ではありません")
_EMPTY = Text("is empty", "が空です")
_LONG = Text("is too long", "が長すぎます")
_UNSEEN = Text("has characters that cannot be seen", "に表示できない文字が含まれています")
_OURS = Text("is a name that the server itself uses", "がサーバー自身の使う名前です")
_UNVERIFIED = Text(
    "is an address that the provider has not verified",
    "が、プロバイダーで未確認のメールアドレスです",
)


def claim(payload: Payload, name: str) -> Any:
    """Return a claim, None where there is none: by its whole name first, then inside others."""
    if name in payload:
        return payload[name]
    here: Any = payload
    for part in name.split("."):
        if not isinstance(here, dict):
            return None
        here = cast("dict[str, Any]", here).get(part)
    return here


def texts(value: Any) -> tuple[str, ...]:
    """Return the values of a claim as texts; what is no text, too long or too many is left out."""
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    words = (_word(v) for v in values[:_MOST_VALUES])
    return tuple(w for w in words if w and len(w) <= _LONGEST_VALUE)


def claims_of(payload: Payload, names: ClaimNames) -> Claims:
    """Return the claims that groups are declared by."""
    wanted = dict.fromkeys((*names.groups, *names.kept))
    found = {name: texts(claim(payload, name)) for name in wanted}
    return {name: values for name, values in found.items() if values}


def subject_of(payload: Payload, issuer: str, names: ClaimNames) -> str:
    """Return `issuer|subject`. Raises PersonUnfit."""
    subject = _text(payload, names.subject)
    if len(subject) > _LONGEST_SUBJECT:
        raise PersonUnfit(claim=names.subject, problem=_LONG)
    if not subject.isprintable() or subject != subject.strip():
        raise PersonUnfit(claim=names.subject, problem=_UNSEEN)
    return f"{issuer}|{subject}"


def person_of(payload: Payload, names: ClaimNames) -> str:
    """Return the name a person goes by: visible, in one form, and nobody's of the server.

    Raises:
        PersonUnfit: there is none, or it is not fit.
    """
    name = _first(payload, names.person)
    text = " ".join(unicodedata.normalize("NFC", _text(payload, name)).split())
    if len(text) > LONGEST_NAME:
        raise PersonUnfit(claim=name, problem=_LONG)
    if not text:
        raise PersonUnfit(claim=name, problem=_EMPTY)
    if not text.isprintable():
        raise PersonUnfit(claim=name, problem=_UNSEEN)
    if is_own_name(text):
        raise PersonUnfit(claim=name, problem=_OURS)
    if name == _EMAIL and payload.get(_VERIFIED, True) not in (True, "true"):
        raise PersonUnfit(claim=name, problem=_UNVERIFIED)
    return text


def _first(payload: Payload, names: Iterable[str]) -> str:
    """Name the first claim that is there, or the first of all."""
    given = tuple(names)
    return next((name for name in given if claim(payload, name) is not None), given[0])


def _text(payload: Payload, name: str) -> str:
    found = claim(payload, name)
    if found is None:
        raise PersonUnfit(claim=name, problem=_MISSING)
    if not isinstance(found, str):
        raise PersonUnfit(claim=name, problem=_NO_TEXT)
    if not found:
        raise PersonUnfit(claim=name, problem=_EMPTY)
    return found


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else ""
    return value if isinstance(value, str) else ""
