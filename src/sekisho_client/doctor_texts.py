"""What the doctor says: code → what was found and what to do, in both languages."""

from sekisho_client.texts import Said

_ASK = "Ask the operator for one (`sekisho token create NAME`) and set SEKISHO_TOKEN."
_ASK_JA = (
    "運用担当者に発行を依頼し（`sekisho token create NAME`）、SEKISHO_TOKEN に設定してください。"
)
_LOG = "Ask the operator to look at the server's log."
_LOG_JA = "運用担当者にサーバーのログの確認を依頼してください。"
_ADDRESS = "Check --server (SEKISHO_URL)."
_ADDRESS_JA = "--server（SEKISHO_URL）を確認してください。"

SAYS: dict[str, Said] = {
    "dns_ok": Said("{host} is {addresses}", "{host} の名前解決: {addresses}"),
    "dns_unknown": Said(
        "{host} has no address",
        "{host} の名前を解決できません",
        "Check the spelling, the VPN and the DNS server.",
        "綴り、VPN、DNS サーバーを確認してください。",
    ),
    "tcp_ok": Said("port {port} is open", "ポート {port} に接続できます"),
    "tcp_refused": Said(
        "port {port} is closed",
        "ポート {port} が閉じています",
        "Start the server (`sekisho serve`), or name the right port.",
        "サーバーを起動するか（`sekisho serve`）、正しいポートを指定してください。",
    ),
    "tcp_silent": Said(
        "port {port} does not answer within {seconds} s",
        "ポート {port} が {seconds} 秒以内に応答しません",
        "A firewall drops the connection, or a proxy is needed: set HTTPS_PROXY.",
        "ファイアウォールが遮断しているか、プロキシが必要です。HTTPS_PROXY を設定してください。",
    ),
    "tcp_unreachable": Said(
        "no way there: {problem}", "到達できません: {problem}", _ADDRESS, _ADDRESS_JA
    ),
    "proxy_none": Said("no proxy is used", "プロキシは使用しません"),
    "proxy_ok": Said("through the proxy {proxy}", "プロキシ {proxy} を経由します"),
    "proxy_refused": Said(
        "the proxy {proxy} refused: {problem}",
        "プロキシ {proxy} が拒否しました: {problem}",
        "Put user and password into HTTPS_PROXY, or the server's name into NO_PROXY.",
        "HTTPS_PROXY にユーザーとパスワードを含めるか、NO_PROXY にサーバー名を追加してください。",
    ),
    "tls_ok": Said(
        "{version}, certificate good for {days} days", "{version}、証明書の残り {days} 日"
    ),
    "tls_expires_soon": Said(
        "{version}, but the certificate ends in {days} days",
        "{version}、ただし証明書の期限まで {days} 日です",
        "Ask the operator to renew it.",
        "運用担当者に更新を依頼してください。",
    ),
    "tls_loopback": Said("plain HTTP, on this machine alone", "このマシン内のみの HTTP です"),
    "tls_absent": Said(
        "plain HTTP: a token would travel readable, so none is sent",
        "暗号化されない HTTP です。トークンが平文で流れるため送信しません",
        "Use the server's https:// address.",
        "サーバーの https:// アドレスを使用してください。",
    ),
    "tls_issuer_unknown": Said(
        "the certificate is from an authority that this machine does not know",
        "証明書の発行元（認証局）をこのマシンは信頼していません",
        "A private CA? Set SSL_CERT_FILE to its PEM file (IDEs: NODE_EXTRA_CA_CERTS), or --ca-file.",
        "社内認証局の場合は、その PEM を SSL_CERT_FILE（IDE では NODE_EXTRA_CA_CERTS）か --ca-file に指定してください。",
    ),
    "tls_expired": Said(
        "the certificate has expired",
        "証明書の有効期限が切れています",
        "Ask the operator to renew it; check this machine's clock too.",
        "運用担当者に更新を依頼してください。このマシンの時刻も確認してください。",
    ),
    "tls_name_wrong": Said(
        "the certificate is for another name than {host}",
        "証明書の名前が {host} と一致しません",
        "Use the name that the certificate is for.",
        "証明書に記載された名前で接続してください。",
    ),
    "tls_not_spoken": Said(
        "port {port} does not speak TLS ({problem})",
        "ポート {port} は TLS に対応していません（{problem}）",
        "Use http:// on loopback, or name the port that serves HTTPS.",
        "ループバックなら http:// を、そうでなければ HTTPS のポートを指定してください。",
    ),
    "tls_failed": Said("TLS failed: {problem}", "TLS に失敗しました: {problem}", _LOG, _LOG_JA),
    "server_ok": Said("Sekisho {version}", "Sekisho {version} です"),
    "server_other": Said(
        "something answers, but it is no Sekisho",
        "応答はありますが、Sekisho ではありません",
        _ADDRESS,
        _ADDRESS_JA,
    ),
    "server_redirects": Said(
        "it redirects to {to}; nothing is followed, for the token's sake",
        "{to} へ転送されます。トークン保護のため追跡しません",
        "If that is right, name that address with --server.",
        "正しい転送先であれば、そのアドレスを --server に指定してください。",
    ),
    "server_silent": Said(
        "it took the connection, but does not answer within {seconds} s",
        "接続は受け付けましたが、{seconds} 秒以内に応答しません",
        _LOG,
        _LOG_JA,
    ),
    "server_broken": Said(
        "its answer is not HTTP, or breaks off ({problem})",
        "HTTP として読めない応答です（{problem}）",
        "Check scheme and port of --server (https:// or http://).",
        "--server のスキーム（https:// か http://）とポートを確認してください。",
    ),
    "token_ok": Said("the token is good", "トークンは有効です"),
    "token_none": Said(
        "no token, and none is needed on this machine", "トークンなし（このマシン内では不要です）"
    ),
    "token_missing": Said("there is no token", "トークンがありません", _ASK, _ASK_JA),
    "token_malformed": Said(
        "the token holds characters that no token has",
        "トークンに使用できない文字が含まれています",
        "Copy it again: one line, no quotes, no spaces.",
        "改行・引用符・空白を含めずに、コピーし直してください。",
    ),
    "token_refused": Said(
        "the server does not take the token ({error})",
        "サーバーがトークンを受け付けません（{error}）",
        _ASK,
        _ASK_JA,
    ),
    "token_unclear": Said(
        "the API answered with status {status}",
        "API がステータス {status} を返しました",
        _LOG,
        _LOG_JA,
    ),
    "mcp_ok": Said(
        "{tools} tools, protocol {protocol}", "ツール {tools} 個、プロトコル {protocol}"
    ),
    "mcp_refused": Said(
        "{endpoint} answered with status {status}",
        "{endpoint} がステータス {status} を返しました",
        "Check the path; behind a load balancer, SEKISHO_ALLOWED_HOSTS on the server.",
        "パスを確認してください。ロードバランサー経由の場合はサーバーの SEKISHO_ALLOWED_HOSTS も確認してください。",
    ),
    "mcp_broken": Said(
        "{endpoint} does not speak MCP ({problem})",
        "{endpoint} は MCP の応答ではありません（{problem}）",
        "A proxy may change the answers: put the server's name into NO_PROXY.",
        "プロキシが応答を書き換えている可能性があります。NO_PROXY にサーバー名を追加してください。",
    ),
    "caller_ok": Said("you are {person}", "あなたは {person} として認識されています"),
    "caller_away": Said(
        "the server offers no caller_get", "サーバーは caller_get を提供していません"
    ),
    "caller_refused": Said(
        "the server does not say who you are ({error})",
        "サーバーが利用者を特定できません（{error}）",
        _ASK,
        _ASK_JA,
    ),
    "workspaces_ok": Said("{count} workspaces", "ワークスペース {count} 個"),
    "workspaces_none": Said(
        "you see no workspace",
        "参照できるワークスペースがありません",
        "Ask the operator for access, or to declare one in sekisho.yaml.",
        "運用担当者に権限、または sekisho.yaml への登録を依頼してください。",
    ),
    "workspaces_away": Said(
        "the server offers no workspace_list", "サーバーは workspace_list を提供していません"
    ),
    "workspaces_refused": Said(
        "workspaces are not shown ({error})",
        "ワークスペースを参照できません（{error}）",
        "Ask the operator for access.",
        "運用担当者に権限の付与を依頼してください。",
    ),
    "clock_ok": Said("clocks agree within {seconds} s", "時刻のずれは {seconds} 秒以内です"),
    "clock_skewed": Said(
        "this clock and the server's are {seconds} s apart",
        "サーバーと時刻が {seconds} 秒ずれています",
        "Switch on time synchronisation (NTP).",
        "時刻同期（NTP）を有効にしてください。",
    ),
    "clock_unknown": Said("the server does not tell the time", "サーバーの時刻が分かりません"),
    "versions_ok": Said(
        "client and server are {version}", "クライアントとサーバーは {version} です"
    ),
    "versions_differ": Said(
        "client {client}, server {server}",
        "クライアント {client}、サーバー {server}",
        "Install the client of the server's version.",
        "サーバーと同じバージョンのクライアントをインストールしてください。",
    ),
    "step_silent": Said(
        "no result within {seconds} s",
        "{seconds} 秒以内に結果が出ません",
        "Try again with a longer --timeout.",
        "--timeout を延ばして再試行してください。",
    ),
    "step_skipped": Said(
        "not looked at, because of the NG above", "上の NG のため確認していません"
    ),
}
