"""The Japanese of what scanners bring about: code → what is wrong, what to do next."""

SCANS_JA: dict[str, tuple[str, str]] = {
    "scan_unknown": (
        "実行 {run_id} のセキュリティスキャンはありません: {problem}。",
        "計画し直してください。未導入の場合は、運用担当者が先に `sekisho scan setup` を実行します。",
    ),
    "scanner_missing": (
        "サーバーにセキュリティスキャナーが導入されていません。",
        "運用担当者がサーバーで `sekisho scan setup` を実行した後、計画し直してください。",
    ),
    "scanner_failed": (
        "セキュリティスキャンが失敗しました: {problem}。",
        "計画し直してください。続く場合は、運用担当者が `sekisho scan status` で確認します。",
    ),
    "policy_engine_missing": (
        "Rego ポリシーが宣言されていますが、評価エンジンが導入されていません。",
        '運用担当者が pip install "sekisho[rego]" で導入した後、計画し直してください。',
    ),
    "policy_failed": (
        "ポリシー {policy} を評価できませんでした: {problem}。",
        "運用担当者がポリシーを修正し `sekisho config reload` を実行した後、計画し直してください。",
    ),
    "scanner_setup_failed": (
        "スキャナーを導入できませんでした: {problem}",
        "pip の接続先を確認するか、ファイル一式を指定してください: sekisho scan setup --wheels DIR",
    ),
}
