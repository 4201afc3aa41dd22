"""What the console says of overrides, broken glass and what comes after, in Japanese."""

DECISION_JAPANESE: dict[str, str] = {
    "decide.override": "例外承認する",
    "decide.break_glass": "緊急変更として承認する",
    "decide.follow_up": "事後確認済みにする",
    "decide.ask_override": "例外承認…",
    "decide.ask_break_glass": "緊急変更…",
    "decide.ask_follow_up": "事後確認…",
    "decide.override_note": "未充足のソフトルールを例外として通過させます。3 日以内に別の担当者の事後確認が必要です。",
    "decide.break_glass_note": "緊急時のみ。未充足のルールをすべて通過させ、警報を記録します。"
    "3 日以内に別の担当者の事後確認が必要です。",
    "decide.follow_up_note": "この実行には例外承認があります。内容を確認したことを記録します。",
    "decide.apply_later": "適用可能な時刻に適用",
    "decide.apply_later_note": "キューで待機し、その時点で再判定します。待機中は破棄できます。",
    "note.passed": "記録しました。3 日以内に別の担当者の事後確認が必要です。",
    "note.followed": "事後確認を記録しました。",
    "note.apply_waits": "適用は時刻まで待機します。",
    "verdict.passed": "例外承認で通過",
    "verdict.advice": "助言のみ",
}
