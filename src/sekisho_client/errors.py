"""What fails on the laptop and on the command line: the one table of codes, and how each is told.

What the server refuses has codes of its own (`docs/reference/errors.md` lists both); a code that
stands in both tables means the same in both.
"""

from collections.abc import Mapping
from typing import Any

from sekisho_client.texts import Said, Words, shown

_NO_WRITE = "Look at the file and its permissions, or paste the entry: add --print shows it."
_NO_WRITE_JA = "ファイルと権限を確認するか、--print が表示する設定を貼り付けてください。"
_LEAVE_OUT = "Rename it, or leave it out by .terraformignore."
_LEAVE_OUT_JA = "名前を変えるか、.terraformignore で除外してください。"

SAYS: dict[str, Said] = {
    # The way to the server.
    "ca_file_invalid": Said(
        "{path} holds no certificates that can be read ({problem}).",
        "{path} から証明書を読み取れません（{problem}）。",
        "Name a PEM file with --ca-file or SEKISHO_CA_FILE.",
        "PEM ファイルを --ca-file または SEKISHO_CA_FILE で指定してください。",
    ),
    "certificate_untrusted": Said(
        "Nobody that this machine trusts vouches for the certificate of {url}.",
        "{url} の証明書は、このマシンが信頼する認証局のものではありません。",
        "Name the certificates of your private authority: --ca-file or SEKISHO_CA_FILE.",
        "社内認証局の証明書を --ca-file または SEKISHO_CA_FILE で指定してください。",
    ),
    "credential_needed": Said(
        "{url} wants a credential, and none was found.",
        "{url} には資格情報が必要ですが、見つかりません。",
        "Set SEKISHO_TOKEN; or, on the server's machine, name its data folder (`sekisho serve` "
        "prints it) with --data-dir or SEKISHO_DATA_DIR.",
        "SEKISHO_TOKEN を設定するか、サーバーのデータフォルダーを --data-dir で指定してください。",
    ),
    "http_error": Said(
        "{url} answers with HTTP status {status}, and not as a Sekisho does.",
        "{url} は HTTP ステータス {status} を返しましたが、Sekisho の応答ではありません。",
        "Check --server (SEKISHO_URL); `sekisho doctor` looks at the way there.",
        "--server（SEKISHO_URL）を確認してください。`sekisho doctor` で経路を調べられます。",
    ),
    "server_too_old": Said(
        "{url} does not know pushes.",
        "{url} はプッシュに対応していません。",
        "Update the server, or send the folder with config_upload.",
        "サーバーを更新するか、config_upload で送信してください。",
    ),
    "server_unreachable": Said(
        "{url} does not answer ({problem}).",
        "{url} が応答しません（{problem}）。",
        "Start it with `sekisho serve`, or name another with --server.",
        "`sekisho serve` で起動するか、--server で別のサーバーを指定してください。",
    ),
    # Options, and files of IDEs.
    "address_insecure": Said(
        "{url} is plain HTTP beyond this machine: a token would travel readable.",
        "{url} は暗号化されない HTTP です。トークンが平文で流れます。",
        "Use the server's https:// address.",
        "サーバーの https:// アドレスを指定してください。",
    ),
    "client_file_broken": Said(
        "{place}: {problem}. The file was left as it is.",
        "{place}: 読み取れません（{problem}）。ファイルは変更していません。",
        "Correct it in the editor, or paste the entry there: add --print shows it.",
        "エディターで修正するか、--print が表示する設定を貼り付けてください。",
    ),
    "client_file_unusable": Said(
        "{path} cannot be changed: {problem}. Nothing was written.",
        "{path} を変更できません: {problem}。何も書き込んでいません。",
        _NO_WRITE,
        _NO_WRITE_JA,
    ),
    "consent_needed": Said(
        "{path} is not changed without asking, and there is nobody to ask.",
        "{path} の変更には確認が必要ですが、確認できる端末がありません。",
        "Add --yes.",
        "--yes を付けてください。",
    ),
    "home_missing": Said(
        "There is no home folder.",
        "ホームフォルダーがありません。",
        "Set HOME.",
        "HOME を設定してください。",
    ),
    "link_missing": Said(
        "{title} has no install links.",
        "{title} にはインストールリンクがありません。",
        "sekisho client add {name}",
        "`sekisho client add {name}` を使ってください。",
    ),
    "option_invalid": Said(
        "{option} needs {wanted}.",
        "{option} の値が正しくありません（必要な形式: {wanted}）。",
        "{command} --help",
        "`{command} --help` で確認できます。",
    ),
    # A folder that is to be pushed.
    "configuration_empty": Said(
        "There is no .tf or .tf.json file ({count} files were found).",
        ".tf / .tf.json ファイルがありません（{count} ファイル）。",
        "Name the folder that holds the .tf files; Git may be ignoring them.",
        ".tf ファイルのあるフォルダーを指定してください（Git の除外設定も確認）。",
    ),
    "digest_differs": Said(
        "The server made {made} of it, not {expected}.",
        "サーバー側のダイジェストが {made} となり、{expected} と異なります。",
        "Client and server are of different versions: update the client.",
        "クライアントとサーバーの版が異なります。クライアントを更新してください。",
    ),
    "file_changed": Said(
        "{path} changed while it was read.",
        "{path} が読み取り中に変更されました。",
        "Run it again once nobody is saving it.",
        "保存が終わってから、もう一度実行してください。",
    ),
    "file_unreadable": Said(
        "A file cannot be used: {problem}.",
        "ファイルを使用できません: {problem}",
        "Look at the file and its permissions.",
        "ファイルと権限を確認してください。",
    ),
    "folder_missing": Said(
        "{path} is not a folder.",
        "{path} はフォルダーではありません。",
        "Name the folder that holds the .tf files.",
        ".tf ファイルのあるフォルダーを指定してください。",
    ),
    "folder_too_large": Said(
        "There are more than {count} files in the folder: is it the right one?",
        "フォルダーに {count} 個を超えるファイルがあります。正しいフォルダーか確認してください。",
        "Name the folder that holds the .tf files.",
        ".tf ファイルのあるフォルダーを指定してください。",
    ),
    "folder_unreadable": Said(
        "{path} cannot be read ({problem}).",
        "{path} を読み取れません（{problem}）。",
        "Look at its permissions, or name another folder.",
        "権限を確認するか、別のフォルダーを指定してください。",
    ),
    "git_failed": Said(
        "Git could not list the folder: {problem}",
        "Git がフォルダーを一覧できませんでした: {problem}",
        "`git status` in the folder says more.",
        "そのフォルダーで `git status` を実行して確認してください。",
    ),
    "link_refused": Said(
        "Links and special files are not sent, and not followed: {names}.",
        "リンクや特殊ファイルは送信できず、リンク先もたどりません: {names}",
        "Put the files themselves there, or leave these out by .terraformignore.",
        "実体のファイルに置き換えるか、.terraformignore で除外してください。",
    ),
    "name_refused": Said("{name}: {problem}.", "{name}: {problem}。", _LEAVE_OUT, _LEAVE_OUT_JA),
    "names_clash": Said(
        "These names differ by case alone, or are the same: {names}.",
        "大文字小文字だけが異なる（または同一の）名前があります: {names}",
        "Rename one of each pair.",
        "どちらかの名前を変えてください。",
    ),
    "secrets_found": Said(
        "{count} places look like credentials; nothing was sent.",
        "資格情報らしきものが {count} か所あります。何も送信していません。",
        "Take them out: secrets are set on the server. What is meant to be there is marked with a "
        "comment `sekisho:allow` on its line, or sent with --allow-secrets.",
        "取り除いてください（機密はサーバー側で設定します）。意図したものなら、その行に "
        "`sekisho:allow` とコメントするか、--allow-secrets を付けて送信します。",
    ),
    "terraformignore_invalid": Said(
        ".terraformignore cannot be used: {problem}.",
        ".terraformignore を使用できません: {problem}",
        "Write it again as a text file in UTF-8, one rule a line.",
        "UTF-8 のテキストファイル（1 行に 1 規則）として書き直してください。",
    ),
    "upload_too_large": Said(
        "The folder is over the cap: {size}, and the cap is {cap}. Nothing was sent.",
        "上限を超えています: {size}（上限 {cap}）。何も送信していません。",
        "Leave out what Terraform does not need, by .terraformignore (binaries, build output).",
        "Terraform に不要なもの（バイナリや生成物）を .terraformignore で除外してください。",
    ),
}
"""Code → what is wrong and what to do, in both languages; the reference page is made from it."""


class ClientError(Exception):
    """It was refused or failed: a stable code, what is wrong and what is next.

    `failure` makes one of ours, `server_said` one of the server's.
    """

    def __init__(self, code: str, message: Words, step: Words, status: int = 0) -> None:
        super().__init__(f"{code}: {message.english}")
        self.code, self.message, self.step = code, message, step
        self.status = status
        """The HTTP status, 0 where no answer came."""
        self.retry_after: float | None = None
        """Seconds to wait, where the server said so."""


def failure(code: str, **facts: object) -> ClientError:
    """Make the error of a code of `SAYS`, with its facts; a fact may be `Words`."""
    said = SAYS[code]
    return ClientError(code, said.what(facts), said.step(facts))


def server_said(url: str, status: int, told: Mapping[str, Any]) -> ClientError:
    """Make the error that a server answered with, in its own words, none of which can do harm."""
    if not told:
        error = failure("http_error", url=url, status=status)
        error.status = status
        return error
    message, step = (
        Words(_told(told, name), _told(told, f"{name}_ja") or _told(told, name))
        for name in ("message", "next")
    )
    return ClientError(shown(str(told.get("code", "http_error"))), message, step, status)


def _told(told: Mapping[str, Any], name: str) -> str:
    return "\n".join(map(shown, str(told.get(name, "")).splitlines()))
