"""The Japanese of credentials that cannot be lent: code → what is wrong, what to do next."""

CREDENTIALS_JA: dict[str, tuple[str, str]] = {
    "credentials_refused": (
        "AWS がこのサーバーにロール {role} の引き受けを許可しません: {reason}。",
        "運用担当者がロールの信頼ポリシーを確認します。このサーバーのロール、ターゲットの外部 ID、sts:AssumeRole、sts:SetSourceIdentity、sts:TagSession の許可が必要です（docs/ja/credentials.md）。その後、計画し直してください。",
    ),
    "credentials_away": (
        "ロール {role} を引き受けられませんでした: {problem}。",
        "運用担当者が、このサーバー自身の AWS 認証情報と、ターゲットのリージョンの STS エンドポイント（AWS_ENDPOINT_URL_STS）への到達性を確認します。その後、計画し直してください。",
    ),
    "aws_missing": (
        "ターゲットに貸し出すロールがありますが、ロールを引き受ける追加機能が導入されていません。",
        "運用担当者が pip install 'sekisho[aws]' で導入した後、計画し直してください。",
    ),
}
