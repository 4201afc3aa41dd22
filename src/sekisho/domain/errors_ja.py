"""The error tree in Japanese: code → (what is wrong, what to do next).

A test holds that every code has its row here, with the same facts as in English.
"""

from sekisho.domain.errors_ja_approvals import APPROVALS_JA
from sekisho.domain.errors_ja_credentials import CREDENTIALS_JA
from sekisho.domain.errors_ja_identities import IDENTITIES_JA
from sekisho.domain.errors_ja_scans import SCANS_JA
from sekisho.domain.errors_ja_sign_ins import SIGN_INS_JA
from sekisho.domain.errors_ja_stops import STOPS_JA

JAPANESE: dict[str, tuple[str, str]] = {
    **APPROVALS_JA,
    **IDENTITIES_JA,
    **SCANS_JA,
    **CREDENTIALS_JA,
    **SIGN_INS_JA,
    "internal": (
        "Sekisho 内部で問題が発生しました。",
        "運用担当者にサーバーログの確認を依頼してください。",
    ),
    "token_unknown": (
        "該当するキーがありません: {which}",
        "`sekisho token list` でキーの一覧を確認できます。",
    ),
    "audit_empty": (
        "{folder} に監査記録がありません。",
        "サーバーのデータフォルダーを --data-dir で指定してください。",
    ),
    "audit_fault": (
        "{what}: {reason}",
        "適用を止め、データフォルダーを現状のまま保全し、バックアップと比較してください。",
    ),
    "evidence_invalid": (
        "証跡ファイルを検証できません: {problem}。",
        "sekisho audit evidence RUN または実行の証跡ページからファイルを再取得してください。",
    ),
    "store_tampered": (
        "保存内容がサーバーの書き込んだものと一致しません: {what}。",
        "変更は行われていません。運用担当者がデータフォルダーを保全し、sekisho audit verify を実行してください。",
    ),
    "run_unknown": ("実行 {run_id} はありません。", "run_list で実行の一覧を確認してください。"),
    "workspace_unknown": (
        "ワークスペース {name} はありません。",
        "近い名前: {near}。workspace_list で一覧を確認してください。",
    ),
    "configuration_unknown": (
        "構成 {digest} はありません。",
        "config_upload で再度アップロードしてください。",
    ),
    "upload_unknown": (
        "このアップロード先は存在しないか、使用済みまたは期限切れです。",
        "config_upload で新しいアップロード先を取得してください。",
    ),
    "plan_missing": (
        "実行 {run_id} には計画がありません（状態: {status}）。",
        "run_get で実行の状態を確認してください。",
    ),
    "change_number_unknown": (
        "{run_id} の計画に番号 {number} の変更はありません（0 から数えて {count} 件）。",
        "番号（#3 など）は `sekisho plan show RUN --full` で確認できます。",
    ),
    "runs_apart": (
        "実行 {run_id} と {other} は別のワークスペースのもので、計画を比較できません。",
        "同じワークスペースの以前の実行を指定してください。run_list で一覧を確認できます。",
    ),
    "name_needed": (
        "この計画は慎重な確認が必要です。ワークスペース名（{name}）が正しく入力されていません。",
        "破棄される対象を確認し、ワークスペース名を入力してからもう一度承認してください。",
    ),
    "state_missing": (
        "ワークスペース {name} の state はまだありません。",
        "先に plan_create で計画し、適用してください。",
    ),
    "address_unknown": (
        "{address} は {name} の state にありません。",
        "state_list または output_get で確認してください。",
    ),
    "change_unknown": (
        "実行 {run_id} の計画に {address} の変更はありません。",
        "近いアドレス: {near}。plan_changes で変更の一覧を確認してください。",
    ),
    "nothing_to_compare": (
        "実行 {run_id} より前に、このワークスペースでレビューされた計画はありません。",
        "比較する実行を with_run で指定してください。run_list で一覧を確認できます。",
    ),
    "path_unknown": (
        "このアドレスで提供しているものはありません。",
        "API のパスの一覧は docs/reference/api.md にあります。",
    ),
    "arguments_invalid": (
        "引数が正しくありません: {problem}。",
        "引数を修正して再度呼び出してください。",
    ),
    "cursor_invalid": (
        "カーソルが正しくありません。",
        "カーソルなしで最初からやり直してください。",
    ),
    "configuration_invalid": (
        "構成が正しくありません: {problem}。",
        "ファイルを修正して再度送信してください。",
    ),
    "configuration_empty": (
        "ルートに .tf または .tf.json ファイルがありません（{count} ファイル受信）。",
        "親フォルダーではなく、.tf ファイルのあるフォルダーを送信してください。",
    ),
    "archive_invalid": (
        "アーカイブは受け付けられません: {problem}。",
        "通常のファイルとフォルダーだけを、相対パスでアーカイブしてください: tar -czf - -C FOLDER .",
    ),
    "operator_file_invalid": ("{path}: {problem}", "ファイルを修正して再起動してください。"),
    "setting_invalid": ("設定 {name}: {problem}。", "修正して再起動してください。"),
    "command_unknown": (
        "コマンド `{given}` はありません。",
        "`{near}` のことですか？一覧は `{help}` で表示できます。",
    ),
    "option_unknown": (
        "`{command}` に `{given}` は指定できません。",
        "`{near}` のことですか？一覧は `{help}` で表示できます。",
    ),
    "choice_invalid": (
        "{name} に `{given}` は指定できません。指定できるもの: {wanted}。",
        "`{near}` のことですか？一覧は `{help}` で表示できます。",
    ),
    "arguments_missing": (
        "`{command}` に必要な引数が不足しています: {names}。",
        "呼び出し方は `{help}` で表示できます。",
    ),
    "version_unmet": (
        "このワークスペースは Terraform {wanted} を要求しますが、サーバーには {found} しかありません。",
        "運用担当者にバージョンの追加、または sekisho.yaml の `terraform:` の変更を依頼してください。",
    ),
    "inline_too_large": (
        "インラインのファイルが {size} バイトあり、上限 {cap} を超えています。",
        "config_upload でアップロードしてください。",
    ),
    "upload_too_large": (
        "アップロードが上限を超えています: {problem}。",
        "Terraform に不要なもの（.terraform、.git、バイナリー）を除いて再送してください。",
    ),
    "move_illegal": (
        "実行 {run_id} は {status} のため、{verb} はできません。",
        "今できること: {legal}。",
    ),
    "workspace_busy": (
        "ワークスペース {name} は実行 {holder} が {since} から適用中です。",
        "完了を待ってください: run_get {holder}。",
    ),
    "workspace_locked": (
        "ワークスペース {name} は {owner} が {since} からロック中です: {reason}。",
        "担当者が確認し、コンソールでロックを解除します: {url}",
    ),
    "workspace_not_locked": ("ワークスペース {name} はロックされていません。", "対応は不要です。"),
    "seal_broken": (
        "適用しようとした内容が、承認された内容と異なります: {parts}。",
        "plan_create で再計画してください。",
    ),
    "approval_repeated": (
        "{person} は実行 {run_id} を承認済みです。",
        "別の担当者の承認が必要です。",
    ),
    "approval_own": (
        "{person} は実行 {run_id} の申請者のため、承認できません。",
        "別の担当者の承認が必要です。",
    ),
    "plan_over": (
        "実行 {run_id} の計画は、もはや適用できません: {unmet}",
        "plan_create で再計画してください。",
    ),
    "codes_too_many": (
        "直近 1 分間のワンタイムコードの要求が多すぎます。",
        "最後に表示されたコードは有効です。それを入力するか、1 分待って再度要求してください。",
    ),
    "process_alive": (
        "実行 {run_id} の Terraform はまだ動作中です（プロセス {pid}）。",
        "終了を待ってからロックを解除してください。",
    ),
    "gate_unmet": (
        "実行 {run_id} はまだ適用できません: {unmet}",
        "担当者に確認と承認を依頼してください: {url}",
    ),
    "credential_invalid": (
        "資格情報が無効、失効または期限切れです。",
        "運用担当者に再発行を依頼してください: sekisho token create。",
    ),
    "credential_needed": (
        "このアドレスには資格情報が必要です。",
        "`Authorization: Bearer TOKEN` を付けてください。トークンは `sekisho token create` で発行します。",
    ),
    "code_wrong": (
        "ワンタイムコードが誤り、使用済みまたは期限切れです。",
        "レビュー画面で新しいコードを要求し、サーバーの端末で読み取ってください。",
    ),
    "decision_not_here": (
        "承認はコンソールで人が行うもので、資格情報では行えません。",
        "レビュー画面を開いてください: {url}",
    ),
    "source_refused": (
        "ワークスペース {name} は {source} からの構成を受け付けません。",
        "使用できるもの: {allowed}。",
    ),
    "origin_refused": (
        "許可されていないオリジンからの要求です。",
        "コンソールを直接開いてやり直してください。",
    ),
    "store_unavailable": (
        "データストアに接続できません: {problem}。",
        "変更はありません。再試行し、続く場合は運用担当者に連絡してください。",
    ),
    "disk_full": (
        "サーバーのディスクに空きがありません。",
        "変更はありません。運用担当者に空き容量の確保を依頼してください: sekisho store prune。",
    ),
    "terraform_missing": (
        "サーバーに Terraform が見つかりません。",
        "terraform または engine エクストラを導入してください（手順は docs/ja/install.md）。",
    ),
    "console_away": (
        "コンソールが起動していません。",
        "担当者が次のコマンドで起動します: {command}",
    ),
    "runs_unavailable": (
        "このサーバーは実行を受け付けません: {problem}。",
        "運用担当者の設定が必要です: {setting}。",
    ),
    "power_missing": (
        "この操作には {power} 権限のある資格情報が必要です（現在の権限: {powers}）。",
        "運用担当者に発行を依頼してください: sekisho token create PERSON --scope {scope}。",
    ),
    "tool_hidden": (
        "ツール {name} はこの接続では提供されません（接続のヘッダーで除外されています）。",
        "tools/list にあるツールを使うか、クライアントの X-MCP-… ヘッダーを変更してください。",
    ),
    "credential_mistyped": (
        "キーの形式ではありません。入力の誤りか、途中で切れています。",
        "全体をコピーし直してください: 発行時に表示された sks_ と49文字。",
    ),
    "identity_missing": (
        "このサーバーは要求元を確認できません。キーによる認証の設定ですが、キーがまだありません。",
        (
            "運用担当者がサーバーで `sekisho token create PERSON` を実行するか、"
            "SEKISHO_AUTH=none を設定します（キーなしで閲覧と計画のみ）。"
        ),
    ),
    "tool_unknown": (
        "ツール {name} はありません。",
        "近い名前: {near}。tools/list で一覧を確認してください。",
    ),
    "prompt_unknown": ("プロンプト {name} はありません。", "使用できるもの: {near}。"),
    "resource_unknown": (
        "この URI のリソースはありません。",
        "resources/list で一覧を確認してください。",
    ),
    "rpc_method_unknown": (
        "このサーバーにメソッド {method} はありません。",
        "tools/list、次に tools/call を呼び出してください。",
    ),
    "method_wrong": (
        "このアドレスは {method} を受け付けません。",
        "使用できるもの: {allowed}。",
    ),
    "media_type_wrong": (
        "本文が {wanted} でないか、その指定がありません。",
        "`Content-Type: {wanted}` を付けて送信してください。",
    ),
    "accept_wrong": (
        "応答は {wanted} ですが、要求がそれを受け入れていません。",
        "`Accept: {wanted}` を付けて送信してください。",
    ),
    "message_invalid": (
        "プロトコルのメッセージとして正しくありません: {problem}。",
        "プロトコルのバージョンに沿った JSON-RPC 2.0 の要求を 1 件ずつ送信してください。",
    ),
    "protocol_unsupported": (
        "この MCP バージョンには対応していません。",
        "次のいずれかを使用してください: {allowed}。",
    ),
    "body_too_large": (
        "本文がこのアドレスの上限 {cap} バイトを超えています。",
        "一度に送る量を減らしてください。フォルダーには config_upload を使用してください。",
    ),
    "run_changed": (
        "実行 {run_id} は読み取り後に変わりました（現在: {status}）。",
        "run_get で読み直し、改めて判断してください。",
    ),
    "streams_too_many": (
        "すでに上限の {cap} 件のログが配信中です。",
        "カーソルで読み取る（run_log）か、少し待って再試行してください。",
    ),
    "server_draining": (
        "サーバーは停止処理中です。",
        "少し待って再試行してください。別のサーバーが引き継ぐか、再起動します。",
    ),
    "host_refused": (
        "このサーバーのものではないホスト名への要求です。",
        "サーバー本来のアドレスを使用してください。名前の追加は運用担当者が SEKISHO_PUBLIC_URL または SEKISHO_ALLOWED_HOSTS で行います。",
    ),
    "rate_limited": (
        "短時間に要求が多すぎます。",
        "{seconds} 秒待ってから、間隔を空けて続けてください（run_get の wait_seconds を使えば 1 回で待てます）。",
    ),
    "headers_too_large": (
        "要求のヘッダーまたはアドレスが大きすぎます（上限 {cap} バイト）。",
        "ヘッダーを減らすか短くしてください。",
    ),
    "request_too_slow": (
        "要求が {seconds} 秒以内に届き終わりませんでした。",
        "再度送信してください。大きな構成は config_upload で送信してください。",
    ),
    "answer_too_large": (
        "応答が {cap} バイトを超えます。",
        "絞り込み、小さい limit、次のカーソルなどで、一度に求める量を減らしてください。",
    ),
    "server_busy": (
        "サーバーは他の要求で混み合っています。",
        "変更はありません。少し待って再試行してください。",
    ),
    "push_unknown": (
        "このプッシュは存在しないか、期限切れです。",
        "もう一度プッシュしてください。届いているファイルは再送されません。",
    ),
    "push_incomplete": (
        "予告されたファイルのうち {count} 件がまだ届いていません。",
        "もう一度プッシュしてください。足りないものだけが送られます。",
    ),
    "git_ref_unknown": (
        "リポジトリ {url} に {ref} はありません。",
        "先にプッシュするか、別のブランチ、タグ、または完全なコミット ID を指定してください。",
    ),
    "git_path_unknown": (
        "コミット {commit} にフォルダー {path} はありません。",
        "運用担当者に sekisho.yaml の source.git.path の修正を依頼するか、フォルダーをプッシュしてください。",
    ),
    "git_ref_invalid": (
        "git_ref が正しくありません: {problem}。",
        "ブランチ、タグ、完全なコミット ID、または default を指定してください。",
    ),
    "git_ref_ambiguous": (
        "{ref} は {url} のブランチでもタグでもあります。",
        "refs/heads/{ref} または refs/tags/{ref} と指定してください。",
    ),
    "git_content_refused": (
        "{url} から届いた内容は受け付けられません: {problem}。",
        "コミットを修正し（git fsck で確認できます）、再度プッシュしてください。",
    ),
    "git_too_large": (
        "{url} からの取得が上限を超えました: {problem}。",
        "大きなファイルをリポジトリから除くか、運用担当者に別のリポジトリを依頼してください。",
    ),
    "git_access_denied": (
        "{url} の Git サーバーに拒否されました: {problem}。",
        "運用担当者に sekisho.yaml の source.git（url、token、ssh_key）の確認を依頼してください。",
    ),
    "git_redirected": (
        "{url} は別のアドレスへ転送しています。転送には従いません。",
        "運用担当者に source.git.url を最終的なアドレスにするよう依頼してください。",
    ),
    "git_untrusted": (
        "{url} の身元を確認できません: {problem}。",
        "運用担当者に source.git の ca_file（https）または known_hosts（ssh）の確認を依頼してください。",
    ),
    "git_unreachable": (
        "{url} に接続できません: {problem}。",
        "再試行し、続く場合は運用担当者に連絡してください。",
    ),
    "git_timeout": (
        "{url} から {seconds} 秒以内に応答がありませんでした。",
        "再試行し、続く場合は運用担当者に連絡してください。",
    ),
    "git_missing": (
        "サーバーに使用できる git がありません: {problem}。",
        "運用担当者に git {version} 以降の導入を依頼してください。",
    ),
    "git_failed": (
        "{url} に対する Git の処理が失敗しました: {problem}。",
        "再試行し、続く場合は運用担当者に連絡してください。",
    ),
    "request_malformed": (
        "HTTP/1.1 の要求として正しくありません。",
        "HTTP クライアントから送信し、アドレスには印字可能な文字だけを使ってください。",
    ),
    "plans_waiting": (
        "すでに {cap} 件の計画が順番待ちです（1 人あたりの上限）。",
        "順番待ちの計画（run_list、status plan_queued）が終わるのを待つか、不要なものを中止してください。",
    ),
    "allowance_spent": (
        "1 日に送信したデータが {sent} バイトに達しました（1 人あたりの上限 {cap} バイト）。",
        "送信済みの構成をダイジェストで計画するか、翌日に続けてください。",
    ),
    "proxy_undeclared": (
        "このサーバーに設定されていないプロキシーを経由した要求です。",
        "直接接続するか、キーを付けてください。プロキシーの背後で使う場合、運用担当者が SEKISHO_PUBLIC_URL を設定します。",
    ),
    **STOPS_JA,
}
