"""The errors about tokens of identity providers, in Japanese: as in `errors_ja`."""

IDENTITIES_JA: dict[str, tuple[str, str]] = {
    "token_malformed": (
        "トークンを読み取れません: {problem}。",
        "クライアントで再度サインインしてください。トークンはドットで区切られた3つの部分からなります。",
    ),
    "token_issuer_unknown": (
        "このトークンの発行元プロバイダーは、このサーバーに登録されていません。",
        "このサーバーが指定するプロバイダーでサインインしてください: {issuer}",
    ),
    "token_signature_wrong": (
        "トークンの署名が正しくありません: {problem}。",
        "クライアントで再度サインインしてください。続く場合は、運用担当者が issuer と鍵を確認してください。",
    ),
    "token_audience_wrong": (
        "このトークンは別の宛先のもので、このサーバー宛てではありません。",
        "次の audience のトークンをプロバイダーに要求してください: {audience}",
    ),
    "token_expired": (
        "トークンの有効期限が切れています。",
        "クライアントで更新するか、再度サインインしてください。",
    ),
    "token_early": (
        "トークンはまだ有効になっていません。",
        "このサーバーと ID プロバイダーの時計を比べてください。",
    ),
    "token_kind_wrong": (
        "ここで必要な種類のトークンではありません: {problem}。",
        "プロバイダーがこのサーバー用に本人へ発行したアクセストークンを送ってください。",
    ),
    "scope_missing": (
        "トークンに、このサーバーが必要とするスコープがありません。",
        "再度サインインし、次のスコープに同意してください: {scope}",
    ),
    "person_unfit": (
        "トークンから本人を特定できません: クレーム {claim} {problem}。",
        "運用担当者が sekisho.yaml の identity.oidc.claims とプロバイダーの送る内容を比べてください。",
    ),
    "identity_conflict": (
        "{person} という名前はここでは別の人のものです。1つの名前は1人だけが使えます。",
        "運用担当者が `sekisho person list` で確認し、sekisho person release で解放してください。",
    ),
    "person_unknown": (
        "ID プロバイダーのトークンで {person} という名前の人が来たことはありません。",
        "`sekisho person list` で一覧を確認できます。",
    ),
    "identity_provider_away": (
        "ID プロバイダー {issuer} に問い合わせできません: {problem}。",
        "しばらくしてから再試行してください。運用担当者はプロバイダーとそこまでのネットワークを確認してください。",
    ),
}
