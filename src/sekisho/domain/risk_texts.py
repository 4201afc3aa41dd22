"""Why a change deserves a look, in words: code → sentence; `risks.py` gives the codes.

The facts: `what` is looked up by the stored `type`, all others are stored as they stand here.
"""

from sekisho.domain.text import Text

THE_DATA = Text("the data in it", "その中のデータ")
"""Said of a type that the table does not name any more."""

RISK_TEXTS: dict[str, Text] = {
    # what happens
    "created": Text("It will be created.", "新規に作成されます。"),
    "read": Text("It will be read.", "読み取りのみです。"),
    "unchanged": Text("The object itself does not change.", "実体は変わりません。"),
    "updated": Text("It will be changed in place.", "作り直さずに変更されます。"),
    "deleted": Text("It will be deleted.", "削除されます。"),
    "replaced": Text(
        "It will be deleted first, then created anew.", "先に削除され、その後に再作成されます。"
    ),
    "replaced_new_first": Text(
        "A new one will be created first, then the old one deleted.",
        "新しいものが作成された後、古いものが削除されます。",
    ),
    "left_unmanaged": Text(
        "A new one will be created; the old one stays, but Terraform no longer manages it.",
        "新しいものが作成されます。古いものは残りますが、Terraform の管理から外れます。",
    ),
    "forgotten": Text(
        "Nothing is destroyed: it stays, but Terraform no longer manages it.",
        "削除はされません。実体は残りますが、Terraform の管理から外れます。",
    ),
    "moved": Text(
        "Its address changes: it was moved in the configuration.",
        "構成内で移動され、アドレスが変わります。",
    ),
    "imported": Text(
        "It is taken under Terraform's management (import).",
        "既存のものが Terraform の管理下に取り込まれます。",
    ),
    "unknown_action": Text(
        "This version of Sekisho does not know what Terraform will do: {actions}.",
        "Terraform の動作（{actions}）が、このバージョンの Sekisho では判別できません。",
    ),
    # what is lost
    "data_gone": Text("Data may be gone for good: {what}.", "データ消失の恐れがあります: {what}。"),
    "data_lesser": Text("This may be lost: {what}.", "失われる可能性があります: {what}。"),
    "import_destroyed": Text(
        "What is being imported will be destroyed.", "取り込む対象そのものが破棄されます。"
    ),
    "leftover": Text(
        "This is a leftover of an earlier replacement ({key}).",
        "以前の再作成で残った古いオブジェクトです（{key}）。",
    ),
    "guard_gone": Text("This protection goes away: {what}.", "保護が外れます: {what}。"),
    "expires": Text(
        "Its rules delete by themselves: {what}.", "このルールにより自動で削除されるもの: {what}。"
    ),
    # what protects at a deletion, or does not
    "refuses": Text(
        "{attribute} protects it: the deletion will be refused until that is turned off.",
        "{attribute} により保護されています。解除しない限り、削除は拒否されます。",
    ),
    "refuses_off": Text(
        "Deletion protection is off ({attribute}).", "削除保護は無効です（{attribute}）。"
    ),
    "overrides_off": Text(
        "{attribute} lifts the protection against deletion.",
        "{attribute} により、削除保護があっても削除されます。",
    ),
    "empty": Text(
        "It can be deleted only while it is empty ({attribute}).",
        "空でない限り、削除は失敗します（{attribute}）。",
    ),
    "empty_off": Text(
        "It is deleted with everything in it ({attribute}).",
        "空でなくても、中身ごと削除されます（{attribute}）。",
    ),
    "snapshot": Text(
        "A final snapshot is taken ({attribute}); restoring it makes a new object.",
        "最終スナップショットが取得されます（{attribute}）。復元すると別のリソースになります。",
    ),
    "snapshot_off": Text(
        "No final snapshot is taken ({attribute}).",
        "最終スナップショットは取得されません（{attribute}）。",
    ),
    "backups": Text(
        "Automated backups are kept for their time ({attribute}).",
        "自動バックアップは保持期間の間残ります（{attribute}）。",
    ),
    "backups_off": Text(
        "Automated backups are deleted with it ({attribute}).",
        "自動バックアップも同時に削除されます（{attribute}）。",
    ),
    "window": Text(
        "The deletion can be undone for the provider's usual number of days ({attribute}).",
        "プロバイダーの既定の日数の間は、削除を取り消せます（{attribute}）。",
    ),
    "window_days": Text(
        "The deletion can be undone for {days} days ({attribute}).",
        "{days} 日間は削除を取り消せます（{attribute}）。",
    ),
    "window_off": Text(
        "It is deleted at once, with no way back ({attribute}).",
        "猶予期間なしで即時に削除されます（{attribute}）。",
    ),
    "kept": Text(
        "{attribute} says that the real object is left as it is.",
        "{attribute} の設定では、実体は削除されずに残ります。",
    ),
    # an update that takes protection away
    "protection_off": Text(
        "A protection is turned off: {attribute}.", "保護が無効になります: {attribute}。"
    ),
    "protection_less": Text(
        "Data is kept for less time or less often: {attribute} {before} → {after}.",
        "データの保持が短縮されます: {attribute} {before} → {after}。",
    ),
    "protection_unsure": Text(
        "Whether this protection stays is known only while applying: {attribute}.",
        "保護が維持されるかは適用時まで分かりません: {attribute}。",
    ),
    # why Terraform does it
    "forced_by": Text("What forces it: {paths}.", "原因となる属性: {paths}。"),
    "replace_because_tainted": Text(
        "It is marked as tainted.", "tainted（要再作成）の印が付いています。"
    ),
    "replace_because_cannot_update": Text(
        "The provider cannot change this in place.",
        "プロバイダーの仕様上、作り直さずに変更することはできません。",
    ),
    "replace_by_request": Text(
        "Replacement was asked for (-replace).", "再作成が指定されています（-replace）。"
    ),
    "replace_by_triggers": Text(
        "Something in replace_triggered_by changed.",
        "replace_triggered_by で参照しているものが変わりました。",
    ),
    "delete_because_no_resource_config": Text(
        "It is no longer in the configuration.", "構成から削除されています。"
    ),
    "delete_because_no_module": Text(
        "Its module is no longer in the configuration.",
        "モジュールごと構成から削除されています。",
    ),
    "delete_because_wrong_repetition": Text(
        "count or for_each was added or taken away.",
        "count または for_each が追加または削除されました。",
    ),
    "delete_because_count_index": Text(
        "Its index is beyond count.", "インデックスが count の範囲外になりました。"
    ),
    "delete_because_each_key": Text(
        "Its key is no longer in for_each.", "キーが for_each から無くなりました。"
    ),
    "delete_because_no_move_target": Text(
        "It was moved to something that does not exist.",
        "moved ブロックの移動先が構成にありません。",
    ),
    "read_because_config_unknown": Text(
        "Its configuration is known only while applying.", "設定値が適用時まで確定しません。"
    ),
    "read_because_dependency_pending": Text(
        "It depends on something that changes.", "依存先に変更があります。"
    ),
    "read_because_check_nested": Text(
        "It is read for a check.", "check ブロックのための読み取りです。"
    ),
    # the whole plan
    "state_lost": Text(
        "Stop: this plan creates everything ({creates}), but the last known state had {had}"
        " resources. The state is probably lost or the wrong one.",
        "停止してください: すべて新規作成の計画（{creates} 件）ですが、直前の state には"
        " {had} 件のリソースがありました。state の消失または取り違えが疑われます。",
    ),
    "all_vanished": Text(
        "Stop: everything the last known state had ({had} resources) was deleted outside Terraform,"
        " and this plan would make it all anew.",
        "停止してください: 直前の state にあった {had} 件のリソースがすべて Terraform の外で"
        "削除されており、この計画はすべてを作り直します。",
    ),
    "state_other": Text(
        "Stop: this plan was made on another state ({now}) than the last known one ({then}),"
        " which had {had} resources.",
        "停止してください: この計画の state（{now}）は、{had} 件のリソースがあった直前の"
        " state（{then}）とは別のものです。",
    ),
}
