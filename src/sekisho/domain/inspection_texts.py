"""What a finding says, and what to do about it, in both languages."""

from sekisho.domain.inspections import Finding, FindingKind
from sekisho.domain.text import Text

K = FindingKind

SAYS: dict[FindingKind, Text] = {
    K.UNMODELLED: Text(
        "cannot be read with certainty: {detail}", "確実には読み取れません（{detail}）"
    ),
    K.BACKEND: Text(
        "{subject} is written over by the server's own",
        "{subject} はサーバーの設定で上書きされます",
    ),
    K.BACKEND_CREDENTIALS: Text(
        "{subject} says where the state is, or who reads it: {detail}",
        "{subject} が state の場所や資格情報を指定しています: {detail}",
    ),
    K.CLOUD: Text(
        "a cloud block says where runs happen", "cloud ブロックが実行場所を指定しています"
    ),
    K.PROVIDER_CREDENTIALS: Text(
        "{subject} chooses credentials or where they are sent: {detail}",
        "{subject} が資格情報やその送り先を指定しています: {detail}",
    ),
    K.PROVIDER_EXEC: Text(
        "{subject} runs a program: {detail}", "{subject} がプログラムを実行します: {detail}"
    ),
    K.PROVIDER_SOURCE: Text(
        "provider {subject} comes from {detail}", "プロバイダー {subject} の取得元は {detail} です"
    ),
    K.MODULE_SOURCE: Text(
        "{subject} is fetched from {detail}", "{subject} を {detail} から取得します"
    ),
    K.MODULE_OUTSIDE: Text(
        "{subject} is outside of the configuration: {detail}",
        "{subject} は構成の外にあります: {detail}",
    ),
    K.EXTERNAL_DATA: Text("{subject} runs a program", "{subject} がプログラムを実行します"),
    K.PROVISIONER: Text(
        "{subject} runs a program: provisioner {detail}",
        "{subject} がプログラムを実行します（provisioner {detail}）",
    ),
    K.ACTION: Text("{subject} calls an action", "{subject} がアクションを呼び出します"),
    K.FILE_OUTSIDE: Text(
        "{subject} reads outside of the configuration: {detail}",
        "{subject} が構成の外を読み取ります: {detail}",
    ),
    K.FILE_UNKNOWN: Text(
        "{subject} reads a file whose path is known only later: {detail}",
        "{subject} が読むファイルのパスを事前に確定できません: {detail}",
    ),
    K.TEMPLATE_UNKNOWN: Text(
        "{subject} makes a template that is known only later: {detail}",
        "{subject} のテンプレートを事前に確定できません: {detail}",
    ),
    K.REMOTE_STATE: Text("{subject} reads another state", "{subject} が別の state を読み取ります"),
    K.REMOTE_STATE_UNSAFE: Text(
        "{subject} reads another state by settings that are not looked into",
        "{subject} が確認できない設定で別の state を読み取ります",
    ),
    K.TERRAFORM_FOLDER: Text("Terraform's own folder", "Terraform の作業フォルダーです"),
    K.PLUGIN_FOLDER: Text("a folder of programs", "プログラムを置くフォルダーです"),
    K.CLI_CONFIGURATION: Text("settings of Terraform itself", "Terraform 本体の設定です"),
    K.OVERRIDE_FILE: Text("changes what other files say", "ほかのファイルの内容を書き換えます"),
    K.STACK_FILE: Text(
        "a Stacks file: no run reads it", "Stacks のファイルです（実行では読まれません）"
    ),
    K.QUERY_FILE: Text(
        "a query file: no run reads it", "クエリのファイルです（実行では読まれません）"
    ),
    K.TEST_FILE: Text(
        "a test file: no run reads it", "テストのファイルです（実行では読まれません）"
    ),
}

_ALLOW = Text(
    "Take it out; or the operator allows it: inspection.kinds.{kind} in sekisho.yaml.",
    "取り除いてください。必要であれば、運用担当者が"
    " sekisho.yaml の inspection.kinds.{kind} で許可できます。",
)
_NEVER = Text("Take it out of the configuration.", "構成から取り除いてください。")
_STEPS: dict[FindingKind, Text] = {
    K.UNMODELLED: Text(
        "Write it as `terraform validate` accepts it, simpler or in smaller files.",
        "terraform validate が通る形で、より簡潔に書くか、小さなファイルに分けてください。",
    ),
    K.BACKEND_CREDENTIALS: Text(
        "Take the block out: the operator declares the backend in sekisho.yaml.",
        "ブロックを取り除いてください。バックエンドは sekisho.yaml で宣言します。",
    ),
    K.CLOUD: Text(
        "Take the block out: the operator declares the backend in sekisho.yaml.",
        "ブロックを取り除いてください。バックエンドは sekisho.yaml で宣言します。",
    ),
    K.PROVIDER_CREDENTIALS: Text(
        "Take it out: the target of the workspace gives providers who they are.",
        "取り除いてください。資格情報はワークスペースのターゲットが与えます。",
    ),
    K.PROVIDER_SOURCE: Text(
        "Use an allowed provider; or the operator adds it to inspection.providers.",
        "許可されたプロバイダーを使うか、運用担当者に"
        " inspection.providers への追加を依頼してください。",
    ),
    K.MODULE_SOURCE: Text(
        "Use a module of the configuration (./modules/…); or the operator adds the source to"
        " inspection.modules.",
        "構成内のモジュール（./modules/…）を使うか、運用担当者に"
        " inspection.modules への追加を依頼してください。",
    ),
    K.MODULE_OUTSIDE: Text(
        "Upload the folder that holds the module too.",
        "モジュールを含むフォルダーごと送ってください。",
    ),
    K.FILE_OUTSIDE: Text(
        'Put the file into the configuration and name it "${path.module}/…".',
        'ファイルを構成に含め、"${path.module}/…" で参照してください。',
    ),
    K.FILE_UNKNOWN: Text(
        'Name the file by a constant: "${path.module}/…", over toset([…]) or'
        " fileset(path.module, …).",
        '定数のパス（"${path.module}/…"、toset([…])、fileset(path.module, …)）で参照してください。',
    ),
    K.OVERRIDE_FILE: Text(
        "Merge it into the files that it overrides.", "上書き先のファイルに統合してください。"
    ),
}


def said(finding: Finding) -> Text:
    """Say what was found, without where."""
    facts = {"subject": finding.subject or finding.file, "detail": finding.detail}
    return SAYS[finding.kind].fill(facts)


def step(finding: Finding) -> Text:
    """Say what to do about it."""
    if finding.kind in (K.TERRAFORM_FOLDER, K.PLUGIN_FOLDER, K.CLI_CONFIGURATION):
        return _NEVER
    return _STEPS.get(finding.kind, _ALLOW.fill({"kind": finding.kind}))
