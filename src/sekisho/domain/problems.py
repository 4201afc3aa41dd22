"""Why a run ended as it did: stable codes with what to do next, in both languages."""

import dataclasses
from collections.abc import Sequence

from sekisho.domain.errors import PolicyEngineMissing, PolicyFailed, SekishoError
from sekisho.domain.inspection_texts import said, step
from sekisho.domain.inspections import Finding
from sekisho.domain.intents import Excess
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.runs import Problem
from sekisho.domain.text import Text, plain
from sekisho.domain.unmet import Unmet

_AGAIN = Text(
    "Correct it and plan again: plan_create.", "修正して plan_create で再計画してください。"
)
_FROM_GIT = Text(
    "Bring the change to where the operator takes it from, and plan that: with Git,"
    ' plan_create(git_ref="default") once it is on the declared ref.',
    "運用担当者が定めた入手元に変更を反映し、それを計画してください。"
    'Git の場合は、宣言済みの ref に反映後、plan_create(git_ref="default") です。',
)
_LOOK = Text(
    "A person looks at what is known in the console, then unlocks the workspace.",
    "担当者がコンソールで状況を確認し、ワークスペースのロックを解除します。",
)

PROBLEMS: dict[str, tuple[Text, Text]] = {
    "init_failed": (Text("terraform init failed.", "terraform init が失敗しました。"), _AGAIN),
    "plan_failed": (Text("terraform plan failed.", "terraform plan が失敗しました。"), _AGAIN),
    "plan_not_applyable": (
        Text(
            "Terraform says this plan cannot be applied.",
            "Terraform が、この計画は適用できないと判定しました。",
        ),
        _AGAIN,
    ),
    "intent_exceeded": (
        Text(
            "The plan does more than was said beforehand: {first}",
            "計画が、事前に示された意図の範囲を超えています: {first}",
        ),
        Text(
            "Correct the configuration, or plan again with an intent that says so, and tell the"
            " user what is more: plan_create.",
            "構成を修正するか、範囲を含む intent で plan_create をやり直し、"
            "超過分を利用者に伝えてください。",
        ),
    ),
    "plan_killed": (
        Text(
            "Terraform was killed while planning; perhaps the machine ran out of memory.",
            "計画中の Terraform が強制終了されました。メモリ不足の可能性があります。",
        ),
        _AGAIN,
    ),
    "apply_failed": (
        Text(
            "terraform apply failed; what it did up to then is in the state.",
            "terraform apply が失敗しました。途中までの結果は state に保存済みです。",
        ),
        Text(
            "Read run_log, correct it, and plan again: the new plan shows what is left to do.",
            "run_log を確認し、修正後に再計画してください。残りの作業は新しい計画に表示されます。",
        ),
    ),
    "apply_stopped": (
        Text(
            "The apply was stopped; what it did up to then is in the state.",
            "適用は停止されました。途中までの結果は state に保存済みです。",
        ),
        Text("Plan again to see what is left to do.", "再計画して残りの作業を確認してください。"),
    ),
    "apply_not_begun": (
        Text(
            "The apply was stopped before it began; nothing was changed.",
            "適用は開始前に停止されました。変更はありません。",
        ),
        Text("Plan again: plan_create.", "plan_create で再計画してください。"),
    ),
    "apply_in_doubt": (
        Text(
            "The apply was cut off: nobody knows how far it came. The workspace is locked.",
            "適用が途中で中断され、結果が不明です。ワークスペースはロックされました。",
        ),
        _LOOK,
    ),
    "state_locked": (
        Text("The state is locked by {holder}.", "state は {holder} によりロックされています。"),
        Text(
            "Wait until they finish, then plan again: plan_create. If nobody is at work there any"
            " more, a person frees it first: terraform force-unlock ID.",
            "完了を待ち、plan_create で再計画してください。実行者が既にいない場合は、担当者が先に"
            " terraform force-unlock ID で解除します。",
        ),
    ),
    "state_unsaved": (
        Text(
            "Terraform applied, but could not save the state. It is kept; the workspace is locked.",
            "適用後の state を保存できませんでした。退避済みで、ワークスペースはロック中です。",
        ),
        _LOOK,
    ),
    "state_moved": (
        Text(
            "The state moved on after the plan ({detail}).",
            "計画後に state が更新されました（{detail}）。",
        ),
        Text("Plan again: plan_create.", "plan_create で再計画してください。"),
    ),
    "worker_lost": (
        Text(
            "The worker was lost {attempts} times while planning.",
            "計画中にワーカーが {attempts} 回停止しました。",
        ),
        Text("Tell the operator; then plan again.", "運用担当者に連絡後、再計画してください。"),
    ),
    "inspection_refused": (
        Text(
            "Inspection refuses the configuration: {first} (and {more} more).",
            "構成が検査で拒否されました。{first}（ほか {more} 件）",
        ),
        Text("Correct it and plan again.", "修正して再計画してください。"),
    ),
    "internal": (
        Text("Something went wrong inside Sekisho.", "Sekisho 内部で問題が発生しました。"),
        Text(
            "Ask the operator to look at the server log.",
            "運用担当者にサーバーログの確認を依頼してください。",
        ),
    ),
}
"""Code → (what happened, what to do next)."""


def problem(code: str, detail: str = "", **facts: object) -> Problem:
    """Make a problem of the table above; `detail` is Terraform's own words, already redacted."""
    text, step = PROBLEMS[code]
    filled = {"detail": detail, **facts}
    return Problem(code, text.fill(filled), step.fill(filled), plain(detail, cap=4000))


def problem_unmet(unmet: Unmet) -> Problem:
    """Make a problem of a condition that this plan can never meet."""
    step = _FROM_GIT if unmet.code == "plan_only" else _AGAIN
    return Problem(unmet.code, unmet.text, step)


def problem_beyond(beyond: Excess) -> Problem:
    """Make a problem of a plan that does more than was said beforehand; both are shown."""
    rows = [*beyond.changes, *([f"… +{beyond.more}"] if beyond.more else [])]
    if beyond.allowed_destroys is not None:
        rows.append(f"destroys: {beyond.destroys} > {beyond.allowed_destroys}")
    return problem("intent_exceeded", "\n".join(rows), first=_first(rows))


def problem_found(findings: Sequence[Finding]) -> Problem:
    """Make a problem of what inspection refuses: the first in words, all of them by code."""
    rows = [f"{f.place} [{f.kind}] {f.subject} {f.detail}".rstrip() for f in findings]
    words = said(findings[0])
    first = Text(*(f"{findings[0].place}: {text}" for text in (words.en, words.ja)))
    found = problem("inspection_refused", "\n".join(rows), first=first, more=len(rows) - 1)
    return dataclasses.replace(found, step=step(findings[0]))


def problem_unchecked(outcome: PolicyOutcome) -> Problem:
    """Make a problem of a policy that a plan could not be held against."""
    if outcome.code == PolicyEngineMissing.code:
        return problem_of(PolicyEngineMissing())
    return problem_of(PolicyFailed(policy=outcome.name, problem=outcome.problem))


def _first(rows: Sequence[str]) -> str:
    """Name the first of some rows, and count the others."""
    rest = f" (+{len(rows) - 1})" if len(rows) > 1 else ""
    return f"{rows[0]}{rest}"


def problem_of(error: SekishoError) -> Problem:
    """Make a problem of an error that ended a phase."""
    text = Text(error.message("en"), error.message("ja"))
    return Problem(error.code, text, Text(error.next_step("en"), error.next_step("ja")))
