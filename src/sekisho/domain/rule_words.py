"""What a rule says, in words: one sentence for each thing that it is about or wants."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from sekisho.domain.rules import Level, Match, Require, Rule
from sekisho.domain.text import Text

_LEVELS = {
    Level.HARD: Text("Not met, nothing is applied.", "満たさなければ適用できません。"),
    Level.SOFT: Text(
        "Not met, {who} may override it, with a reason.",
        "満たさなくても、{who} は理由を記して例外承認できます。",
    ),
    Level.ADVISORY: Text(
        "Not met, it is said and holds nothing up.", "満たさなくても指摘のみで、適用は妨げません。"
    ),
}
_WHOEVER = Text("whoever may override there", "例外承認の権限を持つ人")
_ANYBODY = Text("anybody who may approve", "承認の権限を持つ人")
_APPROVALS = Text("{count} person(s) approve: {who}.", "{count} 名の承認（{who}）。")
_NOBODY = Text("Nobody needs to approve.", "承認は不要です。")
_MORE = Text(
    "{count} person(s) more than all other rules want: {who}.",
    "他のルールの人数に加えてさらに {count} 名の承認（{who}）。",
)
_SELF = Text("The requester's own approval counts.", "依頼者本人の承認も数えます。")
_AUTHOR = Text("An approval by the author of the commit counts.", "コミット作者の承認も数えます。")
_AGE = Text("The plan is at most {hours} hours old.", "計画は作成から {hours} 時間以内。")
_CHANGE = Text("A change number of the form {pattern}.", "{pattern} の形式の変更管理番号。")
_WINDOW = Text("It is applied {window}.", "適用できる時間帯: {window}。")
_FREEZE = Text("Nothing is applied in {freeze}.", "凍結期間 {freeze} は適用できません。")
_SCAN = Text("A security scan found nothing.", "セキュリティスキャンで指摘がないこと。")
_POLICY = Text(
    "The policy in Rego denies nothing (digest {digest}).",
    "Rego ポリシーによる拒否がないこと（ダイジェスト {digest}）。",
)
_SCAN_MOST = Text(
    "A security scan found nothing worse than {most}.",
    "セキュリティスキャンの指摘が {most} 以下であること。",
)
_PLAIN = {
    "protected": Text(
        "The configuration is a commit on the declared ref.",
        "構成が宣言済みの ref 上のコミットであること。",
    ),
    "rollback": Text("The requester says how to go back.", "依頼者が切り戻し手順を記すこと。"),
    "intent": Text(
        "The requester said beforehand what would change.", "依頼者が変更内容を事前に宣言すること。"
    ),
}
_EVERY_PLAN = Text("About every plan.", "すべての計画が対象。")
_ABOUT = Text("About plans where {that}.", "対象: {that}。")
_MATCHES = {
    "risk": Text("the risk is {said} or worse", "リスクが {said} 以上"),
    "risk_at_most": Text("the risk is {said} at most", "リスクが {said} 以下"),
    "types": Text("a resource is of {said}", "リソースの種類が {said}"),
    "actions": Text("an action is {said}", "操作が {said}"),
    "changes_over": Text("more than {said} resources change", "変更が {said} 件を超える"),
    "destroys_over": Text("more than {said} resources are destroyed", "削除が {said} 件を超える"),
    "requesters": Text("{said} asked", "依頼者が {said}"),
    "sources": Text("the configuration came by {said}", "構成の提供方法が {said}"),
    "modes": Text("the mode is {said}", "モードが {said}"),
    "clients": Text("the client calls itself {said}", "クライアントの名乗りが {said}"),
}


def said(rule: Rule) -> tuple[Text, ...]:
    """Say everything that a rule is about and wants, and what it means that it is not met."""
    who = _listed(rule.overriders) if rule.overriders else _WHOEVER
    return (_about(rule.match), *_wants(rule.require), _LEVELS[rule.level].fill({"who": who}))


def _about(match: Match) -> Text:
    requesters = (*match.requester_groups, *match.requesters)
    given = {key: getattr(match, key) for key in _MATCHES} | {"requesters": requesters}
    parts = [
        _MATCHES[key].fill({"said": _several(v)})
        for key, v in given.items()
        if v is not None and v != ()
    ]
    if not parts:
        return _EVERY_PLAN
    that = Text(" and ".join(p.en for p in parts), "、かつ".join(p.ja for p in parts))
    return _ABOUT.fill({"that": that})


def _several(value: Any) -> object:
    return _listed(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value


def _wants(require: Require) -> Iterator[Text]:
    yield from _people(require)
    if require.change_id:
        yield _CHANGE.fill({"pattern": require.change_id})
    if require.window:
        yield _WINDOW.fill({"window": require.window.describe()})
    yield from (_FREEZE.fill({"freeze": freeze.describe()}) for freeze in require.freezes)
    yield from (text for key, text in _PLAIN.items() if getattr(require, key))
    if require.scan:
        yield _SCAN_MOST.fill({"most": require.scan_at_most}) if require.scan_at_most else _SCAN
    if require.policy:
        yield _POLICY.fill({"digest": require.policy[len("sha256:") :][:12]})
    yield _AGE.fill({"hours": f"{require.plan_age.total_seconds() / 3600:g}"})


def _people(require: Require) -> Iterator[Text]:
    who = _listed(require.groups) if require.groups else _ANYBODY
    if not require.places:
        yield from [] if require.silent else [_NOBODY]
        return
    for count, text in ((require.approvals, _APPROVALS), (require.more, _MORE)):
        if count:
            yield text.fill({"count": count, "who": who})
    if require.self_approval:
        yield _SELF
    if require.author_approval:
        yield _AUTHOR


def _listed(names: Iterable[object]) -> Text:
    given = list(map(str, names))
    return Text(" or ".join(given), "、".join(given))
