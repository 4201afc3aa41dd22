"""A workspace of the operator's file in words: who may do what there, what it takes, and when."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sekisho.domain.access import ACTS, ROLES, Access, Act
from sekisho.domain.groups import Group, Member
from sekisho.domain.rule_words import said
from sekisho.domain.rules import DEFAULT_RULES, Level, Match, PlanFacts, Rule, rules_version
from sekisho.domain.text import Language, Text
from sekisho.domain.windows import opens
from sekisho.domain.workspaces import Workspace
from sekisho.views.rule_words import short_version
from sekisho.views.times import minute

_WHO = Text("Who may do what", "誰が何をできるか")
_RULES = Text(
    "Rules (every one that is about a plan must be met; version {version})",
    "ルール（計画に該当するものをすべて満たす必要があります。版 {version}）",
)
_WHEN = Text("When", "適用できる時期")
_ACTS: Mapping[Act, Text] = {
    "read": Text("read", "閲覧"),
    "plan": Text("plan", "計画"),
    "apply": Text("apply", "適用"),
    "approve": Text("approve, in the console alone", "承認（コンソールのみ）"),
    "override": Text("override a soft rule, in the console alone", "例外承認（コンソールのみ）"),
    "break_glass": Text("break glass, in the console alone", "緊急適用（コンソールのみ）"),
    "operate": Text("lock, unlock, stop and start again", "ロック・解除・停止・再開"),
}
_ACT = Text("{act}: {who}", "{act}: {who}")
_EVERYBODY = Text(
    "whoever is let in (the file has no `access`)", "接続を許された全員（`access` の記載なし）"
)
_NOBODY = Text("nobody", "なし")
_GROUP = Text("{name} ({members})", "{name}（{members}）")
_EMPTY = Text("no members", "メンバーなし")
_CLAIM = Text("whoever has {value} in the claim {claim}", "クレーム {claim} が {value} の人")
_LEVELS = {
    Level.HARD: Text("hard", "必須"),
    Level.SOFT: Text("soft", "例外承認可"),
    Level.ADVISORY: Text("advisory", "参考"),
}
_RULE = Text("{number}. {name} ({level})", "{number}. {name}（{level}）")
_DEFAULT = Text(
    "Where none of these settles who approves a plan, this one does too: {words}",
    "上記のどれも承認者を定めない計画には、次も適用されます: {words}",
)
_ALWAYS = Text("Any time: no window and no freeze.", "いつでも可（時間帯も凍結期間もなし）。")
_OPEN = Text("{rule}: open now.", "{rule}: 現在は適用可。")
_NEXT = Text("{rule}: closed now; it opens at {at}.", "{rule}: 現在は適用不可。次は {at} から。")
_NEVER = Text(
    "{rule}: closed, and it does not open within 400 days.",
    "{rule}: 適用不可。400 日以内に開く予定はありません。",
)
_ALL = Text("All of them together", "すべてを合わせた場合")


@dataclasses.dataclass(frozen=True)
class Section:
    """One part of the answer."""

    name: str
    heading: Text
    lines: tuple[Text, ...]


def explained(
    workspace: Workspace, groups: Sequence[Group], access: Access, now: datetime
) -> tuple[Section, ...]:
    """Say what holds in a workspace, as the file has it."""
    version = {"version": short_version(rules_version(workspace.rules))}
    return (
        Section("access", _WHO, tuple(_access(workspace.name, groups, access))),
        Section("rules", _RULES.fill(version), tuple(_rules(workspace.rules))),
        Section("times", _WHEN, tuple(_times(workspace.rules, now))),
    )


def explained_json(workspace: Workspace, sections: Iterable[Section]) -> dict[str, Any]:
    """Write the answer for programs, in both languages."""
    parts: dict[str, Any] = {
        s.name: [{"en": line.en, "ja": line.ja} for line in s.lines] for s in sections
    }
    return {"workspace": workspace.name, "rules_version": rules_version(workspace.rules)} | parts


def lines_of(sections: Iterable[Section], language: Language) -> Iterator[str]:
    """Write the answer for people."""
    for section in sections:
        yield section.heading.render(language)
        yield from (f"  {line.render(language)}" for line in section.lines)


def _access(name: str, groups: Sequence[Group], access: Access) -> Iterator[Text]:
    declared = {g.name: g for g in groups}
    for act in ACTS:
        if access.grants is None:
            who = [] if act in ROLES else [_EVERYBODY]
        else:
            mine = [g.group for g in access.grants if act in g.acts and g.covers(name)]
            who = [_group(n, declared.get(n)) for n in dict.fromkeys(mine)]
        yield _ACT.fill({"act": _ACTS[act], "who": _listed(who) if who else _NOBODY})


def _group(name: str, group: Group | None) -> Text:
    members = [_member(m) for m in group.members] if group else []
    return _GROUP.fill({"name": name, "members": _listed(members) if members else _EMPTY})


def _member(member: Member) -> Text:
    if member.claim:
        return _CLAIM.fill({"claim": member.claim, "value": member.value})
    return Text(member.person, member.person)


def _listed(texts: Sequence[Text]) -> Text:
    return Text(", ".join(t.en for t in texts), "、".join(t.ja for t in texts))


def _rules(rules: Sequence[Rule]) -> Iterator[Text]:
    for number, rule in enumerate(rules, 1):
        yield _RULE.fill({"number": number, "name": rule.name, "level": _LEVELS[rule.level]})
        yield from (Text(f"   {t.en}", f"   {t.ja}") for t in said(rule))
    everything = PlanFacts("", "")
    if not any(r.match == Match() and r.settles(everything) for r in rules):
        words = [t for rule in DEFAULT_RULES for t in said(rule)]
        text = Text(" ".join(t.en for t in words), "".join(t.ja for t in words))
        yield _DEFAULT.fill({"words": text})


def _times(rules: Sequence[Rule], now: datetime) -> Iterator[Text]:
    timed = [r for r in rules if r.require.window or r.require.freezes]
    if not timed:
        yield _ALWAYS
        return
    for rule in timed:
        yield _opening(Text(rule.name, rule.name), [rule], now)
    holding = [rule for rule in timed if rule.level is not Level.ADVISORY]
    if len(holding) > 1:
        yield _opening(_ALL, holding, now)


def _opening(name: Text, rules: Sequence[Rule], now: datetime) -> Text:
    windows = [rule.require.window for rule in rules if rule.require.window]
    at = opens(windows, [f for rule in rules for f in rule.require.freezes], now)
    if at is None:
        return _NEVER.fill({"rule": name})
    return (_OPEN if at <= now else _NEXT).fill({"rule": name, "at": minute(at)})
