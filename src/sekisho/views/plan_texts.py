"""The words around a plan, for reviews as Markdown, on the terminal and as data: key → sentence."""

from sekisho.domain.text import Language, Text

TEXTS: dict[str, Text] = {
    "title": Text("Plan review", "計画レビュー"),
    "colon": Text(": ", "："),
    "comma": Text(", ", "、"),
    "none": Text("none", "なし"),
    "more": Text("{count} more", "他 {count} 件"),
    # where a run stands
    "status.plan_queued": Text("Plan queued", "計画待ち"),
    "status.planning": Text("Planning", "計画中"),
    "status.awaiting_approval": Text("Awaiting approval", "承認待ち"),
    "status.approved": Text("Approved", "承認済み"),
    "status.apply_queued": Text("Apply queued", "適用待ち"),
    "status.applying": Text("Applying", "適用中"),
    "status.applied": Text("Applied", "適用済み"),
    "status.no_changes": Text("No changes", "変更なし"),
    "status.blocked": Text("Blocked", "適用不可"),
    "status.rejected": Text("Rejected", "却下"),
    "status.discarded": Text("Discarded", "破棄"),
    "status.canceled": Text("Canceled", "中止"),
    "status.expired": Text("Expired", "期限切れ"),
    "status.stale": Text("Stale", "要再計画"),
    "status.errored": Text("Errored", "エラー"),
    "status.interrupted": Text("Interrupted", "中断（結果不明）"),
    # facts
    "facts": Text("More facts", "その他の情報"),
    "fact.run": Text("Run", "実行"),
    "fact.labels": Text("Labels", "ラベル"),
    "fact.requester": Text("Requested by", "申請者"),
    "fact.agent": Text("Agent", "エージェント"),
    "fact.team": Text("Claimed team (not verified)", "申告チーム（未検証）"),
    "fact.change_id": Text("Change number", "変更管理番号"),
    "fact.configuration": Text("Configuration", "構成"),
    "fact.source": Text("Source", "取得元"),
    "fact.commit": Text("Commit", "コミット"),
    "fact.state": Text("State position", "state の位置"),
    "fact.deadline": Text("Deadline", "承認・適用期限"),
    "fact.target": Text("Target", "対象"),
    "fact.mode": Text("Mode", "モード"),
    "fact.targets": Text("Only these (-target)", "一部のみ（-target）"),
    "fact.replace": Text("Replacement asked for (-replace)", "再作成の指定（-replace）"),
    "fact.terraform": Text("Terraform", "Terraform"),
    "fact.contained": Text("Contained by", "隔離"),
    "contained.landlock": Text("Landlock {version}", "Landlock {version}"),
    "contained.account": Text("an account of its own", "専用アカウント"),
    "contained.limits": Text("limits", "資源の上限"),
    "contained.none": Text("nothing", "なし"),
    "contained.and": Text(", ", "、"),
    "fact.planned": Text("Planned", "計画日時"),
    "fact.seal": Text("Seal", "封印"),
    "fact.message": Text("Message", "申請内容"),
    "fact.intent": Text("Said beforehand (intent)", "事前に示された範囲（intent）"),
    "fact.beyond": Text("Beyond the intent", "範囲を超える変更"),
    "fact.rollback": Text("How to roll back", "切り戻し手順"),
    "intent.addresses": Text("only {words}", "対象 {words}"),
    "intent.actions": Text("only {words}", "操作 {words}"),
    "intent.destroys": Text("at most {count} destroyed", "削除は最大 {count} 件"),
    "intent.and": Text("; ", "、"),
    "source.inline": Text("inline files", "インライン"),
    "source.upload": Text("upload", "アップロード"),
    "source.folder": Text("folder on the server", "サーバー上のフォルダー"),
    "source.git": Text("Git repository", "Git リポジトリ"),
    "mode.normal": Text("normal", "通常"),
    "mode.destroy": Text("destroy everything", "全リソースの削除"),
    "mode.refresh_only": Text("refresh only", "リフレッシュのみ"),
    # what is wrong with the plan as a whole
    "alarms": Text("Stop and look", "停止して確認"),
    "warning.partial": Text(
        "Only a part is planned (-target): what else would change is not in here.",
        "一部のみの計画です（-target）。それ以外の変更は含まれていません。",
    ),
    "warning.destroy": Text(
        "This plan destroys everything in the workspace.",
        "この計画はワークスペースの全リソースを削除します。",
    ),
    "warning.scan": Text(
        "The security scan found: {counts}; {suppressed} suppressed.",
        "セキュリティスキャンの指摘: {counts}（抑止 {suppressed} 件）。",
    ),
    "warning.unscanned": Text(
        "There is no security scan of this plan: {problem}.",
        "この計画のセキュリティスキャンはありません: {problem}。",
    ),
    "warning.policy_denies": Text(
        "Policy {name} ({level}) denies this plan, {count} times: {first}",
        "ポリシー {name}（{level}）がこの計画を拒否（{count} 件）: {first}",
    ),
    "warning.policy_warns": Text(
        "Policy {name} warns, {count} times: {first}",
        "ポリシー {name} の警告（{count} 件）: {first}",
    ),
    "warning.policy_unchecked": Text(
        "Policy {name} ({level}) could not be evaluated: {problem}.",
        "ポリシー {name}（{level}）を評価できませんでした: {problem}。",
    ),
    "warning.errored": Text(
        "Terraform stopped with an error while planning: this plan cannot be applied.",
        "計画中に Terraform がエラーで終了しました。この計画は適用できません。",
    ),
    "warning.incomplete": Text(
        "Terraform puts some changes off: after the apply, plan again.",
        "Terraform が一部の変更を保留しています。適用後に再度計画してください。",
    ),
    "warning.not_applyable": Text(
        "Terraform says that this plan cannot be applied.",
        "Terraform はこの計画を適用不可としています。",
    ),
    "warning.unknown_fields": Text(
        "The plan has parts that this version of Sekisho does not know: {names}.",
        "このバージョンの Sekisho が知らない項目が計画にあります: {names}。",
    ),
    "warning.undeclared": Text(
        "This workspace is no longer declared: nothing can be decided here.",
        "このワークスペースは現在宣言されていないため、ここでは判断できません。",
    ),
    # gate
    "gate": Text("Gate", "適用可否"),
    "gate.open": Text("open: this plan may be applied", "開（この計画は適用できます）"),
    "gate.closed": Text("closed, {count} unmet", "閉（未達 {count} 件）"),
    "gate.approvals": Text("Approvals: {given} of {needed}", "承認: {given} / {needed}"),
    "gate.rules": Text("Rules: {names}", "ルール: {names}"),
    "gate.final": Text("this plan can never meet it", "この計画では満たせません"),
    "gate.at": Text("from {at}", "{at} から"),
    "gate.soft": Text("soft: may be overridden", "例外承認が可能"),
    "gate.advice": Text("Advice (holds nothing up)", "推奨（適用は妨げません）"),
    "gate.passed_by": Text("by {person}", "承認者: {person}"),
    "gate.passed": Text("Overridden", "例外承認済み"),
    "gate.possible": Text("Earliest: {at}", "最短の適用時刻: {at}"),
    "override.soft": Text(
        "{person} overrode soft rules ({rules}) at {at}: {reason}.",
        "{at} に {person} がルール（{rules}）を例外承認しました（理由: {reason}）。",
    ),
    "override.glass": Text(
        "BREAK GLASS: {person} passed every rule ({rules}) at {at}: {reason}.",
        "【緊急変更】{at} に {person} が全ルール（{rules}）を例外扱いにしました（{reason}）。",
    ),
    "override.due": Text(
        " Somebody else has to look at it until {at}.",
        "別の担当者による事後確認の期限: {at}。",
    ),
    "override.late": Text(
        " OVERDUE: somebody else had to look at it until {at}.",
        "事後確認の期限（{at}）を過ぎています。",
    ),
    "override.followed": Text(
        " {person} looked at it afterwards.", "{person} が事後確認済みです。"
    ),
    # parts of the review
    "code": Text("Code that will run", "実行されるコード"),
    "code.note": Text(
        "The plan runs programs of its author. Read them first.",
        "この計画は作成者のプログラムを実行します。先に内容を確認してください。",
    ),
    "danger": Text("Dangerous changes", "危険な変更"),
    "danger.none": Text("No dangerous changes.", "危険な変更はありません。"),
    "danger.unsaid": Text("This change needs a close look.", "よく確認してください。"),
    "counts": Text("Counts", "件数"),
    "groups": Text("What changes", "変更の概要"),
    "groups.none": Text("No resource changes.", "変更されるリソースはありません。"),
    "full": Text("Full diff", "全差分"),
    "full.cut": Text(
        "Left out here for length: {count} of {total} changes. All of them: {command}",
        "長さの都合で {total} 件中 {count} 件の変更を省略しています。全件: {command}",
    ),
    "chosen": Text("Chosen changes", "指定された変更"),
    "outputs": Text("Outputs", "出力"),
    "drift": Text("Drift (changed outside Terraform)", "ドリフト（Terraform 外での変更）"),
    "deferred": Text("Deferred to a later plan", "次回以降の計画に保留"),
    "actions": Text("Actions", "アクション"),
    "actions.deferred": Text("deferred", "保留"),
    "checks": Text("Checks that do not pass", "合格していないチェック"),
    "checks.pending": Text(
        "Checks not known until apply ({count}): {names}",
        "適用まで結果が不明なチェック（{count} 件）: {names}",
    ),
    "check.fail": Text("fail", "不合格"),
    "check.error": Text("error", "エラー"),
    "next": Text("Next", "次にすること"),
    # columns
    "col.count": Text("Count", "件数"),
    "col.action": Text("Action", "操作"),
    "col.resource": Text("Resource", "リソース"),
    "col.why": Text("Why", "理由"),
    "col.diff": Text("Difference", "差分"),
    "col.risk": Text("Risk", "リスク"),
    # the ten counts
    "count.create": Text("create", "追加"),
    "count.update": Text("change", "変更"),
    "count.replace": Text("replace", "再作成"),
    "count.delete": Text("delete", "削除"),
    "count.import": Text("import", "取込"),
    "count.move": Text("move", "移動"),
    "count.forget": Text("forget", "管理外"),
    "count.actions": Text("actions", "アクション"),
    "count.outputs": Text("outputs", "出力"),
    "count.drift": Text("drift", "ドリフト"),
    # actions and risks
    "action.no-op": Text("no change", "変更なし"),
    "action.create": Text("create", "追加"),
    "action.read": Text("read", "読取"),
    "action.update": Text("change", "変更"),
    "action.delete": Text("delete", "削除"),
    "action.replace": Text("replace", "再作成"),
    "action.forget": Text("forget", "管理外"),
    "action.unknown": Text("unknown", "不明"),
    "risk.safe": Text("safe", "安全"),
    "risk.review": Text("review", "要確認"),
    "risk.dangerous": Text("dangerous", "危険"),
    "risk.irreversible": Text("irreversible", "復元不可"),
    # one change
    "change.moved": Text("moved from {address}", "{address} から移動"),
    "change.imported": Text("imported, id {id}", "取込 id {id}"),
    "change.imported_bare": Text("imported", "取込"),
    "change.generated": Text(
        "its configuration was generated by Terraform", "構成は Terraform が生成"
    ),
    "change.deposed": Text("deposed object {key}", "旧オブジェクト {key}"),
    "change.unknown_index": Text("its key is known after apply", "キーは適用後に確定"),
    "change.also": Text("The same for {count} more", "他 {count} 件も同じ変更"),
    "change.no_values": Text("No attribute changes.", "変わる属性はありません。"),
    "change.left_out": Text("{count} more values", "他 {count} 件の値"),
    "change.unknown": Text("{count} known after apply", "適用後に確定 {count} 件"),
    # notes of one value
    "note.unknown": Text("known after apply", "適用後に確定"),
    "note.sensitive": Text("sensitive, changes", "機密の値、変更あり"),
    "note.sensitive_new": Text("sensitive, added", "機密の値、追加"),
    "note.sensitive_gone": Text("sensitive, removed", "機密の値、削除"),
    "note.sensitivity": Text(
        "the value stays; whether it is sensitive changes", "値は同じ。機密指定のみ変更"
    ),
    "note.write_only": Text(
        "write-only: given to the provider, kept nowhere",
        "書込専用: プロバイダーに渡され、保存されない",
    ),
    "note.spacing": Text(
        "only the spacing or order of JSON differs", "JSON の書式・並びのみの違い"
    ),
    "note.order": Text("the same elements in another order", "要素は同じ、順序のみの違い"),
    "note.forces": Text("forces replacement", "再作成の原因"),
    "value.cut": Text("… {count} more characters", "… 他 {count} 文字"),
    "value.lines": Text("… {count} more lines of the difference", "… 差分の残り {count} 行"),
    # how it ended
    "outcome.approved": Text("Approved by {names}", "承認者: {names}"),
    "outcome.rejected": Text("Rejected by {person}: {reason}", "{person} が却下: {reason}"),
    # what to do next
    "next.look": Text("Read it in full: {command}", "全差分を見る: {command}"),
    "next.review": Text("Review and decide: {url}", "レビューと判断: {url}"),
    "next.approve": Text("Open the review page: {command}", "レビューページを開く: {command}"),
    "next.apply": Text("Apply exactly this plan: {command}", "この計画を適用: {command}"),
    "next.follow": Text("Follow the apply: {command}", "適用の進行を見る: {command}"),
    "next.log": Text("Read what Terraform said: {command}", "Terraform の出力を読む: {command}"),
    "next.again": Text("Plan again: {command}", "再度計画: {command}"),
    "next.nothing": Text("Nothing is to be done.", "することはありません。"),
}


def say(language: Language, key: str, /, **facts: object) -> str:
    """Return a sentence in the reader's language."""
    return TEXTS[key].render(language, facts or None)


def named(language: Language, kind: str, word: str) -> str:
    """Return the word for a status, an action or a risk; one that we do not know stays as it is."""
    text = TEXTS.get(f"{kind}.{word}")
    return text.render(language) if text else word
