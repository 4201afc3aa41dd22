"""Prompts for the two main flows, in English and Japanese."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from sekisho.domain.text import Language, plain

Workspace = Annotated[str, Field(description="Name of the workspace / ワークスペース名")]
Change = Annotated[str, Field(description="What should change / 変更内容")]
Run = Annotated[str, Field(description="Id of the run / 実行 ID")]
InLanguage = Annotated[Language, Field(description="en or ja")]


def change_plan(workspace: Workspace, change: Change, language: InLanguage = "en") -> str:
    """Plan a change, have a person approve it, and apply it."""
    name, wish = plain(workspace, 100), plain(change, 2000)
    if language == "ja":
        return (
            f"ワークスペース {name} で次の変更を行ってください: {wish}\n"
            "1. workspace_get で構成の送り方とルールを確認。\n"
            "2. ファイルを編集し、config_upload（または files）で送り、plan_create で計画。\n"
            "3. run_get（wait_seconds=20）で計画を待ち、plan_get で要約を確認。"
            "警告（alarms）と、削除・置換されるものを必ず利用者に伝える。"
            "理由と避け方は plan_explain、値は plan_change で確認。\n"
            "4. approval_request の URL を利用者に渡して待つ。承認は人だけが行う。\n"
            "5. 承認後、利用者の意思を確認して run_apply。run_get で完了まで見届け、"
            "output_get の結果を報告。\n"
        )
    return (
        f"Make this change in workspace {name}: {wish}\n"
        "1. workspace_get: see which sources it takes, and its rules.\n"
        "2. Edit the files, send them with config_upload (or files), and plan: plan_create.\n"
        "3. run_get with wait_seconds=20 until the plan is there, then plan_get. Tell the user "
        "its alarms, and everything that is destroyed or replaced; plan_explain says why and what "
        "would avoid it, plan_change shows values.\n"
        "4. approval_request: give the user the address and wait. Only a person approves.\n"
        "5. Once it is approved and the user wants it: run_apply, then run_get until it has "
        "ended. Report output_get.\n"
    )


def run_explain(run_id: Run, language: InLanguage = "en") -> str:
    """Look into a run that failed or waits, and say what to do."""
    run = plain(run_id, 100)
    if language == "ja":
        return (
            f"実行 {run} の状況を調べ、原因と次の一手を説明してください。\n"
            "1. run_get で状態と問題を確認。\n"
            "2. errored または interrupted なら run_log（tail=50）で末尾を読む。\n"
            "3. 承認待ちなら gate_check で未達の条件を、"
            "plan_get と plan_explain で変更内容を確認。\n"
            "4. 事実と推測を分け、run_get が示す次の操作だけを提案する。"
            "interrupted は人が判断する。再実行しない。\n"
        )
    return (
        f"Look into run {run}; explain what happened and what to do next.\n"
        "1. run_get: its status and its problem.\n"
        "2. Where it errored or was interrupted: read the end of run_log (tail=50).\n"
        "3. Where it waits: gate_check for what is unmet, plan_get and plan_explain for what "
        "would change.\n"
        "4. Keep facts and guesses apart, and propose only next steps that run_get names. "
        "An interrupted run is for a person to decide: do not retry it.\n"
    )


_PLANNING = frozenset({"workspace_get", "config_upload", "plan_create", "run_get"})
_READING = frozenset({"plan_get", "plan_change", "plan_explain"})
_APPLYING = frozenset({"approval_request", "run_apply", "output_get"})

PROMPTS: tuple[tuple[Callable[..., str], str, frozenset[str]], ...] = (
    (
        change_plan,
        "Plan a change and get it approved and applied",
        _PLANNING | _READING | _APPLYING,
    ),
    (
        run_explain,
        "Look into a failed or waiting run",
        frozenset({"run_get", "run_log", "gate_check", "plan_get", "plan_explain"}),
    ),
)
"""Each prompt with its title and the tools that it names; its name is the function's."""
