"""The Japanese of what `sekisho.domain.errors.stops` says: code → what is wrong, what to do next."""

STOPS_JA: dict[str, tuple[str, str]] = {
    "server_stopped": (
        "全体停止中のため、計画も適用も開始されません（{since}、{owner} が停止。理由: {reason}）。",
        "待機中の実行は失われません。{owner} に確認し、担当者が再開するのを待ってください: {url}",
    ),
    "server_not_stopped": (
        "全体停止中ではありません。計画と適用は開始できます。",
        "対応は不要です。",
    ),
    "quota_spent": (
        "{who} が 1 時間に開始した{what}が {count} 件に達しました（上限 {cap} 件）。",
        "{until} 以降に続けてください。上限は運用担当者が {setting} で変更できます。",
    ),
    "destroys_spent": (
        "計画の削除は {more} 件、{person} の 24 時間の削除は {spent} 件です（上限 {cap} 件）。",
        "{when}。上限は運用担当者が {setting} で変更できます。",
    ),
    "cooling_down": (
        "{who} の実行が 1 時間以内に {count} 件続けて失敗しました。",
        "run_log で原因を確認して修正し、{until} 以降に続けてください。",
    ),
}
