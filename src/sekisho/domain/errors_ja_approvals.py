"""The Japanese of errors around decisions: code → (what is wrong, what to do next)."""

APPROVALS_JA: dict[str, tuple[str, str]] = {
    "access_missing": (
        "{person} にはワークスペース {name} で {act} を行う権限がありません。",
        "sekisho.yaml の access を運用担当者に確認してください。ここで可能な操作: {acts}",
    ),
    "approval_uncounted": (
        "{person} の承認は、実行 {run_id} のどのルールにも数えられません（{wanted}）。",
        "ルールで定められた担当者が承認してください。",
    ),
    "override_not_needed": (
        "実行 {run_id} には、この方法で例外承認できる未充足の条件がありません（{unmet}）。",
        "残りの条件はレビュー画面で確認してください。",
    ),
    "follow_up_not_due": (
        "実行 {run_id} には事後確認待ちの例外承認がありません。",
        "対応は不要です。",
    ),
}
