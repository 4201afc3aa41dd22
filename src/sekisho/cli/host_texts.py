"""What the doctor says of the server's machine: code → finding and fix, in both languages."""

from sekisho_client.texts import Said

SAYS: dict[str, Said] = {
    "settings_ok": Said("every SEKISHO_… variable is known", "SEKISHO_… の変数はすべて有効です"),
    "setting_unknown": Said(
        "these variables mean nothing: {names}",
        "意味のない変数があります: {names}",
        "Correct or remove them; docs/reference/settings.md lists what there is.",
        "修正または削除してください。一覧は docs/reference/settings.md にあります。",
    ),
    "config_ok": Said("{count} workspaces are declared", "ワークスペース {count} 個が登録済みです"),
    "identity_ok": Said(
        "the identity provider {issuer} answers, and its keys are there",
        "ID プロバイダー {issuer} は応答し、鍵を公開しています",
    ),
    "identity_absent": Said(
        "sekisho.yaml names no identity provider: API keys alone",
        "sekisho.yaml に ID プロバイダーの指定はありません（API キーのみ）",
    ),
    "data_ok": Said("{folder} is there and private", "{folder} があり、他者から保護されています"),
    "data_absent": Said(
        "{folder} is not there yet",
        "{folder} はまだありません",
        "`sekisho serve` makes it; if it should be there, name the right one with --data-dir.",
        "`sekisho serve` が作成します。既にあるはずなら --data-dir で指定してください。",
    ),
    "data_unusable": Said(
        "{folder} cannot be read and written by this user",
        "{folder} をこのユーザーで読み書きできません",
        "Run it as the server's user, or give the folder to that user.",
        "サーバーのユーザーで実行するか、フォルダーの所有者を変更してください。",
    ),
    "data_open": Said(
        "others on this machine can look into {folder}",
        "他のユーザーが {folder} を参照できます",
        "chmod 700 {folder}",
        "chmod 700 {folder} を実行してください。",
    ),
    "keys_ok": Said("the keys are private", "鍵は保護されています"),
    "keys_absent": Said("there are no keys yet", "鍵はまだありません"),
    "keys_open": Said(
        "others on this machine can read {file}",
        "他のユーザーが {file} を参照できます",
        "chmod go-rwx {file}, and find out who read it: it decrypts every plan and state.",
        "chmod go-rwx {file} を実行し、参照した人を調べてください。すべての計画と状態を復号できる鍵です。",
    ),
    "credentials_ok": Said(
        "these targets lend roles, and what assumes them is installed: {targets}",
        "ロールを貸し出すターゲットがあり、必要な追加機能は導入済みです: {targets}",
    ),
    "credentials_absent": Said(
        "no target lends roles: plan_role and apply_role in sekisho.yaml",
        "ロールを貸し出すターゲットはありません（sekisho.yaml の plan_role と apply_role）",
    ),
    "scanner_ok": Said("Checkov {version} is installed", "Checkov {version} が導入済みです"),
    "scanner_absent": Said(
        "no security scanner is installed: plans are not scanned",
        "セキュリティスキャナーがないため、計画はスキャンされません",
        "sekisho scan setup",
        "sekisho scan setup を実行してください。",
    ),
    "store_ok": Said(
        "the store opens; {records} audit records", "ストアは正常です（監査記録 {records} 件）"
    ),
    "store_absent": Said("there is no store yet", "ストアはまだありません"),
    "terraform_ok": Said("{found}", "{found}"),
    "terraform_absent": Said(
        "there is no terraform and no tofu",
        "terraform も tofu も見つかりません",
        "Install one on PATH, name it in sekisho.yaml, or install the extra: engine.lock.",
        "PATH にインストールするか、sekisho.yaml で指定するか、engine.lock を使ってください。",
    ),
    "containment_ok": Said(
        "each run is contained: Landlock {landlock}, an account of its own ({accounts}), limits",
        "実行は隔離されます（Landlock {landlock}、専用アカウント {accounts}、資源制限）",
    ),
    "containment_shared": Said(
        "each run is contained: Landlock {landlock}, limits; but under the server's account: {why}",
        "実行は隔離されます（Landlock {landlock}、資源制限）。"
        "ただしサーバーと同じアカウントです: {why}",
        "For an account of its own: docs/en/containment.md.",
        "専用アカウントの使い方は docs/ja/containment.md を参照してください。",
    ),
    "containment_unlimited": Said(
        "each run is contained: Landlock {landlock}; but nothing limits what it uses up",
        "実行は隔離されます（Landlock {landlock}）が、資源の使用量を制限できません",
        "Install prlimit (util-linux).",
        "prlimit（util-linux）をインストールしてください。",
    ),
    "containment_none": Said(
        "nothing keeps a configuration from this server's files",
        "構成に書かれたコードからサーバーのファイルを守る手段がありません",
        "Run it on Linux 5.13 or later with Landlock; SEKISHO_CONTAINMENT=require insists on it.",
        "Landlock が有効な Linux 5.13 以降で実行してください。"
        "SEKISHO_CONTAINMENT=require で必須にできます。",
    ),
    "containment_off": Said(
        "SEKISHO_CONTAINMENT=off: a configuration can read all that this server can",
        "SEKISHO_CONTAINMENT=off のため、構成に書かれたコードはサーバーと同じものを読めます",
        "Remove it, unless every configuration is written by people who may do all of that.",
        "構成の作成者全員にその権限がある場合を除き、この設定を外してください。",
    ),
    "disk_ok": Said("{free} GiB are free at {folder}", "{folder} の空きは {free} GiB です"),
    "disk_short": Said(
        "only {free} GiB are free at {folder}",
        "{folder} の空きが {free} GiB しかありません",
        "Make room, or `sekisho store prune`: a plan needs up to 1 GiB for providers.",
        "空きを増やすか、`sekisho store prune` を実行してください。計画には最大 1 GiB 必要です。",
    ),
    "check_failed": Said(
        "it could not be looked at: {problem}",
        "確認できませんでした: {problem}",
        "Run it as the server's user.",
        "サーバーのユーザーで実行してください。",
    ),
}
