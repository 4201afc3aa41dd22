"""A review of access as rows: for spreadsheets, for programs, and in short for a terminal."""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo

from sekisho.domain.access_reviews import EVERYBODY, NO_ACCESS_SECTION, AccessReview, Holder
from sekisho.domain.text import Language, Text, plain
from sekisho.domain.tokens import Token, usable
from sekisho.views.csv_cells import BOM, csv_row

_HEADERS: dict[str, str] = {
    "kind": "種別",
    "person": "氏名",
    "subject": "識別子",
    "workspace": "ワークスペース",
    "act": "権限",
    "through": "付与の経路",
    "key": "キー",
    "client": "クライアント",
    "powers": "キーの範囲",
    "key_state": "キーの状態",
    "key_last_used": "キーの最終使用",
    "key_expires": "キーの期限",
    "passkeys": "パスキー数",
    "last_seen": "最終確認",
    "last_sign_in": "最終サインイン",
    "last_decision": "最終決定",
}
_NO_SECTION = Text("no access section", "access の記載なし")
_ANYBODY = Text("whoever is let in", "接続を許された全員")
_BY_CLAIM = Text("whoever has {claim}={value}", "{claim}={value} の人")


def access_rows(
    review: AccessReview, zone: tzinfo, language: Language = "en"
) -> Iterator[Mapping[str, str]]:
    """Write a row for each act of each person in each workspace, and one for each key."""
    for line in review.lines():
        through = [
            _NO_SECTION.render(language) if t == NO_ACCESS_SECTION else plain(t, 1000)
            for t in line.through
        ]
        yield {
            "kind": "access",
            **_person(line.holder, zone, language),
            "workspace": line.workspace,
            "act": line.act or "none",
            "through": "; ".join(through),
        }
    for holder in review.holders:
        for key in holder.keys:
            yield {
                "kind": "key",
                **_person(holder, zone, language),
                **_key(key, review.at, zone),
            }


def access_csv(
    review: AccessReview, zone: tzinfo, language: Language = "en", *, bom: bool = False
) -> Iterator[str]:
    """Write the rows as CSV, one by one."""
    headers = _HEADERS.values() if language == "ja" else _HEADERS
    yield (BOM if bom else "") + csv_row(headers)
    for row in access_rows(review, zone, language):
        yield csv_row(row.get(name, "") for name in _HEADERS)


def access_short(
    review: AccessReview, zone: tzinfo, language: Language = "en"
) -> Iterator[Mapping[str, str]]:
    """Write a row for each person and workspace, with every act and group in it; then the keys."""
    last: dict[str, str] = {}
    acts: list[str] = []
    for row in access_rows(review, zone, language):
        same = all(row.get(k) == last.get(k) for k in ("kind", "person", "workspace", "through"))
        if last and not (same and row["kind"] == "access"):
            yield last | {"act": ", ".join(acts)}
            acts = []
        last = dict(row)
        acts.append(row.get("act") or f"key {row.get('powers', '')}")
    if last:
        yield last | {"act": ", ".join(acts)}


def _person(holder: Holder, zone: tzinfo, language: Language) -> dict[str, str]:
    name = plain(holder.name, 200)
    if holder.name == EVERYBODY:
        name = _ANYBODY.render(language)
    elif holder.claim:
        claim, value = holder.claim
        name = _BY_CLAIM.render(language, {"claim": claim, "value": value})
    return {
        "person": name,
        "subject": plain(holder.subject, 500),
        "passkeys": str(holder.passkeys) if holder.name not in ("", EVERYBODY) else "",
        "last_seen": _moment(holder.last_seen_at, zone),
        "last_sign_in": _moment(holder.last_sign_in_at, zone),
        "last_decision": _moment(holder.last_decision_at, zone),
    }


def _key(key: Token, now: datetime, zone: tzinfo) -> dict[str, str]:
    state = "good" if usable(key, now) else "revoked" if key.revoked_at else "expired"
    return {
        "key": key.id,
        "client": plain(key.client, 200),
        "powers": ",".join(key.powers),
        "key_state": state,
        "key_last_used": _moment(key.last_used_at, zone),
        "key_expires": _moment(key.expires_at, zone),
    }


def _moment(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""
