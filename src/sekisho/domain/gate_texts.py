"""What the gate says, in both languages. Codes are stable; `docs/` lists them."""

from collections.abc import Iterable

from sekisho.domain.text import Text

TEXTS = {
    "approval_anybody": Text(
        "Rule {rule} wants {missing} more approval(s).",
        "ルール {rule}: 承認があと {missing} 件必要です。",
    ),
    "approval_others": Text(
        "Rule {rule} wants {missing} more approval(s) by a person other than {requester}.",
        "ルール {rule}: {requester} 以外の承認があと {missing} 件必要です。",
    ),
    "approval_anybody_of": Text(
        "Rule {rule} wants {missing} more approval(s) from {groups}.",
        "ルール {rule}: {groups} の承認があと {missing} 件必要です。",
    ),
    "approval_others_of": Text(
        "Rule {rule} wants {missing} more approval(s) from {groups}, by a person other than"
        " {requester}.",
        "ルール {rule}: {groups} のうち {requester} 以外の承認があと {missing} 件必要です。",
    ),
    "rules_changed": Text(
        "The rules of the workspace changed since the plan.",
        "計画後にワークスペースのルールが変わりました。",
    ),
    "plan_expired": Text(
        "The plan is too old (since {at}).", "計画の有効期限が切れています（{at}）。"
    ),
    "plan_expires_first": Text(
        "The plan becomes too old ({expires}) before it may be applied ({at}): plan again later.",
        "適用できる時刻（{at}）より前に計画の有効期限（{expires}）が切れます。後で計画し直してください。",
    ),
    "plan_stale": Text(
        "The state has moved on since the plan ({then} → {now}).",
        "計画後に state が更新されました（{then} → {now}）。",
    ),
    "server_stopped": Text(
        "Everything is stopped by {owner}: {reason}.",
        "{owner} が全体を停止しています（理由: {reason}）。",
    ),
    "workspace_locked": Text(
        "The workspace is locked by {owner}: {reason}.",
        "ワークスペースは {owner} がロックしています（理由: {reason}）。",
    ),
    "workspace_busy": Text(
        "Run {run} is applying in this workspace.",
        "このワークスペースでは実行 {run} が適用中です。",
    ),
    "change_id_missing": Text(
        "Rule {rule} wants a change number of the form {pattern}: plan again with change_id.",
        "ルール {rule}: 変更管理番号（形式 {pattern}）が必要です。"
        "change_id を付けて計画し直してください。",
    ),
    "change_id_wrong": Text(
        "Rule {rule} wants a change number of the form {pattern}, not {given}: plan again.",
        "ルール {rule}: 変更管理番号は {pattern} の形式が必要です（現在 {given}）。"
        "計画し直してください。",
    ),
    "source_unprotected": Text(
        "Rule {rule} wants a commit on the Git ref that the operator declared: plan from there.",
        "ルール {rule}: 運用担当者が宣言した Git ref 上のコミットから計画してください。",
    ),
    "rollback_missing": Text(
        "Rule {rule} wants a note on how to roll back: plan again with rollback.",
        "ルール {rule}: 切り戻し手順が必要です。rollback を付けて計画し直してください。",
    ),
    "intent_missing": Text(
        "Rule {rule} wants the intent of the plan beforehand: plan again with intent.",
        "ルール {rule}: 計画の意図（intent）が必要です。intent を付けて計画し直してください。",
    ),
    "scan_missing": Text(
        "Rule {rule} wants a security scan, and none was made: see scan_run, then plan again.",
        "ルール {rule}: セキュリティスキャンが必要ですが、行われていません。"
        "スキャナーの導入後に計画し直してください。",
    ),
    "scan_failed": Text(
        "Rule {rule} does not take what the scan found: read scan_run, correct it, plan again.",
        "ルール {rule}: セキュリティスキャンの指摘により適用できません。"
        "scan_run で確認し、修正して計画し直してください。",
    ),
    "policy_denied": Text(
        "Policy {rule} denies this plan: {first}",
        "ポリシー {rule} がこの計画を拒否しました: {first}",
    ),
    "policy_denied_more": Text(
        "Policy {rule} denies this plan: {first} (and {more} more)",
        "ポリシー {rule} がこの計画を拒否しました: {first}（ほか {more} 件）",
    ),
    "policy_unchecked": Text(
        "Policy {rule} could not be evaluated on this plan: {problem}.",
        "ポリシー {rule} をこの計画で評価できませんでした: {problem}。",
    ),
    "window_closed": Text(
        "Rule {rule} allows applies {window} only.",
        "ルール {rule}: 適用できる時間帯は{window}です。",
    ),
    "frozen": Text(
        "Rule {rule} allows no applies during {freeze}.",
        "ルール {rule}: {freeze}の間は適用できません。",
    ),
}


def listed_groups(groups: Iterable[str]) -> Text:
    """Name groups of which any will do."""
    names = list(groups)
    return Text(" or ".join(names), "または".join(names))
